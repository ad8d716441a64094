//! Comparing plans: what got weaker is said, and ends with 1; what did not is not.

#![cfg(test)]

use std::{path::Path, process::Command};

use keyroll::compare::{About, Weight, differences};

use super::{random_plans::sound, reference::read};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// The weights and texts of the differences of two texts.
fn told(old: &str, new: &str) -> Vec<(Weight, String)> {
    let (old, new) = (read(old).unwrap(), read(new).unwrap_or_else(|codes| panic!("{codes:?} of\n{new}")));
    differences(&old, &new).into_iter().map(|d| (d.weight, d.text)).collect()
}

/// Each change of a stock plan, what it means, and what it is called.
const CHANGES: &[(&str, &str, &str, Weight, &str)] = &[
    (TWO_KEYS, "promise orders never interrupted\n", "", Weight::Weaker, "orders is of whose interruptions"),
    (TWO_KEYS, "finally partner accepts only new\n", "", Weight::Weaker, "no longer so at the end"),
    (
        TWO_KEYS,
        "promise orders never rejected\n",
        "waive orders rejected because \"haste\"\n",
        Weight::Weaker,
        "rejected messages of orders are waived",
    ),
    (
        TWO_KEYS,
        "promise orders never interrupted\n",
        "promise orders never interrupted\npromise can always finish\n",
        Weight::Changed,
        "",
    ),
    (
        TWO_KEYS,
        "promise orders never interrupted\n",
        "promise orders never interrupted\npromise can always abort\n",
        Weight::Stronger,
        "now promised: can always abort",
    ),
    (
        ONE_KEY,
        "  undeploy orders\n",
        "  may come late\n  undeploy orders\n",
        Weight::Stronger,
        "an attempt of `undeploy` that was given up may come late; it was to come no more where it matters",
    ),
    (
        ONE_KEY,
        "  deploy orders\n",
        "  may come late\n  deploy orders\n",
        Weight::Changed,
        "`deploy` may come late, as it says now",
    ),
    (TWO_KEYS, "= 24h ", "= 1h ", Weight::Weaker, "a message of orders arrives within 1h; it was within 24h"),
    (
        TWO_KEYS,
        "delivers within $delivery",
        "delivers immediately",
        Weight::Weaker,
        "at once; it was within 24h",
    ),
    (
        TWO_KEYS,
        "accepts at most 2 ",
        "accepts at most 3 ",
        Weight::Weaker,
        "at most 3 keys; it was at most 2 keys",
    ),
    (
        TWO_KEYS,
        "  needs partner accepts new\n",
        "",
        Weight::Changed,
        "`exchange_key` does not wait any more until",
    ),
    (TWO_KEYS, "  retire old", "  takes 1h\n  retire old", Weight::Changed, ""),
    (ONE_KEY, "= 4h", "= 5h", Weight::Weaker, "the window downtime lasts"),
    (
        ONE_KEY,
        "promise orders interrupted only in downtime\n",
        "",
        Weight::Weaker,
        "orders is of whose interruptions",
    ),
    (ONE_KEY, "finally orders deployed\n", "", Weight::Weaker, "no longer so at the end: orders deployed"),
    (
        ONE_KEY,
        "  after create_key, report_undeployed\n",
        "  after create_key, confirm_exchange\n",
        Weight::Weaker,
        "the downtime of orders is 8 acts one after the other; it was 7",
    ),
];

#[test]
fn each_change_is_told_and_is_the_opposite_the_other_way_round() {
    for (plan, from, to, weight, text) in CHANGES {
        let changed = plan.replacen(from, to, 1);
        assert_ne!(&changed, plan, "{from}");
        let there = told(plan, &changed);
        let back = told(&changed, plan);
        if text.is_empty() {
            assert_eq!((there, back), (Vec::new(), Vec::new()), "{to}");
            continue;
        }
        let found = there.iter().find(|(_, told)| told.contains(text));
        assert_eq!(found.map(|(weight, _)| weight), Some(weight), "{from}: {there:?}");
        let opposite = match weight {
            Weight::Weaker => Weight::Stronger,
            Weight::Stronger => Weight::Weaker,
            Weight::Changed => Weight::Changed,
        };
        let worse = if opposite == Weight::Weaker { &there } else { &back };
        assert!(back.iter().any(|(weight, _)| *weight == opposite), "{from}: {back:?}");
        assert!(worse.iter().all(|(weight, _)| *weight != Weight::Weaker), "{from}: {back:?}");
    }
}

/// Another start, and another thing that a flow signs with or sends to, and what each is called.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("  accepts old\n", "  accepts old\n  accepts new\n", "at the start partner accepts new; it did not"),
    ("  alias \"other\" is old", "  alias \"other\" is spare", "tenant[\"other\"] names spare; it was old"),
    ("  deployed\n", "  undeployed\n", "at the start orders is undeployed; it was deployed"),
    (
        "signs xml with tenant[$alias]",
        "signs xml with tenant[\"other\"]",
        "orders signs with tenant[\"other\"]; it was tenant[\"orders-signer\"]",
    ),
    ("sends to partner", "sends to elsewhere", "orders sends to elsewhere; it was partner"),
];

