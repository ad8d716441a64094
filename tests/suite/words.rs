//! Words of the author's own: a plan in them is the plan in the words of the core.

#![cfg(test)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use keyroll::{
    check::{self, Checked},
    plan::{
        given::Given,
        vocabulary::{STANDARD, Vocabulary, head},
    },
    proof::verdict::{BUDGET, Verdict, prove},
    source::{Refusal, Source},
    syntax::{format, parse},
};

use super::runs::Said;

const TOKENS: &str = include_str!("../plans/gateway/tokens.renewal");
const RENEW: &str = include_str!("../plans/gateway/renew-token.renewal");

fn read(text: &str, files: &[(&str, &str)]) -> Result<Checked, Refusal> {
    let files: BTreeMap<String, String> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    check::read(&Source::new("plan", text).with_files(files), &Given::default())
}

/// The plan of the gateway as somebody would write it who knows the core only.
fn in_core_words() -> String {
    let mut text = RENEW.to_owned();
    for (own, core) in [
        ("use \"tokens.renewal\" version 1\n", ""),
        ("\ntoken first ", "\nkey first "),
        ("\ntoken second", "\nkey second"),
        ("\nvault shop", "\nkeystore shop"),
        ("\ngateway front", "\nreceiver front"),
        ("\nclient calls", "\nflow calls"),
        ("keeps first as \"gateway\"", "alias \"gateway\" is first"),
        ("lets first through\n  lets 2 tokens through at once", "accepts first\n  accepts at most 2"),
        ("shows shop", "stamps with shop"),
        ("calls front\n  delivers", "sends to front\n  delivers"),
        ("issue second into shop", "create second in shop"),
        ("register second at front", "accept second at front"),
        ("needs front lets second through", "needs front accepts second"),
        ("switch shop[\"gateway\"] to second", "exchange shop[\"gateway\"] for second"),
        ("calls done with first", "calls drained of first"),
        ("revoke first at front", "retire first at front"),
        ("never turned away", "never rejected"),
        ("always front lets first through", "always front accepts first"),
        ("finally front lets only second through", "finally front accepts only second"),
    ] {
        assert!(text.contains(own), "{own}");
        text = text.replace(own, core);
    }
    text
}

/// What a plan is about, whatever it is called.
fn meaning(checked: &Checked) -> String {
    let plan = checked.plan();
    let steps: Vec<String> = plan
        .steps
        .rows()
        .map(|step| {
            let needs: Vec<_> = step.needs.iter().map(|need| need.value.asks()).collect();
            format!("{:?} {:?} {needs:?} {:?}", step.name.value, step.action.value.effects(), step.speech)
        })
        .collect();
    let flows: Vec<String> = plan.landscape.channels.rows().map(|flow| format!("{flow:?}")).collect();
    let finals: Vec<String> = plan.finals.iter().map(|end| format!("{:?}", end.value.asks())).collect();
    let (promises, statements) = (plan.promises.len(), plan.statements.len());
    let start = (&plan.start.places, &plan.start.accepted, &plan.start.running, &plan.start.set);
    format!("{steps:#?} {flows:#?} {finals:?} {promises} {statements} {start:?}")
}

#[test]
fn a_plan_in_own_words_means_what_it_means_in_those_of_the_core() {
    let own = read(RENEW, &[("tokens.renewal", TOKENS)]).unwrap();
    let core = read(&in_core_words(), &[]).unwrap();
    assert_eq!(meaning(&own), meaning(&core));
    // No word of it is known to the program.
    assert!(
        keyroll::action::VOCABULARY
            .iter()
            .all(|verb| !["issue", "register", "revoke", "switch"].contains(&verb.keyword))
    );
    let said: Vec<String> = own.plan().steps.ids().map(|step| own.plan().sentence(step)).collect();
    for act in ["issue second into shop as \"gateway-next\"", "register second at front", "inform shop_admin"]
    {
        assert!(said.iter().any(|one| one == act), "{act}: {said:?}");
    }
    for checked in [own, core] {
        let start = checked.plan().start.clone();
        assert!(matches!(prove(checked, &start, BUDGET), Verdict::Proven(_)));
    }
}

