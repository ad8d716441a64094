//! Which step comes after which, as far as prose gives a reason: a role goes on after what it did, and
//! after what it was told.

use std::collections::BTreeMap;

use super::{act::Act, deed::Deed, word::words};

/// Why a step comes after another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It hears of it, reports it, or uses what it made.
    Sure,
    /// The prose only tells them in this order.
    OrderAlone,
}

/// What comes before each step, and those that nobody leads to: the step before it in the prose.
#[derive(Clone, Debug, Default)]
pub(super) struct After {
    /// By the place of each step: the places of earlier ones.
    pub(super) before: Vec<Vec<(usize, Reason)>>,
    /// Steps of which the role cannot know when they are due.
    pub(super) unled: BTreeMap<usize, usize>,
}

/// A set of places.
type Bits = Vec<u64>;

fn has(bits: &Bits, at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
}

/// What is known of the order so far.
#[derive(Default)]
struct Reader {
    /// All that surely comes before each step.
    sure: Vec<Bits>,
    /// The same, and what the order of the prose adds for the acts of each role.
    strong: Vec<Bits>,
    /// The same with all that the order of the prose adds.
    all: Vec<Bits>,
    /// What was said to a role since it acted last.
    unread: BTreeMap<usize, Vec<usize>>,
    last: BTreeMap<usize, usize>,
    last_act: BTreeMap<usize, usize>,
    created: BTreeMap<usize, usize>,
    provided: BTreeMap<usize, usize>,
}

/// The order of steps.
pub(super) fn order(acts: &[Act]) -> After {
    let mut reader = Reader::default();
    let mut after = After::default();
    for (at, act) in acts.iter().enumerate() {
        let before = reader.step(acts, at);
        let role = act.actor.unwrap_or(usize::MAX);
        if let Some(previous) = at.checked_sub(1)
            && !reader.all.get(at).is_some_and(|all| has(all, previous))
            && acts.get(previous).and_then(|previous| previous.actor) != act.actor
        {
            after.unled.insert(at, previous);
        }
        after.before.push(before);
        reader.done(act, at, role);
    }
    after
}

impl Reader {
    fn step(&mut self, acts: &[Act], at: usize) -> Vec<(usize, Reason)> {
        let Some(act) = acts.get(at) else { return Vec::new() };
        let role = act.actor.unwrap_or(usize::MAX);
        let mut sure = self.unread.remove(&role).unwrap_or_default();
        match act.deed {
            Deed::Provide(_) | Deed::Exchange | Deed::Test => sure.extend(self.created.get(&role)),
            Deed::Accept | Deed::Replace => {
                sure.extend(self.provided.get(&role).or_else(|| self.created.get(&role)))
            }
            Deed::Inform(_) => {
                let previous = at.checked_sub(1).filter(|p| self.last.get(&role) == Some(p));
                sure.extend(previous.filter(|p| acts.get(*p).is_some_and(|p| reports(act, p))));
            }
            _ => {}
        }
        sure.sort_unstable();
        sure.dedup();
        // What another one brings with it need not be said.
        let needless: Vec<usize> = sure
            .iter()
            .copied()
            .filter(|one| sure.iter().any(|other| self.sure.get(*other).is_some_and(|s| has(s, *one))))
            .collect();
        sure.retain(|one| !needless.contains(one));
        let surely = self.closed(&sure, |reader| &reader.sure);
        self.sure.push(surely);
        let mut found: Vec<(usize, Reason)> = sure.iter().map(|one| (*one, Reason::Sure)).collect();
        let mut all = self.closed(&sure, |reader| &reader.all);
        let mut strong = self.closed(&sure, |reader| &reader.strong);
        let own = self.last.get(&role).copied();
        let change = self.last_act.get(&role).copied();
        let mut add = |one: usize| {
            found.push((one, Reason::OrderAlone));
            merge(&mut all, &self.closed(&[one], |reader| &reader.all));
        };
        match own.filter(|own| !has(&all_before(&sure, self), *own)) {
            Some(own) => add(own),
            // What it did last still comes first, though only word of others leads here.
            None => {
                if let Some(change) = change.filter(|change| !has(&strong, *change)) {
                    add(change);
                    merge(&mut strong, &self.closed(&[change], |reader| &reader.strong));
                }
            }
        }
        self.strong.push(strong);
        self.all.push(all);
        found.sort_by_key(|(one, _)| *one);
        found
    }

    /// These steps and all that comes before them.
    fn closed(&self, steps: &[usize], of: impl Fn(&Self) -> &Vec<Bits>) -> Bits {
        let mut bits = Bits::new();
        for step in steps {
            if let Some(more) = of(self).get(*step) {
                merge(&mut bits, more);
            }
            if bits.len() <= step / 64 {
                bits.resize(step / 64 + 1, 0);
            }
            if let Some(word) = bits.get_mut(step / 64) {
                *word |= 1 << (step % 64);
            }
        }
        bits
    }

    fn done(&mut self, act: &Act, at: usize, role: usize) {
        self.last.insert(role, at);
        if act.deed.is_act() {
            self.last_act.insert(role, at);
        }
        for told in act.deed.told() {
            let unread = self.unread.entry(*told).or_default();
            unread.push(at);
            if matches!(act.deed, Deed::Provide(_)) {
                self.provided.insert(*told, at);
            }
        }
        if act.deed == Deed::Create {
            self.created.insert(role, at);
        }
    }
}

fn merge(bits: &mut Bits, more: &Bits) {
    if bits.len() < more.len() {
        bits.resize(more.len(), 0);
    }
    bits.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
}

/// All that comes before these steps, and they themselves.
fn all_before(steps: &[usize], reader: &Reader) -> Bits {
    reader.closed(steps, |reader| &reader.all)
}

/// Whether a report speaks of what was done before it.
pub(super) fn reports(report: &Act, done: &Act) -> bool {
    let stems: &[&str] = match done.deed {
        Deed::Create => &["creat", "generat"],
        Deed::Accept => {
            &["accept", "trust", "verif", "import", "add", "install", "both", "decrypt", "payload"]
        }
        Deed::Replace | Deed::Exchange => {
            &["exchang", "replac", "swap", "switch", "expect", "new", "renew", "use", "verif"]
        }
        Deed::Retire | Deed::Destroy => &["remov", "retir", "delet", "gone", "old"],
        Deed::Undeploy => &["undeploy", "stop", "down", "halt"],
        Deed::Deploy => &["deploy", "start", "run", "again"],
        _ => return true,
    };
    let about = words(&report.text);
    let is_done = about.iter().any(|word| ["done", "finished", "ready"].contains(&word.text.as_str()));
    is_done || about.iter().any(|word| stems.iter().any(|stem| word.text.starts_with(stem)))
}
