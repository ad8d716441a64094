//! Plans that ask in the rows of a table: what is proved row by row is proved for every way to answer.

#![cfg(test)]

mod commands;
mod entangled;
mod random;

use std::{collections::BTreeSet, fmt::Write as _};

use keyroll::{
    check::by_row::judge,
    plan::given::Given,
    proof::{
        by_row::prove_by_row,
        engine::Engine,
        verdict::{Verdict, prove_by},
    },
    source::Source,
    syntax::parse,
};

use crate::answers::variants;

use entangled::{ENTANGLED, isolated};

pub(crate) const ASKED: &str = include_str!("../../plans/xml-signature/shared-alias-asked.renewal");

/// The plan with so many rows.
pub(crate) fn many(rows: usize) -> String {
    let first = ASKED.find("  acme,").unwrap();
    let end = first + ASKED[first..].find('}').unwrap();
    let mut table = String::new();
    (0..rows).for_each(|row| writeln!(table, "  p{row}, \"Partner {row}\", 1h").unwrap());
    format!("{}{table}{}", &ASKED[..first], &ASKED[end..])
}

/// The same where a row of its own kind is wrong under an answer that no variant of the whole that is looked at gives it.
pub(crate) fn apart(rows: usize) -> String {
    let text = many(rows);
    let one = "for each partner where partner is p5 {\n  step early-$partner by admin-$partner {\n    \
               only if two-$partner and not other-$partner\n    after provide_certificate\n    \
               replace old by new at gate-$partner\n  }\n}\n";
    let asks = "  # A partner that is not known";
    let other = "  ask other-$partner of admin-$partner\n    \"Else?\"\n    silence means no\n";
    let also = "for each partner {\n  step more-$partner by tenant_admin {\n    only if other-$partner\n    \
                after create_key\n    inform admin-$partner\n  }\n}\n";
    format!("{}\n{also}{one}", text.replace(asks, &format!("{other}{asks}")))
}

/// So many states are looked at of a variant.
const STATES: usize = 4_000;

/// Judges the rows alone, without any variant of the whole: how many plans with one row are proved, or why they say
/// nothing.
fn by_row(text: &str) -> Result<usize, Vec<String>> {
    let source = Source::new("plan", text);
    let (tree, findings) = parse(&source);
    assert!(findings.is_empty(), "{findings:?}\n{text}");
    match judge(&source, &tree, &Given::default()) {
        Ok(rows) => match prove_by_row(&rows) {
            Ok(proved) => Ok(proved.plans),
            Err((_, why)) => Err(vec![format!("not proved: {why:?}")]),
        },
        Err(unsound) => Err(unsound.findings().iter().map(ToString::to_string).collect()),
    }
}

/// What became of each variant of the whole, judged one by one by both engines; `None` where it cannot be said.
#[derive(Debug, PartialEq, Eq)]
enum Whole {
    Proved,
    /// Some variant is refused, for this.
    Refused(String),
    Open,
}

fn whole(text: &str) -> Whole {
    let all = match variants(&Source::new("plan", text), &Given::default()) {
        Ok(all) => all,
        Err(refusal) => return Whole::Refused(refusal.error_codes().join(", ")),
    };
    let mut said = Whole::Proved;
    for variant in all {
        let start = variant.checked.plan().start.clone();
        let found = |verdict: Verdict| match verdict {
            Verdict::Proven(proven) => (Whole::Proved, Some(proven.into_checked())),
            Verdict::Refuted(refuted) => (Whole::Refused(refuted.finding.code().unwrap().to_string()), None),
            Verdict::NotProven(open) => (Whole::Open, Some(open.checked)),
        };
        let (first, checked) = found(prove_by(Engine::Auto, variant.checked, &start, STATES));
        let Some(checked) = checked else { return first };
        // The search agrees, where it comes to an end.
        let (second, _) = found(prove_by(Engine::Explicit, checked, &start, STATES));
        if let Whole::Refused(_) = second {
            assert_eq!(first, Whole::Open, "the engines differ\n{text}");
            return second;
        }
        if first == Whole::Open {
            said = Whole::Open;
        }
    }
    said
}

/// What each thing that isolates rows says. A step of all rows that changes what is of one is not the same in each of
/// them either; of the others each is refused for one thing alone.
const SAID: [&str; 11] = [
    " is a step of one row, and changes ",
    " is a step of all rows, and changes ",
    " is of all rows, and is not the same in each of them",
    "is declared for several rows under one name",
    "may wait for each other",
    ", and all rows together may take ",
    "whether this deadline can be kept",
    "whether there is a moment of which this speaks",
    "the rows cannot be judged one by one",
    "the course of a plan is not judged row by row",
    "what may come late is not judged row by row",
];

/// Each thing that isolates rows is asked by itself: no other one refuses the plan, so without it the plan would be
/// proved although a variant of it is refused.
#[test]
fn rows_that_have_to_do_with_each_other_are_refused_for_that() {
    let mut wrong = Vec::new();
    for one in ENTANGLED {
        let text = one.text();
        let whole = whole(&text);
        if matches!(whole, Whole::Refused(_)) != one.is_refused {
            wrong.push(format!("{}: the whole is {whole:?}", one.name));
        }
        match by_row(&text) {
            Ok(plans) => wrong.push(format!("{}: proved row by row, {plans} plans", one.name)),
            Err(found) => {
                let of = |found: &str| SAID.iter().position(|said| found.contains(said));
                let reasons: BTreeSet<Option<usize>> = found.iter().map(|found| of(found)).collect();
                let is_alone = reasons.len() == 1 || one.name == "shared_step" && reasons.len() == 2;
                if !is_alone || !found.iter().any(|found| found.contains(one.what)) {
                    wrong.push(format!("{}: {found:#?}", one.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn isolated_rows_are_proved_one_by_one() {
    assert_eq!(by_row(&isolated()), Ok(4));
    assert_eq!(whole(&isolated()), Whole::Proved);
    assert_eq!(by_row(ASKED), Ok(16));
}

/// What makes one row wrong under one answer is found in that row, whatever the others answer.
#[test]
fn a_fault_of_one_row_is_found() {
    let few = few_rows(ASKED);
    assert_eq!(by_row(&few), Ok(6));
    assert_eq!(whole(&few), Whole::Proved);
    for (from, to) in [
        ("    needs orders-$partner drained of old\n    retire", "    retire"),
        ("    needs orders-$partner drained of old\n    replace", "    replace"),
        ("    accepts at most 2 only if two-$partner", "    accepts at most 1 only if two-$partner"),
        ("    after exchange_key, done-$partner", "    after done-$partner"),
        ("  after stop-$partner for each partner\n", ""),
        ("  after confirm-$partner for each partner\n", ""),
        ("    only if not two-$partner\n    needs downtime", "    only if two-$partner\n    needs downtime"),
        (
            "  promise orders-$partner never interrupted only if two-$partner",
            "  promise orders-$partner never interrupted",
        ),
    ] {
        assert_eq!(few.matches(from).count(), 1, "{from}");
        let text = few.replace(from, to);
        assert!(by_row(&text).is_err(), "{from}");
        assert!(matches!(whole(&text), Whole::Refused(_)), "{from}");
    }
}

/// The plan with three of its rows.
fn few_rows(text: &str) -> String {
    let is_more =
        |line: &&str| ["delta,", "ember,", "flint,", "gamma,", "haven,"].iter().any(|row| line.contains(row));
    text.lines().filter(|line| !is_more(line)).map(|line| format!("{line}\n")).collect()
}
