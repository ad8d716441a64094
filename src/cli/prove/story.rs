//! Where the story of a refused plan goes: a drawing for people, or what `rehearse --story` plays.

use std::path::{Path, PathBuf};

use crate::{
    backend::file,
    check::Checked,
    cli::{at_site::shown_path, exit::Exit, json::Document, screen::Screen},
    evidence::storyboard::{BEGIN, Storyboard},
    proof::story::{
        Story,
        form::{MARK, StoryFile},
    },
};

use super::super::own_file::is_something_else;

/// A file for a story; nothing where none is asked for.
pub(super) struct Place<'a>(Option<(&'a Path, Form)>);

/// How a story is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As JSON.
    Json,
    /// As a drawing.
    Svg,
}

impl Form {
    /// How a file begins that is written so.
    fn begin(self) -> String {
        match self {
            Self::Json => format!("{{\"schema\":\"{}", MARK.trim_end_matches(|c: char| c.is_ascii_digit())),
            Self::Svg => BEGIN.to_owned(),
        }
    }
}

impl<'a> Place<'a> {
    /// The place, before there is anything to write: the proof may take long.
    ///
    /// # Errors
    /// The exit: its name does not say what to write, or it is not keyroll's to replace.
    pub(super) fn of(path: Option<&'a Path>, screen: &mut Screen) -> Result<Self, Exit> {
        let Some(named) = path else { return Ok(Self(None)) };
        let ending = named.extension().and_then(|ending| ending.to_str());
        let form = match ending {
            Some("json") => Form::Json,
            Some("svg") => Form::Svg,
            _ => {
                let name = shown_path(named);
                screen.talk(format_args!(
                    "--story writes a file that ends in .json, for `keyroll rehearse --story`, or in .svg, a drawing: {name} does not"
                ));
                return Err(Exit::Usage);
            }
        };
        if is_something_else(named, &form.begin()) {
            let name = shown_path(named);
            screen.talk(format_args!("{name} is there and is no story: name another file, or take it away"));
            return Err(Exit::Usage);
        }
        Ok(Self(Some((named, form))))
    }

    /// Writes stories: the first into the file, each other one beside it, with its number in the name.
    /// Gives the files.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub(super) fn write<'s>(
        &self,
        checked: &Checked,
        stories: impl Iterator<Item = &'s Story>,
        screen: &mut Screen,
    ) -> Result<Vec<PathBuf>, Exit> {
        let Some((first, form)) = self.0 else { return Ok(Vec::new()) };
        let mut written = Vec::new();
        for (index, story) in stories.enumerate() {
            let path = numbered(first, index + 1);
            if index > 0 && is_something_else(&path, &form.begin()) {
                let name = shown_path(&path);
                screen.talk(format_args!(
                    "{name} is there and is no story: name another file, or take it away"
                ));
                return Err(Exit::Usage);
            }
            let text = match form {
                Form::Json => StoryFile::of(checked, story).text(),
                Form::Svg => Storyboard { plan: checked.plan(), story }.to_string(),
            };
            file::replace_own(&path, text.as_bytes(), None).map_err(|error| {
                screen.talk(format_args!("cannot write {}: {error}", shown_path(&path)));
                Exit::Backend
            })?;
            written.push(path);
        }
        Ok(written)
    }

    /// Says that there is nothing to write.
    pub(super) fn stays_empty(&self, why: &str, screen: &mut Screen) {
        if self.0.is_some() {
            screen.remark(format_args!("no story is written: the plan is {why}"));
        }
    }
}

/// `story.json` for the first, `story-2.json` for the second one.
fn numbered(first: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return first.to_owned();
    }
    let stem = first.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = first.extension().unwrap_or_default().to_string_lossy().into_owned();
    first.with_file_name(format!("{stem}-{number}.{ending}"))
}

impl Document for StoryFile {
    const NAME: &'static str = "story";
}
