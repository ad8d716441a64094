//! A plan with questions: each of its variants is proved.

use crate::{
    check::Variant,
    cli::{exit::Exit, json::Findings, screen::Screen},
    source::{Finding, Refusal, Source},
};

use super::{Arguments, Judged, certificate, one::one, story, tell};

/// Proves the plan for each way to answer its questions. It is proved where all of them are.
pub(super) fn prove(
    arguments: &Arguments,
    (source, variants, advice): (Source, Vec<Variant>, Vec<Finding>),
    places: (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> Exit {
    let count = variants.len();
    let plan = variants.first().map(|first| first.checked.plan().name.clone()).unwrap_or_default();
    let (mut worst, mut proved, mut all) = (Exit::Done, 0, Vec::new());
    for variant in variants {
        let answers = variant.told();
        let name = format!("{plan} where {}", answers.join(", "));
        let (exit, judged) = one(arguments, (&source, variant.checked, &name), Vec::new(), places, screen);
        all.extend(judged.map(|judged| judged.under(answers)));
        match exit {
            Exit::Done => proved += 1,
            // What was broken is more than what is not known.
            Exit::Refused => worst = Exit::Refused,
            Exit::Interrupted | Exit::Terminated => {
                worst = exit;
                break;
            }
            other if worst == Exit::Done => worst = other,
            _ => {}
        }
    }
    if proved == count && !advice.is_empty() {
        screen.page(&Refusal::new(source.clone(), advice));
    }
    match arguments.format {
        Findings::Text => screen.result(if proved == count {
            format!("{plan}: proved, in all {count} variants")
        } else {
            format!("{plan}: proved in {proved} of {count} variants only, so it is not proved")
        }),
        Findings::Json => tell(Judged::of_all((&plan, &source), worst, all), screen),
        Findings::Sarif | Findings::Github => {}
    }
    worst
}
