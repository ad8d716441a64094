//! Random plans of several partners at random paces: somebody always has the turn, and the pace is kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    check::{self, Checked},
    journal::{Host, memory::MemoryHost},
    plan::given::Given,
    run::{casting::Casting, pace::Queue, site::Site},
    source::Source,
    transition::{
        event::{Actor, Event, Record},
        next::Verdict,
        state::Status,
        unsettled::barred_at,
    },
    world::{id::StepId, material::Fingerprint},
};
use proptest::prelude::*;

/// Who acts in a step: a partner, or the coordinator, who speaks to these.
#[derive(Clone, Debug)]
enum Who {
    Partner(usize),
    Coordinator(BTreeSet<usize>),
}

/// A plan, and whose each step is.
#[derive(Clone, Debug)]
struct Case {
    partners: usize,
    /// Each with the earlier steps of which it comes after those that it may.
    steps: Vec<(Who, Vec<usize>)>,
    first: BTreeSet<usize>,
    at_once: Option<usize>,
    stop_after: Option<usize>,
    /// What happens, one number a moment.
    luck: Vec<u32>,
}

fn cases() -> impl Strategy<Value = Case> {
    (2usize..6).prop_flat_map(|partners| {
        let some = prop::collection::btree_set(0..partners, 1..=partners);
        let who = prop_oneof![
            5 => (0..partners).prop_map(Who::Partner),
            3 => (0..partners).prop_map(|one| Who::Coordinator([one].into())),
            2 => some.prop_map(Who::Coordinator),
        ];
        let steps = prop::collection::vec((who, prop::collection::vec(0usize..30, 0..4)), 4..30);
        let first = prop::collection::btree_set(0..partners, 0..=partners);
        let counts = (prop::option::of(1usize..4), prop::option::of(1usize..3));
        let luck = prop::collection::vec(any::<u32>(), 40..60);
        (Just(partners), steps, first, counts, luck).prop_map(|(partners, steps, first, counts, luck)| Case {
            partners,
            steps,
            first,
            at_once: counts.0,
            stop_after: counts.1,
            luck,
        })
    })
}

impl Case {
    /// The steps that a step comes after: those of which its role hears by themselves.
    fn after(&self, step: usize) -> Vec<usize> {
        let (who, wished) = &self.steps[step];
        let hears = |earlier: &&usize| match (who, &self.steps[**earlier].0) {
            (Who::Coordinator(_), _) => true,
            (Who::Partner(own), Who::Partner(other)) => own == other,
            (Who::Partner(own), Who::Coordinator(to)) => to.contains(own),
        };
        let mut found: Vec<usize> =
            wished.iter().filter(|earlier| **earlier < step).filter(hears).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn whose(&self, step: usize) -> Option<usize> {
        match &self.steps[step].0 {
            Who::Partner(own) => Some(*own),
            Who::Coordinator(to) if to.len() == 1 => to.first().copied(),
            Who::Coordinator(_) => None,
        }
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "keyroll 1\n\nplan p\n\nrole lead\nkey old\n\nkeystore k of lead {\n  alias \"a\" is old\n}\n\n",
        );
        for partner in 0..self.partners {
            text += &format!(
                "role r{partner}\n\nreceiver g{partner} of r{partner} {{\n  accepts old\n}}\n\nflow f{partner} of lead {{\n  \
                 signs xml with k[\"a\"]\n  sends to g{partner}\n  delivers immediately\n  deployed\n}}\n\n"
            );
        }
        // Who coordinates is the one who speaks to most.
        let all: Vec<String> = (0..self.partners).map(|partner| format!("r{partner}")).collect();
        text += &format!("step all by lead {{\n  inform {}\n}}\n\n", all.join(", "));
        for (number, (who, _)) in self.steps.iter().enumerate() {
            let (by, to) = match who {
                Who::Partner(own) => (format!("r{own}"), "lead".to_owned()),
                Who::Coordinator(to) => {
                    let to: Vec<String> = to.iter().map(|partner| format!("r{partner}")).collect();
                    ("lead".to_owned(), to.join(", "))
                }
            };
            let after: Vec<String> = self.after(number).iter().map(|earlier| format!("s{earlier}")).collect();
            let after = match after.as_slice() {
                [] => String::new(),
                after => format!("  after {}\n", after.join(", ")),
            };
            text += &format!("step s{number} by {by} {{\n{after}  inform {to}\n}}\n\n");
        }
        text
    }

