//! Tables: what is said for each row is what a person would write out by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keyroll::check::{self, Checked};
use keyroll::plan::given::Given;
use keyroll::proof::verdict::{BUDGET, Verdict, prove};
use keyroll::source::{Refusal, Source};
use proptest::prelude::*;

const HUB: &str = include_str!("../plans/tables/hub.renewal");

fn read(text: &str) -> Result<Checked, Refusal> {
    check::read(&Source::new("plan", text), &Given::default())
}

/// What each step of a plan is: role, order, needs, act.
pub(crate) fn steps(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let step = |step: &keyroll::plan::Step| {
        let after: Vec<&str> = step.after.iter().map(|id| plan.steps[id.value].name.value.as_str()).collect();
        let needs: Vec<String> = step.needs.iter().map(|need| need.value.sentence(land)).collect();
        let (role, title) = (&land.roles[step.role.value], &step.title);
        let act = step.action.value.sentence(land);
        format!(
            "{} {role} {title:?} after {after:?} needs {needs:?} {act} takes {:?}",
            step.name,
            step.extra().takes
        )
    };
    plan.steps.rows().map(step).collect()
}

/// Everything else that a plan says, as far as names and values tell it.
pub(crate) fn rest(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut said: Vec<String> = land.roles.rows().cloned().collect();
    said.extend(plan.role_titles.rows().map(|title| format!("{title:?}")));
    said.extend(land.keys.rows().cloned());
    said.extend(land.acceptors.rows().map(|receiver| format!("{} {:?}", receiver.name, receiver.capacity)));
    said.extend(land.channels.rows().map(|flow| {
        let (alias, to) = (land.place_name(flow.stamps), &land.acceptors[flow.acceptor].name);
        format!("{} {alias} {to} {:?} {:?}", flow.name, flow.transit, flow.cache)
    }));
    said.extend(land.windows.rows().map(|window| format!("{window:?}")));
    said.extend(plan.promises.iter().map(|promise| promise.value.sentence(land)));
    said.extend(plan.statements.iter().map(|stated| stated.value.sentence(land)));
    said.extend(plan.finals.iter().map(|last| last.value.sentence(land)));
    let start = &plan.start;
    said.push(format!("{:?} {:?} {:?} {:?}", start.places, start.accepted, start.running, start.set));
    said.extend(land.own_facts.rows().map(|fact| format!("{fact:?}")));
    said
}

/// The partners of [`HUB`]: name, transit time, and whether it must be asked.
type Partner = (String, u64, bool);

/// The same plan as a person would write it, who copies each sentence for each partner.
fn by_hand(partners: &[Partner]) -> String {
    let (head, tail) = HUB.split_once("table partner").unwrap();
    let (_, tail) = tail.split_once("}\n").unwrap();
    let mut out = head.to_owned();
    let mut block: Option<(bool, Vec<String>)> = None;
    let asked = |wanted: bool| partners.iter().filter(move |(_, _, asked)| *asked || !wanted);
    let fill = |line: &str, (name, hours, _): &Partner| {
        line.replace("$partner", name).replace("$delivers", &format!("{hours}h"))
    };
    for line in tail.lines() {
        match (line, &mut block) {
            ("for each partner {", None) => block = Some((false, Vec::new())),
            ("for each partner where asked is yes {", None) => block = Some((true, Vec::new())),
            ("}", Some((wanted, said))) => {
                for partner in asked(*wanted) {
                    said.iter().for_each(|line| out += &format!("{}\n", fill(line, partner)));
                }
                block = None;
            }
            (line, Some((_, said))) => said.push(line.to_owned()),
            (line, None) => match line.split_once(" for each partner") {
                Some((said, behind)) => {
                    let wanted = behind == " where asked is yes";
                    assert!(wanted || behind.is_empty(), "{line}");
                    let (front, list) = said.rsplit_once(' ').unwrap();
                    // A need is said as a whole, everything else has a list.
                    if said.trim_start().starts_with("needs") {
                        asked(wanted).for_each(|partner| out += &format!("{}\n", fill(said, partner)));
                    } else {
                        let list: Vec<String> = asked(wanted).map(|partner| fill(list, partner)).collect();
                        out += &format!("{front} {}\n", list.join(", "));
                    }
                }
                None => out += &format!("{line}\n"),
            },
        }
    }
    out
}