/// Both plans know of the other alias and the other receiver.
fn with_more_things(plan: &str) -> String {
    let plan = plan.replacen("  alias $alias is old", "  alias $alias is old\n  alias \"other\" is old", 1);
    // Where the flow signs with another alias, the drain of its key would never hold.
    let plan = plan.replace("  needs orders drained of old\n", "");
    format!(
        "{plan}\nkey spare\n\nreceiver elsewhere of receiver_admin {{\n  accepts old\n  accepts at most 2\n}}\n"
    )
}

#[test]
fn another_start_is_weaker_either_way_round() {
    let plan = with_more_things(TWO_KEYS);
    for (from, to, text) in OTHERWISE {
        let changed = plan.replacen(from, to, 1);
        assert_ne!(changed, plan, "{from}");
        let there = told(&plan, &changed);
        assert!(there.iter().any(|(w, told)| *w == Weight::Weaker && told.contains(text)), "{there:?}");
        let back = told(&changed, &plan);
        assert!(back.iter().any(|(w, _)| *w == Weight::Weaker), "{from}: {back:?}");
    }
}

#[test]
fn what_is_said_of_the_start_alone_by_one_plan_is_more_to_take_for_granted() {
    let more =
        TWO_KEYS.replacen("  alias $alias is old", "  alias $alias is old\n  alias \"spare\" is old", 1);
    let text = "at the start tenant[\"spare\"] names old, of which nothing was said";
    assert_eq!(told(TWO_KEYS, &more), [(Weight::Weaker, text.to_owned())]);
    let text = "nothing is said any more of this: at the start tenant[\"spare\"] names old";
    assert_eq!(told(&more, TWO_KEYS), [(Weight::Stronger, text.to_owned())]);
    let third = TWO_KEYS.replacen("key old", "key spare\n\nkey old", 1);
    assert_eq!(told(TWO_KEYS, &third), [], "a key that is nowhere");
    let trusted = third.replacen("  accepts old\n", "  accepts old\n  accepts spare\n", 1);
    let text = "at the start partner accepts spare, of which nothing was said";
    assert!(told(TWO_KEYS, &trusted).contains(&(Weight::Weaker, text.to_owned())));
}

#[test]
fn another_owner_and_a_new_thing_are_changed() {
    let more = with_more_things(TWO_KEYS);
    let found = told(
        &more,
        &more.replace("receiver elsewhere of receiver_admin", "receiver elsewhere of tenant_admin"),
    );
    let text = "the receiver elsewhere is of tenant_admin; it was of receiver_admin";
    assert_eq!(found, [(Weight::Changed, text.to_owned())]);
    assert!(told(TWO_KEYS, &more).contains(&(Weight::Changed, "the receiver elsewhere is new".to_owned())));
    assert!(told(&more, TWO_KEYS).contains(&(Weight::Changed, "the receiver elsewhere is gone".to_owned())));
}

