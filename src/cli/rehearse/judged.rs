//! What the proof says before a rehearsal.

use crate::{
    action::certifying::Certifying,
    check::Checked,
    cli::{exit::Exit, prove::told, screen::Screen},
    evidence::timeline::Verdict as Known,
    plan::Plan,
    proof::verdict::{BUDGET, Verdict, prove},
    source::{Refusal, Source, shown},
    world::landscape::Stamp,
};

use super::arguments::Arguments;

/// What of the plan is played by something else than the plan means, in sentences.
fn stand_ins(plan: &Plan) -> Vec<String> {
    let land = &plan.landscape;
    let other = land.channels.rows().filter(|flow| flow.stamp == Stamp::Other).map(|flow| {
        let name = shown(&flow.name);
        format!("in this rehearsal an XML signature stands in for what `{name}` sends with its messages")
    });
    let issued = plan.steps.rows().filter_map(|step| match step.action.value.certifies() {
        Some(Certifying::Certify(key)) => {
            let (key, name) = (shown(&land.keys[key]), shown(&step.name.value));
            Some(format!(
                "in this rehearsal an authority that is thrown away issues the certificate of `{key}` in `{name}`"
            ))
        }
        _ => None,
    });
    other.chain(issued).collect()
}

/// The plan, checked, and what the proof says of it.
///
/// # Errors
/// The exit: the plan is refused or not proved, and that is not wanted; it has been said.
pub(super) fn judged(
    arguments: &Arguments,
    (source, checked): (Source, Checked),
    screen: &mut Screen,
) -> Result<(Checked, Known), Exit> {
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => {
            let proof = proven.proof().clone();
            let how = proof.how.sentence();
            let lines = proof.promises.iter().map(|(p, _)| p.clone()).chain(proof.finals).chain([how]);
            let known = Known {
                proved: true,
                lines: lines.collect(),
                assumptions: proof
                    .assumptions
                    .into_iter()
                    .chain(stand_ins(proven.checked().plan()))
                    .collect(),
                waived: proof.waived,
            };
            Ok((proven.into_checked(), known))
        }
        Verdict::Refuted(refuted) if arguments.unproved => {
            let mut lines = vec![refuted.finding.to_string()];
            let story = told(refuted.checked.plan(), &refuted.story, false);
            lines.extend(story.iter().map(|line| line.trim().to_owned()));
            Ok((refuted.checked, Known { proved: false, lines, ..Known::default() }))
        }
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            screen.talk("the plan is not proved, so it is not rehearsed; --unproved shows how it fails");
            Err(Exit::Refused)
        }
        Verdict::NotProven(open) if arguments.unproved => {
            let lines = vec![format!("not proved: {}", open.reason())];
            Ok((open.checked, Known { proved: false, lines, ..Known::default() }))
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("not proved: {}", open.reason()));
            Err(Exit::NotProved)
        }
    }
}
