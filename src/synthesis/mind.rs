//! What each role has heard, as far as a plan can rely on it.

use std::collections::BTreeMap;

use crate::{
    condition::Asks,
    plan::Plan,
    world::{
        id::{Id, KeyId, RoleId, WindowId},
        landscape::{Fact, Landscape},
    },
};

use super::access::Access;

/// One thing that a role can have heard, by number.
pub(super) type Token = usize;

/// The things that roles can hear of.
#[derive(Debug)]
pub(super) struct Tokens {
    facts: BTreeMap<Fact, usize>,
    roles: usize,
    keys: usize,
    windows: usize,
    /// What a report conveys, as bits.
    told: Box<[u64]>,
    /// What any message conveys.
    passed: Box<[u64]>,
}

impl Tokens {
    /// For everything that a role may have to be told of: what flows sign with, what is accepted, what
    /// runs, which windows are agreed, and what the plan itself speaks of.
    pub(super) fn of(plan: &Plan) -> Self {
        let landscape = &plan.landscape;
        let mut facts: Vec<Fact> = landscape.channels.rows().map(|flow| Fact::Place(flow.stamps)).collect();
        for said in &plan.statements {
            facts.extend(said.value.facts());
        }
        for last in &plan.finals {
            if let Asks::Facts(asked) = last.value.asks() {
                facts.extend(asked.into_iter().map(|(fact, _)| fact));
            }
        }
        for acceptor in landscape.acceptors.ids() {
            facts.extend(landscape.keys.ids().map(|key| Fact::Accepts(acceptor, key)));
        }
        facts.extend(landscape.channels.ids().map(Fact::Running));
        facts.sort();
        facts.dedup();
        let facts: BTreeMap<Fact, usize> =
            facts.into_iter().enumerate().map(|(at, fact)| (fact, at)).collect();
        let (roles, keys, windows) = (landscape.roles.len(), landscape.keys.len(), landscape.windows.len());
        let before = facts.len() * (1 + roles);
        let count = before + keys + windows + roles;
        let words = count.div_ceil(64).max(1);
        let mut tokens = Self {
            facts,
            roles,
            keys,
            windows,
            told: vec![0; words].into_boxed_slice(),
            passed: vec![0; words].into_boxed_slice(),
        };
        for token in (0..count).filter(|token| !(before..before + keys).contains(token)) {
            insert(&mut tokens.told, token);
        }
        for window in landscape.windows.ids() {
            let token = tokens.agreed(window);
            insert(&mut tokens.passed, token);
        }
        tokens
    }

    /// That a fact is as it was last made.
    pub(super) fn made(&self, fact: Fact) -> Option<Token> {
        self.facts.get(&fact).map(|at| at * (1 + self.roles))
    }

    /// That a role has relied on a fact since it was last made.
    pub(super) fn relied(&self, fact: Fact, role: RoleId) -> Option<Token> {
        self.made(fact).map(|made| made + 1 + role.index())
    }

    /// The certificate of a key.
    pub(super) fn certificate(&self, key: KeyId) -> Token {
        self.facts.len() * (1 + self.roles) + key.index()
    }

    /// That a window is agreed.
    pub(super) fn agreed(&self, window: WindowId) -> Token {
        self.facts.len() * (1 + self.roles) + self.keys + window.index()
    }

    /// The last thing that a role did.
    pub(super) fn last(&self, role: RoleId) -> Token {
        self.agreed(WindowId::at(self.windows)) + role.index()
    }

    /// The facts that roles may have to be told of.
    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        self.facts.keys().copied()
    }

    /// Some of them as bits.
    pub(super) fn mask(&self, tokens: &[Token]) -> Box<[u64]> {
        let mut bits = vec![0; self.words()];
        tokens.iter().for_each(|token| insert(&mut bits, *token));
        bits.into_boxed_slice()
    }

    /// How many words of bits each role takes.
    pub(super) fn words(&self) -> usize {
        self.told.len()
    }

    /// What a report conveys of what its sender has heard, or any other message.
    pub(super) fn conveyed(&self, is_report: bool) -> &[u64] {
        if is_report { &self.told } else { &self.passed }
    }
}

fn insert(bits: &mut [u64], token: Token) {
    if let Some(word) = bits.get_mut(token / 64) {
        *word |= 1 << (token % 64);
    }
}

/// What every role has heard, and what is under way to it. What is sent in a round is heard in the
/// next one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mind {
    /// First what the roles have heard, one after the other, then what is under way to each.
    bits: Box<[u64]>,
    words: usize,
}

