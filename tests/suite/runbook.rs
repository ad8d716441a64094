//! Runbooks: what they say is what the plan says, in an order that the plan allows; one that is refused
//! never looks agreed; nothing foreign breaks out.

#![cfg(test)]

use std::{
    collections::BTreeSet,
    process::{Command, Output},
    time::Instant,
};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    check::{self, Checked},
    plan::given::Given,
    proof::verdict::{BUDGET, prove},
    runbook::{Runbook, html::Html, markdown::Markdown},
    source::{Source, is_hostile},
};

use crate::{
    random_plans::sound,
    report::{HOSTILE, needs, shape},
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");
const DOCUMENTED: &str = include_str!("../../plans/xml-signature/two-keys-as-documented.renewal");

fn checked(text: &str) -> Checked {
    let read = check::read(&Source::new("p.renewal", text), &Given::default());
    read.unwrap_or_else(|refusal| panic!("{:?}\n{text}", refusal.error_codes()))
}

fn proved(checked: Checked) -> Runbook {
    let start = checked.plan().start.clone();
    Runbook::of(&prove(checked, &start, BUDGET))
}

fn book(text: &str) -> Runbook {
    proved(checked(text))
}

fn markdown(book: &Runbook) -> String {
    Markdown(book).to_string()
}

fn html(book: &Runbook) -> String {
    Html(book).to_string()
}

#[test]
fn the_runbooks_of_the_stock_plans_stay_as_they_are() {
    with_settings!({
        snapshot_path => "../golden/runbook",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for (name, text) in [("two-keys", TWO_KEYS), ("one-key", ONE_KEY), ("documented", DOCUMENTED)] {
            assert_snapshot!(name, markdown(&book(text)));
        }
    });
}

/// What must hold of each runbook: each step once, behind all that it comes after; on the page of its role; its
/// neighbours those that the order leaves open; the drawing with the same numbers.
fn faults(checked: &Checked, book: &Runbook) -> Vec<String> {
    let (plan, order) = (checked.plan(), checked.order());
    let mut faults = Vec::new();
    let ids: Vec<_> =
        book.steps.iter().map(|s| plan.steps.find(|row| row.name.value == s.name).unwrap()).collect();
    if ids.len() != plan.steps.len() || book.steps.iter().enumerate().any(|(at, s)| s.number != at + 1) {
        faults.push("the steps are not all there, or not numbered in order".to_owned());
    }
    for (at, step) in ids.iter().enumerate() {
        if let Some(early) = ids[at + 1..].iter().find(|later| order.is_before(**later, *step)) {
            faults.push(format!("{step:?} stands before {early:?}"));
        }
        let beside: Vec<usize> =
            (1..=ids.len()).filter(|number| order.is_unordered(*step, ids[number - 1])).collect();
        let named = book.steps[at].beside.numbers();
        if !named.iter().all(|number| beside.contains(number)) || (beside.len() <= 12 && named != beside) {
            faults.push(format!("{}: {named:?} for {beside:?}", book.steps[at].name));
        }
        let part = &book.roles[book.steps[at].role];
        if part.name != plan.landscape.roles[plan.steps[*step].role.value] || !part.steps.contains(&at) {
            faults.push(format!("{} is on the page of {}", book.steps[at].name, part.name));
        }
        let waits = book.steps[at].waits.len();
        if waits < plan.steps[*step].needs.len() + usize::from(!plan.steps[*step].after.is_empty()) {
            faults.push(format!("{} waits for less than the plan says", book.steps[at].name));
        }
    }
    let drawn: Vec<&str> = book.outline.steps.rows().map(|node| node.name.as_str()).collect();
    if !drawn.iter().eq(book.steps.iter().map(|step| &step.name).collect::<Vec<_>>().iter()) {
        faults.push("the drawing has other numbers".to_owned());
    }
    if book.outline.edges.iter().any(|edge| edge.from >= edge.to) {
        faults.push("an edge of the drawing leads up".to_owned());
    }
    faults
}

#[test]
fn a_runbook_is_in_an_order_that_the_plan_allows() {
    let mut seen = 0;
    for plan in sound(0..150) {
        let source = plan.plan().source.text.clone();
        let book = proved(plan);
        assert_eq!(faults(&checked(&source), &book), Vec::<String>::new(), "{source}");
        assert_eq!(shape(&html(&book)).err(), None);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
    // A text whose last step is the first that is done.
    let (head, steps) = ONE_KEY.split_once("# 1\n").unwrap();
    let (steps, tail) = steps.split_once("promise").unwrap();
    let mut blocks: Vec<&str> = steps.split("\n\n").filter(|block| block.contains("step ")).collect();
    blocks.reverse();
    let turned = format!("{head}{}\n\npromise{tail}", blocks.join("\n\n"));
    let book = book(&turned);
    assert_eq!(faults(&checked(&turned), &book), Vec::<String>::new());
    assert_eq!(book.steps.last().unwrap().name, "deploy");
    // A step in the place of another one is seen, and so is a neighbour that is none.
    let mut wrong = book.clone();
    wrong.steps.swap(0, 11);
    assert!(!faults(&checked(&turned), &wrong).is_empty());
    let mut wrong = book;
    wrong.steps[11].beside = wrong.steps[0].beside.clone();
    assert!(!faults(&checked(&turned), &wrong).is_empty());
}

/// The lines that a reader sees before the first step.
fn top(page: &str, first: &str) -> String {
    page.split_once(first).unwrap().0.to_owned()
}

#[test]
fn a_refused_plan_never_looks_agreed() {
    let hasty = TWO_KEYS.replace("  needs orders drained of old\n", "");
    let kept =
        TWO_KEYS.replacen("keyroll 1\n", "keyroll 1\n\nexpect refused undrained because \"it was\"\n", 1);
    for (name, text, code) in [
        ("documented", DOCUMENTED, "undrained"),
        ("hasty", &hasty, "undrained"),
        ("expected", &kept, "undrained"),
    ] {
        let book = book(text);
        for page in [markdown(&book), html(&book)] {
            let above = top(&page, "What is promised");
            assert!(
                above.contains("REFUSED: NOT AN AGREED PROCEDURE. Do not carry it out."),
                "{name}: {above}"
            );
            assert!(above.contains(code), "{name}: {above}");
            assert!(!page.contains("Proved.") && !page.contains("(proved"), "{name}");
            assert!(page.contains("NOT proved"), "{name}");
            // On top, and on the page of each role.
            assert_eq!(page.matches("NOT AN AGREED PROCEDURE").count(), 1 + book.roles.len(), "{name}");
        }
    }
    let sound = book(TWO_KEYS);
    for page in [markdown(&sound), html(&sound)] {
        assert!(top(&page, "What is promised").contains("Proved.") && !page.contains("NOT"), "{page}");
    }
    let start = checked(ONE_KEY).plan().start.clone();
    let open = keyroll::proof::verdict::prove_by(
        keyroll::proof::engine::Engine::Explicit,
        checked(ONE_KEY),
        &start,
        5_usize,
    );
    let page = markdown(&Runbook::of(&open));
    assert!(top(&page, "What is promised").contains("NOT PROVED"), "{page}");
    assert!(!page.contains("(proved)") && page.contains("promised, NOT proved"));
}

fn keyroll(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap()
}

#[test]
fn the_command_ends_as_the_proof_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let broken = path("broken.renewal");
    std::fs::write(&broken, "keyroll 1\nplan p\n").unwrap();
    let kept = path("kept.renewal");
    std::fs::write(
        &kept,
        TWO_KEYS.replacen("keyroll 1\n", "keyroll 1\n\nexpect refused undrained because \"was\"\n", 1),
    )
    .unwrap();
    for (plan, exit) in [
        ("plans/xml-signature/two-keys.renewal", 0),
        ("plans/xml-signature/two-keys-as-documented.renewal", 1),
        (kept.as_str(), 1),
        (broken.as_str(), 1),
        ("plans/no-such.renewal", 2),
    ] {
        for format in ["markdown", "html"] {
            let (one, again) = (
                keyroll(&["runbook", plan, "--format", format]),
                keyroll(&["runbook", plan, "--format", format]),
            );
            assert_eq!(one.status.code(), Some(exit), "{plan}");
            assert_eq!(one.stdout, again.stdout, "the same plan gives the same bytes");
            assert_eq!(one.stdout.is_empty(), exit == 2 || plan == broken);
            let to = path("book");
            let written = keyroll(&["runbook", plan, "--format", format, "--output", &to]);
            assert_eq!(written.status.code(), Some(exit));
            assert!(written.stdout.is_empty());
            if !one.stdout.is_empty() {
                assert_eq!(std::fs::read(&to).unwrap(), one.stdout);
            }
        }
    }
}

/// A plan in which every text that is foreign is this one.
fn hostile(text: &str) -> String {
    let escaped: String = text.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect();
    let mut plan = DOCUMENTED.to_owned();
    for (word, keep) in
        [("plan xml", 1), ("  \"Renew", 0), ("role tenant_admin", 0), ("step create_key", 0), ("expect", 0)]
    {
        let lines = plan.lines().map(|line| {
            if !line.starts_with(word) || keep == 1 {
                return line.to_owned();
            }
            let (before, rest) = line.split_once('"').unwrap();
            let (_, after) = rest.rsplit_once('"').unwrap();
            format!("{before}\"{escaped}\"{after}")
        });
        plan = lines.map(|line| line + "\n").collect();
    }
    plan
}

#[test]
fn nothing_foreign_breaks_out_of_a_runbook() {
    let plain = book(&hostile("plain"));
    let lines = |page: &str| page.lines().count();
    let more = [
        "- [x] # | a",
        "1. one",
        "[a](https://a.example) ![b](c)",
        "```",
        "<!-- -->",
        "&lt;script&gt;",
        "a\n\n# b",
        "**done** _x_ ~~y~~",
    ];
    for foreign in HOSTILE.into_iter().chain(more) {
        let book = book(&hostile(foreign));
        let (page, text) = (html(&book), markdown(&book));
        // Where letters are wide, the drawing says how wide; and a longer text has more lines there.
        let kinds = |page: &str| -> BTreeSet<String> {
            shape(page)
                .unwrap()
                .into_iter()
                .map(|line| line.replace(" \"textLength\" \"lengthAdjust\"", ""))
                .collect()
        };
        assert_eq!(kinds(&page), kinds(&html(&plain)), "{foreign:?}");
        assert!(!page.contains(is_hostile) && !text.contains(is_hostile), "{foreign:?}");
        assert_eq!(lines(&text), lines(&markdown(&plain)), "{foreign:?}");
        for line in text.lines() {
            let own = ["| ", "|---", "- ", "  - ", "> ", "# ", "## ", "---", "Each step"];
            assert!(line.is_empty() || own.iter().any(|start| line.starts_with(start)), "{line}");
            // Each mark of Markdown that is not the page's own stands behind a backslash.
            for (at, _) in line.match_indices(['<', '`', '~']) {
                assert!(line[..at].ends_with('\\'), "{line}");
            }
            let cells = line.replace("\\|", "").matches('|').count();
            assert!(!line.starts_with("| ") || [3, 5].contains(&cells), "{line}");
        }
    }
}

#[test]
fn a_page_of_html_needs_nothing_else() {
    for text in [TWO_KEYS, ONE_KEY, DOCUMENTED] {
        let page = html(&book(text));
        assert_eq!(needs(&page), Vec::<String>::new());
        assert!(shape(&page).is_ok());
        assert!(
            page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && page.contains("content=\"default-src")
        );
        // Headings go down one level at a time, and each box to check has its label.
        assert_eq!(page.matches("<h1>").count(), 1);
        assert_eq!(page.matches("type=\"checkbox\"").count(), page.matches("<label>").count());
        assert_eq!(page.matches("type=\"checkbox\"").count(), book(text).steps.len());
    }
}

#[test]
fn a_large_plan_has_a_runbook_soon() {
    let (head, tail) = TWO_KEYS.split_once("# 1\n").unwrap();
    let more: String = (0..5_000)
        .map(|n| match n % 50 {
            0 => format!("step more{n} by tenant_admin {{\n  inform receiver_admin\n}}\n\n"),
            _ => format!(
                "step more{n} by tenant_admin {{\n  after more{}\n  inform receiver_admin\n}}\n\n",
                n - 1
            ),
        })
        .collect();
    let began = Instant::now();
    let book = book(&format!("{head}{more}{tail}"));
    let text = markdown(&book);
    println!("{} steps, {} bytes, {:?}", book.steps.len(), text.len(), began.elapsed());
    assert_eq!(book.steps.len(), 5_007);
    assert!(text.len() < 4_000_000 && text.contains("among others"));
}
