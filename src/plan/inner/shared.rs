//! What an inner plan says of something that it shares with the outer one is said there too.

use std::collections::BTreeSet;

use crate::{
    plan::{
        parameter::{ParameterValue, Parameters, fill},
        suggest::Patience,
    },
    source::{Finding, Span, shown},
    syntax::{
        spelt,
        tree::{GroupDecl, Item, Phrase, Term},
    },
};

use super::finding::BadPart;

/// The words of a line, with the values of the parameters in it.
fn words(line: &Phrase, parameters: &Parameters) -> String {
    line.terms.iter().map(|term| word(term, parameters)).collect::<Vec<_>>().join(" ")
}

fn word(term: &Term, parameters: &Parameters) -> String {
    match term {
        Term::Word(word) | Term::Date(word) => word.value.clone(),
        Term::Text(text) => {
            let filled = fill(text, parameters, &Patience::default());
            format!("\"{}\"", filled.unwrap_or_else(|_| text.value.clone()))
        }
        Term::Param(name) => match parameters.named(&name.value).map(|parameter| &parameter.value) {
            Some(ParameterValue::Alias(alias)) => format!("\"{alias}\""),
            Some(value) => value.to_string(),
            None => format!("${name}"),
        },
        Term::Place(place) => format!("{}[{}]", place.value.store, word(&place.value.alias, parameters)),
        Term::Number(number) => number.to_string(),
        Term::Duration(time) => spelt(time.value),
        Term::Comma(_) => ",".to_owned(),
    }
}

/// Says of something of the outer plan what an inner one says of it. The same said by both counts once; where
/// they contradict each other, it is found like any other thing that is said twice. `said` is what is said so
/// far.
///
/// # Errors
/// When both name a window, and not the same time for it, a fact, and not the same start, or a group, and not
/// the same roles.
pub(super) fn say(
    outer: &mut Item,
    inner: Item,
    said: &mut BTreeSet<String>,
    parameters: &Parameters,
    at: Span,
) -> Result<(), Finding> {
    match (outer, inner) {
        (Item::Keystore(outer), Item::Keystore(inner))
        | (Item::Receiver(outer), Item::Receiver(inner))
        | (Item::Flow(outer), Item::Flow(inner)) => {
            if said.is_empty() {
                said.extend(outer.body.lines.iter().map(|line| words(&line.node, parameters)));
            }
            let new = inner.body.lines.into_iter().filter(|line| said.insert(words(&line.node, parameters)));
            outer.body.lines.extend(new);
        }
        (Item::Window(outer), Item::Window(inner)) => {
            let time = |most: &Option<Term>| most.as_ref().map(|term| word(term, parameters));
            let (here, there) = (time(&outer.at_most), time(&inner.at_most));
            if there.is_some() && here != there {
                let told = |time: Option<String>| {
                    time.map_or("any time".to_owned(), |time| format!("at most {time}"))
                };
                let name = shown(&outer.name.value);
                let (here, there) = (told(here), told(there));
                let what = format!("`{name}` may last {here} here, and {there} in the part");
                let help = format!("write `window {name} {there}`, or let the part have a window of its own");
                return Err(Box::new(BadPart { what, help, at: at.into() }));
            }
        }
        (Item::Group(outer), Item::Group(inner)) => {
            let roles = |group: &GroupDecl| -> BTreeSet<String> {
                let words = group.roles.terms.iter().filter_map(|term| match term {
                    Term::Word(word) => Some(shown(&word.value)),
                    _ => None,
                });
                words.collect()
            };
            let (here, there) = (roles(outer), roles(&inner));
            if here != there {
                let told = |roles: BTreeSet<String>| roles.into_iter().collect::<Vec<_>>().join(", ");
                let name = shown(&outer.name.value);
                let what = format!("`{name}` is {} here, and {} in the part", told(here), told(there));
                let help = "name the same roles in both, or let the part have a group of its own".to_owned();
                return Err(Box::new(BadPart { what, help, at: at.into() }));
            }
        }
        (Item::Fact(outer), Item::Fact(inner)) if outer.set.is_some() != inner.set.is_some() => {
            let name = shown(&outer.name.value);
            let told = |set: bool| if set { "set" } else { "clear" };
            let (here, there) = (told(outer.set.is_some()), told(inner.set.is_some()));
            let what = format!("`{name}` is {here} at the start here, and {there} in the part");
            let help = "say the same of it in both, or let the part have a fact of its own".to_owned();
            return Err(Box::new(BadPart { what, help, at: at.into() }));
        }
        _ => {}
    }
    Ok(())
}