impl Mind {
    /// Nobody has heard of anything.
    pub(super) fn empty(tokens: &Tokens) -> Self {
        let words = tokens.words();
        Self { bits: vec![0; 2 * words * tokens.roles].into_boxed_slice(), words }
    }

    fn half(&self) -> usize {
        self.bits.len() / 2
    }

    /// Whether a role has heard of it.
    pub(super) fn has(&self, role: RoleId, token: Token) -> bool {
        let word = self.bits.get(role.index() * self.words + token / 64);
        word.is_some_and(|word| word >> (token % 64) & 1 == 1)
    }

    /// A role knows it from now on.
    pub(super) fn learn(&mut self, role: RoleId, token: Token) {
        let at = role.index() * self.words + token / 64;
        if let Some(word) = self.bits.get_mut(at) {
            *word |= 1 << (token % 64);
        }
    }

    /// A role is told of it, and hears it in the next round.
    pub(super) fn send(&mut self, role: RoleId, token: Token) {
        let at = self.half() + role.index() * self.words + token / 64;
        if let Some(word) = self.bits.get_mut(at) {
            *word |= 1 << (token % 64);
        }
    }

    /// It is another matter now, of which only one role knows.
    pub(super) fn renew(&mut self, role: RoleId, token: Token) {
        let (words, mask) = (self.words, !(1 << (token % 64)));
        for word in self.bits.iter_mut().skip(token / 64).step_by(words) {
            *word &= mask;
        }
        self.learn(role, token);
    }

    /// Nobody has to hear of it any more.
    pub(super) fn settle(&mut self, token: Token) {
        let (words, half) = (self.words, self.half());
        for word in self.bits.iter_mut().take(half).skip(token / 64).step_by(words) {
            *word |= 1 << (token % 64);
        }
        for word in self.bits.iter_mut().skip(half + token / 64).step_by(words) {
            *word &= !(1 << (token % 64));
        }
    }

    /// Whether a message from one role would tell another anything.
    pub(super) fn would_tell(&self, from: RoleId, to: RoleId, conveyed: &[u64]) -> bool {
        let row = |at: usize| self.bits.iter().skip(at * self.words);
        let heard = row(to.index()).zip(self.bits.iter().skip(self.half() + to.index() * self.words));
        let pairs = row(from.index()).zip(conveyed).zip(heard);
        pairs
            .take(self.words)
            .any(|((known, mask), (heard, under_way))| known & mask & !(heard | under_way) != 0)
    }

    /// A role tells another what it has heard.
    pub(super) fn tell(&mut self, from: RoleId, to: RoleId, conveyed: &[u64]) {
        let known: Vec<u64> = self
            .bits
            .iter()
            .skip(from.index() * self.words)
            .zip(conveyed)
            .map(|(known, mask)| known & mask)
            .collect();
        let start = self.half() + to.index() * self.words;
        for (word, told) in self.bits.iter_mut().skip(start).zip(known) {
            *word |= told;
        }
    }

    /// The same once a role relied on some facts and changed others; nothing where somebody relied on what it
    /// changes, and it has not heard that this is done.
    pub(super) fn after(
        &self,
        tokens: &Tokens,
        land: &Landscape,
        role: RoleId,
        access: &Access,
    ) -> Option<Self> {
        let others = || land.roles.ids().filter(|other| *other != role);
        let relied = |fact: &Fact| {
            others().all(|other| tokens.relied(*fact, other).is_none_or(|token| self.has(role, token)))
        };
        if !access.writes.iter().all(relied) {
            return None;
        }
        let mut mind = self.clone();
        for fact in access.reads.iter().filter(|fact| land.owner(**fact) != Some(role)) {
            if let Some(token) = tokens.relied(*fact, role) {
                mind.renew(role, token);
            }
        }
        for fact in &access.writes {
            if let Some(token) = tokens.made(*fact) {
                mind.renew(role, token);
            }
            for token in others().filter_map(|other| tokens.relied(*fact, other)) {
                mind.settle(token);
            }
        }
        Some(mind)
    }

    /// What is under way is heard.
    pub(super) fn hear(&mut self) {
        let half = self.half();
        let (heard, under_way) = self.bits.split_at_mut(half);
        for (word, told) in heard.iter_mut().zip(under_way) {
            *word |= std::mem::take(told);
        }
    }
}
