//! One plan for each rule of the judge: it keeps what it promises, and a word less or more breaks it.

use keyroll::{
    certificate::{News, Reasons, Refused, show},
    check::Checked,
    world::{
        id::{Id, KeyId, StepId},
        state::WindowState,
    },
};

use super::{
    super::reference::read,
    refused::{by_worlds, worlds},
    second::All,
};

const HEAD: &str = r#"keyroll 1
plan rules
role ops
role other
key k0
key k1
key k2
key k3
keystore s of ops {
  alias "x" is k1
}
receiver gate of ops {
  accepts k1
  accepts k2
  accepts k3
}
receiver small of ops {
  accepts k1
  accepts k2
  accepts at most 2
}
receiver third of ops {
  accepts k0
}
flow f of ops {
  signs xml with s["x"]
  sends to gate
  delivers within 1h
  deployed
}
window pause
"#;

/// A step of the first role.
fn step(name: &str, after: &str, act: &str) -> String {
    let after = if after.is_empty() { String::new() } else { format!("  after {after}\n") };
    format!("step {name} by ops {{\n{after}  {act}\n}}\n")
}

fn read_all(more: &str) -> Checked {
    let text = format!("{HEAD}{more}");
    read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"))
}

fn shown(checked: &Checked) -> Result<usize, Refused> {
    show(checked, &checked.plan().start, &All(checked))
}

/// The first plan is proved both ways, and the second one neither way: this is said of its order.
#[track_caller]
fn parted(kept: &str, broken: &str, what: &str) {
    let (kept, broken) = (read_all(kept), read_all(broken));
    assert!(shown(&kept).is_ok(), "{:?}\n{}", shown(&kept), kept.plan().source.text);
    assert_eq!(by_worlds(&kept, worlds(&kept).unwrap()), Ok(()));
    let refused = shown(&broken).expect_err(&broken.plan().source.text).to_string();
    assert!(refused.contains(what), "{refused}\n{}", broken.plan().source.text);
    let by_all = by_worlds(&broken, worlds(&broken).unwrap());
    assert!(matches!(by_all, Err(Refused::Gap(_))), "{by_all:?}\n{}", broken.plan().source.text);
}

#[test]
fn an_exchange_keeps_what_lay_under_its_alias_before_it() {
    let steps = [
        step("make", "", "create k2 in s as \"y\""),
        step("swap", "make", "exchange s[\"x\"] for k2"),
        step("wipe", "swap", "destroy k1 in s"),
        step("make_more", "wipe", "create k3 in s as \"y\""),
        step("swap_more", "make_more", "exchange s[\"x\"] for k3"),
    ]
    .concat();
    let promise = |key: &str| format!("{steps}promise never s[\"x-backup\"] is {key}\n");
    parted(&promise("k3"), &promise("k2"), "x-backup");
}

#[test]
fn a_window_opens_at_any_moment_after_it_is_agreed_and_perhaps_never() {
    let promise = "promise never gate accepts k3 while pause open\n";
    let plan = |after: &str| {
        [step("ask", after, "agree pause with other"), step("stop", "", "retire k3 at gate")].concat()
            + promise
    };
    parted(&plan("stop"), &plan(""), "never gate accepts k3");
    let end = "finally pause open\n";
    let ask = step("ask", "", "agree pause with other");
    let waits = step("wait", "ask", "needs pause open\n  retire k3 at gate");
    parted(&format!("{ask}{waits}{end}"), &format!("{ask}{end}"), "the end: pause open");
    // And it is not open before that, for whoever does not wait for it.
    let first = "promise pause open before gate accepts only k1\n";
    let then = step("last", "wait", "retire k2 at gate");
    let early = step("last", "ask", "retire k2 at gate")
        + &step("wait", "last", "needs pause open\n  retire k3 at gate");
    let third = step("wait", "ask", "needs pause open\n  retire k3 at gate");
    parted(
        &format!("{ask}{third}{then}{first}"),
        &format!("{ask}{}{first}", early.replace("needs pause open\n  ", "")),
        "pause open before",
    );
}

#[test]
fn a_key_is_made_where_nothing_lies() {
    let plan = |alias: &str| step("make", "", &format!("create k2 in s as \"{alias}\""));
    parted(&plan("y"), &plan("x"), "make fits");
}

