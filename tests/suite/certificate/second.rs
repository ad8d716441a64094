//! The second judge, given every reason that there is, proves no plan that the search refutes.

use std::collections::{BTreeMap, VecDeque};

use keyroll::{
    action::SpeechKind,
    certificate::{News, Reasons, show},
    check::Checked,
    proof::{
        cuts::{Unsettled, occasions, settle},
        explicit::search::{Found, explore},
        rules::Rules,
    },
    world::id::{Id, StepId},
};

use super::{
    super::{
        random_plans::{counted, generated::plan},
        reference::read,
    },
    ENOUGH, ONE_KEY, TWO_KEYS,
};

/// The whole order of a plan, and every chain that the second law of the language allows.
pub(super) struct All<'a>(pub(super) &'a Checked);

impl Reasons for All<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.0.order().is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let plan = self.0.plan();
        let (of, to) = (StepId::at(news.of as usize), StepId::at(news.to as usize));
        let role = |step: StepId| plan.steps[step].role.value;
        let says = |step: StepId, next: StepId| {
            let speech = plan.steps[step].speech.as_ref();
            speech.is_some_and(|speech| {
                let passes = step == of || news.window || speech.kind == SpeechKind::Report;
                speech.to.contains(&role(next)) && passes
            })
        };
        let mut came: BTreeMap<StepId, StepId> = BTreeMap::new();
        let mut queue = VecDeque::from([of]);
        while let Some(at) = queue.pop_front() {
            let receives = plan.deliveries_of(at).any(|(_, addressee)| addressee == role(to));
            if receives && says(at, to) && self.is_before(at, to) {
                let mut chain = vec![to, at];
                while let Some(earlier) = chain.last().and_then(|last| came.get(last)) {
                    chain.push(*earlier);
                }
                chain.reverse();
                return Some(chain);
            }
            for next in plan.steps.ids().filter(|next| self.is_before(at, *next)) {
                if next != of && !came.contains_key(&next) && (role(at) == role(next) || says(at, next)) {
                    came.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        let plan = self.0.plan();
        let occasions = occasions(self.0, &plan.start);
        let done = occasions.get(number)?;
        let order = self.0.order();
        let is_in = |step: &StepId| done.iter().any(|last| last == step || order.is_before(*step, *last));
        Some(order.sequence().iter().copied().filter(is_in).collect())
    }
}

#[test]
fn the_second_judge_says_what_causal_cuts_and_the_search_say() {
    let texts = 12_000;
    let first = 3_000_000;
    let counts = counted(first..first + texts, |seed| {
        let checked = read(&plan(seed)).ok()?;
        let (start, text) = (&checked.plan().start, &checked.plan().source.text);
        let shown = show(&checked, start, &All(&checked));
        let settled = settle(&checked, start);
        assert_eq!(shown.is_ok(), settled.is_ok(), "{shown:?}\n{settled:?}\n{text}");
        let found = explore(&Rules::of(&checked), start, ENOUGH);
        Some(match (shown, found) {
            (Ok(_), Found::Clean(_)) => "proved",
            (Ok(_), Found::Fault(_, _, fault)) => panic!("{fault:?}\n{text}"),
            (Err(_), Found::Fault(..)) => match settled {
                Err(Unsettled::Broken(_)) => "refuted",
                _ => "refuted, not by cuts",
            },
            (Err(_), Found::Clean(_)) => "proved by the search alone",
            (_, Found::Exhausted(_)) => "too many",
            (_, Found::Unclear(_)) => panic!("the search and the rules differ"),
        })
    });
    println!("the second judge over {texts} texts: {counts:?}");
    for what in ["proved", "refuted", "refuted, not by cuts"] {
        assert!(counts[what] > 100, "{what} is hardly ever tried: {counts:?}");
    }
}

/// Everything but one word of the order.
pub(super) struct Without<'a>(pub(super) All<'a>, pub(super) (StepId, StepId));

impl Reasons for Without<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        (earlier, later) != self.1 && self.0.is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        self.0.chain(news)
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.0.moment(number)
    }
}

