//! Stories on real backends: what the story tells comes true, and what does not is said.

use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Duration};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    backend::clock::{Clock, SetClock, WallClock},
    backend::notifier::{Notice, Notifier, NotifierError},
    journal::memory::MemoryHost,
    proof::story::{
        Story,
        form::StoryFile,
        refused::{EXPLANATIONS, Refused},
    },
    run::{
        bind::bind,
        enact::{EnactError, Enactment, Seen},
        runner::{Parts, Runner},
        sandbox::{Props, Sandbox},
    },
    world::material::KeyType,
};
use serde_json::Value;

use super::{ONE_KEY, TWO_KEYS, drainless, golden, refuted};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("two.renewal", &drainless(TWO_KEYS));
        desk.write("one.renewal", &drainless(ONE_KEY));
        desk.write("whole.renewal", TWO_KEYS);
        desk
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn keyroll(&self, line: &str) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(line.split_whitespace()).current_dir(self.0.path()).env_remove("COLUMNS");
        let output = command.env("TZ", "UTC").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

/// The message that is rejected in the proof is rejected by the verifier, and no other one is.
#[test]
fn the_stock_plans_without_their_drain_come_true_as_their_stories_tell() {
    let desk = Desk::new();
    for (name, sent, end) in [("two", 7, 12), ("one", 9, 16)] {
        let (exit, out, _) = desk.keyroll(&format!("prove {name}.renewal --story {name}.json"));
        assert_eq!(exit, 1);
        assert!(out.ends_with(&format!("  story       {name}.json\n")), "{out}");
        let line = format!("rehearse {name}.renewal --story {name}.json --key-type ec-p256");
        let (exit, out, err) = desk.keyroll(&line);
        assert_eq!((exit, err.as_str()), (4, ""), "{out}");
        assert!(out.ends_with(": the story came true\n"), "{out}");
        let (exit, out, err) = desk.keyroll(&format!("{line} --format json"));
        assert_eq!((exit, err.as_str()), (4, ""));
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(told["came_true"], true);
        let moments = told["moments"].as_array().unwrap();
        assert_eq!(moments.len(), end);
        let shown = |number: usize| moments[number - 1]["shown"].as_str().unwrap();
        assert!(shown(sent).starts_with("signed with old ("), "{}", shown(sent));
        assert!(shown(end).starts_with("rejected by the verifier: "), "{}", shown(end));
        let others = (1..end).filter(|number| *number != sent);
        assert!(others.into_iter().all(|number| shown(number) == "done"), "{moments:#?}");
    }
}

#[test]
fn what_a_story_leaves_behind_is_kept_when_it_is_asked_for() {
    let desk = Desk::new();
    desk.keyroll("prove two.renewal --story two.json");
    let (exit, out, _) = desk.keyroll("rehearse two.renewal --story two.json --key-type ec-p256 --keep kept");
    assert_eq!(exit, 4);
    assert!(out.ends_with("kept:   kept\n"), "{out}");
    for left in ["tenant.p12", "partner-trust", "orders-flow", "keyroll.db"] {
        assert!(desk.0.path().join("kept").join(left).exists(), "{left}");
    }
    let (exit, _, err) = desk.keyroll("rehearse two.renewal --story two.json --key-type ec-p256 --keep kept");
    assert_eq!(exit, 5);
    assert!(err.contains("is not empty"), "{err}");
}

/// Every kind of ending of the refused plans comes true, or is refused before anything is built.
#[test]
fn each_kind_of_ending_comes_true_or_is_refused() {
    let desk = Desk::new();
    let (mut kinds, mut not_playable) = (BTreeSet::new(), Vec::new());
    for (name, text) in golden() {
        desk.write("plan.renewal", &text);
        let (exit, ..) = desk.keyroll("prove plan.renewal --story story.json");
        assert_eq!(exit, 1, "{name}");
        let story: Value = serde_json::from_str(&desk.read("story.json")).unwrap();
        let kind = story["ending"]["fault"].as_str().unwrap().to_owned();
        let line = "rehearse plan.renewal --story story.json --key-type ec-p256 --format json";
        let (exit, out, err) = desk.keyroll(line);
        let told: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{name}: {out}{err}"));
        if told["code"] == "keyroll::story_not_playable" {
            assert_eq!(exit, 1, "{name}");
            not_playable.push(name);
            continue;
        }
        assert_eq!((exit, &told["came_true"]), (4, &Value::Bool(true)), "{name}: {told:#}\n{err}");
        let last = told["moments"].as_array().unwrap().last().unwrap();
        let shown = last["shown"].as_str().unwrap();
        println!("{name}: {shown}");
        assert!(!shown.is_empty() && !shown.ends_with(": "), "{name}: {shown}");
        kinds.insert(kind);
    }
    // The others: a half moment, no moment, a key that is accepted from the start and lies nowhere, or a flow
    // that lists two aliases.
    assert_eq!(
        not_playable,
        [
            "alias_lost.gap",
            "alias_lost.two_aliases",
            "promise_broken.fact",
            "promise_vacuous",
            "promise_vacuous.before",
            "step_misfit",
            "step_misfit.backup_occupied",
            "step_misfit.tested",
            "step_misfit.used_up",
            "trust_gap.second_too_late",
            "trust_gap.two_aliases",
            "undrained.two_aliases",
        ]
    );
    assert_eq!(kinds.len(), 7, "{kinds:?}");
}