#[test]
fn a_fault_in_own_words_is_found_in_own_words() {
    let hasty = RENEW.replace("  needs calls done with first\n", "");
    let checked = read(&hasty, &[("tokens.renewal", TOKENS)]).unwrap();
    let start = checked.plan().start.clone();
    let Verdict::Refuted(refuted) = prove(checked, &start, BUDGET) else { panic!("nobody waits") };
    let finding = refuted.finding.code().unwrap().to_string();
    assert_eq!(finding, "keyroll::undrained");
    let labels: Vec<_> = refuted.finding.labels().unwrap().collect();
    let drawn: Vec<&str> = labels.iter().map(|at| &hasty[at.offset()..at.offset() + at.len()]).collect();
    assert!(drawn.contains(&"revoke first at front"), "{drawn:?}");
}

#[test]
fn every_standard_vocabulary_is_read_and_each_of_its_sentences_stands_for_one_of_the_core() {
    assert!(STANDARD.len() >= 5);
    for (name, text) in STANDARD {
        let source = Source::new(*name, *text);
        let (tree, findings) = parse(&source);
        assert!(findings.is_empty(), "{name}: {findings:?}");
        assert_eq!(format(&tree), *text, "{name} is in its canonical form");
        assert_eq!(head(&tree).unwrap().name, *name);
        let words = Vocabulary::of(&source, &tree).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        let (kinds, sentences) = words.counts();
        assert!(kinds >= 2 && sentences >= 7, "{name}");
        assert_eq!(words.sentences().count(), sentences);
        assert!(words.sentences().all(|(said, means, title)| said != means && title.is_some()), "{name}");
    }
    // A plan can take all of them together.
    let uses: String = STANDARD.iter().map(|(name, _)| format!("use \"std/{name}\"\n")).collect();
    let plan = in_core_words().replace("\nrole shop_admin", &format!("\n{uses}\nrole shop_admin"));
    read(&plan, &[]).unwrap_or_else(|refusal| panic!("{:?}", refusal.error_codes()));
}

#[test]
fn what_the_core_says_means_nothing_else() {
    let declared = |said: &str, means: &str| {
        let say = format!("say \"{said}\"\n  for \"{means}\"\n\nrole shop_admin");
        read(&in_core_words().replacen("role shop_admin", &say, 1), &[])
    };
    for (said, means) in [
        ("<flow> never rejected", "<flow> never interrupted"),
        ("never <flow> undeployed", "<flow> never rejected"),
        ("always <flow> deployed", "<flow> never rejected"),
        ("always <a:condition> while <b:condition>", "always <b:condition> while <a:condition>"),
        ("always <condition>", "never <condition>"),
        ("can always abort", "can always finish"),
        ("<receiver> accepts only <key>", "<receiver> accepts <key>"),
        ("undeployed", "deployed"),
        ("accepts <key>", "accepts <key>"),
    ] {
        assert_eq!(declared(said, means).unwrap_err().error_codes(), ["bad_saying"], "{said}");
    }
    for (said, means) in [
        ("<flow> never turned away", "<flow> never rejected"),
        ("never ever <condition>", "never <condition>"),
    ] {
        assert!(declared(said, means).is_ok(), "{said}");
    }
}

#[test]
fn a_run_keeps_the_standard_words_with_which_it_began() {
    let (_, tls) = STANDARD.iter().find(|(name, _)| *name == "tls").unwrap();
    let plan = in_core_words().replacen("role shop_admin", "use \"std/tls\"\n\nrole shop_admin", 1);
    let checked = read(&plan, &[]).unwrap();
    assert_eq!(checked.plan().files["std/tls"], **tls);
    let other = tls.replace("version 1", "version 2");
    let kept = read(&plan, &[("std/tls", &other)]).unwrap();
    assert_eq!(kept.plan().files["std/tls"], other);
    assert_ne!(kept.plan().digest(), checked.plan().digest());
}

#[test]
fn vocabularies_use_others_and_never_themselves() {
    let kinds = "keyroll 1\nvocabulary kinds\nkind token is key\nkind vault is keystore\nkind gateway is receiver\nkind client is flow\n";
    let rest = TOKENS.lines().filter(|line| !line.starts_with("kind "));
    let sentences: String = rest
        .map(|line| {
            let used = if line.contains("API tokens") { "use \"kinds.renewal\"\n" } else { "" };
            format!("{line}\n{used}")
        })
        .collect();
    let files = [("tokens.renewal", sentences.as_str()), ("kinds.renewal", kinds)];
    let checked = read(RENEW, &files).unwrap();
    assert_eq!(meaning(&checked), meaning(&read(&in_core_words(), &[]).unwrap()));
    assert_eq!(checked.plan().files.keys().collect::<Vec<_>>(), ["kinds.renewal", "tokens.renewal"]);
    let circle = format!("{kinds}use \"tokens.renewal\"\n");
    let refused =
        read(RENEW, &[("tokens.renewal", sentences.as_str()), ("kinds.renewal", &circle)]).unwrap_err();
    assert_eq!(refused.error_codes(), ["vocabulary_file"]);
    let old = TOKENS.replace("version 1", "version 2");
    assert_eq!(read(RENEW, &[("tokens.renewal", &old)]).unwrap_err().error_codes(), ["vocabulary_file"]);
}

