//! What is to be told at a moment of a run, and to whom.

use jiff::Timestamp;

use crate::{
    check::Checked,
    journal::{
        notice::{Herald, Moment, Tiding},
        survey::Survey,
    },
    plan::Plan,
    run::{
        casting::Casting,
        compared::BLANK,
        site::Site,
        wait::{Cause, Wait, waits},
    },
    transition::{
        compared::{known, sent},
        event::{Bound, Event, Record},
        state::{State, Status},
    },
    world::{
        id::{RoleId, StepId, WindowId},
        state::WindowState,
    },
};

use super::{
    card::{Card, Kind, Window},
    contact::{Contact, End},
    question, tame,
};

/// The herald of a site.
#[derive(Clone, Debug)]
pub struct SiteHerald {
    site: Site,
}

impl SiteHerald {
    /// The herald of a site; nothing where it tells nobody.
    #[must_use]
    pub fn of(site: &Site) -> Option<Box<dyn Herald>> {
        (!site.notices.is_empty()).then(|| Box::new(Self { site: site.clone() }) as Box<dyn Herald>)
    }

    fn ends(&self, role: &str) -> Vec<End> {
        let role = self.site.role(role);
        Contact { notify: role.notify, mail: role.mail }.ends(&self.site)
    }

    /// The same thing for each end at which a role is told.
    fn to_role<'a>(&'a self, role: &str, key: String, card: Card) -> impl Iterator<Item = Tiding> + 'a {
        let role = role.to_owned();
        self.ends(&role).into_iter().map(move |end| tiding(end, &role, key.clone(), &card))
    }
}

/// What whoever looks after a run is told, at each end; `key` tells one thing from another.
#[must_use]
pub fn to_coordinator(site: &Site, key: &str, card: &Card) -> Vec<Tiding> {
    let ends = site.coordinator.as_ref().map(|contact| contact.ends(site)).unwrap_or_default();
    ends.into_iter().map(|end| tiding(end, "", key.to_owned(), card)).collect()
}

/// What is told where a run ended a call otherwise than its record says: a world that moved, a backend that could
/// not be looked at. The same is told once a day.
#[must_use]
pub fn stopped(site: &Site, plan: &Plan, run: &str, why: &str, now: Timestamp) -> Vec<Tiding> {
    let card = Card { why: Some(tame(why)), ..of_run(Kind::Stopped, plan, run, "the run has stopped", now) };
    to_coordinator(site, &format!("stopped|{}|{}", now.strftime("%F"), tame(why)), &card)
}

fn tiding(end: End, role: &str, key: String, card: &Card) -> Tiding {
    Tiding {
        key,
        kind: card.kind.word(),
        step: card.about().unwrap_or_default().to_owned(),
        role: role.to_owned(),
        channel: end.channel,
        address: end.address,
        body: card.body(),
    }
}

fn of_run(kind: Kind, plan: &Plan, run: &str, what: &str, at: Timestamp) -> Card {
    Card {
        kind,
        run: run.to_owned(),
        plan: plan.name.clone(),
        step: None,
        question: None,
        role: None,
        what: what.to_owned(),
        why: None,
        since: None,
        by: None,
        window: None,
        answer: None,
        at,
    }
}