fn with_table(partners: &[Partner]) -> String {
    let (head, tail) = HUB.split_once("table partner").unwrap();
    let (_, tail) = tail.split_once("}\n").unwrap();
    let row = |(name, hours, asked): &Partner| {
        format!("  {name}, {hours}h, {}\n", if *asked { "yes" } else { "no" })
    };
    let rows: String = partners.iter().map(row).collect();
    format!("{head}table partner with delivers : duration, asked : name {{\n{rows}}}\n{tail}")
}

fn partners() -> impl Strategy<Value = Vec<Partner>> {
    let names = prop::collection::btree_set("[a-z][a-z0-9-]{0,6}", 1..6);
    (names, prop::collection::vec((1u64..72, any::<bool>()), 6)).prop_map(|(names, more)| {
        let rows = names.into_iter().zip(more).enumerate();
        // One at least is asked: a list of nobody is refused.
        rows.map(|(number, (name, (hours, asked)))| (name, hours, asked || number == 0)).collect()
    })
}

proptest! {
    #[test]
    fn a_table_says_what_is_written_out_by_hand(partners in partners()) {
        let (told, by_hand) = (with_table(&partners), by_hand(&partners));
        let (told, hand) = (read(&told), read(&by_hand));
        match (told, hand) {
            (Ok(told), Ok(hand)) => {
                prop_assert_eq!(steps(&told), steps(&hand));
                prop_assert_eq!(rest(&told), rest(&hand));
            }
            (told, hand) => prop_assert!(
                false,
                "{:?}\n{:?}\n{}",
                told.err().map(|r| r.codes().collect::<Vec<_>>()),
                hand.err().map(|r| r.codes().collect::<Vec<_>>()),
                by_hand
            ),
        }
    }
}

/// So many rows are said by two workers, where there are processors for them.
#[test]
fn a_long_table_says_it_too_and_finds_what_is_wrong_once() {
    let partner = |number: usize| (format!("p{number}"), 1 + number as u64 % 71, number % 3 != 1);
    let partners: Vec<Partner> = (0..1_500).map(partner).collect();
    let (told, hand) = (read(&with_table(&partners)), read(&by_hand(&partners)));
    let (told, hand) = (told.unwrap(), hand.unwrap());
    assert!(told.plan().steps.len() > 4_000, "{}", told.plan().steps.len());
    assert!(steps(&told) == steps(&hand) && rest(&told) == rest(&hand));
    // What is wrong in each row is told once.
    let block = "for each partner {\n";
    let wrong = with_table(&partners).replacen(block, &format!("{block}role $strange-$partner\n"), 1);
    assert_eq!(read(&wrong).unwrap_err().codes().collect::<Vec<_>>(), ["unknown_column"]);
}

#[test]
fn a_plan_with_a_table_is_proved_and_refused_like_any_other() {
    let proved = read(HUB).unwrap();
    let start = proved.plan().start.clone();
    assert!(matches!(prove(proved, &start, BUDGET), Verdict::Proven(_)));
    let hasty = HUB.replace("    needs orders-$partner drained of old\n", "");
    assert_ne!(hasty, HUB);
    let hasty = read(&hasty).unwrap();
    let Verdict::Refuted(refuted) = prove(hasty, &start, BUDGET) else { panic!("not refuted") };
    assert!(format!("{}", refuted.finding).contains("orders-"), "{}", refuted.finding);
}

fn in_folder(folder: &Path, text: &str) -> Result<Checked, Refusal> {
    check::read(&Source::new("plan", text).in_folder(folder), &Given::default())
}

/// The plan with its rows in a file.
fn from_file(file: &str) -> String {
    let (head, tail) = HUB.split_once("table partner").unwrap();
    let (_, tail) = tail.split_once("}\n").unwrap();
    format!("{head}table partner with delivers : duration, asked : name from \"{file}\"\n{tail}")
}

#[test]
fn rows_come_from_files_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    let here = read(&with_table(&[("acme".into(), 24, true), ("bolt".into(), 1, false)])).unwrap();
    for (name, text) in [
        ("a.csv", "partner,delivers,asked\nacme,24h,yes\nbolt,1h,no\n"),
        ("windows.csv", "\u{feff}asked, delivers, partner\r\nyes,24h,acme\r\n\r\nno,\"1h\",bolt\r\n"),
        ("below/c.CSV", "partner,delivers,asked\nacme,24h,yes\nbolt,1h,no"),
        (
            "d.json",
            r#"[{"partner": "acme", "delivers": "24h", "asked": "yes"},
                {"asked": "no", "partner": "bolt", "delivers": "1h"}]"#,
        ),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let read = in_folder(folder.path(), &from_file(name))
            .unwrap_or_else(|refusal| panic!("{name}: {}", keyroll::page::page(&refusal, false, 100)));
        assert_eq!((steps(&read), rest(&read)), (steps(&here), rest(&here)), "{name}");
        assert_eq!(read.plan().files, BTreeMap::from([(name.to_owned(), text.to_owned())]));
    }
}