    fn site(&self) -> String {
        let first: Vec<String> = self.first.iter().map(|partner| format!("\"r{partner}\"")).collect();
        let count = |name: &str, count: Option<usize>| {
            count.map(|count| format!("{name} = {count}\n")).unwrap_or_default()
        };
        format!(
            "site = 1\n[partners]\nfirst = [{}]\n{}{}",
            first.join(", "),
            count("at_once", self.at_once),
            count("stop_after", self.stop_after)
        )
    }

    /// All that comes before a step.
    fn before(&self, step: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = self.after(step);
        while let Some(earlier) = open.pop() {
            if found.insert(earlier) {
                open.extend(self.after(earlier));
            }
        }
        found
    }

    /// In which stretch of which partner each step lies, where `before` tells what comes before each.
    fn rounds(&self, before: &[BTreeSet<usize>]) -> Vec<Option<(usize, usize)>> {
        let mut found: Vec<Option<(usize, usize)>> = Vec::new();
        for (step, before) in before.iter().enumerate() {
            let round = |partner: usize| {
                let earlier = before.iter().filter_map(|earlier| found[*earlier]);
                earlier.map(|(round, other)| round + usize::from(other != partner)).max().unwrap_or(0)
            };
            let of = self.whose(step).map(|partner| (round(partner), partner));
            found.push(of);
        }
        found
    }
}

/// A run on which people act in any order.
struct Run<'a> {
    case: &'a Case,
    checked: Checked,
    casting: Casting,
    host: MemoryHost,
    now: Timestamp,
    before: Vec<BTreeSet<usize>>,
    rounds: Vec<Option<(usize, usize)>>,
}

impl<'a> Run<'a> {
    fn new(case: &'a Case) -> Self {
        let checked = check::read(&Source::new("p.renewal", case.text()), &Given::default())
            .unwrap_or_else(|refusal| panic!("{:?}\n{}", refusal.codes().collect::<Vec<_>>(), case.text()));
        let site = Site::read(&Source::new("site.toml", case.site())).unwrap();
        let casting = Casting::of(checked.plan(), &site);
        let host = MemoryHost::new(&checked);
        let before: Vec<BTreeSet<usize>> = (0..case.steps.len()).map(|step| case.before(step)).collect();
        let rounds = case.rounds(&before);
        let mut run = Self { case, checked, casting, host, now: Timestamp::UNIX_EPOCH, before, rounds };
        let (plan, certificates) = (run.checked.plan().digest(), BTreeMap::new());
        run.submit(Event::Started { plan, site: Fingerprint::of(b"site"), certificates });
        run
    }

    fn submit(&mut self, event: Event) {
        self.now += SignedDuration::from_secs(1);
        let record = Record { at: self.now, event };
        let verdict = self.host.submit(&self.checked, &record).unwrap();
        assert!(matches!(verdict, Verdict::Applied(_)), "{record:?}: {verdict:?}");
    }

    fn id(&self, step: usize) -> StepId {
        self.checked.plan().step(&format!("s{step}")).unwrap()
    }

    fn is_done(&self, step: usize) -> bool {
        self.host.state().world.is_done(self.id(step))
    }

    fn status(&self, step: usize) -> Status {
        self.host.state().steps[self.id(step)].status
    }

    fn by(&self, step: &str) -> Actor {
        let plan = self.checked.plan();
        let role = plan.steps[plan.step(step).unwrap()].role.value;
        Actor { role: plan.landscape.roles[role].clone(), person: None, automatic: false }
    }

    /// The steps of a stretch.
    fn stretch(&self, of: (usize, usize)) -> Vec<usize> {
        (0..self.rounds.len()).filter(|step| self.rounds[*step] == Some(of)).collect()
    }

