//! From a way, round by round, to the order that it needs: which step waits for which, and no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    condition::Asks,
    world::{
        effect::Effect,
        id::{KeyId, RoleId, WindowId},
        landscape::Fact,
    },
};

use super::{
    access::Need,
    library::Library,
    scenario::Scenario,
    search::{Deed, Done, is_stop},
};

/// For each step of a way, by number, the earlier ones that it comes after.
pub(super) type After = Vec<BTreeSet<usize>>;

/// Reads the order off a way.
struct Reader<'a> {
    library: &'a Library,
    way: &'a [Done],
    after: After,
}

/// The order of a way; nothing where somebody would have to act on what nobody told them. With
/// `in_turn`, the messages of a role follow each other.
pub(super) fn order(scenario: &Scenario, library: &Library, way: &[Done], in_turn: bool) -> Option<After> {
    let mut reader = Reader { library, way, after: vec![BTreeSet::new(); way.len()] };
    let mut made: BTreeMap<Fact, usize> = BTreeMap::new();
    let mut relied: BTreeMap<Fact, BTreeSet<usize>> = BTreeMap::new();
    let mut agreed: BTreeMap<WindowId, usize> = BTreeMap::new();
    for (number, done) in way.iter().enumerate() {
        for fact in &done.access.reads {
            if let Some(maker) = made.get(fact) {
                reader.comes_after(number, *maker, true)?;
            }
            relied.entry(*fact).or_default().insert(number);
        }
        for fact in &done.access.writes {
            let before = made.insert(*fact, number).into_iter();
            for earlier in before.chain(relied.remove(fact).unwrap_or_default()).filter(|at| *at != number) {
                reader.comes_after(number, earlier, true)?;
            }
        }
        for need in &done.access.needs {
            if let Need::Open(window) = need {
                reader.comes_after(number, *agreed.get(window)?, false)?;
            }
        }
        if let Some(key) = done.access.certificate {
            reader.has_certificate(number, key)?;
        }
        match &done.deed {
            Deed::Provide(key, _) => reader.has_certificate(number, *key)?,
            Deed::Agree(_, window, _) => drop(agreed.insert(*window, number)),
            Deed::Act(act) if library.acts.get(*act).is_some_and(|act| is_stop(&act.effect)) => {
                reader.after_own(number, |_| true);
                reader.after_heard(number);
            }
            _ => {}
        }
        if in_turn && is_message(&done.deed) {
            reader.after_own(number, |earlier| is_message(&earlier.deed));
        }
    }
    for known in &scenario.plan.known {
        let asks = scenario.plan.finals.get(known.value.what)?.value.asks();
        for role in &known.value.roles {
            reader.known_at_the_end(*role, &asks, (&made, &agreed))?;
        }
    }
    Some(reduced(reader.after))
}

const fn is_message(deed: &Deed) -> bool {
    matches!(deed, Deed::Provide(..) | Deed::Inform(_) | Deed::Agree(..))
}

