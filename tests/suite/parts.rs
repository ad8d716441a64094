//! A search that looks at the parts of a plan one by one, with messages sent at once, says what the whole
//! search says.

#![cfg(test)]

use std::collections::BTreeMap;

use keyroll::{
    check::Checked,
    proof::{
        explicit::{
            search::{Found, explore},
            sparing::{Spared, spared, told_of},
        },
        rules::{Fault, Rules},
    },
};

use super::random_plans::{
    counted,
    generated::{Chance, plan},
};
use super::reference::{Compared, compare, read};

/// More worlds than one plan is worth.
const ENOUGH: usize = 30_000;

/// The words that give a name to something; a role may be shared.
const NAMING: [&str; 6] = ["key", "keystore", "receiver", "flow", "window", "step"];

/// Two plans in one text: the names of the second get a letter more, those of its roles where they are
/// not shared.
pub(crate) fn joined(first: &str, second: &str, shares_roles: bool) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut roles: Vec<&str> = Vec::new();
    for line in second.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("role"), Some(name)) => roles.push(name),
            (Some(word), Some(name)) if NAMING.contains(&word) && !line.starts_with(' ') => names.push(name),
            _ => {}
        }
    }
    if !shares_roles {
        names.append(&mut roles);
    }
    let mut text = first.to_owned();
    for line in second.lines().filter(|line| !line.starts_with("keyroll") && !line.starts_with("plan ")) {
        if shares_roles && line.starts_with("role ") && first.contains(line) {
            continue;
        }
        text.push('\n');
        text.push_str(&renamed(line, &names));
    }
    text
}

fn renamed(line: &str, names: &[&str]) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (mut out, mut word, mut quoted) = (String::new(), String::new(), false);
    for c in line.chars().chain([' ']) {
        if is_name(c) {
            word.push(c);
            continue;
        }
        out.push_str(&word);
        if !quoted && names.contains(&word.as_str()) {
            out.push('Z');
        }
        word.clear();
        quoted ^= c == '"';
        out.push(c);
    }
    out
}

/// What both searches say of a plan, which is the same.
fn both(checked: &Checked) -> String {
    let (rules, start) = (Rules::of(checked), &checked.plan().start);
    let text = &checked.plan().source.text;
    match (explore(&rules, start, ENOUGH), spared(&rules, start, ENOUGH)) {
        (Found::Clean(space), Spared::Kept { states, transitions, slices, .. }) => {
            assert!(states <= space.states() && transitions <= space.transitions().max(1), "more of\n{text}");
            if slices > 1 { format!("proved in {slices} slices") } else { "proved".to_owned() }
        }
        (Found::Fault(moves, ..), Spared::Broken { part, .. }) => {
            if let Some((told, _, fault)) = told_of(&rules, start, part, ENOUGH) {
                // That a part is stuck is asked last of all: where a moment of another one is wrong, the
                // whole search does not come to that.
                let is_asked_first = fault != Fault::Stuck;
                assert!(
                    !is_asked_first || told.len() >= moves.len(),
                    "{told:?} is shorter than the shortest of\n{text}"
                );
                return "refused, and told of a part".to_owned();
            }
            "refused".to_owned()
        }
        (Found::Exhausted(_), Spared::Kept { .. }) => "proved by fewer worlds".to_owned(),
        (Found::Exhausted(_), Spared::Broken { part, .. }) => match told_of(&rules, start, part, ENOUGH) {
            Some(_) => "told of a part alone".to_owned(),
            None => "too many worlds".to_owned(),
        },
        (Found::Exhausted(_), Spared::Spent { .. }) => "too many worlds".to_owned(),
        (whole, spared) => panic!("{spared:?}\nis not\n{whole:?}\nof\n{text}"),
    }
}

#[test]
fn on_random_plans_it_says_what_the_whole_search_says() {
    let counts = counted(0..1_500, |seed| read(&plan(seed)).ok().map(|checked| both(&checked)));
    assert!(counts["proved"] > 100 && counts["refused, and told of a part"] > 100, "{counts:?}");
}

