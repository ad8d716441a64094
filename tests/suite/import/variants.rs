//! The documented variants as prose in three styles, and prose in other words: how well it is read.

use std::collections::BTreeSet;

use super::{delivers, drafted, roles, step_text, steps, tree};

/// A procedure, who takes part, and the verb of each step; `?` where none fits.
struct Expected {
    heading: String,
    roles: BTreeSet<String>,
    verbs: Vec<String>,
}

fn expected(table: &str) -> Vec<Expected> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let [heading, roles, verbs] = line.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        Expected {
            heading: heading.to_owned(),
            roles: roles.split(", ").map(str::to_owned).collect(),
            verbs: verbs.split(' ').map(str::to_owned).collect(),
        }
    };
    rows.map(row).collect()
}

/// What came of some prose.
#[derive(Debug, Default)]
struct Rate {
    steps: usize,
    right: usize,
    /// Left open although a verb fits.
    open: usize,
    /// A verb that is not the right one.
    wrong: Vec<String>,
}

fn rated(prose: &str, table: &str, counted: bool) -> Rate {
    let mut rate = Rate::default();
    for one in expected(table) {
        let draft = drafted(prose, Some(&one.heading));
        let tree = tree(&draft.text);
        let found: Vec<String> = steps(&tree).into_iter().map(|(_, verb)| verb).collect();
        if counted {
            assert_eq!(found.len(), one.verbs.len(), "{}: {found:?}", one.heading);
        }
        assert_eq!(roles(&tree), one.roles, "{}", one.heading);
        rate.steps += one.verbs.len();
        for (number, (found, wanted)) in found.iter().zip(&one.verbs).enumerate() {
            if found == wanted {
                rate.right += 1;
            } else if found == "?" {
                rate.open += 1;
            } else {
                let (name, _) = &steps(&tree)[number];
                assert!(
                    step_text(&draft.text, name).contains("# DOUBT: "),
                    "{}: {name} is wrong and unmarked",
                    one.heading
                );
                rate.wrong.push(format!("{} {}: {found} for {wanted}", one.heading, number + 1));
            }
        }
    }
    rate
}

const EXPECTED: &str = include_str!("../../prose/expected.txt");

#[test]
fn every_documented_variant_is_drafted_in_every_style() {
    assert_eq!(expected(EXPECTED).len(), 45);
    for (style, prose, least) in [
        ("a colon", include_str!("../../prose/colon.md"), 320),
        ("sentences", include_str!("../../prose/sentences.md"), 320),
        ("tables", include_str!("../../prose/table.md"), 319),
    ] {
        let rate = rated(prose, EXPECTED, true);
        println!(
            "{style}: {} of {} verbs are right, {} left open, {} wrong: {:?}",
            rate.right,
            rate.steps,
            rate.open,
            rate.wrong.len(),
            rate.wrong
        );
        assert_eq!(rate.steps, 326);
        assert!(rate.right >= least && rate.wrong.len() <= 4, "{style}: {rate:?}");
    }
}

/// A variant in one style is the same as in another but for its texts.
#[test]
fn line_ends_and_marks_change_nothing() {
    let prose = include_str!("../../prose/sentences.md");
    for one in expected(EXPECTED).iter().step_by(7) {
        let plain = drafted(prose, Some(&one.heading));
        let windows = drafted(&prose.replace('\n', "\r\n"), Some(&one.heading));
        assert_eq!(plain.text, windows.text);
    }
}

/// Prose that was written without a look at how it is read. The rate is what it is: no expectation is high.
#[test]
fn prose_in_other_words_is_drafted_with_more_doubts() {
    let rate = rated(include_str!("../../prose/odd.md"), include_str!("../../prose/odd.txt"), false);
    println!(
        "other words: {} of {} verbs are right, {} left open, {:?}",
        rate.right, rate.steps, rate.open, rate.wrong
    );
    assert!(rate.right * 10 >= rate.steps * 7 && rate.wrong.len() <= 2, "{rate:?}");
}

#[test]
fn only_a_time_that_is_said_is_written() {
    let odd = include_str!("../../prose/odd.md");
    assert!(drafted(odd, Some("Portal")).text.contains("delivers within 2d"));
    assert!(drafted(odd, Some("Bank")).text.contains("window downtime at most 2h"));
    for heading in ["Bank", "Passive"] {
        let draft = drafted(odd, Some(heading));
        assert!(!delivers(&tree(&draft.text)), "{heading}");
        assert!(draft.text.contains("(incomplete_flow): delivers within ..."), "{heading}");
    }
    for one in expected(EXPECTED) {
        let draft = drafted(include_str!("../../prose/colon.md"), Some(&one.heading));
        assert!(!delivers(&tree(&draft.text)), "{}", one.heading);
        assert!(!draft.text.contains("\n  accepts at most"), "{}", one.heading);
    }
}

/// What the prose says of waiting is a doubt where it stands, and no line.
#[test]
fn a_wait_in_prose_stays_a_doubt() {
    let text = "1. Tenant administrator: creates a key pair.\n2. Tenant administrator: sends the certificate to the \
                receiver administrator.\n3. Receiver administrator: trusts the new key besides the old one.\n4. Receiver \
                administrator: removes the old certificate. Before that, wait until the last message has arrived.\n";
    let draft = drafted(text, None);
    assert!(draft.text.contains("# DOUBT: the prose speaks of a time to wait, which is not taken over: needs messages drained of old\n  retire old"), "{}", draft.text);
}

#[test]
fn a_step_of_two_things_is_two_steps() {
    let draft = drafted(
        "1. Ann Team: creates a key pair and sends the certificate to the bob team. The bob team imports it beside the old one.\n",
        None,
    );
    let found: Vec<String> = steps(&tree(&draft.text)).into_iter().map(|(_, verb)| verb).collect();
    assert_eq!(found, ["create", "provide", "accept"]);
    assert_eq!(draft.text.matches("does more than one thing").count(), 2, "{}", draft.text);
}