/// Approval is bound to the rows: another row in the file is another plan.
#[test]
fn the_digest_covers_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let text = from_file("p.csv");
    let mut digests = std::collections::BTreeSet::new();
    for rows in ["acme,24h,yes\n", "acme,25h,yes\n", "acme,24h,yes\nbolt,1h,no\n"] {
        fs::write(folder.path().join("p.csv"), format!("partner,delivers,asked\n{rows}")).unwrap();
        let read = in_folder(folder.path(), &text).unwrap();
        digests.insert(read.plan().digest());
        // As it was once, wherever the file is now.
        let kept = Source::new("plan", text.clone()).with_files(read.plan().files.clone());
        assert_eq!(check::read(&kept, &Given::default()).unwrap().plan().digest(), read.plan().digest());
    }
    assert_eq!(digests.len(), 3);
}

#[test]
fn no_file_outside_the_folder_is_read() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("plans");
    fs::create_dir(&folder).unwrap();
    let rows = "partner,delivers,asked\nacme,24h,yes\n";
    fs::write(around.path().join("p.csv"), rows).unwrap();
    fs::write(folder.join("p.csv"), rows).unwrap();
    assert!(in_folder(&folder, &from_file("p.csv")).is_ok());
    let outside = around.path().join("p.csv").display().to_string();
    for name in ["../p.csv", "./../p.csv", &outside, "", ".", "/", "plans", "x/../p.csv", "C:\\\\p.csv"] {
        let refusal = in_folder(&folder, &from_file(name)).unwrap_err();
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["table_file"], "{name}");
    }
    // From standard input there is no folder.
    assert!(read(&from_file("p.csv")).unwrap_err().has_code("table_file"));
}

/// Ten million steps are counted, not made.
#[test]
fn what_would_take_all_memory_is_refused_with_its_count() {
    let rows: String = (0..3200).map(|n| format!("  p{n}\n")).collect();
    let other: String = (0..3200).map(|n| format!("  q{n}\n")).collect();
    let text = format!(
        "keyroll 1\nplan p\ntable one {{\n{rows}}}\ntable two {{\n{other}}}\nrole r\nfor each one {{\nfor each two {{\n\
         step s-$one-$two by r {{\n inform r\n}}\n}}\n}}\n"
    );
    let refusal = read(&text).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["too_many_instances"]);
    let said = refusal.findings[0].to_string();
    let count: u64 = said.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert!(count > 10_240_000, "{said}");
}

/// One mistake in what is said for each row is one finding.
#[test]
fn a_mistake_is_found_once_and_not_for_each_row() {
    let wrong = HUB.replace("retire old at gate-$partner", "retire old at gates-$partner");
    let refusal = read(&wrong).unwrap_err();
    assert_eq!(refusal.codes().collect::<Vec<_>>(), ["unknown_name"]);
}

/// What the checks of the whole plan find in many rows is told once too, with how often.
#[test]
fn advice_on_what_is_said_for_each_row_is_told_once() {
    let silent = |text: &str| {
        let checked = read(text).unwrap();
        let of = |finding: &&keyroll::source::Finding| {
            finding.code().unwrap().to_string().ends_with("last_act_unreported")
        };
        let helps = checked.advice().iter().filter(of).map(|finding| finding.help().unwrap().to_string());
        helps.collect::<Vec<_>>()
    };
    let partners = |many: usize| (0..many).map(|n| (format!("p{n}"), 1, true)).collect::<Vec<Partner>>();
    // Each partner does something in the end of which nobody hears.
    let last = |name: &str| {
        format!("step extra-{name} by admin-{name} {{\n  after close\n  accept new at gate-{name}\n}}\n")
    };
    let each = |many: usize| {
        silent(&format!("{}for each partner {{\n{}}}\n", with_table(&partners(many)), last("$partner")))
    };
    let written_out = ["p0", "p1", "p2"].map(last).concat();
    let alone = silent(&format!("{}{written_out}", by_hand(&partners(3))));
    assert_eq!(alone.len(), 3, "one for each step that is written out: {alone:?}");
    let told = each(3);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("; the same is found here 2 more times, in other rows"), "{told:?}");
    assert!(each(2)[0].ends_with("once more, in other rows"));
    assert!(!each(1)[0].contains("in other rows"));
}