#[test]
fn two_plans_in_one_text_are_looked_at_apart() {
    let judged = |seed: u64| {
        let text = joined(&plan(seed), &plan(seed * 31 + 7), seed.is_multiple_of(2));
        read(&text).ok().map(|checked| both(&checked))
    };
    let counts: BTreeMap<String, usize> = counted(0..1_000, judged);
    for said in ["proved in 2 slices", "refused", "refused, and told of a part"] {
        assert!(counts.get(said).is_some_and(|count| *count > 5), "{said}: {counts:?}");
    }
}

/// How many parts of a plan something can happen in, how many of these are like another one, and how many
/// worlds were looked at; nothing where something is wrong.
fn alike(checked: &Checked) -> Option<(usize, usize, usize)> {
    match spared(&Rules::of(checked), &checked.plan().start, ENOUGH) {
        Spared::Kept { slices, alike, states, .. } => Some((slices, alike, states)),
        _ => None,
    }
}

#[test]
fn a_plan_and_its_copy_are_looked_at_once() {
    let judged = |seed: u64| {
        let text = plan(seed);
        let (one, two) = (read(&text).ok()?, read(&joined(&text, &text, false)).ok()?);
        let (parts, twins, states) = alike(&one)?;
        assert_eq!(alike(&two), Some((2 * parts, parts + twins, states)), "two of\n{text}");
        Some(both(&two))
    };
    let counts = counted(0..1_500, judged);
    assert!(counts["proved in 2 slices"] > 20, "{counts:?}");
}

#[test]
fn a_copy_that_lacks_a_line_is_no_copy() {
    let judged = |seed: u64| {
        let text = plan(seed);
        let whole = alike(&read(&text).ok()?)?;
        let mut chance = Chance::new(seed);
        let lines: Vec<&str> = text.lines().collect();
        let left_out = chance.below(lines.len());
        let lacking: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != left_out)
            .map(|(_, line)| *line)
            .collect();
        let two = read(&joined(&text, &lacking.join("\n"), false)).ok()?;
        let said = both(&two);
        let is_looked_at = alike(&two).is_some_and(|(_, _, states)| states > whole.2);
        Some(if said.starts_with("proved") && is_looked_at { "proved by itself".to_owned() } else { said })
    };
    let counts = counted(0..5_000, judged);
    assert!(counts["refused"] > 5 && counts["proved by itself"] > 20, "{counts:?}");
}

#[test]
fn what_one_of_two_copies_promises_alone_makes_it_another() {
    for (more, twins) in [
        ("", 2),
        ("promise always partner2 accepts old2\n", 1),
        ("promise always partner1 accepts old1\npromise always partner2 accepts old2\n", 2),
        ("promise partner2 accepts old2 before partner2 accepts new2\n", 1),
        ("finally partner2 accepts new2\n", 1),
        ("finally partner1 accepts new1\nfinally partner2 accepts new2\n", 2),
        ("promise orders2 interrupted only in quiet2\n", 0),
        (
            "promise partner1 accepts old1 before partner1 accepts new1\n\
             promise partner2 accepts old2 before partner2 accepts new2\n",
            2,
        ),
        // The same second moment, and another first one.
        (
            "promise partner1 accepts old1 before partner1 accepts new1\n\
             promise store2[\"n\"] is new2 before partner2 accepts new2\n",
            1,
        ),
    ] {
        assert_eq!(alike(&tied(more, &[])).map(|(_, alike, _)| alike), Some(twins), "{more}");
    }
}

#[test]
fn what_waits_for_more_is_no_copy() {
    let told = |waits: &str| {
        let step = |name: &str, n: usize, after: &str| {
            // A step that needs something is looked at, though it is talk.
            let needs = format!("needs store{n}[\"a\"] is old{n}");
            format!(
                "step {name}{n} by tenant{n} {{\n  after create{n}{after}\n  {needs}\n  inform admin{n}\n}}\n"
            )
        };
        let both = |n: usize, after: &str| step("hint", n, "") + &step("word", n, after);
        alike(&tied(&(both(1, ", hint1") + &both(2, waits)), &[])).unwrap()
    };
    let (same, other) = (told(", hint2"), told(""));
    assert_eq!((same.0, same.1, other.0, other.1), (4, 2, 4, 1), "{same:?} {other:?}");
}

