//! A plan that passed every check, and the way there.

use std::{collections::BTreeMap, sync::OnceLock};

use crate::{
    graph::{
        StepGraph,
        awaited::Awaited,
        knowledge::Knowledge,
        late::Late,
        licence::{Licence, News},
        order::{Order, Unordered},
    },
    plan::{
        Plan,
        answers::{questions, written_out},
        given::Given,
        resolve::resolve_asked,
        table::once,
    },
    source::{Finding, Refusal, Source, is_advice},
    syntax::parse,
    worker::{both, give_back, workers},
    world::{
        id::{DeliveryId, StepId},
        wording::Wording,
    },
};

use super::{Subject, cycle, each::findings, family::family, key_not_provided::Holders, too_entangled};

/// A plan that passed every check. There is no other way to make one than [`all`].
#[derive(Debug)]
pub struct Checked {
    plan: Plan,
    order: Order,
    knowledge: Knowledge,
    awaited: Awaited,
    late: Late,
    licences: BTreeMap<StepId, Vec<Licence>>,
    provisions: BTreeMap<StepId, Vec<DeliveryId>>,
    advice: Vec<Finding>,
}

impl Checked {
    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The same, told in the words of the core: for a comparison with one that has other words.
    #[must_use]
    pub fn in_core_words(mut self) -> Self {
        self.plan.landscape.wording = Wording::default();
        self
    }

    /// Its order.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// What its roles can know.
    #[must_use]
    pub const fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Which of its steps could change something late, and which may.
    #[must_use]
    pub const fn late(&self) -> &Late {
        &self.late
    }

    /// The messages that a step waits for, beside those that an earlier step of its role waited for.
    #[must_use]
    pub fn awaited(&self, step: StepId) -> &[DeliveryId] {
        self.awaited.before(step)
    }

    /// By what right the role of a step relies on each of its needs, in their order.
    #[must_use]
    pub fn licences(&self, step: StepId) -> &[Licence] {
        self.licences.get(&step).map_or(&[], Vec::as_slice)
    }

    /// The messages that hand over the certificate which a step uses, and that come before it. Nothing
    /// where its role has it anyhow.
    #[must_use]
    pub fn provisions(&self, step: StepId) -> &[DeliveryId] {
        self.provisions.get(&step).map_or(&[], Vec::as_slice)
    }

    /// What could be better, and does not refuse the plan.
    #[must_use]
    pub fn advice(&self) -> &[Finding] {
        &self.advice
    }

    /// Takes the advice out, to draw it.
    pub fn take_advice(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.advice)
    }
}

/// The whole way from a text to a checked plan. Each stage gives all its findings at once, and the
/// next one does not begin on a text that has any.
///
/// # Errors
/// The findings of the first stage that has an error.
pub fn read(source: &Source, given: &Given) -> Result<Checked, Refusal> {
    let refuse = |findings| Refusal::new(source.clone(), findings);
    let (tree, findings) = parse(source);
    if !findings.is_empty() {
        return Err(refuse(findings));
    }
    let written = written_out(source, &tree).map_err(refuse)?;
    let asked = questions(&written.tree).map_err(refuse)?;
    // What is wrong under some answers is told before it is asked which of them are meant.
    if !given.silence && asked.all.iter().any(|(ask, _)| !given.answers.contains_key(&ask.name.value)) {
        family(source, given)?;
    }
    // All questions are answered, or silence is taken for the answer.
    let asks = !asked.are_none;
    drop(written);
    let plan = resolve_asked(source, &tree, given, asks).map_err(refuse)?;
    // That of a large plan takes as much memory as all that is made of it.
    give_back(tree.items.len(), tree);
    all(given.applied(plan)).map_err(refuse)
}

/// Makes every check.
///
/// # Errors
/// All errors, when there is one. Advice waits until the plan has none: it would bury them.
pub fn all(plan: Plan) -> Result<Checked, Vec<Finding>> {
    let parts = (!plan.source.parts().is_empty()).then(|| plan.source.clone());
    found(plan).map_err(|findings| match &parts {
        Some(source) => source.placed(findings),
        None => findings,
    })
}

fn found(plan: Plan) -> Result<Checked, Vec<Finding>> {
    let graph = StepGraph::of(&plan);
    let order = match Order::of(&graph) {
        Ok(order) => order,
        Err(Unordered::Circle) => return Err(cycle::find(&plan, &graph)),
        Err(Unordered::Entangled) => return Err(vec![too_entangled::finding(&plan)]),
    };
    let workers = workers(plan.steps.len());
    let entangled = || vec![too_entangled::finding(&plan)];
    let known = OnceLock::new();
    let told = || (Awaited::of(&plan, &order), Late::of(&plan, &order), Holders::of(&plan, &order));
    let ((awaited, late, holders), news) = both(workers, told, || {
        let knowledge = known.get_or_init(|| Knowledge::of(&plan, &order)).as_ref();
        knowledge.map(|knowledge| News::of(&plan, &order, knowledge))
    });
    let (Some(knowledge), Some(news), Some(awaited)) = (known.get().and_then(Option::as_ref), news, awaited)
    else {
        return Err(entangled());
    };
    let subject =
        Subject { plan: &plan, order: &order, knowledge, late: &late, news: &news, holders: &holders };
    let rights = || rights(&plan, &news, &holders);
    let ((licences, provisions), findings) = both(workers, rights, || findings(&subject, workers));
    let findings = if plan.has_rows { once(findings) } else { findings };
    let (advice, errors): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|f| is_advice(f.as_ref()));
    if !errors.is_empty() {
        return Err(errors);
    }
    let advice = plan.source.placed(advice);
    let knowledge = known.into_inner().flatten().ok_or_else(entangled)?;
    Ok(Checked { late, licences, provisions, awaited, order, knowledge, plan, advice })
}

/// By what rights steps rely on what they need, and who hands over what they use, where something does.
type Rights = (BTreeMap<StepId, Vec<Licence>>, BTreeMap<StepId, Vec<DeliveryId>>);

fn rights(plan: &Plan, news: &News<'_>, holders: &Holders<'_>) -> Rights {
    let needing = plan.steps.iter().filter(|(_, step)| !step.needs.is_empty());
    let licences = needing.map(|(id, step)| {
        let needs = step.needs.iter().map(|need| need.value.asks());
        (id, needs.filter_map(|asks| news.licence(id, &asks).ok()).collect())
    });
    let handed = plan.steps.ids().map(|id| (id, holders.provisions(id)));
    (licences.collect(), handed.filter(|(_, deliveries)| !deliveries.is_empty()).collect())
}