/// What is done after a late effect is done on backends of which the record knows less.
#[test]
fn a_story_goes_on_behind_a_late_effect() {
    let desk = Desk::new();
    let start = "step start by tenant {\nafter stop\ndeploy orders\n}\n";
    let stop = "step stop by tenant {\nmay come late\nundeploy orders\n}\n";
    let tell = "step tell by tenant {\nafter start\ninform partner\n}\n";
    let believe = "step go by partner {\nafter tell\nneeds orders deployed\nretire old at gate\n}\n";
    let wait = "step wait by tenant {\nafter start\nneeds orders deployed\ninform partner\n}\n";
    let act = "step more by tenant {\nafter start\ncreate new in store as \"b\"\n}\n";
    let never = "promise never store[\"b\"] is new while orders undeployed\n";
    let waived = "waive orders rejected because \"a test\"\n";
    for (more, kind, shown) in [
        (
            format!("{tell}{believe}{waived}"),
            "stale_belief",
            "the record says otherwise; seen: orders: undeployed",
        ),
        (wait.to_owned(), "cannot_finish", "the run stops: "),
        (format!("{act}{never}"), "promise_broken", "seen: store[\"b\"]: new; orders: undeployed"),
        (format!("{}finally orders deployed\n", act), "goal_missed", "seen: orders: undeployed"),
    ] {
        desk.write("late.renewal", &crate::reference::tiny(&format!("{stop}{start}{more}")));
        let (exit, out, _) = desk.keyroll("prove late.renewal --story late.json");
        assert_eq!(exit, 1, "{out}");
        let story: Value = serde_json::from_str(&desk.read("late.json")).unwrap();
        assert_eq!(story["ending"]["fault"], kind, "{story:#}");
        let kinds: Vec<&Value> = story["moments"].as_array().unwrap().iter().map(|m| &m["kind"]).collect();
        assert!(kinds.contains(&&Value::from("late_effect")), "{kinds:?}");
        let line = "rehearse late.renewal --story late.json --key-type ec-p256 --format json";
        let (exit, out, err) = desk.keyroll(line);
        assert_eq!(exit, 4, "{out}{err}");
        let told: Value = serde_json::from_str(&out).unwrap();
        let last = told["moments"].as_array().unwrap().last().unwrap()["shown"].as_str().unwrap();
        assert!(last.starts_with(shown), "{last}");
    }
}

#[derive(Debug)]
struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// Plays a story that nobody led through the rules.
fn played(text: &str, change: impl Fn(&mut Story)) -> (Result<(), EnactError>, Vec<Seen>) {
    let mut refuted = refuted(text);
    change(&mut refuted.story);
    let (checked, folder) = (&refuted.checked, tempfile::tempdir().unwrap());
    let start = WallClock.now();
    let props = Props { key_type: KeyType::EcP256, start, pause: Duration::ZERO };
    let sandbox = Sandbox::build(checked.plan(), folder.path(), &props).unwrap();
    let clock = SetClock::new(start);
    let (mut host, mut nobody) = (MemoryHost::new(checked), Nobody);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let parts = Parts {
        host: &mut host,
        backends: bind(checked.plan(), sandbox.site(), sandbox.folder()).unwrap(),
        site: sandbox.site(),
        folder: sandbox.folder(),
        clock: &clock,
        notifier: &mut nobody,
        stop: &stop,
    };
    let runner = Runner::in_sandbox(&sandbox, checked, parts);
    let mut seen = Vec::new();
    let mut enactment = Enactment::of(checked, &refuted.story, runner, &sandbox, &clock).unwrap();
    let ended = enactment.play(&mut |one| seen.push(one), &mut |_| {});
    (ended, seen)
}