    /// Whether a step of another partner comes before it that is not done.
    fn is_after_others(&self, step: usize, partner: usize) -> bool {
        let is_open = |earlier: &usize| {
            !self.is_done(*earlier) && self.case.whose(*earlier).is_some_and(|other| other != partner)
        };
        self.before[step].iter().any(is_open)
    }

    /// Whether a stretch was begun.
    fn is_begun(&self, of: (usize, usize)) -> bool {
        self.stretch(of).iter().any(|step| self.status(*step) != Status::Open)
    }

    /// The partners that are under way, and can go on without others.
    fn under_way(&self) -> BTreeSet<usize> {
        let all: BTreeSet<(usize, usize)> = self.rounds.iter().flatten().copied().collect();
        let is_one = |of: &(usize, usize)| {
            let steps = self.stretch(*of);
            let open: Vec<usize> = steps.into_iter().filter(|step| !self.is_done(*step)).collect();
            let is_wrong = open.iter().any(|step| self.status(*step) == Status::Declined);
            self.is_begun(*of) && !is_wrong && open.iter().any(|step| !self.is_after_others(*step, of.1))
        };
        all.into_iter().filter(is_one).map(|(_, partner)| partner).collect()
    }

    /// What is to be so of a step that the pace lets begin.
    fn keeps_the_pace(&self, step: usize) {
        let Some((round, partner)) = self.rounds[step] else { return };
        if self.is_begun((round, partner)) {
            return;
        }
        let wrong: BTreeSet<usize> = (0..self.rounds.len())
            .filter(|step| self.status(*step) == Status::Declined)
            .filter_map(|step| self.case.whose(step))
            .collect();
        assert!(self.case.stop_after.is_none_or(|most| wrong.len() < most), "{wrong:?} went wrong");
        if !self.case.first.contains(&partner) {
            let ahead = (0..self.rounds.len()).find(|other| {
                let of = self.rounds[*other];
                of.is_some_and(|(other, first)| other <= round && self.case.first.contains(&first))
                    && !self.is_done(*other)
            });
            assert_eq!(ahead, None, "s{step} is not before it");
        }
        let under_way = self.under_way();
        let has_room = self.case.at_once.is_none_or(|most| under_way.len() < most);
        assert!(
            has_room || under_way.contains(&partner),
            "{under_way:?} are under way, and s{step} may begin"
        );
    }

