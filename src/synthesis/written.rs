//! Writes a way as the steps of a plan, behind the text of its scenario.

use std::collections::BTreeSet;

use crate::{
    source::Source,
    syntax::{NAME_LIMIT, format, parse, quoted},
    world::{effect::Effect, id::RoleId},
};

use super::{
    access::Need,
    library::Library,
    order::After,
    scenario::Scenario,
    search::{Deed, Done},
    title::title,
};

/// Writes plans.
struct Writer<'a> {
    library: &'a Library,
    way: &'a [Done],
    after: &'a After,
    names: Vec<String>,
}

/// The text of a plan: that of the scenario, with a step for each thing that is done, in canonical form.
pub(super) fn text(scenario: &Scenario, library: &Library, way: &[Done], after: &After) -> String {
    let mut writer = Writer { library, way, after, names: Vec::new() };
    writer.named(scenario);
    let mut text = scenario.plan.source.text.clone();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    for number in 0..way.len() {
        writer.step(number, &mut text);
    }
    let (tree, _) = parse(&Source::new("", text.clone()));
    format(&tree)
}

impl Writer<'_> {
    /// Names each step after what it does; where that is said twice, after where and with what too.
    fn named(&mut self, scenario: &Scenario) {
        let plan = &scenario.plan;
        let land = &plan.landscape;
        let mut taken: BTreeSet<String> = land.keys.rows().chain(land.roles.rows()).cloned().collect();
        taken.extend(land.stores.rows().map(|store| store.name.clone()));
        taken.extend(land.acceptors.rows().map(|acceptor| acceptor.name.clone()));
        taken.extend(land.channels.rows().map(|channel| channel.name.clone()));
        taken.extend(land.windows.rows().map(|window| window.name.clone()));
        taken.extend(land.own_facts.rows().map(|own| own.name.clone()));
        taken.extend(land.groups.rows().map(|group| group.name.clone()));
        taken.extend(plan.parameters.iter().map(|parameter| parameter.name.clone()));
        for number in 0..self.way.len() {
            // As long as a name may be, with a number behind it.
            let wish: String = self.wish(number).chars().take(NAME_LIMIT - 8).collect();
            let numbered = (2..).map(|more| format!("{wish}_{more}"));
            let mut names = std::iter::once(wish.clone()).chain(numbered);
            let name = names.find(|name| !taken.contains(name)).unwrap_or(wish);
            taken.insert(name.clone());
            self.names.push(name);
        }
    }

    fn wish(&self, number: usize) -> String {
        let land = &self.library.landscape;
        let Some(done) = self.way.get(number) else { return "step".to_owned() };
        match &done.deed {
            Deed::Act(act) => {
                self.library.acts.get(*act).map_or_else(String::new, |act| self.act(&act.effect))
            }
            Deed::Agree(_, window, _) => format!("agree_{}", land.windows[*window].name),
            Deed::Provide(key, _) => format!("provide_{}", land.keys[*key]),
            Deed::Inform(_) => self.report(number, done.role),
            Deed::Pass => "step".to_owned(),
        }
    }

    /// A report is named after what its role did last, or what it passes on.
    fn report(&self, number: usize, role: RoleId) -> String {
        let before = self.after.get(number).into_iter().flatten().rev();
        let mut news = before.filter_map(|at| {
            let earlier = self.way.get(*at)?;
            match &earlier.deed {
                Deed::Act(act) => {
                    let act = self.library.acts.get(*act).filter(|_| earlier.role == role);
                    act.map(|act| format!("report_{}", told(&act.effect)))
                }
                Deed::Provide(..) if earlier.role == role => Some("report_provided".to_owned()),
                Deed::Inform(_) => {
                    let name = self.names.get(*at)?;
                    let what = name.strip_prefix("report_").or_else(|| name.strip_prefix("pass_on_"));
                    Some(format!("pass_on_{}", what.unwrap_or(name)))
                }
                _ => None,
            }
        });
        news.next().unwrap_or_else(|| "report".to_owned())
    }

    fn act(&self, effect: &Effect) -> String {
        let (land, verb) = (&self.library.landscape, self.library.verb(effect));
        let at = |acceptor| {
            if land.acceptors.len() > 1 {
                format!("_at_{}", land.acceptors[acceptor].name)
            } else {
                String::new()
            }
        };
        match *effect {
            Effect::Put { key, .. } | Effect::Remove { key, .. } => format!("{verb}_{}", land.keys[key]),
            Effect::Exchange { key, .. } if self.library.is_restoring(effect) => {
                format!("{verb}_{}", land.keys[key])
            }
            Effect::Exchange { key, .. } => format!("{verb}_for_{}", land.keys[key]),
            Effect::Accept { acceptor, key } | Effect::Retire { acceptor, key } => {
                format!("{verb}_{}{}", land.keys[key], at(acceptor))
            }
            Effect::Replace { acceptor, old, .. } => format!("{verb}_{}{}", land.keys[old], at(acceptor)),
            Effect::Repoint { key, .. } => format!("{verb}_to_{}", land.keys[key]),
            Effect::Start(flow) | Effect::Stop(flow) | Effect::Try { channel: flow, .. } => {
                format!("{verb}_{}", land.channels[flow].name)
            }
            Effect::Set(own) | Effect::Clear(own) => format!("{verb}_{}", land.own_facts[own].name),
            Effect::Propose(window) | Effect::Agree(window) => {
                format!("{verb}_{}", land.windows[window].name)
            }
        }
    }

    fn step(&self, number: usize, text: &mut String) {
        let (Some(done), Some(name)) = (self.way.get(number), self.names.get(number)) else { return };
        let land = &self.library.landscape;
        let title = title(self.library, self.way, self.after, number);
        text.push_str(&format!("\nstep {name} by {} {} {{\n", land.roles[done.role], quoted(&title)));
        let before: Vec<&str> = self
            .after
            .get(number)
            .into_iter()
            .flatten()
            .filter_map(|at| self.names.get(*at))
            .map(String::as_str)
            .collect();
        if !before.is_empty() {
            text.push_str(&format!("  after {}\n", before.join(", ")));
        }
        for need in &done.access.needs {
            text.push_str(&format!("  needs {}\n", self.need(*need)));
        }
        text.push_str(&format!("  {}\n}}\n", self.sentence(&done.deed)));
    }

    fn need(&self, need: Need) -> String {
        let land = &self.library.landscape;
        let need = match need {
            Need::Drained(flow, key) => format!("{} drained of {}", land.channels[flow].name, land.keys[key]),
            Need::Open(window) => format!("{} open", land.windows[window].name),
            Need::Accepts(acceptor, key) => {
                format!("{} accepts {}", land.acceptors[acceptor].name, land.keys[key])
            }
            Need::Undeployed(flow) => format!("{} undeployed", land.channels[flow].name),
            Need::Own(own, true) => format!("{} set", land.own_facts[own].name),
            Need::Own(own, false) => format!("{} clear", land.own_facts[own].name),
        };
        land.wording.own(need)
    }

    fn sentence(&self, deed: &Deed) -> String {
        let land = &self.library.landscape;
        let names = |roles: &[RoleId]| crate::action::listed(land, roles);
        let sentence = match deed {
            Deed::Act(act) => {
                self.library.acts.get(*act).map_or_else(String::new, |act| self.library.sentence(&act.effect))
            }
            Deed::Agree(_, window, to) => {
                format!("agree {} with {}", land.windows[*window].name, land.roles[*to])
            }
            Deed::Provide(key, to) => format!("provide {} to {}", land.keys[*key], names(to)),
            Deed::Inform(to) => format!("inform {}", names(to)),
            Deed::Pass => String::new(),
        };
        land.wording.own(sentence)
    }
}

/// What a report of it says.
fn told(effect: &Effect) -> &'static str {
    match effect {
        Effect::Put { .. } => "created",
        Effect::Exchange { .. } => "exchanged",
        Effect::Remove { .. } => "destroyed",
        Effect::Accept { .. } => "accepted",
        Effect::Retire { .. } => "retired",
        Effect::Replace { .. } => "replaced",
        Effect::Repoint { .. } => "repointed",
        Effect::Start(_) => "deployed",
        Effect::Stop(_) => "undeployed",
        Effect::Try { .. } => "tested",
        Effect::Set(_) => "set",
        Effect::Clear(_) => "clear",
        Effect::Propose(_) | Effect::Agree(_) => "agreed",
    }
}
