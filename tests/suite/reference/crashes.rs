//! Crashes between an effect and its record, word for word: a step that took effect is not on record until
//! its role takes it up again, and until then the others go by the record.

use keyroll::{
    condition::Asks,
    world::{id::StepId, landscape::Fact},
};

use super::{
    laws::changed,
    moment::{Facts, Moment},
    search::{Judge, Wrong},
};

impl Moment {
    /// The same moment as the record has it.
    fn recorded(&self) -> Self {
        let mut recorded = self.clone();
        if let Some(record) = recorded.record.take() {
            (recorded.holds, recorded.accepts, recorded.runs) = (record.holds, record.accepts, record.runs);
            (recorded.own, recorded.points) = (record.own, record.points);
        }
        recorded
    }

    fn facts(&self) -> Box<Facts> {
        let (holds, accepts, points) = (self.holds.clone(), self.accepts.clone(), self.points.clone());
        Box::new(Facts { holds, accepts, points, runs: self.runs.clone(), own: self.own.clone() })
    }
}

impl Judge<'_> {
    /// What a step does when its role goes by the record: with a record of it, and without.
    pub(super) fn acts_by_record(&self, moment: &Moment, step: StepId) -> Vec<Result<Moment, Wrong>> {
        let role = |step: StepId| self.plan.steps[step].role.value;
        let effects = self.plan.steps[step].action.value.effects();
        let mut found = Vec::new();
        // A role ends what it began before it begins anything that asks for what this changes.
        let asks_of = |other: &StepId| role(*other) == role(step) && self.asks_of(step, *other);
        if !self.hasty && moment.unrecorded.iter().any(asks_of) {
            return found;
        }
        let recorded = moment.recorded();
        let Some(result) = self.acts(&recorded, step) else { return found };
        let after = match result {
            Ok(after) => after,
            Err(wrong) => return vec![Err(wrong)],
        };
        // It goes by the record, and finds the world as it is.
        match self.acts(moment, step) {
            Some(Ok(_)) => {}
            Some(Err(wrong)) => return vec![Err(wrong)],
            None => return vec![Err(Wrong::Stale(step))],
        }
        let mut real = moment.clone();
        if !effects.iter().all(|effect| real.change(self.plan, effect)) {
            return vec![Err(Wrong::Misfit(step))];
        }
        if !effects.is_empty() {
            let mut crashed = real.clone();
            crashed.unrecorded.insert(step);
            crashed.record = Some(moment.record.clone().unwrap_or_else(|| moment.facts()));
            found.push(Ok(crashed));
        }
        (real.done, real.proposed) = (after.done.clone(), after.proposed.clone());
        real.record = real.record.map(|_| after.facts());
        found.push(Ok(real));
        found
    }

    /// Its role takes a step up again: nothing changes any more, and now it is on record.
    pub(super) fn taken_up(&self, moment: &Moment, step: StepId) -> Result<Moment, Wrong> {
        let (mut after, mut recorded) = (moment.clone(), moment.recorded());
        for effect in self.plan.steps[step].action.value.effects() {
            if !after.change(self.plan, &effect) || !recorded.change(self.plan, &effect) {
                return Err(Wrong::Misfit(step));
            }
        }
        assert_eq!(after, *moment, "an effect that holds already changes something");
        after.unrecorded.remove(&step);
        after.done.insert(step);
        after.record = Some(recorded.facts());
        if after.unrecorded.is_empty() {
            assert_eq!(after.record, Some(after.facts()), "the record is not what is so");
            after.record = None;
        }
        Ok(after)
    }

    /// Whether a step asks for something that another one changes.
    fn asks_of(&self, step: StepId, other: StepId) -> bool {
        let effects = self.plan.steps[other].action.value.effects();
        let changed: Vec<Fact> = effects.iter().flat_map(changed).map(|(fact, _)| fact).collect();
        self.plan.steps[step].needs.iter().any(|need| match need.value.asks() {
            Asks::Facts(facts) => facts.iter().any(|(fact, _)| changed.contains(fact)),
            Asks::Drained(flow, _) => {
                let row = &self.plan.landscape.channels[flow];
                let beside = row.beside.map(Fact::Place);
                let signs = [Fact::Running(flow), Fact::Place(row.stamps)];
                signs.iter().chain(&beside).any(|fact| changed.contains(fact))
            }
            Asks::Open(_) => false,
        })
    }
}
