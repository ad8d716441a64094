//! The plans to begin with, a line each.

use crate::{
    cli::{exit::Exit, screen::Screen},
    template::{STOCK, Template},
};

use super::document::{Listed, Templates};

/// Lists them.
pub(super) fn list(screen: &mut Screen) -> Exit {
    let entries: Vec<_> = STOCK.iter().filter_map(Template::entry).collect();
    if !screen.is_text() {
        screen.document(&Templates { templates: entries.iter().map(Listed::of).collect() });
        return Exit::Done;
    }
    for entry in entries {
        let waives = if entry.waives { ", and accepts a hazard" } else { "" };
        screen.result(format_args!("{}", entry.name));
        screen.result(format_args!("    {}", entry.title));
        screen.result(format_args!("    stands still: {}{waives}", entry.still.word()));
    }
    Exit::Done
}
