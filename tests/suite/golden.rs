//! Every finding of a plan earns the page beside the plan that brings it about.
//!
//! `refused/<code>.renewal` is refused with that code and no other; `refused/<code>.<case>.renewal`
//! is another way to earn it. `advised/` holds the same for advice, and `hand/` the pages about keystores.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use insta::{assert_snapshot, with_settings};
use keyroll::check;
use keyroll::cli::explain;
use keyroll::cli::prove::{proved, told};
use keyroll::page::page;
use keyroll::plan::given::Given;
use keyroll::proof::verdict::{BUDGET, Verdict, prove};
use keyroll::source::{Refusal, Source, is_advice, own_text};
use keyroll::syntax;
use keyroll::world::state::World;

mod explained;
mod sites;
mod stories;

/// Pages whose plans are too large to lie in a folder; the tests of the reader and of huge plans make
/// them.
const MADE: [&str; 3] = ["file_too_large", "too_entangled", "too_many_faults"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn read(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Source::new(path.file_name().unwrap().to_str().unwrap(), text).in_folder(path.parent().unwrap())
}

/// The names of the files of one kind in a folder, without the extension, sorted.
fn stems(folder: &Path, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = files.map(|name| name.into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(&format!(".{extension}")).map(str::to_owned)).collect()
}

/// The code that a file is named after.
fn code(stem: &str) -> &str {
    stem.split('.').next().unwrap()
}

fn is_of_the_reader(stem: &str) -> bool {
    syntax::EXPLANATIONS.iter().any(|explanation| explanation.code == code(stem))
}

/// A world that the plan does not begin with, for what only shows in another one: the receiver
/// has lost what it accepts.
fn start(stem: &str, declared: &World) -> World {
    let mut world = declared.clone();
    if code(stem) == "stale_belief" {
        for receiver in declared.accepted.ids() {
            world.accepted[receiver] = keyroll::world::id::KeySet::default();
        }
    }
    world
}

/// Everything that is said of a plan, and the codes of its findings.
fn said(stem: &str, source: &Source) -> (String, Vec<String>) {
    let drawn = |findings| {
        let refusal = Refusal::new(source.clone(), findings);
        (page(&refusal, false, 100), refusal.codes().collect())
    };
    let mut checked = match check::read(source, &Given::default()) {
        Ok(checked) => checked,
        Err(refusal) => return drawn(refusal.findings),
    };
    let advice = checked.take_advice();
    let world = start(stem, &checked.plan().start);
    match prove(checked, &world, BUDGET) {
        Verdict::Proven(_) => drawn(advice),
        Verdict::Refuted(refuted) => {
            let (mut text, codes) = drawn(vec![refuted.finding]);
            for line in told(refuted.checked.plan(), &refuted.story, false) {
                text.push_str(&line);
                text.push('\n');
            }
            (text, codes)
        }
        Verdict::NotProven(open) => panic!("{stem}: {} states are not enough", open.states),
    }
}

#[test]
fn every_finding_of_a_plan_earns_the_page_beside_it() {
    for kind in ["refused", "advised"] {
        with_settings!({
            snapshot_path => format!("../golden/{kind}"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            for stem in stems(&folder(kind), "renewal") {
                if is_of_the_reader(&stem) {
                    continue;
                }
                let source = read(&folder(kind).join(format!("{stem}.renewal")));
                let (text, codes) = said(&stem, &source);
                assert!(codes.iter().all(|c| c == code(&stem)) && !codes.is_empty(), "{stem}: {codes:?}\n{text}");
                assert_snapshot!(stem, text);
            }
        });
    }
}

#[test]
fn every_code_has_a_page_and_every_page_has_a_code() {
    let all = explain::all();
    // Those about XML are drawn by one type, and the tests of signatures bring them about by their codes.
    let codes = all.iter().map(|explanation| explanation.code).filter(|code| !code.starts_with("xml_"));
    let codes: BTreeSet<&str> = codes.collect();
    let mut pages = BTreeSet::new();
    for kind in ["refused", "advised"] {
        let (plans, drawn) = (stems(&folder(kind), "renewal"), stems(&folder(kind), "snap"));
        let made: BTreeSet<String> =
            MADE.iter().filter(|_| kind == "refused").map(|m| (*m).to_owned()).collect();
        let sites = stems(&folder(kind), "toml");
        let plans: BTreeSet<String> = plans.union(&made).chain(&sites).cloned().collect();
        let alone: Vec<&String> = plans.symmetric_difference(&drawn).collect();
        assert!(alone.is_empty(), "{kind}: these lie alone, as a plan or as a page: {alone:?}");
        pages.extend(drawn.iter().map(|stem| code(stem).to_owned()));
        for stem in &drawn {
            let page = std::fs::read_to_string(folder(kind).join(format!("{stem}.snap"))).unwrap();
            let found: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("keyroll::")).collect();
            assert!(!found.is_empty() && found.iter().all(|c| *c == code(stem)), "{stem}: {found:?}");
        }
    }
    // Those about keystores stand in no text; the tests of the hand tools bring them about.
    pages.extend(stems(&folder("hand"), "snap"));
    // Those about certificates of proofs likewise.
    pages.extend(stems(&folder("certificate"), "snap"));
    // Those about what stands behind a site, which only the world shows, and those about stories.
    pages.extend(stems(&folder("site"), "snap"));
    pages.extend(stems(&folder("told"), "snap"));
    // What only a run shows.
    pages.extend(stems(&folder("run"), "snap"));
    // Those about prose stand in no plan; the tests of imports bring them about.
    pages.extend(stems(&folder("prose"), "snap"));
    // And those about how a plan begins.
    pages.extend(stems(&folder("template"), "snap"));
    // Those about scenarios stand in texts without steps.
    pages.extend(stems(&folder("scenario"), "snap"));
    assert_eq!(pages.iter().map(String::as_str).collect::<BTreeSet<_>>(), codes);
}

/// What a page must say for its reader to go on.
#[test]
fn every_finding_points_at_words_and_says_what_to_do() {
    for kind in ["refused", "advised"] {
        for stem in stems(&folder(kind), "renewal").iter().filter(|stem| !is_of_the_reader(stem)) {
            let source = read(&folder(kind).join(format!("{stem}.renewal")));
            let (findings, world) = match check::read(&source, &Given::default()) {
                Err(refusal) => (refusal.findings, None),
                Ok(mut checked) => {
                    (checked.take_advice(), Some((start(stem, &checked.plan().start), checked)))
                }
            };
            let findings = match world.map(|(world, checked)| prove(checked, &world, BUDGET)) {
                Some(Verdict::Refuted(refuted)) => vec![refuted.finding],
                _ => findings,
            };
            for finding in findings {
                let message = finding.to_string();
                assert!(!message.ends_with('.') && !message.contains("``"), "{stem}: {message}");
                let help = finding.help().map(|help| help.to_string()).unwrap_or_default();
                assert!(help.len() > 4 && !help.ends_with('.') && !help.contains("``"), "{stem}: {help}");
                let labels: Vec<_> = finding.labels().into_iter().flatten().collect();
                assert!((1..=5).contains(&labels.len()), "{stem}: {} labels", labels.len());
                // A finding about a part of the plan brings the text of the part with it.
                let text = own_text(finding.as_ref()).map_or(source.text.clone(), |own| own.text);
                for label in labels {
                    let words = text.get(label.offset()..label.offset() + label.len());
                    assert!(label.label().is_some_and(|l| !l.is_empty()), "{stem}");
                    assert!(
                        words.is_some_and(|w| stem == "wrong_usage" || !w.trim().is_empty()),
                        "{stem}: {words:?}"
                    );
                }
                assert_eq!(is_advice(finding.as_ref()), kind == "advised", "{stem}");
            }
        }
    }
}

/// Texts of the author's may hold any character as an escape; none leaves a page as it is.
#[test]
fn no_escaped_character_leaves_a_page_or_a_proof() {
    let hostile = "\\u{202e}\\u{1b}[31m\\u{200b}\\n";
    let plan = std::fs::read_to_string(folder("refused").join("undrained.renewal")).unwrap();
    let plan = plan.replace("plan renewal", &format!("plan renewal \"{hostile}\" source \"{hostile}\""));
    let plan = plan.replace("role tenant_admin\n", &format!("role tenant_admin \"{hostile}\"\n"));
    let plan = plan.replace(
        "step retire_old by receiver_admin",
        &format!("step retire_old by receiver_admin \"{hostile}\""),
    );
    let clean = |text: &str| !text.chars().any(|c| keyroll::source::is_hostile(c) || c == '\r');
    let (text, codes) = said("p", &Source::new("p\u{202e}\u{1b}", plan.clone()));
    assert_eq!(codes, ["undrained"], "{}", keyroll::source::shown(&text));
    assert!(clean(&text), "{}", keyroll::source::shown(&text));
    let waived = plan
        .replace("promise orders never rejected", &format!("waive orders rejected because \"{hostile}\""));
    let checked = check::read(&Source::new("p", waived), &Given::default()).unwrap();
    let start = checked.plan().start.clone();
    let Verdict::Proven(proven) = prove(checked, &start, BUDGET) else { panic!("a waived hazard refuses") };
    let lines = proved(proven.proof());
    assert!(
        lines.iter().any(|l| l.contains("\\u{202e}")) && lines.iter().all(|l| clean(l) && !l.contains('\n')),
        "{lines:?}"
    );
}
