//! Other names: which can be given, and what is changed for them.

use std::collections::BTreeSet;

use crate::{
    name::{Alias, is_name},
    plan::{
        mention::{Mentions, Of},
        reserved::is_reserved,
        vocabulary::Vocabulary,
    },
    repair::Change,
    source::{Finding, Source, shown},
    syntax::{NAME_LIMIT, tree::SyntaxTree},
};

use super::{
    finding::{BadNewName, NameTaken},
    target::{Target, changes, other_aliases, target},
    wish::{Wish, Wishes},
};

/// What is changed for the names that are asked for; what cannot be given is a finding.
pub(super) fn renamed(
    wishes: &Wishes,
    source: &Source,
    tree: &SyntaxTree,
    mentions: &Mentions,
    findings: &mut Vec<Finding>,
) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let mut targets: Vec<(Target, &Wish)> = Vec::new();
    for wish in &wishes.names {
        let target = match target(wish, tree, mentions) {
            Ok(target) => target,
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        if targets.iter().any(|(other, _)| *other == target) {
            let what = format!("`{}` is renamed twice", shown(&target.old));
            let help = "give it one name".to_owned();
            findings.push(Box::new(NameTaken { what, help, at: wish.old.span.into() }));
            continue;
        }
        let new = &wish.new.value;
        let can = if target.of == Of::Alias { alias(new) } else { named(new, source, tree) };
        if let Err((what, help)) = can {
            findings.push(Box::new(BadNewName { what, help, at: wish.new.span.into() }));
            continue;
        }
        found.extend(changes(&target, new, tree, mentions));
        targets.push((target, wish));
    }
    taken(&targets, tree, mentions, findings);
    if let Some(name) = &wishes.plan {
        match named(&name.value, source, tree) {
            Ok(()) => {
                let head = mentions.all.iter().filter(|mention| mention.of == Of::Plan);
                found.extend(head.map(|head| Change { at: head.name.span, text: name.value.clone() }));
            }
            Err((what, help)) => findings.push(Box::new(BadNewName { what, help, at: name.span.into() })),
        }
    }
    found
}

/// What something else is called, once everything is renamed.
fn taken(targets: &[(Target, &Wish)], tree: &SyntaxTree, mentions: &Mentions, findings: &mut Vec<Finding>) {
    for (number, (target, wish)) in targets.iter().enumerate() {
        let new = &wish.new.value;
        let is_other = |index: usize, other: &Target| index != number && other.of == target.of;
        let mut others = targets.iter().enumerate();
        let wished = others.find(|(index, (other, wish))| {
            is_other(*index, other)
                && if target.of == Of::Alias { is_same(&wish.new.value, new) } else { wish.new.value == *new }
        });
        let goes = |name: &str| targets.iter().any(|(other, _)| other.of == target.of && other.old == name);
        let stays = match target.of {
            Of::Alias => {
                let mut there = other_aliases(target, tree, mentions);
                there.any(|alias| alias.is_spelt(new) && !goes(alias.as_str()))
            }
            of => {
                let step = of == Of::Step;
                let mut declared = mentions.declared.iter().filter(|thing| (thing.kind == "step") == step);
                declared.any(|thing| {
                    let name = &thing.name.value;
                    name == new && *name != target.old && !goes(name)
                })
            }
        };
        let (new, help) = (shown(new), "choose another name, or rename the other one too".to_owned());
        let what = match (stays, wished) {
            (true, _) => format!("the plan has something that is called `{new}`"),
            (false, Some((other, _))) if other < number => format!("`{new}` is asked for twice"),
            _ => continue,
        };
        findings.push(Box::new(NameTaken { what, help, at: wish.new.span.into() }));
    }
}

fn is_same(one: &str, other: &str) -> bool {
    Alias::new(one).is_ok_and(|alias| alias.is_spelt(other))
}

/// Whether something can be called so in a plan; or what is wrong, and what to do.
///
/// # Errors
/// What is wrong, and what to do.
pub(super) fn named(name: &str, source: &Source, tree: &SyntaxTree) -> Result<(), (String, String)> {
    let written = shown(name);
    if !is_name(name) {
        let what = format!("`{written}` is no name");
        return Err((
            what,
            "begin with a letter from a to z, and go on with letters, digits, `_` and `-`".into(),
        ));
    }
    let length = name.chars().count();
    if length > NAME_LIMIT {
        let what = format!("a name has at most {NAME_LIMIT} characters, this one has {length}");
        return Err((what, "what people should read can be as long as it needs to be, in a title".into()));
    }
    if is_reserved(name) || own_words(source, tree).contains(name) {
        let what = format!("`{written}` is a word of the language");
        return Err((what, format!("choose another name, such as `{written}_1`")));
    }
    Ok(())
}

/// The words of the vocabularies that a plan uses.
fn own_words(source: &Source, tree: &SyntaxTree) -> BTreeSet<String> {
    let Ok(words) = Vocabulary::of(source, tree) else { return BTreeSet::new() };
    let said = words.sentences().flat_map(|(said, ..)| said.split_whitespace());
    let said = said.filter(|word| !word.starts_with('<')).map(str::to_owned);
    said.chain(words.kinds().map(str::to_owned)).collect()
}

fn alias(text: &str) -> Result<(), (String, String)> {
    if text.contains('$') {
        let help = "`$` begins the name of a parameter: take it out, or edit the plan once it is written";
        return Err((format!("`{}` cannot be written as an alias here", shown(text)), help.to_owned()));
    }
    Alias::new(text).map(drop).map_err(|wrong| (wrong.to_string(), "choose another alias".to_owned()))
}