#[test]
fn two_plans_in_one_text_are_what_the_second_judge_says() {
    let judged = |seed: u64| {
        let text = joined(&plan(seed), &plan(seed * 17 + 3), seed.is_multiple_of(2));
        match compare(&text, 3_000) {
            Compared::Proved(_) => Some("proved"),
            Compared::Refuted(..) => Some("refused"),
            _ => None,
        }
    };
    let counts = counted(0..1_500, judged);
    assert!(counts["proved"] > 5 && counts["refused"] > 100, "{counts:?}");
}

/// Two renewals side by side, with what ties them.
fn tied(more: &str, change: &[(&str, &str)]) -> Checked {
    let mut text = String::from("keyroll 1\nplan tied\n");
    for n in ["1", "2"] {
        text.push_str(&
            "role tenantN\nrole adminN\nkey oldN\nkey newN\nkeystore storeN of tenantN {\n  alias \"a\" is oldN\n}\n\
             receiver partnerN of adminN {\n  accepts oldN\n}\n\
             flow ordersN of tenantN {\n  signs xml with storeN[\"a\"]\n  sends to partnerN\n  delivers within 1h\n  deployed\n}\n\
             window quietN\n\
             step createN by tenantN {\n  create newN in storeN as \"n\"\n}\n\
             step provideN by tenantN {\n  after createN\n  provide newN to adminN\n}\n\
             step trustN by adminN {\n  after provideN\n  accept newN at partnerN\n}\n\
             step agreeN by adminN {\n  agree quietN with tenantN\n}\n"
            .replace('N', n));
    }
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in\n{text}");
        text = text.replace(from, to);
    }
    read(&format!("{text}{more}")).unwrap_or_else(|codes| panic!("{codes:?}\n{text}{more}"))
}

#[test]
fn what_ties_two_parts_is_seen() {
    assert_eq!(both(&tied("", &[])), "proved in 4 slices");
    for (said, more, change) in [
        // A receiver that has room for one more, where both bring one.
        (
            "refused, and told of a part",
            "",
            &[
                (
                    "receiver partner1 of admin1 {\n  accepts old1\n}",
                    "receiver partner1 of admin1 {\n  accepts old1\n  accepts at most 2\n}",
                ),
                ("accept new2 at partner2", "accept new2 at partner1"),
                ("by admin2", "by admin1"),
                ("to admin2", "to admin1"),
            ][..],
        ),
        // A promise over facts of both.
        (
            "refused, and told of a part",
            "promise never partner1 accepts new1 while partner2 accepts new2\n",
            &[],
        ),
        ("refused, and told of a part", "promise never partner1 accepts new1 while quiet2 open\n", &[]),
        ("refused, and told of a part", "promise partner1 accepts new1 before partner2 accepts new2\n", &[]),
        // A window of the one in which the other may stand still.
        ("proved in 3 slices", "promise orders1 interrupted only in quiet2\n", &[]),
        // A step of the one that waits for one of the other.
        (
            "proved in 3 slices",
            "",
            &[
                (
                    "step trust2 by admin2 {\n  after provide2",
                    "step trust2 by admin2 {\n  after provide2, told",
                ),
                ("step agree1", "step told by admin1 {\n  after trust1\n  inform admin2\n}\nstep agree1"),
            ],
        ),
        // One alias for both flows, which somebody changes.
        (
            "proved in 3 slices",
            "step spare by tenant1 {\n  after create1\n  exchange store1[\"a\"] for new1\n}\n",
            &[
                ("signs xml with store2", "signs xml with store1"),
                ("accepts old2", "accepts old1"),
                ("accepts old1", "accepts old1\n  accepts new1"),
                ("flow orders2 of tenant2", "flow orders2 of tenant1"),
            ],
        ),
    ] {
        assert_eq!(both(&tied(more, change)), said, "{more}{change:?}");
    }
}

#[test]
fn a_part_alone_tells_its_story_where_the_whole_is_too_large() {
    // Steps in any order are a million worlds; beside them one partner's trust ends too early.
    let mut more = String::new();
    for n in 0..24 {
        more.push_str(&format!("step say{n} by tenant1 {{\n  inform admin1\n}}\n"));
    }
    more.push_str("step forget by admin2 {\n  after trust2\n  retire old2 at partner2\n}\n");
    assert_eq!(both(&tied(&more, &[])), "told of a part alone");
}
