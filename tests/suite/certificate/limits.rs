//! What a plan and a certificate may ask of the second judge.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use keyroll::{certificate::show, proof::cuts::settle};

use super::{super::reference::read, second::All};

/// A plan in which one of so many keys and one of as many others are never accepted together, and
/// each of them lies beside any of its own kind; and some are accepted elsewhere only.
fn crowded(keys: usize, most: usize) -> String {
    let name = |kind: &str| -> Vec<String> { (0..keys).map(|key| format!("{kind}{key}")).collect() };
    let strangers: Vec<String> = (0..12).map(|key| format!("x{key}")).collect();
    let (early, late) = (name("a"), name("b"));
    let each = |names: &[String], line: &dyn Fn(&String) -> String| -> String {
        names.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let accepts = |name: &String| format!("  accepts {name}");
    let mut text =
        String::from("keyroll 1\n\nplan crowded\n\nrole r \"R\"\nrole s \"S\"\n\nkey old\nkey c\n");
    writeln!(
        text,
        "{}",
        each(&[early.clone(), late.clone(), strangers.clone()].concat(), &|name| format!("key {name}"))
    )
    .unwrap();
    writeln!(text, "keystore t of s {{\n  alias \"a\" is old\n}}").unwrap();
    writeln!(text, "receiver p of r {{\n  accepts old\n{}", each(&early, &accepts)).unwrap();
    writeln!(text, "  accepts at most {most}\n}}").unwrap();
    writeln!(
        text,
        "receiver q of r {{\n  accepts c\n{}\n}}",
        each(&[late.clone(), strangers].concat(), &accepts)
    )
    .unwrap();
    text += "flow f of s {\n  signs xml with t[\"a\"]\n  sends to p\n  delivers immediately\n  deployed\n}\n";
    let retire = |name: &String| format!("step retire_{name} by r {{\n  retire {name} at p\n}}");
    writeln!(text, "{}", each(&early, &retire)).unwrap();
    let gate: Vec<String> = early.iter().map(|name| format!("retire_{name}")).collect();
    writeln!(text, "step gate by r {{\n  after {}\n  inform s\n}}", gate.join(", ")).unwrap();
    let accept =
        |name: &String| format!("step accept_{name} by r {{\n  after gate\n  accept {name} at p\n}}");
    writeln!(text, "{}", each(&late, &accept)).unwrap();
    text + "step accept_c by r {\n  accept c at p\n}\npromise f never rejected\n"
}

#[test]
fn a_crowded_receiver_is_given_up_in_time() {
    // Of few keys every way to fill the receiver is looked at; of many no more than is worth it;
    // and where there is room for all of them, none.
    for (keys, most, is_shown) in [(6, 8, true), (24, 26, false), (24, 51, true)] {
        let checked = read(&crowded(keys, most)).unwrap();
        let begun = Instant::now();
        let shown = show(&checked, &checked.plan().start, &All(&checked));
        println!("{keys} keys, room for {most}: {shown:?} in {:?}", begun.elapsed());
        assert_eq!(shown.is_ok(), is_shown, "{shown:?}");
        assert_eq!(settle(&checked, &checked.plan().start).is_ok(), is_shown);
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
}