#[test]
fn a_receiver_has_room_whichever_others_it_holds() {
    let plan = |after: &str| {
        [
            step("go", "", "retire k1 at small"),
            step("come", after, "accept k3 at small"),
            step("leave", "go, come", "retire k3 at small"),
            step("last", "leave", "accept k0 at small"),
        ]
        .concat()
    };
    parted(&plan("go"), &plan(""), "come fits");
    let swap = |old: &str| step("swap", "", &format!("replace {old} by k3 at small"));
    parted(&swap("k1"), &swap("k0"), "swap fits");
    // What it accepts already takes no room.
    parted(&step("again", "", "accept k2 at small"), &step("again", "", "accept k3 at small"), "again fits");
}

#[test]
fn what_comes_before_something_has_been_so_all_at_once() {
    let plan = |text: &str| format!("{text}promise gate accepts only k1 before small accepts only k1\n");
    let last = step("last", "two", "retire k2 at small");
    let one = step("one", "", "retire k2 at gate");
    // Both facts are so together when the second step is done, and else only one after the other.
    let both = format!("{one}{}{last}", step("two", "one", "retire k3 at gate"));
    let back = step("back", "one", "accept k2 at gate");
    let late = step("late", "last", "retire k2 at gate");
    let never = format!("{one}{back}{}{last}{late}", step("two", "back", "retire k3 at gate"));
    parted(&plan(&both), &plan(&never), "before small accepts only k1");
    // It may have ended before the other one is so.
    let ended = format!(
        "{one}{}{}{last}",
        step("mid", "one", "retire k3 at gate"),
        step("two", "mid", "accept k3 at gate")
    );
    let open = format!(
        "{one}{}{}{last}",
        step("mid", "", "retire k3 at gate"),
        step("two", "one", "accept k0 at gate")
    );
    parted(&plan(&ended), &plan(&open), "before small accepts only k1");
}

/// A judge that is given the start of another run.
#[test]
fn nothing_is_shown_of_the_middle_of_something() {
    let checked = read_all(&(step("ask", "", "agree pause with other") + &step("tell", "", "inform other")));
    assert!(shown(&checked).is_ok());
    let flow = checked.plan().landscape.channels.ids().next().unwrap();
    let window = checked.plan().landscape.windows.ids().next().unwrap();
    let changes: [&dyn Fn(&mut keyroll::world::state::World); 4] = [
        &|world| world.done.insert(0),
        &|world| world.heard.insert(0),
        &|world| _ = world.under_way[flow].insert(KeyId::at(1)),
        &|world| world.windows[window] = WindowState::Agreed,
    ];
    for change in changes {
        let mut start = checked.plan().start.clone();
        change(&mut start);
        let refused = show(&checked, &start, &All(&checked)).unwrap_err().to_string();
        assert!(refused.contains("the middle of something"), "{refused}");
    }
}

/// Every reason, but this moment.
struct Spoken<'a>(All<'a>, Vec<StepId>);

impl Reasons for Spoken<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.0.is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        self.0.chain(news)
    }

    fn moment(&self, _: usize) -> Option<Vec<StepId>> {
        Some(self.1.clone())
    }
}

#[test]
fn a_moment_of_which_a_promise_speaks_is_played() {
    let steps = [
        step("one", "", "retire k2 at gate"),
        step("two", "one", "retire k3 at gate"),
        step("three", "two", "accept k3 at gate"),
    ];
    let checked =
        read_all(&format!("{}promise never small accepts k3 while gate accepts only k1\n", steps.concat()));
    let said = |names: &[&str]| {
        let moment = names.iter().map(|name| checked.plan().step(name).unwrap()).collect();
        show(&checked, &checked.plan().start, &Spoken(All(&checked), moment)).is_ok()
    };
    assert!(said(&["one", "two"]));
    for wrong in
        [&["two", "one"][..], &["two"], &["one"], &[], &["one", "two", "three"], &["one", "two", "two"]]
    {
        assert!(!said(wrong), "{wrong:?}");
    }
}

#[test]
fn a_message_that_arrives_at_once_is_signed_then() {
    let now = |text: String| text;
    let swap =
        [step("make", "", "create k2 in s as \"y\""), step("swap", "make", "exchange s[\"x\"] for k2")]
            .concat();
    let head = |text: &str| HEAD.replace("delivers within 1h", "delivers immediately") + text;
    let plan = |after: &str| now(head(&format!("{swap}{}", step("stop", after, "retire k1 at gate"))));
    let shown = |text: &str| shown(&read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"))).is_ok();
    assert!(shown(&plan("swap")));
    assert!(!shown(&plan("make")));
    // What is under way for an hour may have been signed before.
    assert!(!shown(&plan("swap").replace("immediately", "within 1h")));
    let drained = plan("swap") + "finally f drained of k1\n";
    assert!(shown(&drained));
    assert!(!shown(&drained.replace("drained of k1", "drained of k2")));
}
