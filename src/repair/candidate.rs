//! The edits that could repair a plan, the smallest first.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    condition::Asks,
    plan::Plan,
    source::shown,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId},
        landscape::{Fact, Value},
    },
};

use super::{
    edit::Edit,
    sketch::{Drawn, Sketch},
};

/// Makes the edits of one plan.
#[derive(Debug)]
pub(super) struct Candidates<'a> {
    sketch: &'a Sketch<'a>,
    plan: &'a Plan,
    /// Steps by their place in the text, those that the story is about first.
    first: Vec<usize>,
}

impl<'a> Candidates<'a> {
    /// `about` are the names of the steps that the story is about, the most telling one first.
    pub(super) fn of(sketch: &'a Sketch<'a>, plan: &'a Plan, about: &[String]) -> Self {
        let place = |name: &String| sketch.steps.iter().position(|step| step.name() == name);
        let mut first: Vec<usize> = about.iter().filter_map(place).collect();
        let told: BTreeSet<usize> = first.iter().copied().collect();
        first.extend((0..sketch.steps.len()).filter(|number| !told.contains(number)));
        Self { sketch, plan, first }
    }

    /// All of them, those of fewer lines first.
    pub(super) fn all(&self) -> impl Iterator<Item = Edit> {
        self.needs().chain(self.edges()).chain(self.addressees()).chain(self.turns()).chain(self.reports())
    }

    fn steps(&self) -> impl Iterator<Item = Drawn<'a>> {
        self.first.iter().filter_map(|number| self.sketch.steps.get(*number).copied())
    }

    /// Whether a step is a message to a role, of whatever kind.
    fn speaks_to(&self, step: Drawn<'_>, role: &str) -> bool {
        let row = self.plan.steps.rows().find(|row| row.name.value == step.name());
        let to = row.and_then(|row| row.speech.as_ref()).map(|speech| &speech.to);
        to.is_some_and(|to| to.iter().any(|id| self.plan.landscape.roles[*id] == role))
    }

    /// Pairs of a step and another one.
    fn pairs(&self) -> impl Iterator<Item = (Drawn<'a>, Drawn<'a>)> {
        let all = &self.sketch.steps;
        let others = move |step: Drawn<'a>| {
            all.iter().filter(move |other| other.name() != step.name()).map(move |other| (step, *other))
        };
        self.steps().flat_map(others)
    }

    /// A step waits for something.
    fn needs(&self) -> impl Iterator<Item = Edit> {
        let conditions = conditions(self.plan);
        self.steps().flat_map(move |step| {
            let edit = |condition: &String| {
                let change = self.sketch.need(step, condition)?;
                let sentence = format!("let `{}` wait: `needs {}`", shown(step.name()), shown(condition));
                Some(Edit { changes: vec![change], sentence, lines: 1, step: step.name().to_owned() })
            };
            conditions.iter().filter_map(edit).collect::<Vec<Edit>>()
        })
    }

    /// A step comes after another one that its role did itself or is told of.
    fn edges(&self) -> impl Iterator<Item = Edit> {
        self.pairs().filter_map(|(step, other)| {
            let hears = other.role() == step.role() || self.speaks_to(other, step.role());
            let new = !step.after().any(|name| name.value == other.name());
            let change = if hears && new { self.sketch.after(step, other.name())? } else { return None };
            let sentence = format!("let `{}` come after `{}`", shown(step.name()), shown(other.name()));
            Some(Edit { changes: vec![change], sentence, lines: 1, step: step.name().to_owned() })
        })
    }

    /// A report goes to one role more, and that role's step waits for it.
    fn addressees(&self) -> impl Iterator<Item = Edit> {
        self.pairs().filter_map(|(step, report)| {
            let told = report.informs();
            if told.is_empty() || report.role() == step.role() || told.contains(&step.role()) {
                return None;
            }
            let mut changes = vec![self.sketch.tell(report, step.role())?];
            if !step.after().any(|name| name.value == report.name()) {
                changes.push(self.sketch.after(step, report.name())?);
            }
            let (step_name, name, role) = (shown(step.name()), shown(report.name()), shown(step.role()));
            let sentence = format!("let `{name}` inform `{role}` too, and `{step_name}` come after it");
            Some(Edit { lines: changes.len(), changes, sentence, step: step.name().to_owned() })
        })
    }

    /// Two steps of one role change their order.
    fn turns(&self) -> impl Iterator<Item = Edit> {
        self.pairs().filter_map(|(step, other)| {
            let ordered = step.after().any(|name| name.value == other.name());
            let already = other.after().any(|name| name.value == step.name());
            if !ordered || already || step.role() != other.role() {
                return None;
            }
            let away = self.sketch.no_longer_after(step, other.name())?;
            let back = self.sketch.after(other, step.name())?;
            let (name, earlier) = (shown(step.name()), shown(other.name()));
            let sentence = format!("turn the order around: `{earlier}` comes after `{name}`");
            Some(Edit { changes: vec![away, back], sentence, lines: 2, step: step.name().to_owned() })
        })
    }

    /// A new report tells the role of a step of another one, and the step waits for it; or it tells a
    /// role at the end.
    fn reports(&self) -> impl Iterator<Item = Edit> {
        let waited = self.pairs().filter_map(|(step, other)| {
            if step.role() == other.role() {
                return None;
            }
            let (name, mut edit) = self.report(other, step.role())?;
            if !step.after().any(|before| before.value == other.name()) {
                edit.sentence = format!("{}, and let `{}` wait for it", edit.sentence, shown(step.name()));
            }
            edit.changes.push(self.sketch.after(step, &name)?);
            edit.lines += 1;
            edit.step = step.name().to_owned();
            Some(edit)
        });
        let roles = &self.plan.landscape.roles;
        let at_the_end = self.steps().flat_map(move |step| {
            let others = roles.rows().filter(move |role| *role != step.role());
            others
                .filter_map(move |role| self.report(step, role).map(|(_, edit)| edit))
                .collect::<Vec<Edit>>()
        });
        at_the_end.chain(waited)
    }

    /// A new step that tells a role of another step, and its name.
    fn report(&self, other: Drawn<'a>, role: &str) -> Option<(String, Edit)> {
        let name = self.sketch.fresh(&format!("report_{}", other.name()));
        let lines = [format!("after {}", other.name()), format!("inform {role}")];
        let change = self.sketch.step(other, (&name, other.role()), &lines)?;
        let sentence = format!("report `{}` to `{}`", shown(other.name()), shown(role));
        Some((name, Edit { changes: vec![change], sentence, lines: 4, step: other.name().to_owned() }))
    }
}

