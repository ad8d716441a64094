//! What the second judge asks for, of what the laws of the language say that it must.

use std::{cell::RefCell, collections::BTreeSet};

use keyroll::{
    certificate::{News, Reasons, show},
    check::Checked,
    world::id::{Id, StepId},
};

use super::{
    super::{
        random_plans::{counted, generated::plan},
        reference::read,
    },
    ONE_KEY,
    second::All,
};

/// Every reason that there is, and which ones were asked for.
struct Asked<'a> {
    all: All<'a>,
    before: RefCell<BTreeSet<(StepId, StepId)>>,
    told: RefCell<BTreeSet<News>>,
}

impl Reasons for Asked<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.before.borrow_mut().insert((earlier, later));
        self.all.is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        self.told.borrow_mut().insert(news);
        self.all.chain(news)
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.all.moment(number)
    }
}

/// All of which the role of each step must have word: of steps, and of windows that were agreed.
fn known(checked: &Checked) -> Vec<News> {
    let plan = checked.plan();
    let mut known = Vec::new();
    for (step, row) in plan.steps.iter() {
        let foreign = row.after.iter().map(|before| before.value);
        let foreign = foreign.filter(|before| plan.steps[*before].role.value != row.role.value);
        known.extend(foreign.map(|before| News::new(before, step, false)));
        for licence in checked.licences(step) {
            known.extend(licence.learned.iter().map(|of| News::new(*of, step, false)));
            known.extend(licence.windows.iter().map(|of| News::new(*of, step, true)));
        }
    }
    known
}

/// Holds what is asked for against what must be known; tells how at most somebody comes to know it.
fn asked_for(checked: &Checked) -> &'static str {
    let (plan, text) = (checked.plan(), &checked.plan().source.text);
    let (before, told) = (RefCell::default(), RefCell::default());
    let asked = Asked { all: All(checked), before, told };
    if show(checked, &plan.start, &asked).is_err() {
        return "not proved";
    }
    let (before, told) = (asked.before.into_inner(), asked.told.into_inner());
    let mut found = 0;
    for news in known(checked) {
        let (of, to) = (StepId::at(news.of as usize), StepId::at(news.to as usize));
        let role = plan.steps[to].role.value;
        // Its own act, an answer or a message that it receives itself needs no others.
        let is_there = plan.steps[of].role.value == role
            || plan.proposal(of).is_some_and(|(_, other)| other == role)
            || plan.deliveries_of(of).any(|(_, addressee)| addressee == role);
        let is_asked = if is_there { before.contains(&(of, to)) } else { told.contains(&news) };
        assert!(is_asked, "{news:?}\n{text}");
        found = found.max(if is_there { 1 } else { 2 + usize::from(news.window) });
    }
    for step in plan.steps.ids() {
        let handed = checked.provisions(step);
        let is_asked = handed.iter().any(|id| before.contains(&(plan.deliveries[*id].step, step)));
        assert!(handed.is_empty() || is_asked, "{step:?}\n{text}");
    }
    ["nothing", "by themselves", "by others", "of a window, by others"][found]
}

#[test]
fn all_that_a_role_must_know_is_asked_for() {
    let first = 3_000_000;
    let counts = counted(first..first + 12_000, |seed| Some(asked_for(&read(&plan(seed)).ok()?)));
    println!("what roles must know: {counts:?}");
    for what in ["nothing", "by themselves", "by others"] {
        assert!(counts[what] > 100, "{what} is hardly ever tried: {counts:?}");
    }
    // The third role of this plan hears of the window from the first one.
    assert_eq!(asked_for(&read(ONE_KEY).unwrap()), "of a window, by others");
}
