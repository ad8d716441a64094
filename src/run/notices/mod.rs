//! What people are told of a run: by mail, by a webhook, or through a folder from which something else sends.
//!
//! - The site says by which [`channel`]s, and who is told by which: its [`contact`]s. What is wrong with them is a
//!   [`finding`]; they are no part of what was approved.
//! - The [`herald`] says what is to be told at a moment, a [`card`] each, and the journal takes it down in the same
//!   act as the event. Nothing is sent by that.
//! - The [`postman`] puts the cards for an address together and delivers them, afterwards, and again until it is
//!   done: as a [`mail`] with its text, its page and the windows in it, or as a body that is signed.
//! - [`told`] is how that stands, [`foreseen`] what a run would tell.

pub mod card;
pub mod channel;
pub mod contact;
pub mod finding;
pub mod foreseen;
pub mod herald;
pub mod mail;
mod page;
pub mod postman;
mod question;
mod text;
pub mod told;
mod window;

/// How long a text of somebody else's may be in a notice, in characters.
const LONGEST: usize = 300;

/// A text of somebody else's in a notice: nothing in it steers a terminal or ends a line, and it is short.
fn tame(text: &str) -> String {
    let shown = crate::source::shown(text);
    if shown.chars().count() <= LONGEST {
        return shown;
    }
    let mut cut: String = shown.chars().take(LONGEST).collect();
    cut.push_str(" ...");
    cut
}
