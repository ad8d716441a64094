//! A scenario: a plan text without steps. It says how things are, how they are to be at the end, who
//! owns what, and what is promised on the way.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    explanation::Explanation,
    invariant::{Breach, alias_lost, been::Been},
    plan::{
        Plan,
        answers::{LeftOut, Variant, parts, written_out},
        given::Given,
        judged::Judged,
        resolve::resolve_scenario,
    },
    source::{Finding, Refusal, Source, shown},
    syntax::{
        parse,
        tree::{Item, SyntaxTree},
    },
    world::{
        id::{ChannelId, OwnFactId, PlaceId},
        landscape::{Fact, Landscape, Value},
        state::World,
    },
};

/// A text with steps.
#[derive(Debug, Diagnostic, Error)]
#[error("a scenario has no steps, and this text has {count}")]
#[diagnostic(
    code(keyroll::scenario_with_steps),
    help("take the steps out to have others found, or ask `keyroll prove` and `keyroll repair` about these")
)]
struct WithSteps {
    count: usize,
    #[label("the first step")]
    at: SourceSpan,
}

/// A text without an end.
#[derive(Debug, Diagnostic, Error)]
#[error("the scenario does not say what is to be so at the end")]
#[diagnostic(code(keyroll::scenario_without_end), help("say it, as in `finally partner accepts only new`"))]
struct WithoutEnd {
    #[label("nothing is to be reached")]
    at: SourceSpan,
}

/// An end that is so already.
#[derive(Debug, Diagnostic, Error)]
#[error("what is to be so at the end is so at the start")]
#[diagnostic(
    code(keyroll::scenario_at_its_end),
    help(
        "there is nothing to do; say what is to become different, as in `finally partner accepts only new`"
    )
)]
struct AtItsEnd {
    #[label("so from the start")]
    at: SourceSpan,
}

/// An end that speaks of messages under way.
#[derive(Debug, Diagnostic, Error)]
#[error("the end of a scenario cannot speak of messages under way")]
#[diagnostic(
    code(keyroll::scenario_of_traffic),
    help("say what is to be accepted at the end: a plan waits for messages by itself")
)]
struct OfTraffic {
    #[label("no step makes this so")]
    at: SourceSpan,
}

/// A flow that lists two aliases.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` lists two aliases, and no way is searched for such a flow")]
#[diagnostic(
    code(keyroll::scenario_of_two_aliases),
    help("let it list one alias, or write the plan by hand: `keyroll prove` judges flows with two")
)]
struct OfTwoAliases {
    flow: String,
    #[label("two aliases")]
    at: SourceSpan,
}

/// A certificate that a role issues.
#[derive(Debug, Diagnostic, Error)]
#[error("the certificate of `{key}` is issued by a role, and no way is searched for that")]
#[diagnostic(
    code(keyroll::scenario_of_issued),
    help(
        "leave the line out and add the steps of the certificate to the plan that is found, or write the plan by hand"
    )
)]
struct OfIssued {
    key: String,
    #[label("issued by a role")]
    at: SourceSpan,
}

/// More keys than a way is searched among.
#[derive(Debug, Diagnostic, Error)]
#[error("a scenario has at most {MOST_KEYS} keys, and this one has {count}")]
#[diagnostic(
    code(keyroll::scenario_with_many_keys),
    help("leave out those with which nothing is to be done, or make a scenario for each renewal")
)]
struct WithManyKeys {
    count: usize,
    #[label("one too many")]
    at: SourceSpan,
}

/// So many keys a scenario has at most: every key is tried in place of every other one at every receiver.
pub const MOST_KEYS: usize = 64;

/// A scenario, read.
#[derive(Debug)]
pub struct Scenario {
    pub(super) tree: SyntaxTree,
    pub(super) plan: Plan,
}

/// What is wrong with a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wrong {
    /// A promise of a flow or a law.
    Breach(Breach),
    /// A statement, by number.
    Untrue(usize),
}