/// What is asked of a role where a run waits for it.
fn asked((checked, run, state): (&Checked, &str, &State), wait: &Wait, role: RoleId, now: Timestamp) -> Card {
    let plan = checked.plan();
    let waiting = wait.waiting(checked);
    let role = plan.landscape.roles[role].clone();
    let act = tame(&waiting.act);
    let confirm = format!("keyroll confirm {} --as {role} --run {run}", waiting.step);
    let (what, answer) = match &wait.cause {
        Cause::Answer(..) => (format!("answer the proposal: {act}"), format!("{confirm}, or keyroll reject")),
        Cause::Receipt(_) => (format!("take the message: {act}"), confirm),
        Cause::Second(_, people) if people.is_empty() => {
            (format!("two people confirm: {act}"), format!("{confirm} --person NAME, by each of them"))
        }
        Cause::Second(_, people) => {
            let people = tame(&people.join(", "));
            (format!("another person than {people} confirms: {act}"), format!("{confirm} --person NAME"))
        }
        Cause::Late(..) => (
            format!("say whether it begins although it is late: {act}"),
            format!("{confirm} --late --because \"...\""),
        ),
        Cause::Act(_) if plan.proposal(wait.step).is_some() => (act, format!("{confirm} --opens TIME")),
        Cause::Act(_) if sent(plan, wait.step).is_some_and(|key| known(state, key).is_some()) => {
            (act, format!("{confirm} --fingerprint ____ when it is done; {BLANK}"))
        }
        Cause::Act(_) | Cause::Time(_) | Cause::Due(_) | Cause::Pace(_) => {
            (act, format!("{confirm} when it is done"))
        }
    };
    Card {
        step: Some(waiting.step.clone()),
        role: Some(role),
        why: why(plan, wait.step),
        since: wait.since,
        by: wait.until.or(waiting.not_after).filter(|_| !matches!(wait.cause, Cause::Late(..))),
        window: plan.proposal(wait.step).and_then(|(window, _)| opening(plan, state, window, wait.step)),
        answer: Some(answer),
        ..of_run(Kind::Asked, plan, run, &what, now)
    }
}

/// Why a step is needed: which steps wait for it.
fn why(plan: &Plan, step: StepId) -> Option<String> {
    let after = plan.steps.iter().filter(|(_, row)| row.after.iter().any(|before| before.value == step));
    let names: Vec<&str> = after.map(|(_, row)| row.name.value.as_str()).collect();
    match names.len() {
        0 => None,
        1 => Some(tame(&format!("{} waits for it", names.join(", ")))),
        _ => Some(tame(&format!("{} wait for it", names.join(", ")))),
    }
}

/// A window that is proposed or agreed.
fn opening(plan: &Plan, state: &State, window: WindowId, step: StepId) -> Option<Window> {
    let opening = state.windows[window]?;
    Some(Window {
        name: plan.landscape.windows[window].name.clone(),
        opens: opening.opens,
        closes: opening.closes,
        agreed: matches!(state.world.windows[window], WindowState::Agreed | WindowState::Open),
        proposal: state.steps[step].attempts.max(1),
    })
}

impl Herald for SiteHerald {
    fn asked(&self, run: &str, checked: &Checked, state: &State, now: Timestamp) -> Vec<Tiding> {
        let plan = checked.plan();
        let casting = Casting::of(plan, &self.site);
        let mut found = Vec::new();
        for wait in waits(checked, &casting, state, now) {
            let Some(role) = wait.cause.role() else { continue };
            let name = &plan.landscape.roles[role];
            if self.ends(name).is_empty() {
                continue;
            }
            let card = asked((checked, run, state), &wait, role, now);
            let opens = card.window.as_ref().map(|window| window.opens.to_string()).unwrap_or_default();
            let what = wait.waiting(checked).what.shown();
            let step = card.step.clone().unwrap_or_default();
            found.extend(self.to_role(name, format!("{step}|{what}|{name}|{opens}"), card));
        }
        found
    }