#[test]
fn a_plan_differs_from_itself_in_nothing() {
    let mut seen = 0;
    for checked in sound(0..1_500) {
        assert_eq!(differences(&checked, &checked), Vec::new(), "{}", checked.plan().source.text);
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}

/// Whatever is taken out of what a plan promises makes it weaker.
#[test]
fn a_plan_that_promises_less_is_weaker() {
    let mut seen = 0;
    for checked in sound(0..3_000) {
        let text = &checked.plan().source.text;
        for (number, line) in text.lines().enumerate() {
            let counts = ["promise always", "promise never", "promise f0 inter", "finally"];
            if !counts.iter().any(|start| line.starts_with(start)) {
                continue;
            }
            let others = text.lines().enumerate().filter(|(other, _)| *other != number);
            let rest: String = others.clone().map(|(_, line)| format!("{line}\n")).collect();
            let said = line.split(" known to").next().unwrap_or(line);
            // What is said twice, or is waived, is promised still or never was.
            let again = others.clone().any(|(_, other)| other.starts_with(said) || said.starts_with(other));
            if again || text.contains("waive f0 interrupted") {
                continue;
            }
            let found = told(text, &rest);
            assert!(found.iter().any(|(weight, _)| *weight == Weight::Weaker), "{line}: {found:?}\n{text}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn steps_and_orders_are_told() {
    let bare = TWO_KEYS.replace("step retire_old by", "step end_trust by");
    let told: Vec<String> = told_steps(TWO_KEYS, &bare);
    for text in [
        "`retire_old` is not done any more",
        "`end_trust` is new: receiver_admin does `retire old at partner`",
    ] {
        assert!(told.iter().any(|told| told == text), "{text}: {told:?}");
    }
    let turned =
        ONE_KEY.replace("  after create_key, report_undeployed\n", "  after create_key, confirm_exchange\n");
    let told = told_steps(ONE_KEY, &turned);
    assert_eq!(told, ["`exchange_key` comes after `confirm_exchange`"], "what follows from it is not told");
    assert_eq!(
        told_steps(&turned, ONE_KEY),
        ["`exchange_key` need not come after `confirm_exchange` any more"]
    );
}

fn told_steps(old: &str, new: &str) -> Vec<String> {
    let source = |text: &str| keyroll::source::Source::new("plan", text);
    let given = keyroll::plan::given::Given::default();
    let read = |text: &str| keyroll::check::read(&source(text), &given);
    let (Ok(old), Ok(new)) = (read(old), read(new)) else { panic!("both can be read") };
    let found = differences(&old, &new).into_iter().filter(|d| d.about == About::Step);
    found.map(|d| d.text).collect()
}

fn compared(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    let said = command.arg("compare").args(arguments).current_dir(folder).output().unwrap();
    (said.status.code().unwrap(), String::from_utf8(said.stdout).unwrap())
}

#[test]
fn the_command_ends_with_one_where_something_got_weaker() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("old", TWO_KEYS);
    write("loose", &TWO_KEYS.replace("promise orders never interrupted\n", ""));
    write("hasty", &TWO_KEYS.replace("  needs orders drained of old\n", ""));
    write("broken", "keyroll 1\n");
    let run = |old: &str, new: &str| compared(folder.path(), &[old, new]);
    assert_eq!(
        run("old", "old"),
        (0, "old: promises, order, windows and worst cases are those of old\n".into())
    );
    let (exit, said) = run("old", "loose");
    assert!(exit == 1 && said.starts_with("loose: weaker than old\n  weaker      orders is"), "{said}");
    let (exit, said) = run("loose", "old");
    assert!(exit == 0 && said.contains("old: nothing is weaker than in loose"), "{said}");
    let (exit, said) = run("old", "hasty");
    assert!(exit == 1 && said.contains("weaker      the plan is not proved any more"), "{said}");
    let (exit, said) = run("hasty", "old");
    assert!(exit == 0 && said.contains("stronger    the plan is proved; it was not"), "{said}");
    assert_eq!(run("hasty", "hasty").0, 1, "neither is proved");
    assert_eq!((run("old", "broken").0, run("old", "missing").0, run("-", "old").0), (1, 2, 2));
    let (exit, said) = compared(folder.path(), &["--format", "json", "old", "loose"]);
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (exit, told["outcome"].as_str(), told["new_proved"].as_bool()),
        (1, Some("weaker"), Some(true))
    );
    assert_eq!(told["differences"][0]["weight"], "weaker");
}

/// A plan in which a step waits for an approval.
const APPROVED: &str = super::own_facts::PLAN;

#[test]
fn whoever_approves_something_else_or_nothing_makes_a_plan_weaker() {
    let weaker = |from: &str, to: &str, text: &str| {
        let changed = APPROVED.replacen(from, to, 1);
        assert_ne!(changed, APPROVED, "{from}");
        let found = told(APPROVED, &changed);
        assert!(
            found.iter().any(|(weight, said)| *weight == Weight::Weaker && said.contains(text)),
            "{found:?}"
        );
        changed
    };
    let title = "\"The change board approved the change\"";
    weaker(
        title,
        "\"Somebody has seen the change\"",
        "the fact change says \"Somebody has seen the change\"; it said ",
    );
    weaker(&format!(" {title}"), "", "the fact change says nothing; it said ");
    let without = weaker("  needs change set\n", "", "`trust_both` does not wait any more until change set");
    let back = told(&without, APPROVED);
    assert!(back.contains(&(Weight::Stronger, "`trust_both` waits until change set".to_owned())), "{back:?}");
    let renamed = APPROVED.replace("trust_both", "trust").replacen("  needs change set\n", "", 1);
    let lost = told(APPROVED, &renamed);
    assert!(
        lost.contains(&(Weight::Weaker, "no step waits any more until change set".to_owned())),
        "{lost:?}"
    );
    let moved = APPROVED
        .replace("of board \"", "of operator \"")
        .replace("step approve by board", "step approve by operator");
    let moved = moved.replace("request board to set change", "inform board");
    let moved = moved.replace("  after approve\n  inform operator", "  after ask\n  inform operator");
    let moved = moved.replace("  after approved\n", "  after approved, approve\n");
    let found = told(APPROVED, &moved);
    let text = "the fact change is of operator; it was of board";
    assert!(found.contains(&(Weight::Weaker, text.to_owned())), "{found:?}");
    // A step that is done under another name, and waits as before, loses nothing.
    let kept = told(APPROVED, &APPROVED.replace("trust_both", "trust"));
    assert!(kept.iter().all(|(weight, _)| *weight != Weight::Weaker), "{kept:?}");
}
