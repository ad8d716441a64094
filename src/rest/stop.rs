//! The stop report: before anything is taken back, whoever may act at any moment is told to stop, and says
//! that they have.

use std::collections::BTreeSet;

use crate::{
    check::Checked,
    plan::Plan,
    run::casting::Casting,
    source::{Source, Span, Spanned},
    syntax::{
        format, parse, quoted,
        tree::{Item, Line, StepLine},
    },
    transition::{
        state::{State, Status},
        unsettled::barred_at_any_time,
    },
    way_back::undo_limits,
    world::{
        effect::Effect,
        id::{RoleId, StepId},
        landscape::Fact,
        state::World,
    },
};

/// The roles that may act at any moment on what they were told, or do by hand what may begin now; `by` is who
/// calls the run off, and knows it.
pub(super) fn at_work(
    checked: &Checked,
    (state, is): (&State, &World),
    casting: &Casting,
    by: RoleId,
) -> BTreeSet<RoleId> {
    let plan = checked.plan();
    let role = |step: StepId| plan.steps[step].role.value;
    let is_done = |step: StepId| state.world.is_done(step) || has_happened(plan, is, step);
    let mut found: BTreeSet<RoleId> = match undo_limits(plan, checked.order(), checked.knowledge()) {
        Some(limits) => {
            let passed = limits.iter().filter(|limit| {
                limit.reports.iter().all(|report| state.world.is_done(*report)) && !is_done(limit.act)
            });
            passed.map(|limit| role(limit.act)).collect()
        }
        // It was not looked at where they are: whoever has still something to do may do it.
        None => plan.steps.ids().filter(|step| !state.world.is_done(*step)).map(role).collect(),
    };
    let by_hand = plan.steps.iter().filter(|(step, row)| {
        let is_open = matches!(state.steps[*step].status, Status::Open | Status::Begun | Status::Failed);
        is_open
            && row.speech.is_none()
            && casting.is_by_hand(plan, *step)
            && barred_at_any_time(checked, state, *step).is_empty()
    });
    found.extend(by_hand.map(|(step, _)| role(step)));
    found.remove(&by);
    found
}

/// Whether what a step does is so.
fn has_happened(plan: &Plan, is: &World, step: StepId) -> bool {
    let effects = plan.steps[step].action.value.effects();
    let mut written = effects.iter().flat_map(Effect::writes).peekable();
    let is_so = |(fact, value): (Fact, _)| is.value(&plan.landscape, fact) == value;
    written.peek().is_some() && written.all(is_so)
}

/// The same plan, at whose begin `by` tells these roles to stop, and each says that it has. Everything else
/// comes after that.
pub(super) fn stopping(text: &str, plan: &Plan, by: RoleId, roles: &BTreeSet<RoleId>) -> String {
    if roles.is_empty() {
        return text.to_owned();
    }
    let land = &plan.landscape;
    let names = |roles: &mut dyn Iterator<Item = RoleId>| {
        roles.map(|role| land.roles[role].clone()).collect::<Vec<_>>().join(", ")
    };
    let told = names(&mut roles.iter().copied());
    let mut more = format!(
        "\nstep stop_report by {} {} {{\n  inform {told}\n}}\n",
        land.roles[by],
        quoted("Report that the run is called off, and ask to stop")
    );
    let mut answers = Vec::new();
    for role in roles {
        let step = if roles.len() == 1 {
            "acknowledge_stop".to_owned()
        } else {
            format!("acknowledge_stop_{}", answers.len() + 1)
        };
        let others = names(&mut land.roles.ids().filter(|other| other != role));
        let title = quoted("Report that nothing was done since, and nothing more will be");
        more.push_str(&format!(
            "\nstep {step} by {} {title} {{\n  after stop_report\n  inform {others}\n}}\n",
            land.roles[*role]
        ));
        answers.push(step);
    }
    let (mut tree, _) = parse(&Source::new("", text));
    for line in &mut tree.items {
        let Item::Step(step) = &mut line.node else { continue };
        if !step.body.lines.iter().any(|line| matches!(line.node, StepLine::After(_))) {
            let after = answers.iter().map(|name| Spanned::new(name.clone(), Span::default())).collect();
            let node = StepLine::After(after);
            let span = Spanned::new((), Span::default());
            step.body.lines.insert(0, Line { before: Vec::new(), node, comment: None, span });
        }
    }
    // They come first, as they are done.
    let (reports, _) = parse(&Source::new("", format!("keyroll 1\nplan p\n{more}")));
    let reports: Vec<_> =
        reports.items.into_iter().filter(|line| matches!(line.node, Item::Step(_))).collect();
    let first = tree.items.iter().position(|line| matches!(line.node, Item::Step(_)));
    let at = first.unwrap_or(tree.items.len());
    tree.items.splice(at..at, reports);
    format(&tree)
}