/// What has been so up to a moment, by statement, as far as promises ask it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Past {
    /// What is to be so before something else has been so.
    been: Vec<bool>,
    /// It has spoken of a moment: one that never does is refused.
    pub(super) spoken: Vec<bool>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The findings of the first stage that has one.
    pub fn read(source: &Source, given: &Given) -> Result<Self, Refusal> {
        let refuse = |findings| Refusal::new(source.clone(), findings);
        let (tree, findings) = parse(source);
        if !findings.is_empty() {
            return Err(refuse(findings));
        }
        let plan = resolve_scenario(source, &tree, given).map_err(refuse)?;
        let vain = given.in_vain(&plan);
        if !vain.is_empty() {
            return Err(refuse(vain));
        }
        // What is found is a plan for these answers, and asks nothing.
        let tree = written_out(source, &tree).map_err(refuse)?.tree;
        let variant = Variant::of(&tree, given, true).map_err(refuse)?;
        let tree = parts(&tree, &variant, &mut LeftOut::default()).into_owned();
        let scenario = Self { tree, plan: given.applied(plan) };
        match scenario.finding() {
            Some(finding) => Err(refuse(vec![finding])),
            None => Ok(scenario),
        }
    }

    /// What it says of the start and the end.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Begins in another world: where a run stands messages may be under way, and windows may be agreed.
    pub fn begin_at(&mut self, start: World) {
        self.plan.start = start;
    }

    fn finding(&self) -> Option<Finding> {
        let steps = self.tree.items.iter().filter_map(|line| match &line.node {
            Item::Step(decl) => Some(decl.name.span),
            _ => None,
        });
        let (mut steps, plan) = (steps.peekable(), &self.plan);
        if let Some(first) = steps.peek().copied() {
            return Some(Box::new(WithSteps { count: steps.count(), at: first.into() }));
        }
        if let Some((_, at)) = plan.declared.keys.from(MOST_KEYS).next() {
            let count = plan.landscape.keys.len();
            return Some(Box::new(WithManyKeys { count, at: (*at).into() }));
        }
        if let Some(flow) = plan.landscape.doubled() {
            let (name, at) = (shown(&plan.landscape.channels[flow].name), plan.declared.flows[flow].into());
            return Some(Box::new(OfTwoAliases { flow: name, at }));
        }
        let mut issued = plan.declared.issuers.iter();
        if let Some((key, at)) = issued.find_map(|(key, said)| Some((key, said.first()?.1))) {
            return Some(Box::new(OfIssued { key: shown(&plan.landscape.keys[*key]), at: at.into() }));
        }
        let Some(last) = plan.finals.last() else {
            return Some(Box::new(WithoutEnd { at: plan.declared.head.into() }));
        };
        let traffic = plan.finals.iter().find(|f| matches!(f.value.asks(), Asks::Drained(..)));
        if let Some(traffic) = traffic {
            return Some(Box::new(OfTraffic { at: traffic.span.into() }));
        }
        let is_told = plan.known.is_empty();
        (is_told && self.is_end(&plan.landscape, &plan.start))
            .then(|| -> Finding { Box::new(AtItsEnd { at: last.span.into() }) })
    }

    /// Whether a world is what the scenario wants: what `finally` says is so, and what ran at the start
    /// runs, and what did not does not, where `finally` does not say otherwise.
    pub(super) fn is_end(&self, landscape: &Landscape, world: &World) -> bool {
        let plan = &self.plan;
        let stays = |flow: &ChannelId| {
            self.wants(Fact::Running(*flow)).is_some() || world.running[*flow] == plan.start.running[*flow]
        };
        plan.landscape.channels.ids().all(|flow| stays(&flow))
            && plan.finals.iter().all(|last| last.value.holds(landscape, world))
    }

    /// The facts of which `finally` speaks, each as it is to be.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (Fact, Value)> {
        let asked = self.plan.finals.iter().filter_map(|last| match last.value.asks() {
            Asks::Facts(facts) => Some(facts),
            _ => None,
        });
        asked.flatten()
    }

    /// What a fact is to be at the end, if `finally` speaks of it.
    pub(super) fn wants(&self, fact: Fact) -> Option<Value> {
        self.wanted().find(|(wanted, _)| *wanted == fact).map(|(_, value)| value)
    }

    /// The flows that are not to stand still: those that run at the start, and that `finally` does not
    /// want undeployed.
    pub(super) fn minded(&self) -> Vec<ChannelId> {
        let plan = &self.plan;
        let is_minded = |flow: &ChannelId| {
            plan.start.running[*flow] && self.wants(Fact::Running(*flow)) != Some(Value::Is(false))
        };
        plan.landscape.channels.ids().filter(is_minded).collect()
    }

    /// The facts of which `finally` or a promise speaks.
    fn spoken_of(&self) -> impl Iterator<Item = Fact> {
        let promised = self.plan.statements.iter().flat_map(|said| said.value.facts());
        self.wanted().map(|(fact, _)| fact).chain(promised)
    }

    /// The aliases of which `finally` or a promise speaks.
    pub(super) fn places_spoken_of(&self) -> BTreeSet<PlaceId> {
        let place = |fact: Fact| if let Fact::Place(place) = fact { Some(place) } else { None };
        self.spoken_of().filter_map(place).collect()
    }

    /// The facts of its own of which `finally` or a promise speaks. What is so of any other one matters to
    /// nobody.
    pub(super) fn facts_spoken_of(&self) -> BTreeSet<OwnFactId> {
        let own = |fact: Fact| if let Fact::Own(own) = fact { Some(own) } else { None };
        self.spoken_of().filter_map(own).collect()
    }

    /// Before the first moment.
    pub(super) fn before_all(&self) -> Past {
        let not_yet = vec![false; self.plan.statements.len()];
        let spoken = self.plan.statements.iter().map(|said| said.value.during().is_none()).collect();
        Past { been: not_yet, spoken }
    }

    /// What is wrong with a world that comes after others, by the promises and laws that a proof judges.
    /// `past` is what has been so up to it, and then what has been so with it.
    pub(super) fn wrong(
        &self,
        judged: &[Judged<'_>],
        landscape: &Landscape,
        (world, past): (&World, &mut Past),
    ) -> Option<Wrong> {
        let broken = judged.iter().find_map(|one| one.broken(landscape, world));
        let breach = broken.or_else(|| alias_lost(landscape, world)).map(Wrong::Breach);
        let statements = &self.plan.statements;
        let untrue = || statements.iter().position(|said| said.value.is_broken(landscape, world));
        let mut been = Been::so_far(landscape, statements, std::mem::take(&mut past.been));
        let early = been.enter(world).first().copied();
        past.been = been.into_been();
        for (spoken, said) in past.spoken.iter_mut().zip(statements) {
            *spoken |= said.value.applies(landscape, world);
        }
        breach.or_else(|| untrue().or(early).map(Wrong::Untrue))
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "scenario_with_steps",
        title: "a scenario that has steps already",
        text: "\
`keyroll synthesize` reads a plan without steps: roles, keys, keystores, receivers, flows, windows,
promises and `finally`. It finds the steps. A plan that has steps is judged by `keyroll prove`, and
`keyroll repair` looks for the smallest edit that makes it provable.
",
    },
    Explanation {
        code: "scenario_with_many_keys",
        title: "a scenario with more keys than a way is searched among",
        text: "\
A plan may have any number of keys, a scenario has at most 64: `keyroll synthesize` tries every key
in place of every other one at every receiver. A renewal usually has two keys. Renewals that have
nothing to do with each other are found one by one.
",
    },
    Explanation {
        code: "scenario_without_end",
        title: "a scenario that wants nothing",
        text: "\
A scenario says with `finally` what is to be so when every step is done.

Right:
  finally partner accepts only new
  finally tenant[$alias] is new
",
    },
    Explanation {
        code: "scenario_at_its_end",
        title: "a scenario in which there is nothing to do",
        text: "What `finally` says holds from the start, so that a plan would have no steps.",
    },
    Explanation {
        code: "scenario_of_traffic",
        title: "a scenario whose end speaks of messages under way",
        text: "\
`finally orders drained of old` names nothing that a step makes so: messages arrive in their time.
A plan that stops accepting a key waits for its messages first, without being told.
",
    },
    Explanation {
        code: "scenario_of_two_aliases",
        title: "a scenario with a flow that lists two aliases",
        text: "\
`keyroll synthesize` finds ways for flows whose messages carry one key each. What a message carries
of a flow that lists two aliases is told by two places at once, and no way is searched for that.
`keyroll prove` judges such a plan, and `keyroll repair` looks for an edit of it.
",
    },
    Explanation {
        code: "scenario_of_issued",
        title: "a scenario with a certificate that a role issues",
        text: "\
`keyroll synthesize` looks for no order, no issue and no installation of a certificate. Leave the
line `certificate of ... issued by ...` out of the scenario, and add these steps to the plan that is
found; `keyroll prove` then says whether they stand where they must.
",
    },
];
