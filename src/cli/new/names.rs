//! Asks for the names of a plan that is begun, and for the values of its parameters.

use std::path::PathBuf;

use crate::{
    cli::{exit::Exit, screen::Screen},
    name::is_name,
    plan::{
        mention::{Declaration, Mentions},
        parameter::from_text,
        range::Range,
    },
    source::shown,
    syntax::{
        parse, spelt,
        tree::{Item, Line, ParamDecl, Term, Trivia},
    },
    template::{Template, Wishes, plan_name, why_no_name},
};

use super::questions::Questions;

/// Asks, and puts the answers to the wishes; gives the file that the plan is to be written into.
///
/// # Errors
/// The exit: the questions were broken off.
pub(super) fn names(template: &Template, wishes: &mut Wishes, screen: &mut Screen) -> Result<PathBuf, Exit> {
    let source = template.source();
    let (tree, _) = parse(&source);
    let Ok(mentions) = Mentions::of(&source, &tree) else {
        screen.talk(format_args!("{} cannot be read", template.name));
        return Err(Exit::Bug);
    };
    let mut asked = Questions::standard();
    asked.say("Names: Enter keeps what stands in brackets.");
    for kind in ["role", "keystore", "receiver", "flow"] {
        let is_asked = |thing: &&Declaration| thing.kind == kind && !thing.name.value.contains('$');
        for thing in mentions.declared.iter().filter(is_asked) {
            one(thing, &mentions, template, &mut asked, wishes)?;
        }
    }
    for line in &tree.items {
        if let Item::Param(param) = &line.node {
            parameter(line, param, &mut asked, wishes)?;
        }
    }
    let there = plan_name(&mentions).unwrap_or("plan");
    let name = asked.name("plan", there, |name| why_no_name(template, name).filter(|_| name != there))?;
    if name != there {
        wishes.call_plan(&name);
    }
    let file = asked.name("file", &format!("{name}.renewal"), |_| None)?;
    Ok(PathBuf::from(file))
}

/// A role may be given as people call it: that is its title then, and its name is made of it.
fn one(
    thing: &Declaration,
    mentions: &Mentions,
    template: &Template,
    asked: &mut Questions,
    wishes: &mut Wishes,
) -> Result<(), Exit> {
    let old = &thing.name.value;
    let owns = mentions.declared.iter().filter(|other| other.owner.as_ref() == Some(old));
    let owns: Vec<String> = owns.map(|other| format!("{} {}", other.kind, other.name.value)).collect();
    let about = match (&thing.title, &thing.owner) {
        (Some(title), _) if owns.is_empty() => format!(" ({})", title.value),
        (Some(title), _) => format!(" ({}; {})", title.value, owns.join(", ")),
        (None, Some(owner)) => format!(" of {owner}"),
        (None, None) => String::new(),
    };
    let is_role = thing.kind == "role";
    let wrong = |answer: &str| {
        let name = if is_role { name_of(answer) } else { answer.to_owned() };
        let is_taken = mentions.declared.iter().any(|thing| thing.kind != "step" && thing.name.value == name)
            || wishes.names.iter().any(|wish| wish.new.value == name);
        match name == *old {
            true => None,
            false if is_taken => Some(format!("something is called `{}` already", shown(&name))),
            false => why_no_name(template, &name),
        }
    };
    let answer = asked.name(&format!("{}{about}", thing.kind), old, wrong)?;
    let name = if is_role { name_of(&answer) } else { answer.clone() };
    if name != *old {
        wishes.rename(old, &name);
        if is_role {
            wishes.title(old, &title_of(&answer));
        }
    }
    Ok(())
}

/// `Payments operations` becomes `payments_operations`.
fn name_of(answer: &str) -> String {
    if is_name(answer) {
        return answer.to_owned();
    }
    let words = answer.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// `payments_operations` becomes `Payments operations`.
fn title_of(answer: &str) -> String {
    if !is_name(answer) {
        return answer.to_owned();
    }
    let words = answer.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn parameter(
    line: &Line<Item>,
    param: &ParamDecl,
    asked: &mut Questions,
    wishes: &mut Wishes,
) -> Result<(), Exit> {
    let there = match &param.default {
        Some(Term::Text(text)) => text.value.clone(),
        Some(Term::Duration(time)) => spelt(time.value),
        Some(Term::Date(date)) => date.value.clone(),
        _ => return Ok(()),
    };
    let before: Vec<&str> = line
        .before
        .iter()
        .filter_map(|trivia| match trivia {
            Trivia::Comment(comment) => Some(comment.trim()),
            Trivia::Blank => None,
        })
        .collect();
    let about = line.comment.clone().unwrap_or_else(|| before.join(" "));
    let name = &param.name.value;
    let range = Range::of(param).unwrap_or_default();
    let about = [about, range.sentence()].into_iter().filter(|said| !said.is_empty());
    let about = about.collect::<Vec<_>>().join("; ");
    if !about.is_empty() {
        asked.say(&format!("  {name}: {}", shown(&about)));
    }
    let wrong = |answer: &str| match from_text(&param.kind.value, answer) {
        Ok(value) if range.allows(&value) => None,
        Ok(_) => Some(format!("it has to be {}", range.sentence())),
        Err(why) => Some(why),
    };
    let value = asked.name(name, &there, wrong)?;
    if value != there {
        wishes.set(name, &value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_called_as_people_call_it() {
        for (answer, name, title) in [
            ("payments_ops", "payments_ops", "Payments ops"),
            ("Payments operations", "payments_operations", "Payments operations"),
            ("Zoë's team (night)", "zo_s_team_night", "Zoë's team (night)"),
            ("Ops", "Ops", "Ops"),
        ] {
            assert_eq!((name_of(answer), title_of(answer)), (name.to_owned(), title.to_owned()));
        }
        // What holds no letter makes no name, and is asked for again.
        assert_eq!(name_of("ääö"), "");
    }
}