#[test]
fn what_is_asked_for_is_said_in_own_words_too() {
    let asked = RENEW.replace(
        "step issue by shop_admin {\n",
        "step ask by gateway_admin {\n  request shop_admin to issue second into shop as \"gateway-next\"\n}\n\n\
         step issue by shop_admin {\n  after ask\n",
    );
    let checked =
        read(&asked, &[("tokens.renewal", TOKENS)]).unwrap_or_else(|r| panic!("{:?}", r.error_codes()));
    let step = checked.plan().steps.ids().next().unwrap();
    assert_eq!(
        checked.plan().sentence(step),
        "request shop_admin to issue second into shop as \"gateway-next\""
    );
}

#[test]
fn a_plan_in_own_words_compares_as_the_one_in_the_words_of_the_core() {
    let place = tempfile::tempdir().unwrap();
    for (name, text) in
        [("tokens.renewal", TOKENS), ("own.renewal", RENEW), ("core.renewal", &in_core_words())]
    {
        fs::write(place.path().join(name), text).unwrap();
    }
    let compare = |old: &str, new: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(["compare", old, new]).current_dir(place.path()).output().unwrap())
    };
    for (old, new) in [("own.renewal", "core.renewal"), ("core.renewal", "own.renewal")] {
        let same = compare(old, new).ends(0).out;
        assert_eq!(same.lines().count(), 1, "{same}");
    }
    let hasty = in_core_words().replace("promise calls never interrupted\n", "");
    fs::write(place.path().join("core.renewal"), hasty).unwrap();
    assert!(compare("own.renewal", "core.renewal").ends(1).out.contains("weaker"));
}

#[test]
fn what_is_approved_is_bound_to_the_words() {
    let one = read(RENEW, &[("tokens.renewal", TOKENS)]).unwrap();
    let other = TOKENS.replace("Make a fresh token", "Make a new token");
    let two = read(RENEW, &[("tokens.renewal", &other)]).unwrap();
    assert_ne!(one.plan().digest(), two.plan().digest());
}

#[test]
fn kinds_are_said_for_each_row_too() {
    let text = "keyroll 1\nplan many\nuse \"tokens.renewal\"\ntable place {\n  a\n  b\n}\nrole admin\nrole guard\ntoken old\n\
                vault shop of admin {\n  keeps old as \"live\"\n}\nfor each place {\n  gateway gate-$place of guard {\n    lets old through\n  }\n  \
                client calls-$place of admin {\n    shows shop[\"live\"]\n    calls gate-$place\n    delivers immediately\n    deployed\n  }\n  \
                token spare-$place\n  step register-$place by guard {\n    register old at gate-$place\n  }\n}\n";
    let checked = read(text, &[("tokens.renewal", TOKENS)])
        .unwrap_or_else(|refusal| panic!("{:?}", refusal.error_codes()));
    let plan = checked.plan();
    let said: Vec<String> = plan.steps.ids().map(|step| plan.sentence(step)).collect();
    assert_eq!(said, ["register old at gate-a", "register old at gate-b"]);
    assert_eq!(plan.landscape.keys.len(), 3);
}

#[test]
fn a_vocabulary_that_exists_nowhere_in_the_program_is_checked_proved_and_rehearsed() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = tempfile::tempdir().unwrap();
    let said = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(line.split(' ')).current_dir(project).output().unwrap()).ends(0).out
    };
    let checked = said("check tests/plans/gateway");
    assert!(checked.contains("tokens: 4 kinds, 13 sentences") && checked.contains("7 steps"), "{checked}");
    assert!(said("prove tests/plans/gateway/renew-token.renewal").starts_with("renew-token: proved\n"));
    let report = place.path().join("report.html");
    let rehearsed = said(&format!(
        "rehearse tests/plans/gateway/renew-token.renewal --messages 60 --report {}",
        report.display()
    ));
    assert!(rehearsed.contains("Not one message was rejected."), "{rehearsed}");
    assert!(fs::read_to_string(report).unwrap().contains("register second at front"));
}