/// Without the moment that ends the trust the verifier accepts, and the story does not come true.
#[test]
fn a_story_that_is_not_so_does_not_come_true() {
    let text = drainless(TWO_KEYS);
    let (ended, seen) = played(&text, |_| {});
    assert!(ended.is_ok() && seen.len() == 12, "{ended:?}");
    let (ended, seen) = played(&text, |story| drop(story.moments.pop()));
    let Err(EnactError::Refused(Refused::NotShown(why))) = ended else { panic!("{ended:?}") };
    assert_eq!((why.as_str(), seen.len()), ("the verifier accepts the message", 10));
    // The message is signed after the exchange.
    let (ended, _) = played(&text, |story| story.moments.swap(6, 7));
    let Err(EnactError::Refused(Refused::NotShown(why))) = ended else { panic!("{ended:?}") };
    assert_eq!(why, "the message is signed with new");
    // An act whose turn has not come.
    let (ended, _) = played(&text, |story| story.moments.swap(0, 10));
    assert!(matches!(ended, Err(EnactError::Run(_))), "{ended:?}");
}

/// A file for which `rehearse --story` says this.
fn wrong(code: &str, desk: &Desk) -> String {
    let text = desk.read("two.json");
    match code {
        "story_unreadable" => "{\"schema\":".to_owned(),
        "story_version" => text.replacen("keyroll/story/1", "keyroll/story/2", 1),
        "story_foreign" => {
            desk.keyroll("prove one.renewal --story one.json");
            desk.read("one.json")
        }
        "story_untrue" => {
            text.replacen("\"before\":\"yes\",\"after\":\"no\"", "\"before\":\"no\",\"after\":\"yes\"", 1)
        }
        other => panic!("nothing brings {other} about"),
    }
}

