//! A need that the role of its step cannot know to hold.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    explanation::Explanation,
    graph::licence::Unlicensed,
    plan::Plan,
    source::{Finding, Span, shown},
    world::{
        id::StepId,
        landscape::{Fact, Value},
    },
};

use super::{
    Subject,
    unannounced_step::{SEARCHED, report},
};

/// The role was not told.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` cannot know that `{need}`")]
#[diagnostic(code(keyroll::unknowable_need))]
struct UnknowableNeed {
    role: String,
    need: String,
    #[help]
    help: String,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
}

/// The role was told, and it may have changed since.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` may act on stale news that `{need}`")]
#[diagnostic(code(keyroll::stale_need))]
struct StaleNeed {
    role: String,
    need: String,
    #[help]
    help: String,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
}

/// A drain that cannot be known or does not last.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` cannot rely on `{need}`")]
#[diagnostic(code(keyroll::unstable_drain))]
struct UnstableDrain {
    role: String,
    need: String,
    #[help]
    help: String,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
}

/// Finds needs without a licence.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings = Vec::new();
    for (id, step) in plan.steps.iter() {
        for need in &step.needs {
            let asks = need.value.asks();
            if let Err(why) = subject.news.licence(id, &asks) {
                let sentence = need.value.sentence(&plan.landscape);
                let searched = findings.len() < SEARCHED;
                let page = Page { subject, step: id, searched };
                findings.push(page.finding((&sentence, need.span), &asks, why));
            }
        }
    }
    findings
}

/// The act that makes a fact so as it is asked for.
fn act_for(plan: &Plan, fact: Fact, asks: &Asks) -> String {
    let landscape = &plan.landscape;
    let asked = match asks {
        Asks::Facts(facts) => facts.iter().find(|(f, _)| *f == fact).map(|(_, value)| *value),
        Asks::Drained(..) | Asks::Open(_) => None,
    };
    let act = match (fact, asked) {
        (Fact::Accepts(receiver, key), value) => {
            let verb = if value == Some(Value::Is(false)) { "retire" } else { "accept" };
            format!("{verb} {} at {}", landscape.keys[key], landscape.acceptors[receiver].name)
        }
        (Fact::Place(place), Some(Value::Key(Some(key)))) => {
            format!("exchange {} for {}", landscape.place_name(place), landscape.keys[key])
        }
        (Fact::Running(flow), Some(Value::Is(true))) => format!("deploy {}", landscape.channels[flow].name),
        (Fact::Running(flow), _) => format!("undeploy {}", landscape.channels[flow].name),
        (Fact::Own(own), Some(Value::Is(true))) => format!("set {}", landscape.own_facts[own].name),
        (Fact::Own(own), _) => format!("clear {}", landscape.own_facts[own].name),
        (Fact::Place(_) | Fact::AcceptsOther(_) | Fact::Window(_), _) => "...".to_owned(),
    };
    shown(&act)
}

/// The page of one need.
struct Page<'a> {
    subject: &'a Subject<'a>,
    step: StepId,
    /// Whether the plan is searched for a report that would help.
    searched: bool,
}

impl Page<'_> {
    fn finding(&self, (need, at): (&str, Span), asks: &Asks, why: Unlicensed) -> Finding {
        let (plan, step) = (self.subject.plan, self.step);
        let name = |id: StepId| shown(&plan.steps[id].name.value);
        let place = |id: StepId| plan.steps[id].name.span;
        let role = shown(&plan.landscape.roles[plan.steps[step].role.value]);
        let label = |text: &str, span: Span| LabeledSpan::new_with_span(Some(text.to_owned()), span);
        let need = shown(need);
        let tell = |id: StepId| report(self.subject.told(), step, id, self.searched);
        let mut labels = vec![label("relied on here", at)];
        match why {
            Unlicensed::NeverSo(fact) => {
                let act = act_for(plan, fact, asks);
                let help = format!(
                    "no step makes it so, and it is not so from the start: add one that does `{act}`"
                );
                Box::new(UnknowableNeed { role, need, help, labels })
            }
            Unlicensed::NoNews(writer) => {
                labels.push(label("made so here", place(writer)));
                Box::new(UnknowableNeed { help: tell(writer), role, need, labels })
            }
            Unlicensed::AgreementNotTold(agreement) => {
                labels.push(label("agreed here", place(agreement)));
                let teller = shown(&plan.landscape.roles[plan.steps[agreement].role.value]);
                let help = format!(
                    "let `{teller}` tell it: a step after `{}` that does `inform {role}` or asks it for something, and `{}` after that",
                    name(agreement),
                    name(step)
                );
                Box::new(UnknowableNeed { role, need, help, labels })
            }
            Unlicensed::NoAgreement(window) => {
                let window = shown(&plan.landscape.windows[window].name);
                let help = format!("add a step that does `agree {window} with ...`");
                Box::new(UnknowableNeed { role, need, help, labels })
            }
            Unlicensed::Stale(known, other) => {
                if let Some(known) = known {
                    labels.push(label("known from here", place(known)));
                }
                labels.push(label("may have changed it since", place(other)));
                let help =
                    format!("let `{}` come after `{}`, or the other way round", name(other), name(step));
                Box::new(StaleNeed { role, need, help, labels })
            }
            Unlicensed::NoStop(flow, key) => {
                let flow = shown(&plan.landscape.channels[flow].name);
                let key = shown(&plan.landscape.keys[key]);
                let help = format!(
                    "no step stops `{flow}` from signing with `{key}`: an exchange of its alias does, or `undeploy {flow}`"
                );
                Box::new(UnstableDrain { role, need, help, labels })
            }
            Unlicensed::StopNotTold(stop) => {
                labels.push(label("signing stops here", place(stop)));
                Box::new(UnstableDrain { help: tell(stop), role, need, labels })
            }
            Unlicensed::Restart(stop, start) => {
                labels.push(label("signing stops here", place(stop)));
                labels.push(label("and may start again here", place(start)));
                let help = format!("let `{}` come after `{}`", name(start), name(step));
                Box::new(UnstableDrain { role, need, help, labels })
            }
        }
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknowable_need",
        title: "a role relies on what nobody told it",
        text: "\
A step may rely on what its role owns, and on what a report told it. `needs partner accepts new` at
a step of the tenant administrator needs a report from the receiver's side, sent after the
certificate is accepted there, and received before the step. A window is known to the roles that
agreed on it, and to those that heard from them since.
",
    },
    Explanation {
        code: "stale_need",
        title: "a role relies on old news",
        text: "The role was told, but another step may have changed the thing since. Put the two steps in an\n\
               order.",
    },
    Explanation {
        code: "unstable_drain",
        title: "a drain that cannot be known, or does not last",
        text: "\
`needs orders drained of old` holds from the transit time after the moment at which signing with
old stopped. The role must know of that moment (a step that it did or was told of: an exchange of
the alias, or the flow undeployed), and signing with old must not start again before.

Right:
  step announce_exchange by tenant_admin {
    after exchange_key
    inform receiver_admin
  }
  step retire_old by receiver_admin {
    after announce_exchange
    needs orders drained of old
    retire old at partner
  }
",
    },
];
