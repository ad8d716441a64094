//! What people are told, as plain text.

use std::fmt::Write as _;

use crate::run::time::in_utc;

use super::card::{Card, Kind};

/// The headings of a letter and the kinds of cards below each.
pub(super) const PARTS: [(Kind, &str); 5] = [
    (Kind::Stopped, "The run has stopped"),
    (Kind::Asked, "What is asked of you"),
    (Kind::Agreed, "Agreed"),
    (Kind::Withdrawn, "No longer needed"),
    (Kind::Done, "The run is done"),
];

/// What a letter says of itself, at its end.
pub(super) const FOOT: &str = "This mail was written by keyroll, which carries renewals out. It asks for nothing but \
what the plan says: it never asks for a password or a key, and has no links. Whoever looks after the run reads \
answers to it.";

/// A line of a card: what it is called, and what it says.
pub(super) fn lines(card: &Card) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut say = |name: &'static str, text: Option<String>| lines.extend(text.map(|text| (name, text)));
    say("why", card.why.clone());
    say("since", card.since.map(in_utc));
    let by = card.by.filter(|_| card.kind != Kind::Withdrawn);
    say("by", by.map(|at| format!("{} at the latest", in_utc(at))));
    say(
        "window",
        card.window.as_ref().map(|window| {
            let closes = window.closes.map_or_else(String::new, |at| format!(" to {}", in_utc(at)));
            format!("{} from {}{closes}", window.name, in_utc(window.opens))
        }),
    );
    say("answer", card.answer.clone());
    say("as", card.role.clone());
    lines
}

/// The head of a card: its step or question, and what it is about.
pub(super) fn head(card: &Card, again: bool) -> String {
    let again = if again { " (asked before)" } else { "" };
    card.about().map_or_else(|| card.what.clone(), |about| format!("{about}: {}{again}", card.what))
}

/// A letter of these cards, each with whether it is told again.
pub(super) fn letter(cards: &[(Card, bool)]) -> String {
    let mut text = String::new();
    for (kind, heading) in PARTS {
        let part: Vec<&(Card, bool)> = cards.iter().filter(|(card, _)| card.kind == kind).collect();
        if part.is_empty() {
            continue;
        }
        let _always = writeln!(text, "{heading}:\n");
        for (card, again) in part {
            let _always = writeln!(text, "* {}", head(card, *again));
            for (name, said) in lines(card) {
                let _always = writeln!(text, "  {name:<7} {said}");
            }
            let _always = writeln!(text, "  run     {} of {}\n", card.run, card.plan);
        }
    }
    let _always = writeln!(text, "-- \n{FOOT}");
    text
}
