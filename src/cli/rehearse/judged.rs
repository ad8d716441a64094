//! What the proof says before a rehearsal.

use crate::{
    check::Checked,
    cli::{exit::Exit, prove::told, screen::Screen},
    evidence::timeline::Verdict as Known,
    proof::verdict::{BUDGET, Verdict, prove},
    run::hands::unplayable,
    source::{Refusal, Source, shown},
};

use super::arguments::Arguments;

/// The plan, checked, and what the proof says of it.
///
/// # Errors
/// The exit: the plan is refused or not proved, and that is not wanted; it has been said.
pub(super) fn judged(
    arguments: &Arguments,
    (source, checked): (Source, Checked),
    screen: &mut Screen,
) -> Result<(Checked, Known), Exit> {
    if let Some(step) = unplayable(checked.plan()).next() {
        let plan = checked.plan();
        let (name, act) =
            (&plan.steps[step].name.value, plan.steps[step].action.value.sentence(&plan.landscape));
        let (name, act) = (shown(name), shown(&act));
        screen.talk(format_args!(
            "`{name}` does `{act}`, which a rehearsal cannot play yet; `keyroll prove` and `keyroll run` can"
        ));
        return Err(Exit::Backend);
    }
    if let Some(flow) = checked.plan().landscape.doubled() {
        let name = shown(&checked.plan().landscape.channels[flow].name);
        screen.talk(format_args!(
            "`{name}` lists two aliases, and a rehearsal signs each message once; `keyroll prove` and `keyroll run` can"
        ));
        return Err(Exit::Backend);
    }
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => {
            let proof = proven.proof().clone();
            let how = proof.how.sentence();
            let lines = proof.promises.iter().map(|(p, _)| p.clone()).chain(proof.finals).chain([how]);
            let known = Known {
                proved: true,
                lines: lines.collect(),
                assumptions: proof.assumptions,
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
