//! Findings beside the lines of a change, and which of them refuse.

use super::super::runs::Said;
use super::keyroll;

fn said(words: &[&str]) -> Said {
    Said::of(keyroll(words).output().unwrap())
}

const TWO_KEYS: &str = "plans/xml-signature/two-keys.renewal";
const HASTY: &str = "plans/xml-signature/two-keys-as-documented.renewal";

#[test]
fn each_finding_is_one_command() {
    let advised = said(&["check", "--format", "github", TWO_KEYS]).ends(0).out;
    let commands: Vec<&str> = advised.lines().collect();
    assert_eq!(commands.len(), 2, "{advised}");
    for command in commands {
        assert!(command.starts_with("::notice file=plans/xml-signature/two-keys.renewal,line="), "{command}");
    }
    let refused = said(&["prove", "--format", "github", HASTY]).ends(1).out;
    assert_eq!(refused.lines().filter(|line| line.starts_with("::error ")).count(), 1, "{refused}");
    assert!(
        refused.contains("title=keyroll%3A%3Aundrained::") && refused.contains("%0Agive `retire_old`"),
        "{refused}"
    );
}

#[test]
fn advice_weighs_as_it_is_asked_for() {
    let told = |words: &[&str], exit| {
        let said = said(&[words, &[TWO_KEYS]].concat()).ends(exit);
        (said.err.matches("\n  × ").count(), said.err.matches("\n  ☞ ").count())
    };
    assert_eq!(told(&["check"], 0), (0, 2));
    assert_eq!(told(&["check", "--deny", "old_pair_kept"], 1), (1, 1));
    assert_eq!(
        told(&["check", "--deny", "keyroll::old_pair_kept", "--allow", "last_act_unreported"], 1),
        (1, 0)
    );
    assert_eq!(told(&["prove", "--allow", "advice"], 0), (0, 0));
    assert_eq!(told(&["prove", "--deny", "advice"], 1), (2, 0));
    assert_eq!(
        told(&["prove", "--deny", "advice", "--allow", "advice"], 1),
        (2, 0),
        "what refuses goes first"
    );
    assert_eq!(told(&["check", "--deny", "advice", "--allow", "old_pair_kept"], 1), (1, 0));
    // Of a folder as well.
    let folder = said(&["check", "--deny", "old_pair_kept", "plans/xml-signature"]).ends(1);
    assert!(
        folder.out.contains("two-keys.renewal") && folder.out.contains("refused     old_pair_kept"),
        "{}",
        folder.out
    );
    let none = said(&["check", "--deny", "old_pair_kep", TWO_KEYS]).ends(2);
    assert!(none.err.contains("did you mean `old_pair_kept`?"), "{}", none.err);
}

#[test]
fn no_error_is_allowed_away() {
    for line in [&["prove", "--allow", "undrained", HASTY][..], &["prove", "--allow", "advice", HASTY]] {
        assert!(said(line).ends(1).err.contains("keyroll::undrained"));
    }
}