impl Reader<'_> {
    fn role(&self, number: usize) -> Option<RoleId> {
        self.way.get(number).map(|done| done.role)
    }

    fn edge(&mut self, number: usize, earlier: usize) {
        if let Some(after) = self.after.get_mut(number) {
            after.insert(earlier);
        }
    }

    /// A step comes after another one, and its role has heard of that.
    fn comes_after(&mut self, number: usize, earlier: usize, by_report: bool) -> Option<()> {
        let role = self.role(number)?;
        let round = self.way.get(number)?.round;
        let via = self.heard(earlier, role, round, by_report)?;
        self.edge(number, via);
        Some(())
    }

    /// The step by which a role has heard of another one before a round: itself, or a message, which
    /// then comes after all that it passes on.
    fn heard(&mut self, of: usize, role: RoleId, round: u32, by_report: bool) -> Option<usize> {
        let first = self.way.get(of)?;
        // By which step each role knows it, and from which round on.
        let mut via: BTreeMap<RoleId, (usize, u32)> = BTreeMap::from([(first.role, (of, first.round))]);
        for to in addressees(&first.deed) {
            via.entry(to).or_insert((of, first.round));
        }
        let mut passed: Vec<(usize, usize)> = Vec::new();
        for (number, done) in self.way.iter().enumerate().skip(of + 1) {
            let tells = matches!(done.deed, Deed::Inform(_)) || (!by_report && is_message(&done.deed));
            let Some((by, since)) = via.get(&done.role).copied().filter(|_| tells) else { continue };
            if since >= done.round {
                continue;
            }
            for to in addressees(&done.deed) {
                via.entry(to).or_insert((number, done.round));
            }
            passed.push((number, by));
        }
        let (last, since) = via.get(&role).copied()?;
        if since >= round && last != of {
            return None;
        }
        let mut at = last;
        while at != of {
            let by = passed.iter().find(|(number, _)| *number == at).map(|(_, by)| *by)?;
            self.edge(at, by);
            at = by;
        }
        Some(last)
    }

    /// A step comes after the one by which its role came to have a certificate, if it did not have it.
    fn has_certificate(&mut self, number: usize, key: KeyId) -> Option<()> {
        let done = self.way.get(number)?;
        let (role, round) = (done.role, done.round);
        let gives = |(_, earlier): &(usize, &Done)| match &earlier.deed {
            Deed::Act(act) => {
                let act = self.library.acts.get(*act);
                earlier.role == role && act.is_some_and(|act| creates(&act.effect, key))
            }
            Deed::Provide(provided, to) => *provided == key && to.contains(&role) && earlier.round < round,
            _ => false,
        };
        let giver = self.way.iter().enumerate().take(number).find(gives).map(|(at, _)| at);
        match giver {
            Some(giver) => self.edge(number, giver),
            None if self.library.known.contains(&key) => {}
            None => return None,
        }
        Some(())
    }

    /// A step comes after the earlier ones of its role that fit.
    fn after_own(&mut self, number: usize, fits: impl Fn(&Done) -> bool) {
        let role = self.role(number);
        let own = self.way.iter().enumerate().take(number);
        let own = own.filter(|(_, done)| Some(done.role) == role && fits(done));
        for earlier in own.map(|(at, _)| at).collect::<Vec<_>>() {
            self.edge(number, earlier);
        }
    }

    /// A step comes after the last thing that each role did, as far as its role has heard of it.
    fn after_heard(&mut self, number: usize) {
        let mut last: BTreeMap<RoleId, usize> = BTreeMap::new();
        for (at, done) in self.way.iter().enumerate().take(number) {
            if matches!(done.deed, Deed::Act(_) | Deed::Provide(..)) {
                last.insert(done.role, at);
            }
        }
        for earlier in last.into_values() {
            // Nothing where it was not told.
            let _unheard = self.comes_after(number, earlier, true);
        }
    }

    fn known_at_the_end(
        &mut self,
        role: RoleId,
        asks: &Asks,
        (made, agreed): (&BTreeMap<Fact, usize>, &BTreeMap<WindowId, usize>),
    ) -> Option<()> {
        match asks {
            Asks::Facts(facts) => {
                for maker in facts.iter().filter_map(|(fact, _)| made.get(fact)) {
                    self.heard(*maker, role, u32::MAX, true)?;
                }
            }
            Asks::Open(window) => {
                if let Some(agreement) = agreed.get(window) {
                    self.heard(*agreement, role, u32::MAX, true)?;
                }
            }
            Asks::Drained(..) => return None,
        }
        Some(())
    }
}

fn creates(effect: &Effect, key: KeyId) -> bool {
    matches!(effect, Effect::Put { key: created, .. } if *created == key)
}

fn addressees(deed: &Deed) -> Vec<RoleId> {
    match deed {
        Deed::Inform(to) | Deed::Provide(_, to) => to.clone(),
        Deed::Agree(_, _, to) => vec![*to],
        Deed::Pass | Deed::Act(_) => Vec::new(),
    }
}

/// The same order without edges that follow from others.
fn reduced(after: After) -> After {
    let mut before: Vec<BTreeSet<usize>> = Vec::new();
    for own in &after {
        let mut all = own.clone();
        all.extend(own.iter().filter_map(|earlier| before.get(*earlier)).flatten().copied());
        before.push(all);
    }
    let implied = |own: &BTreeSet<usize>, one: usize| {
        own.iter().any(|other| *other != one && before.get(*other).is_some_and(|all| all.contains(&one)))
    };
    let reduce = |own: &BTreeSet<usize>| own.iter().copied().filter(|one| !implied(own, *one)).collect();
    after.iter().map(reduce).collect()
}