#[test]
fn every_finding_about_a_story_has_its_page() {
    let desk = Desk::new();
    desk.keyroll("prove two.renewal --story two.json");
    with_settings!({ snapshot_path => "../../golden/told", prepend_module_to_snapshot => false, omit_expression => true }, {
        for explanation in EXPLANATIONS {
            let plan = match explanation.code {
                "story_not_playable" => {
                    let all = golden();
                    let (_, text) = all.iter().find(|(stem, _)| stem == "promise_vacuous").unwrap();
                    desk.write("vacuous.renewal", text);
                    desk.keyroll("prove vacuous.renewal --story wrong.json");
                    "vacuous.renewal"
                }
                // The program shows it only where the software is not as a proof assumes.
                "story_not_shown" => {
                    let (ended, _) = played(&drainless(TWO_KEYS), |story| drop(story.moments.pop()));
                    let Err(EnactError::Refused(refused)) = ended else { panic!("{ended:?}") };
                    let refusal = keyroll::source::Refusal::new(keyroll::source::Source::new("", ""), vec![Box::new(refused)]);
                    assert_snapshot!(explanation.code, keyroll::page::page(&refusal, false, 100));
                    continue;
                }
                code => {
                    desk.write("wrong.json", &wrong(code, &desk));
                    "two.renewal"
                }
            };
            let (exit, out, err) = desk.keyroll(&format!("rehearse {plan} --story wrong.json --key-type ec-p256"));
            assert_eq!((exit, out.as_str()), (1, ""), "{err}");
            assert!(err.starts_with(&format!("keyroll::{}\n", explanation.code)), "{err}");
            assert!(err.contains("help: ") && err.ends_with("1 error\n"), "{err}");
            assert_snapshot!(explanation.code, err);
            fs::remove_file(desk.0.path().join("wrong.json")).unwrap();
        }
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/told");
    let pages: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let codes: BTreeSet<String> = EXPLANATIONS.iter().map(|e| format!("{}.snap", e.code)).collect();
    assert_eq!(pages, codes);
}

/// What is there is not written over, and a name says what is written.
#[test]
fn a_story_goes_only_where_one_may_lie() {
    let desk = Desk::new();
    desk.write("notes.json", "{\"mine\": true}\n");
    desk.write("notes.svg", "<svg/>\n");
    for (line, part) in [
        ("prove two.renewal --story notes.json", "notes.json is there and is no story"),
        ("prove two.renewal --story notes.svg", "notes.svg is there and is no story"),
        ("prove two.renewal --story two.renewal", "two.renewal does not"),
        ("prove two.renewal --story -", "- does not"),
    ] {
        let (exit, out, err) = desk.keyroll(line);
        assert_eq!((exit, out.as_str()), (2, ""), "{line}");
        assert!(err.contains(part), "{line}: {err}");
    }
    assert_eq!(desk.read("notes.json"), "{\"mine\": true}\n");
    assert_eq!(desk.read("two.renewal"), drainless(TWO_KEYS));
    let (exit, _, err) = desk.keyroll("prove whole.renewal --story whole.json");
    assert!(exit == 0 && err.contains("no story is written: the plan is proved"), "{err}");
    assert!(!desk.0.path().join("whole.json").exists());
    for form in ["svg", "json"] {
        let line = format!("prove two.renewal --story story.{form}");
        assert_eq!(desk.keyroll(&line).0, 1);
        let first = desk.read(&format!("story.{form}"));
        assert_eq!(desk.keyroll(&line).0, 1, "one story may take the place of another");
        assert_eq!(desk.read(&format!("story.{form}")), first);
    }
    assert!(StoryFile::read(desk.read("story.json").as_bytes()).is_ok());
}

/// Each of several stories goes into a file of its own, and each comes true.
#[test]
fn each_of_several_stories_comes_true() {
    let desk = Desk::new();
    let hastier = desk
        .read("two.renewal")
        .replace("  after confirm_trust\n  needs partner accepts new\n", "  after create_key\n");
    desk.write("hastier.renewal", &hastier);
    let (exit, out, _) = desk.keyroll("prove hastier.renewal --all --story story.json --format json");
    assert_eq!(exit, 1);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["written"], serde_json::json!(["story.json", "story-2.json"]));
    assert_eq!((&told["more"], told["stories"].as_array().unwrap().len()), (&Value::Bool(false), 2));
    assert_eq!(
        (&told["stories"][0]["story"], told["findings"].as_array().unwrap().len()),
        (&told["story"], 2)
    );
    for (file, key) in [("story.json", "new"), ("story-2.json", "old")] {
        let line = format!("rehearse hastier.renewal --story {file} --key-type ec-p256");
        let (exit, out, err) = desk.keyroll(&line);
        assert_eq!((exit, err.as_str()), (4, ""), "{out}");
        assert!(out.contains(&format!("the message signed with {key} arrives")), "{out}");
    }
}

/// The two-key plan with a runtime that keeps keys.
fn cached(text: &str, delivers: &str) -> String {
    let cached =
        text.replace("  delivers within $delivery\n", &format!("  {delivers}\n  caches keys for 10m\n"));
    assert_ne!(cached, text);
    cached
}

/// A run waits until a runtime has let a key go, and so does the clock of a story.
#[test]
fn a_story_comes_true_where_a_runtime_keeps_keys() {
    let never = "promise orders never interrupted\npromise always partner accepts old\n";
    let drained = TWO_KEYS.replace("promise orders never interrupted\n", never);
    let desk = Desk::new();
    for (name, text, end) in [
        ("drained", cached(&drained, "delivers within $delivery"), "seen: partner accepts old: no"),
        ("late", cached(&drainless(TWO_KEYS), "delivers within $delivery"), "rejected by the verifier: "),
        ("at_once", cached(&drainless(TWO_KEYS), "delivers immediately"), "rejected by the verifier: "),
    ] {
        let text = text.replace("param delivery", "# param delivery");
        let text = text.replace("delivers within $delivery", "delivers within 24h");
        desk.write("plan.renewal", &text);
        let (exit, _, err) = desk.keyroll("prove plan.renewal --story story.json");
        assert_eq!(exit, 1, "{name}: {err}");
        let line = "rehearse plan.renewal --story story.json --key-type ec-p256 --format json";
        let (exit, out, err) = desk.keyroll(line);
        let told: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{name}: {out}{err}"));
        assert_eq!((exit, &told["came_true"]), (4, &Value::Bool(true)), "{name}: {told:#}\n{err}");
        let last = told["moments"].as_array().unwrap().last().unwrap()["shown"].as_str().unwrap().to_owned();
        assert!(last.contains(end), "{name}: {last}");
    }
}

/// A message that arrives at once, and a runtime that was stopped meanwhile: there is no such message.
#[test]
fn a_story_of_a_key_that_no_runtime_keeps_is_refused_before_anything_begins() {
    let text = drainless(ONE_KEY)
        .replace("  delivers within $delivery\n", "  delivers immediately\n  caches keys for 10m\n");
    let text = text.replace("param delivery", "# param delivery");
    let desk = Desk::new();
    desk.write("plan.renewal", &text);
    let (exit, out, page) = desk.keyroll("prove plan.renewal --story story.json");
    assert_eq!(exit, 1);
    let stop = page.lines().position(|line| line.contains("undeploy orders")).unwrap();
    let told = page.lines().position(|line| line.contains("signing with `old` stops")).unwrap();
    assert!((stop..stop + 3).contains(&told), "it stops with the flow, and not again: {page}");
    assert!(!out.contains("may sign with old up to"), "an undeployed runtime keeps no key: {out}");
    let (exit, out, err) = desk.keyroll("rehearse plan.renewal --story story.json --key-type ec-p256");
    assert_eq!((exit, out.as_str()), (1, ""));
    assert!(err.contains("story_not_playable") && err.contains("does not keep old any more"), "{err}");
}
