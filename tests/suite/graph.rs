//! The graph of a plan: what it says, that nothing lies on anything else, and that others read it.

#![cfg(test)]

mod browser;
mod command;
mod geometry;
mod odd;
mod words;

use std::path::Path;

use keyroll::check::{self, Checked};
use keyroll::evidence::swimlane::Swimlanes;
use keyroll::graph::outline::Outline;
use keyroll::plan::given::Given;
use keyroll::source::Source;

const STOCK: [&str; 2] = ["two-keys", "one-key"];

fn checked(text: &str) -> Checked {
    let read = check::read(&Source::new("plan.renewal", text), &Given::default());
    read.unwrap_or_else(|refusal| panic!("{:?}\n{text}", refusal.codes().collect::<Vec<_>>()))
}

fn outline(text: &str) -> Outline {
    let checked = checked(text);
    Outline::of(checked.plan(), checked.order())
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn stock(name: &str) -> String {
    std::fs::read_to_string(path(&format!("plans/xml-signature/{name}.renewal"))).unwrap()
}

#[test]
fn the_pictures_in_the_documentation_are_those_of_the_plans() {
    for name in STOCK {
        let file = format!("docs/{name}-lanes.svg");
        let drawn = Swimlanes(&outline(&stock(name))).to_string();
        let kept = std::fs::read_to_string(path(&file)).unwrap_or_default();
        assert!(
            kept == drawn,
            "write it again: keyroll graph plans/xml-signature/{name}.renewal --output {file}"
        );
    }
}

#[test]
fn the_pictures_of_reports_are_modest() {
    for name in STOCK {
        let bytes = std::fs::read(path(&format!("docs/{name}-report.png"))).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 150_000, "{name}: {} bytes", bytes.len());
    }
}