    /// One thing happens, whichever it is; `false` when all is done.
    fn happens(&mut self, luck: u32) -> bool {
        let state = self.host.state().clone();
        if state.is_finished() {
            return false;
        }
        let plan = self.checked.plan();
        let mut acts: Vec<Event> = Vec::new();
        for (id, delivery) in plan.deliveries.iter() {
            if state.world.is_done(delivery.step) && !state.world.is_heard(id) {
                let role = plan.landscape.roles[delivery.to].clone();
                let by = Actor { role, person: None, automatic: false };
                acts.push(Event::Received { step: plan.steps[delivery.step].name.value.clone(), by });
            }
        }
        let queue = Queue::of(&self.checked, &self.casting, &state, self.now);
        let mut could: Vec<(String, Option<usize>)> = Vec::new();
        for (id, row) in plan.steps.iter() {
            let is_open = state.steps[id].status == Status::Open;
            if is_open
                && barred_at(&self.checked, &state, id, self.now).is_empty()
                && queue.holds(id).is_none()
            {
                let name = row.name.value.clone();
                could.push((name.clone(), name.strip_prefix('s').and_then(|number| number.parse().ok())));
            }
        }
        for (_, number) in &could {
            number.iter().for_each(|step| self.keeps_the_pace(*step));
        }
        acts.extend(could.iter().map(|(step, _)| Event::Confirmed {
            step: step.clone(),
            by: self.by(step),
            opens: None,
            certificates: BTreeMap::new(),
        }));
        // Now and then somebody says no; what was declined is asked again at last.
        if luck.is_multiple_of(7)
            && let Some((step, _)) = could.last()
        {
            let by = self.by(step);
            self.submit(Event::Declined { step: step.clone(), by, because: "no".to_owned() });
            return true;
        }
        let declined = plan.steps.iter().find(|(id, _)| state.steps[*id].status == Status::Declined);
        if let Some((_, row)) = declined.filter(|_| acts.is_empty() || luck.is_multiple_of(5)) {
            let step = row.name.value.clone();
            let by = self.by(&step);
            self.submit(Event::Retried { step: step.clone(), by: by.clone() });
            self.submit(Event::Confirmed { step, by, opens: None, certificates: BTreeMap::new() });
            return true;
        }
        assert!(!acts.is_empty(), "nobody has the turn in\n{}\n{}", self.case.text(), self.case.site());
        let event = acts.swap_remove(usize::try_from(luck).unwrap() % acts.len());
        self.submit(event);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn somebody_always_has_the_turn_and_the_pace_is_kept(case in cases()) {
        let mut run = Run::new(&case);
        let mut luck = case.luck.iter().copied().cycle().enumerate();
        loop {
            let (number, luck) = luck.next().unwrap();
            prop_assert!(number < 2_000, "it comes to an end");
            // Nobody says no for ever.
            let luck = if number > 300 { luck - luck % 7 + 1 } else { luck };
            if !run.happens(luck) {
                break;
            }
        }
    }
}

/// A step may need what another partner's step brings about although the plan gives no order: then that one is let on,
/// whatever the pace says.
#[test]
fn what_a_step_needs_of_another_partner_is_let_on() {
    let text = "keyroll 1\n\nplan p\n\nrole lead\nrole r0\nrole r1\n\nkey old\nkey other\nkey new\n\n\
        keystore k of lead {\n  alias \"a\" is old\n  alias \"b\" is other\n}\n\n\
        receiver g0 of r0 {\n  accepts old\n}\n\nreceiver g1 of r1 {\n  accepts other\n}\n\n\
        flow f0 of lead {\n  signs xml with k[\"a\"]\n  sends to g0\n  delivers immediately\n  deployed\n}\n\n\
        flow f1 of lead {\n  signs xml with k[\"b\"]\n  sends to g1\n  delivers immediately\n  deployed\n}\n\n\
        step all by lead {\n  inform r0, r1\n}\n\n\
        step create by lead {\n  create new in k as \"b-next\"\n}\n\n\
        step begin by r0 {\n  inform lead\n}\n\n\
        step end by lead {\n  after begin\n  needs k[\"b\"] is new\n  inform r0\n}\n\n\
        step switch by lead {\n  after create\n  exchange k[\"b\"] for new\n}\n";
    let checked = check::read(&Source::new("p.renewal", text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?}", refusal.codes().collect::<Vec<_>>()));
    for pace in ["first = [\"r0\"]", "at_once = 1"] {
        let site = Site::read(&Source::new("site.toml", format!("site = 1\n[partners]\n{pace}\n"))).unwrap();
        let casting = Casting::of(checked.plan(), &site);
        let mut host = MemoryHost::new(&checked);
        let mut now = Timestamp::UNIX_EPOCH;
        let by = |role: &str| Actor { role: role.to_owned(), person: None, automatic: false };
        let mut submit = |event: Event| {
            now += SignedDuration::from_secs(1);
            let verdict = host.submit(&checked, &Record { at: now, event }).unwrap();
            assert!(matches!(verdict, Verdict::Applied(_)), "{verdict:?}");
            let queue = Queue::of(&checked, &casting, host.state(), now);
            let step = |name: &str| queue.holds(checked.plan().step(name).unwrap()).map(str::to_owned);
            (step("begin"), step("switch"))
        };
        let confirmed = |step: &str, role: &str| Event::Confirmed {
            step: step.to_owned(),
            by: by(role),
            opens: None,
            certificates: BTreeMap::new(),
        };
        let certificates = BTreeMap::new();
        submit(Event::Started {
            plan: checked.plan().digest(),
            site: Fingerprint::of(b"site"),
            certificates,
        });
        let (begin, switch) = submit(confirmed("create", "lead"));
        assert!(begin.is_none() && switch.is_some(), "{pace}: {switch:?}");
        submit(confirmed("begin", "r0"));
        let (_, switch) = submit(Event::Received { step: "begin".to_owned(), by: by("lead") });
        assert_eq!(switch, None, "{pace}");
    }
}