    fn told(&self, moment: &Moment<'_>) -> Vec<Tiding> {
        let Moment { run, checked, before, after, record, now } = *moment;
        let (plan, run) = (checked.plan(), crate::journal::leg::run(run));
        let mut found = self.agreed(moment, run);
        let mut tell = |key: String, card: &Card| found.extend(to_coordinator(&self.site, &key, card));
        for (id, step) in plan.steps.iter() {
            let (was, is) = (&before.steps[id], &after.steps[id]);
            if is.status == Status::Failed && (was.status != Status::Failed || was.attempts != is.attempts) {
                let name = step.name.value.clone();
                let what = format!("failed: {}", tame(&plan.sentence(id)));
                let why = is.cause.as_deref().map(tame);
                let card =
                    Card { step: Some(name.clone()), why, ..of_run(Kind::Stopped, plan, run, &what, now) };
                tell(format!("failed|{name}|{}", is.attempts), &card);
            }
        }
        for (id, step) in plan.steps.iter() {
            let (was, is) = (&before.steps[id], &after.steps[id]);
            if is.status == Status::Declined && was.status != Status::Declined {
                let name = step.name.value.clone();
                let who =
                    record.and_then(|record| self.answered(record)).map_or("its role", |(role, _)| role);
                let what = format!("declined by {who}: {}", tame(&plan.sentence(id)));
                let why = is.cause.as_deref().map(tame);
                let card =
                    Card { step: Some(name.clone()), why, ..of_run(Kind::Stopped, plan, run, &what, now) };
                tell(format!("declined|{name}|{now}"), &card);
            }
        }
        for one in after.substituted.iter().filter(|one| !before.substituted.contains(one)) {
            let card = of_run(
                Kind::Stopped,
                plan,
                run,
                "substituted: a certificate is another one than was sent",
                now,
            );
            let card = Card { step: Some(one.step.clone()), why: Some(tame(&one.sentence())), ..card };
            tell(format!("substituted|{}|{now}", one.step), &card);
        }
        for broken in after.broken.iter().skip(before.broken.len()) {
            let card = of_run(Kind::Stopped, plan, run, "a promise was broken", now);
            tell(format!("broken|{}", tame(broken)), &Card { why: Some(tame(broken)), ..card });
        }
        if let Some(Record { event: Event::Left { bound: Bound::Back, by, because, .. }, .. }) = record {
            let who = tame(by.person.as_deref().unwrap_or(&by.role));
            let card = of_run(Kind::Stopped, plan, run, &format!("the run was called off by {who}"), now);
            tell("called off".to_owned(), &Card { why: Some(tame(because)), ..card });
        }
        if after.is_finished() && !before.is_finished() {
            tell("done".to_owned(), &of_run(Kind::Done, plan, run, "the run is done", now));
        }
        found
    }

    fn answered<'r>(&self, record: &'r Record) -> Option<(&'r str, &'r str)> {
        match &record.event {
            Event::Confirmed { step, by, .. }
            | Event::Agreed { step, by }
            | Event::Declined { step, by, .. }
            | Event::Extended { step, by, .. }
            | Event::Answered { step, by, .. }
            | Event::Received { step, by } => Some((&by.role, step)),
            _ => None,
        }
    }

    fn surveyed(&self, survey: &Survey, now: Timestamp) -> Vec<Tiding> {
        let cards = question::cards(survey, now).into_iter();
        cards
            .flat_map(|(key, card)| {
                let role = card.role.clone().unwrap_or_default();
                self.to_role(&role, key, card).collect::<Vec<Tiding>>()
            })
            .collect()
    }

    fn taken_back(&self, body: &str, now: Timestamp) -> String {
        Card::read(body).map_or_else(String::new, |card| {
            // The entry of a calendar that is cancelled has its time.
            let by = card.by.filter(|_| card.question.is_some());
            Card { kind: Kind::Withdrawn, answer: None, by, at: now, ..card }.body()
        })
    }

    fn words(&self) -> (&'static str, &'static str) {
        (Kind::Asked.word(), Kind::Withdrawn.word())
    }
}

impl SiteHerald {
    /// The windows that came to be agreed: both sides are told when.
    fn agreed(&self, moment: &Moment<'_>, run: &str) -> Vec<Tiding> {
        let Moment { checked, before, after, now, .. } = *moment;
        let plan = checked.plan();
        let is_agreed = |state: &State, window: WindowId| {
            matches!(state.world.windows[window], WindowState::Agreed | WindowState::Open)
        };
        let mut found = Vec::new();
        for (id, step) in plan.steps.iter() {
            let Some((window, other)) = plan.proposal(id) else { continue };
            if !is_agreed(after, window) || is_agreed(before, window) {
                continue;
            }
            let Some(opening) = opening(plan, after, window, id) else { continue };
            for role in [step.role.value, other] {
                let name = &plan.landscape.roles[role];
                let key = format!("agreed|{}|{name}|{}", opening.name, opening.opens);
                let what = format!("the window {} is agreed: {}", opening.name, tame(&plan.sentence(id)));
                let card = Card {
                    step: Some(step.name.value.clone()),
                    role: Some(name.clone()),
                    window: Some(opening.clone()),
                    ..of_run(Kind::Agreed, plan, run, &what, now)
                };
                found.extend(self.to_role(name, key, card));
            }
        }
        found
    }
}
