//! Which plan is chosen by which answers, and what is said where none fits.

use clap::ValueEnum as _;
use keyroll::template::{Answers, Holder, ROWS, Still, What, choose};

use super::*;

fn of(what: &str, holder: &str, two: bool, interruption: bool) -> Answers {
    Answers {
        what: What::from_str(what, false).unwrap(),
        holder: Holder::from_str(holder, false).unwrap(),
        two,
        interruption,
    }
}

pub(super) fn refused(what: &str, holder: &str, two: bool, interruption: bool) -> Refusal {
    *choose(of(what, holder, two, interruption)).unwrap_err()
}

/// Every answer there is leads to a plan that keeps to it, or to a reason.
#[test]
fn a_plan_that_is_chosen_is_as_the_answers_say() {
    let (mut chosen, mut none) = (BTreeSet::new(), 0);
    for what in What::value_variants() {
        for holder in Holder::value_variants() {
            for (two, interruption) in [(true, true), (true, false), (false, true), (false, false)] {
                let answers = Answers { what: *what, holder: *holder, two, interruption };
                match choose(answers) {
                    Err(refusal) => {
                        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["no_plan_fits"]);
                        none += 1;
                    }
                    Ok(name) => {
                        chosen.insert(name);
                        let entry = begun(name).unwrap().entry().unwrap();
                        assert!(!entry.waives, "{name}");
                        assert!(interruption || entry.still == Still::Never, "{answers:?}: {entry:?}");
                    }
                }
            }
        }
    }
    assert_eq!(chosen, ROWS.iter().map(|row| row.name).collect());
    assert!(none > 20, "{none}");
}

/// What a row says of its plan is so: how many keys lie beside each other, and whether the flow stands still.
#[test]
fn what_is_said_of_a_choice_is_so() {
    for row in ROWS {
        let template = begun(row.name).unwrap();
        let checked = template.checked().unwrap();
        let still = Still::of(&checked) != Still::Never;
        assert_eq!(row.stands_still, still, "{}", row.name);
        let land = &checked.plan().landscape;
        let one = land.acceptors.iter().any(|(_, receiver)| receiver.capacity == Some(1));
        assert_eq!(row.two, !one, "{}", row.name);
    }
}

#[test]
fn one_key_without_interruption_has_no_plan_and_is_told_why() {
    for what in What::value_variants().iter().filter(|what| **what != What::Other) {
        for holder in Holder::value_variants() {
            let answers = Answers { what: *what, holder: *holder, two: false, interruption: false };
            let said = page(&choose(answers).unwrap_err(), false, 400);
            assert!(said.contains("accepts either the old or the new one"), "{said}");
        }
    }
    for (what, two, interruption, says) in [
        ("tls-client", true, false, None),
        ("password", true, false, Some("passwords/outbound-password-helper-user")),
        ("password", true, true, Some("passwords/outbound-user")),
        ("xml-signature", true, true, Some("xml-signature/two-keys")),
        ("xml-signature", false, true, Some("xml-signature/one-key")),
        ("other", true, true, None),
    ] {
        assert_eq!(choose(of(what, "we", two, interruption)).ok(), says, "{what}");
    }
    let said = page(&refused("tls-client", "we", true, false), false, 400);
    assert!(said.contains("when it is started again") && said.contains("--interruption yes"), "{said}");
    let said = page(&refused("ssh-user", "partner", true, true), false, 400);
    assert!(said.contains("none of this kind for this side"), "{said}");
}

#[test]
fn answers_are_given_as_options_and_nobody_is_asked_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let said = |words: &[&str]| keyroll(folder.path(), &[&["new"], words].concat());
    let all = ["--what", "xml-signature", "--private-key", "we", "--two-keys", "yes", "--interruption", "no"];
    let made = said(&all).ends(0);
    assert_eq!(made.out, two_keys().text);
    assert!(
        made.err.contains("begins with xml-signature/two-keys") && made.err.contains("proved"),
        "{}",
        made.err
    );
    said(&[]).ends(2).says("--from PLAN").says("--what xml-signature|").says("--interruption yes|no");
    for missing in [0, 2, 4, 6] {
        let mut some = all.to_vec();
        let option = some.drain(missing..missing + 2).next().unwrap();
        let told = said(&some).ends(2);
        assert!(
            told.err.contains("there is no terminal to ask") && told.err.contains(option),
            "{}",
            told.err
        );
        let others = ["--what ", "--private-key ", "--two-keys ", "--interruption "];
        assert_eq!(others.iter().filter(|other| told.err.contains(*other)).count(), 1, "{}", told.err);
    }
    said(&["--what", "salt"]).ends(2);
    said(&["--what", "other"]).ends(1).says("no_plan_fits");
    let mut bad = all;
    (bad[5], bad[7]) = ("no", "no");
    let told = said(&bad).ends(1).says("keyroll::no_plan_fits");
    assert_eq!(told.out, "");
    said(&["--from", "xml-signature/two-keys", "--what", "other"]).ends(2);
    let json = said(&["--what", "other", "--format", "json"]).ends(1).out;
    assert!(json.starts_with("{\"schema\":\"keyroll/findings/1\""), "{json}");
}