/// What a step may be made to wait for: what somebody of the plan could make so, and the end of
/// messages first.
fn conditions(plan: &Plan) -> Vec<String> {
    let land = &plan.landscape;
    let mut found = Vec::new();
    let mut held: BTreeMap<PlaceId, BTreeSet<KeyId>> = BTreeMap::new();
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let brought = effects.flat_map(|effect| effect.writes()).filter_map(|written| match written {
        (Fact::Place(place), Value::Key(Some(key))) => Some((place, key)),
        _ => None,
    });
    for (place, key) in plan.places_in_use().chain(brought) {
        held.entry(place).or_default().insert(key);
    }
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    for effect in effects {
        if let Effect::Repoint { own, key, .. } = effect {
            held.entry(own).or_default().extend(plan.start.places[own].into_iter().chain([key]));
        }
        if let Effect::Exchange { place, backup, .. } = effect {
            let moved = held.get(&place).cloned().unwrap_or_default();
            held.entry(backup).or_default().extend(moved);
        }
    }
    for flow in land.channels.rows() {
        let keys: BTreeSet<KeyId> =
            flow.aliases().filter_map(|place| held.get(&place)).flatten().copied().collect();
        found.extend(keys.into_iter().map(|key| format!("{} drained of {}", flow.name, land.keys[key])));
    }
    found.extend(land.windows.rows().map(|window| format!("{} open", window.name)));
    let mut written: BTreeSet<(Fact, bool)> = BTreeSet::new();
    let mut facts: Vec<(Fact, Value)> = Vec::new();
    for step in plan.steps.rows() {
        let asked = step.needs.iter().filter_map(|need| match need.value.asks() {
            Asks::Facts(facts) => Some(facts),
            Asks::Drained(..) | Asks::Open(_) => None,
        });
        let effects = step.action.value.effects();
        facts.extend(effects.iter().flat_map(|effect| effect.writes()).chain(asked.flatten()));
    }
    for (fact, value) in facts {
        let sentence = match (fact, value) {
            (Fact::Accepts(receiver, key), Value::Is(true)) => {
                format!("{} accepts {}", land.acceptors[receiver].name, land.keys[key])
            }
            (Fact::Running(flow), Value::Is(true)) => format!("{} deployed", land.channels[flow].name),
            (Fact::Running(flow), Value::Is(false)) => format!("{} undeployed", land.channels[flow].name),
            (Fact::Own(own), Value::Is(true)) => format!("{} set", land.own_facts[own].name),
            (Fact::Own(own), Value::Is(false)) => format!("{} clear", land.own_facts[own].name),
            // What a flow signs with is asked by no condition.
            (Fact::Place(place), _) if land.places[place].of.is_some() => continue,
            (Fact::Place(place), Value::Key(Some(key))) => {
                format!("{} is {}", land.place_name(place), land.keys[key])
            }
            (Fact::Place(place), Value::Key(None)) => format!("{} empty", land.place_name(place)),
            _ => continue,
        };
        let is_key = matches!(value, Value::Key(_));
        if written.insert((fact, is_key || value == Value::Is(true))) || is_key {
            found.push(sentence);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|condition| seen.insert(condition.clone()));
    found
}