/// What the checks of a plan see to already is shown all the same: each of these is asked for once.
#[test]
fn what_nothing_else_rests_on_is_asked_for() {
    let text = ONE_KEY
        .replace("step exchange_certificate ", "step remind by tenant_admin {\n  after announce_silence, provide_certificate\n  inform receiver_admin\n}\nstep exchange_certificate ")
        .replace("  after provide_certificate, announce_silence\n", "  after remind\n");
    assert!(text.contains("  after remind\n"), "{text}");
    let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let (plan, start) = (checked.plan(), &checked.plan().start);
    assert!(show(&checked, start, &All(&checked)).is_ok());
    let pair = |one: &str, other: &str| (plan.step(one).unwrap(), plan.step(other).unwrap());
    for (one, other, word) in [
        // The certificate is handed over before it is used.
        ("provide_certificate", "exchange_certificate", "is handed its key"),
        // The window is agreed before the step that waits for it.
        ("agree_downtime", "undeploy", "downtime open holds"),
        // Who was told of the silence was told by a message that came before.
        ("remind", "exchange_certificate", "hears in time"),
        ("create_key", "exchange_key", "in which order exchange_key"),
    ] {
        let denied = Without(All(&checked), pair(one, other));
        let refused = show(&checked, start, &denied).unwrap_err().to_string();
        assert!(refused.contains(word), "without {one} before {other}: {refused}");
    }
}

/// Who looks whether all has arrived, beside the step that needs it to have, helps nobody.
#[test]
fn a_drain_that_nothing_waits_for_shows_nothing() {
    let look = "step look by receiver_admin {\n  after announce_exchange\n  needs orders drained of old\n  inform tenant_admin\n}\nstep retire_old ";
    let drainless = TWO_KEYS.replace("  needs orders drained of old\n", "");
    let beside = drainless.replace("step retire_old ", look);
    assert_ne!(beside, drainless);
    let shown = |text: &str| {
        let checked = read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
        show(&checked, &checked.plan().start, &All(&checked)).map_err(|refused| refused.to_string())
    };
    let refused = shown(&beside).unwrap_err();
    assert!(refused.contains("orders never rejected"), "{refused}");
    let waited = beside.replace("  after announce_exchange\n  retire", "  after look\n  retire");
    assert_ne!(waited, beside);
    assert!(shown(&waited).is_ok(), "{:?}", shown(&waited));
}

/// Everything, but word of one step comes this way.
struct Otherwise<'a>(All<'a>, Vec<StepId>);

impl Reasons for Otherwise<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.0.is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let ends = [self.1.first(), self.1.last()].map(|end| end.map(|step| step.index() as u32));
        if ends == [Some(news.of), Some(news.to)] { Some(self.1.clone()) } else { self.0.chain(news) }
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.0.moment(number)
    }
}

#[test]
fn word_comes_by_reports_that_are_received_in_time_and_no_other_way() {
    let steps = [
        ("t", "a", "", "inform b"),
        ("ask", "b", "t", "request c to inform a"),
        ("tell", "b", "t", "inform c"),
        ("past", "b", "t", "inform d"),
        ("far", "d", "past", "inform c"),
        ("late", "b", "t", "inform c"),
        ("s", "c", "t, ask, tell, far", "inform a"),
    ];
    let mut text = "keyroll 1\nplan chains\nrole a\nrole b\nrole c\nrole d\n".to_owned();
    for (name, role, after, act) in steps {
        let after = if after.is_empty() { String::new() } else { format!("  after {after}\n") };
        text.push_str(&format!("step {name} by {role} {{\n{after}  {act}\n}}\n"));
    }
    let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let plan = checked.plan();
    let shown = |chain: &[&str]| {
        let chain = chain.iter().map(|name| plan.step(name).unwrap()).collect();
        show(&checked, &plan.start, &Otherwise(All(&checked), chain)).map_err(|refused| refused.to_string())
    };
    for right in [&["t", "tell", "s"][..], &["t", "past", "far", "s"]] {
        assert!(shown(right).is_ok(), "{right:?}: {:?}", shown(right));
    }
    for (wrong, why) in [
        (&["t", "ask", "s"][..], "a request tells of itself alone"),
        (&["t", "far", "s"], "nobody told the one who tells"),
        (&["t", "past", "s"], "it was told to another role"),
        (&["t", "late", "s"], "it may come too late"),
        (&["t", "s"], "it was told to another role"),
    ] {
        assert!(shown(wrong).is_err_and(|said| said.contains("s hears in time")), "{wrong:?}: {why}");
    }
}
