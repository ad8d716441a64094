//! A plan that asks in the rows of a table: each row is proved by itself, and some variants as a whole.

use crate::{
    check::{
        self, Variant,
        by_row::{Alone, ByRow, with_all},
    },
    cli::{
        by_row::{RowByRow, unproved},
        exit::Exit,
        json::Findings,
        screen::Screen,
    },
    plan::{
        answers::{Question, few},
        given::Given,
    },
    proof::{
        budget::Budget,
        by_row::{Proved, prove_by_row},
        engine::Engine,
        verdict::{Proof, Verdict, prove_by},
    },
    source::{Finding, Refusal, Source, shown},
};

use super::{Arguments, Judged, certificate, one, story, tell};

/// Proves the plan whatever is answered. It is proved where each row alone is, and each variant of the whole that
/// is looked at beside.
pub(super) fn prove(
    arguments: &Arguments,
    (source, variants, rows): (Source, Vec<Variant>, &ByRow),
    advice: Vec<Finding>,
    places: (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> Exit {
    let plan = variants.first().map(|first| first.checked.plan().name.clone()).unwrap_or_default();
    let (mut proofs, mut questions, whole) = (Vec::new(), Vec::new(), variants.len());
    for variant in variants {
        let name = format!("{plan} where {}", variant.clause());
        let (answers, start) = (variant.told(), variant.checked.plan().start.clone());
        match one::verdict(arguments, variant.checked, screen) {
            Verdict::Proven(proven) => {
                questions.clone_from(&proven.checked().plan().questions);
                proofs.push(proven.proof().clone());
            }
            verdict => {
                let told = (&source, (verdict, &start), name.as_str());
                let (exit, judged) = one::told(arguments, told, Vec::new(), places, screen);
                let judged = judged.map(|judged| judged.under(answers));
                return ends(arguments, (&plan, &source), (exit, judged), screen);
            }
        }
    }
    if arguments.engine == Engine::Explicit {
        let why = "rows are proved by causal cuts alone. Leave --engine out.".to_owned();
        return open(arguments, (&plan, &source), why, screen);
    }
    match prove_by_row(rows) {
        Ok(proved) => {
            if !advice.is_empty() {
                screen.page(&Refusal::new(source.clone(), advice));
            }
            let told = RowByRow::of(rows, whole);
            match arguments.format {
                Findings::Text => {
                    for line in lines(&plan, &told, proved, &proofs) {
                        screen.result(line);
                    }
                }
                Findings::Json => {
                    tell(Judged::row_by_row((&plan, &source), &proofs, (told, proved.moments)), screen);
                }
                Findings::Sarif | Findings::Github => {}
            }
            Exit::Done
        }
        Err((number, why)) => {
            let Some(alone) = rows.alone.get(number) else { return Exit::Bug };
            let refuted = refuted(arguments, (&source, &plan), (alone, &questions), places, screen);
            refuted.unwrap_or_else(|| open(arguments, (&plan, &source), unproved(alone, &why), screen))
        }
    }
}

/// Looks whether the whole plan is refused where a row answers so, and tells of it.
fn refuted(
    arguments: &Arguments,
    (source, plan): (&Source, &str),
    (alone, questions): (&Alone, &[Question]),
    places: (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> Option<Exit> {
    let given = arguments.plan.given(screen).ok()?;
    for answers in with_all(questions, &given.answers, &alone.variant.answers) {
        let given = Given { answers: answers.clone(), ..given.clone() };
        let Ok(checked) = check::read(source, &given) else { continue };
        let start = checked.plan().start.clone();
        let verdict = prove_by(Engine::Cuts, checked, &start, Budget::from(arguments.budget));
        if matches!(verdict, Verdict::Refuted(_)) {
            let clause = few(&answers);
            let name = format!("{plan} where {clause}");
            let told = (source, (verdict, &start), name.as_str());
            let told = one::told(arguments, told, Vec::new(), places, screen);
            return Some(ends(arguments, (plan, source), told, screen));
        }
    }
    None
}

/// The end where some variant of the whole is not proved.
fn ends(
    arguments: &Arguments,
    (plan, source): (&str, &Source),
    (exit, judged): (Exit, Option<Judged>),
    screen: &mut Screen,
) -> Exit {
    match arguments.format {
        Findings::Text => {
            screen.result(format!("{plan}: not every way to answer is proved, so it is not proved"))
        }
        Findings::Json => tell(Judged::of_all((plan, source), exit, judged.into_iter().collect()), screen),
        Findings::Sarif | Findings::Github => {}
    }
    exit
}

/// The end where a row alone is not proved, and no variant of the whole is refused for it.
fn open(arguments: &Arguments, (plan, source): (&str, &Source), why: String, screen: &mut Screen) -> Exit {
    match arguments.format {
        Findings::Text => screen.result(format!("{plan}: not proved row by row: {why}")),
        Findings::Json => tell(Judged::open_row_by_row((plan, source), why), screen),
        Findings::Sarif | Findings::Github => screen.talk(format!("{plan}: not proved row by row: {why}")),
    }
    Exit::NotProved
}

/// What was proved, line by line.
fn lines(plan: &str, told: &RowByRow, proved: Proved, proofs: &[Proof]) -> Vec<String> {
    let mut lines = vec![format!("{plan}: proved, {}", told.sentence())];
    let unique = |of: fn(&Proof) -> &[String], word: &str| {
        let mut all: Vec<String> = Vec::new();
        for one in proofs.iter().flat_map(of).map(|one| format!("  {word:<11} {}", shown(one))) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    };
    lines.extend(unique(|proof| &proof.waived, "waived"));
    lines.push(format!(
        "  rows        each of `{}` in the plan that has it alone, for each way to answer, by causal cuts: the order of \
         the steps rules out each of {} moments",
        shown(&told.table),
        proved.moments
    ));
    lines.push(format!(
        "  whole       {} ways to answer, each with all rows: silence, all yes, all no, and one answer otherwise than all \
         others",
        told.whole
    ));
    lines.extend(unique(|proof| &proof.assumptions, "assuming"));
    lines.push(
        "  promises    hang on the answers: `--answer` tells them of one variant, and how long it takes"
            .to_owned(),
    );
    lines
}
