//! The two documented procedures as prose: with their doubts settled they are the plans that come with keyroll.

use std::{fs, process::Command};

use super::drafted;

/// How the doubts of a draft are settled: what stands there, and what takes its place, in this order.
type Settled = &'static [(&'static str, &'static str)];

const BOTH: Settled = &[
    ("\"fill-in\"", "\"orders-signer\""),
    ("messages", "orders"),
    (
        "# DOUBT: whether it waits for orders under way is not said: needs orders drained of old\n",
        "needs orders drained of old\n",
    ),
];

const TWO_KEYS: Settled = &[
    ("  # DOUBT: how many keys it can hold is not said: accepts at most ...\n", "  accepts at most 2\n"),
    (
        "  # DOUBT: how long a message may be under way is not said (incomplete_flow): delivers within ...\n",
        "  delivers within 24h\n",
    ),
    (
        "# DOUBT: whether the new key must be accepted first is not said: needs partner accepts new\n",
        "needs partner accepts new\n",
    ),
    ("accept_new", "trust_both"),
    ("report_accepted", "confirm_trust"),
    ("report_exchanged", "announce_exchange"),
    (
        "# DOUBT: no promise is taken over from prose: promise orders never ...\n",
        "promise orders never rejected\npromise orders never interrupted\n",
    ),
    (
        "# DOUBT: what is so at the end is not taken over from prose: finally ...\n",
        "finally partner accepts only new\nfinally tenant[$alias] is new\n",
    ),
];

const ONE_KEY: Settled = &[
    ("  # DOUBT: how many keys it can hold is not said: accepts at most ...\n", "  accepts at most 1\n"),
    (
        "  # DOUBT: how long a message may be under way is not said (incomplete_flow): delivers within ...\n",
        "  delivers within 10m\n",
    ),
    (
        "# DOUBT: how long it may last is not said: window downtime at most ...\nwindow downtime\n",
        "window downtime at most 4h\n",
    ),
    (
        "  # DOUBT: only the order of the prose says this: take it out where either may come first\n  after provide_certificate\n  agree",
        "  agree",
    ),
    (
        "# DOUBT: whether it waits for the agreed time is not said: needs downtime open\n",
        "needs downtime open\n",
    ),
    (
        "  # DOUBT: only the order of the prose says this: take it out where either may come first\n  after exchange_key\n  inform",
        "  after report_undeployed\n  inform",
    ),
    ("step report by", "step announce_silence by"),
    (", report\n", ", announce_silence\n"),
    ("report_exchanged", "confirm_exchange"),
    (
        "# DOUBT: no promise is taken over from prose: promise orders never ...\n",
        "promise orders never rejected\npromise orders interrupted only in downtime\n",
    ),
    (
        "# DOUBT: what is so at the end is not taken over from prose: finally ...\n",
        "finally partner accepts only new\nfinally orders deployed\nfinally tenant[$alias] is new\n",
    ),
];

fn settled(draft: &str, edits: &[Settled]) -> String {
    let mut text = draft.to_owned();
    for (doubt, line) in edits.iter().copied().flatten() {
        assert!(text.contains(doubt), "{doubt:?} is not in\n{text}");
        text = text.replace(doubt, line);
    }
    text
}

#[test]
fn the_documented_procedures_become_the_plans_that_come_with_keyroll() {
    let prose = include_str!("../../prose/signer.md");
    let folder = tempfile::tempdir().unwrap();
    for (section, stock, edits) in [
        ("The receiver can hold two keys", "two-keys", TWO_KEYS),
        ("The receiver can hold one key", "one-key", ONE_KEY),
    ] {
        let draft = drafted(prose, Some(section));
        assert_eq!((draft.steps, draft.understood), if stock == "two-keys" { (7, 7) } else { (12, 12) });
        // The alias is said above both procedures.
        let draft = draft.text.replace("\"orders-signer\"", "\"fill-in\"");
        let text = settled(&draft, &[BOTH, edits]);
        let path = folder.path().join("drafted.renewal");
        fs::write(&path, &text).unwrap();
        let stock = format!("{}/plans/xml-signature/{stock}.renewal", env!("CARGO_MANIFEST_DIR"));
        for (old, new) in [(stock.as_str(), path.to_str().unwrap()), (path.to_str().unwrap(), &stock)] {
            let said =
                Command::new(env!("CARGO_BIN_EXE_keyroll")).args(["compare", old, new]).output().unwrap();
            let (out, err) =
                (String::from_utf8(said.stdout).unwrap(), String::from_utf8(said.stderr).unwrap());
            assert!(said.status.success(), "{out}{err}\n{text}");
            assert_eq!(out.lines().count(), 1, "{out}\n{text}");
            assert!(out.contains("promises, order, windows and worst cases are those of"), "{out}");
        }
    }
}

/// A draft with its doubts left as they are is no plan that anybody could run.
#[test]
fn a_draft_is_refused_until_its_doubts_are_settled() {
    let draft = drafted(include_str!("../../prose/signer.md"), Some("two keys"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drafted.renewal");
    fs::write(&path, draft.text).unwrap();
    let said = Command::new(env!("CARGO_BIN_EXE_keyroll")).arg("prove").arg(&path).output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8(said.stderr).unwrap().contains("keyroll::incomplete_flow"));
}
