//! One plan for each rule of the judge: it keeps what it promises, and a word less or more breaks it.

use keyroll::{
    certificate::{Claim, News, Reason, Reasons, Refused, Row, show},
    check::Checked,
    world::{
        id::{AcceptorId, Id, KeyId, PlaceId, StepId},
        state::{WindowState, World},
    },
};

use super::{
    super::reference::read,
    judged,
    mutants::forged,
    refused::{by_worlds, from, worlds, worlds_from},
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
    let changes: [&dyn Fn(&mut World); 4] = [
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

#[test]
fn a_world_counts_only_where_the_start_leads_to_it() {
    let checked = read_all(&step("go", "", "retire k1 at small"));
    let start = &checked.plan().start;
    assert_eq!(by_worlds(&checked, worlds(&checked).unwrap()), Ok(()));
    // All worlds from another start on, which are as good.
    let mut other = start.clone();
    let gate = checked.plan().landscape.acceptors.ids().next().unwrap();
    other.accepted[gate].insert(KeyId::at(0));
    let strange = worlds_from(&checked, &other).unwrap();
    assert_eq!(from(&checked, &other, strange.clone()), Ok(()));
    assert!(by_worlds(&checked, strange).is_err());
    // A promise that speaks of none of its worlds, and some of which it speaks beside them.
    let vacuous = read_all(
        &(step("go", "", "retire k1 at small") + "promise never small accepts k3 while gate accepts k0\n"),
    );
    let all = worlds(&vacuous).unwrap();
    let beside = worlds_from(&vacuous, &other).unwrap();
    assert_eq!(from(&vacuous, &other, beside.clone()), Ok(()), "there it speaks of something");
    assert!(by_worlds(&vacuous, all.clone()).is_err());
    assert!(by_worlds(&vacuous, [all, beside].concat()).is_err());
}

#[test]
fn what_never_was_so_is_marked_from_the_start_on() {
    let promise = "promise gate accepts only k1 before small accepts only k1\n";
    let steps = step("last", "", "retire k2 at small")
        + &step("one", "", "retire k2 at gate")
        + &step("two", "one", "retire k3 at gate");
    let broken = read_all(&format!("{steps}{promise}"));
    let rows = worlds(&broken).unwrap();
    let with = |change: &dyn Fn(usize, &mut Row)| {
        let mut rows = rows.clone();
        rows.iter_mut().enumerate().for_each(|(number, row)| change(number, row));
        by_worlds(&broken, rows).is_err()
    };
    assert!(rows[0].8 == [0] && with(&|_, _| {}));
    assert!(with(&|_, row| row.8.clear()), "nothing is marked");
    assert!(
        with(&|number, row| if number > 0 {
            row.8.clear()
        }),
        "no mark goes with a move"
    );
    let kept = read_all(&format!(
        "{}{promise}",
        steps.replace("step last by ops {", "step last by ops {\n  after two")
    ));
    let rows = worlds(&kept).unwrap();
    assert_eq!(by_worlds(&kept, rows.clone()), Ok(()));
    // Where it is so it is no more open, and no other promise is.
    for strange in [0, 1] {
        let mut rows = rows.clone();
        let row = rows.iter_mut().find(|row| row.8.is_empty()).unwrap();
        row.8.push(strange);
        assert!(by_worlds(&kept, rows).is_err(), "{strange}");
    }
}

#[test]
fn no_step_begins_on_a_belief_that_is_false_though_it_may_come_true() {
    let text = "keyroll 1\nplan believed\nrole ops\nrole other\nkey old\n\
                keystore s of ops {\n  alias \"x\" is old\n}\nreceiver gate of other {\n  accepts old\n}\n\
                flow f of ops {\n  signs xml with s[\"x\"]\n  sends to gate\n  delivers immediately\n  undeployed\n}\n\
                step trust by other {\n  accept old at gate\n}\n\
                step go by ops {\n  needs gate accepts old\n  inform other\n}\n";
    let checked = read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    assert_eq!(by_worlds(&checked, worlds(&checked).unwrap()), Ok(()));
    let mut start = checked.plan().start.clone();
    let gate = checked.plan().landscape.acceptors.ids().next().unwrap();
    start.accepted[gate].remove(KeyId::at(0));
    let refused = from(&checked, &start, worlds_from(&checked, &start).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("a belief that is false"), "{refused}");
}

#[test]
fn a_step_of_one_line_comes_before_none_of_another() {
    let row = |name: &str, acts: [&str; 3], more: &str| {
        let all = acts.iter().enumerate().map(|(at, act)| {
            let before = if at == 0 { String::new() } else { format!("{name}{}", at - 1) };
            step(&format!("{name}{at}"), &if at == 1 { format!("{before}{more}") } else { before }, act)
        });
        all.collect::<String>()
    };
    let promise = "promise never gate accepts k3 while third accepts k2\n";
    let one = row("a", ["retire k3 at gate", "inform other", "inform other"], "");
    let plan = |more: &str| {
        read_all(&format!(
            "{one}{}{promise}",
            row("b", ["inform other", "accept k2 at third", "inform other"], more)
        ))
    };
    let (kept, broken) = (plan(", a0"), plan(""));
    let reason = |lines: &[[u32; 3]], moment: &[u32]| Reason::Cuts {
        lines: lines.iter().map(|line| line.to_vec()).collect(),
        paths: Vec::new(),
        news: Vec::new(),
        moments: vec![moment.to_vec()],
    };
    let verdict = |checked: &Checked, reason: Reason| {
        let digest = keyroll::world::material::Fingerprint::of(b"");
        let statement = keyroll::proof::reason::subject(checked, &checked.plan().start).statement;
        let claim = Claim {
            plan_name: String::new(),
            plan: digest,
            start: digest,
            statement,
            reason,
            limits: Vec::new(),
        };
        judged(checked, &forged(&claim, checked))
    };
    let lines = [[0, 1, 2], [3, 4, 5]];
    assert!(verdict(&kept, reason(&lines, &[0, 3, 4])).is_ok());
    for moment in [&[3, 4][..], &[0, 3, 4]] {
        for lines in [&lines[..], &[[0, 4, 5]], &[[0, 1, 4]], &[[0, 4, 2], [3, 1, 5]], &[[3, 0, 4]]] {
            assert!(matches!(verdict(&broken, reason(lines, moment)), Err(Refused::Gap(_))), "{lines:?}");
        }
    }
}

/// What is changed of a start, whose places go by their aliases.
type Change<'a> = dyn Fn(&mut World, &dyn Fn(&str) -> PlaceId) + 'a;

/// The judge asks no check whether the start is as the plan says.
#[test]
fn each_effect_finds_what_it_must() {
    let text = HEAD.replace("  alias \"x\" is k1\n", "  alias \"x\" is k1\n  alias \"y\" is k2\n");
    let with = |act: &str, change: &Change<'_>| {
        let text = format!("{text}{act}");
        let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
        let places = &checked.plan().landscape.places;
        let place = |alias: &str| places.find(|place| place.alias.to_string() == alias).unwrap();
        let mut start = checked.plan().start.clone();
        change(&mut start, &place);
        show(&checked, &start, &All(&checked)).map(|_| ()).map_err(|refused| refused.to_string())
    };
    let (k1, k2, k3) = (Some(KeyId::at(1)), Some(KeyId::at(2)), Some(KeyId::at(3)));
    let refused = |verdict: Result<(), String>| verdict.is_err_and(|why| why.contains("act fits"));
    let act = |text: &str| step("act", "", text);
    let [swap, make] = ["exchange s[\"x\"] for k2", "create k3 in s as \"z\""].map(act);
    let tried = act("test f with k2");
    let wipe = swap.replace("step act", "step swap") + &step("act", "swap", "destroy k1 in s");
    for act in [&swap, &make, &wipe, &tried] {
        assert_eq!(with(act, &|_, _| {}), Ok(()), "{act}");
    }
    assert!(refused(with(&swap, &|world, place| world.places[place("x")] = k2)), "it lies there already");
    assert!(refused(with(&swap, &|world, place| world.places[place("x")] = None)));
    assert!(refused(with(&swap, &|world, place| world.places[place("y")] = k3)));
    assert!(refused(with(&swap, &|world, place| world.places[place("x-backup")] = k3)));
    assert!(refused(with(&make, &|world, place| world.places[place("y")] = k3)), "it lies elsewhere");
    assert!(refused(with(&make, &|world, place| world.places[place("z")] = k1)));
    assert!(refused(with(&wipe, &|world, place| world.places[place("x")] = k3)), "another one is kept");
    assert!(refused(with(&tried, &|world, place| world.places[place("y")] = None)));
    let gate = AcceptorId::at(0);
    assert!(refused(with(&tried, &|world, _| _ = world.accepted[gate].remove(KeyId::at(2)))));
}
