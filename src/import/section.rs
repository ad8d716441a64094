//! Which of several procedures is meant.

use crate::source::{Finding, Source, Span, shown};

use super::{
    fault::{MOST_STEPS, NoNumberedStep, TooManyNumberedSteps, WhichProcedure},
    prose::Procedure,
};

/// So many headings are named.
const NAMED: usize = 8;

/// The procedure that is meant.
pub(super) fn chosen<'p>(
    source: &Source,
    all: &'p [Procedure],
    wanted: Option<&str>,
) -> Result<&'p Procedure, Finding> {
    let Some(first) = all.first() else {
        return Err(Box::new(NoNumberedStep { at: line(source, 1).into() }));
    };
    let found: Vec<&Procedure> = match wanted {
        None => all.iter().collect(),
        Some(wanted) => below(all, wanted),
    };
    let one = match found.as_slice() {
        [one] => *one,
        [] => {
            let what =
                format!("no heading above numbered steps says `{}`", shown(wanted.unwrap_or_default()));
            return Err(which(source, what, all, first.line));
        }
        [first, ..] => {
            let what = format!("{} procedures are told here, and a plan is one of them", found.len());
            let named: Vec<Procedure> = found.iter().take(NAMED).map(|one| (*one).clone()).collect();
            return Err(which(source, what, &named, first.line));
        }
    };
    match one.items.get(MOST_STEPS) {
        Some(more) => Err(too_many(source, more.line)),
        None => Ok(one),
    }
}

/// The finding that a step is one too many.
pub(super) fn too_many(source: &Source, at: usize) -> Finding {
    Box::new(TooManyNumberedSteps { at: line(source, at).into() })
}

/// The procedures below a heading that says this: the one that says just this, or all that contain it.
fn below<'p>(all: &'p [Procedure], wanted: &str) -> Vec<&'p Procedure> {
    let wanted = plain(wanted);
    let by = |fits: &dyn Fn(&Procedure) -> bool| all.iter().filter(|one| fits(one)).collect::<Vec<_>>();
    let says = |heading: &String| plain(heading) == wanted;
    let own = by(&|one| one.headings.last().is_some_and(says));
    let above = by(&|one| one.headings.iter().any(says));
    let part = by(&|one| one.headings.iter().any(|heading| plain(heading).contains(&wanted)));
    [own, above, part].into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn plain(heading: &str) -> String {
    heading.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn which(source: &Source, what: String, among: &[Procedure], at: usize) -> Finding {
    let heading = |one: &Procedure| one.headings.last().map(|heading| format!("`{}`", shown(heading)));
    let headings: Vec<String> = among.iter().filter_map(heading).take(NAMED).collect();
    let help = if headings.is_empty() {
        "put a heading above each procedure, and name one with --section".to_owned()
    } else {
        format!("name one with --section: {}", headings.join(", "))
    };
    Box::new(WhichProcedure { what, help, at: line(source, at).into() })
}

/// A line of the text, without the blanks around it; of an empty one as much as there is.
fn line(source: &Source, number: usize) -> Span {
    let start: usize = source.text.split_inclusive('\n').take(number.saturating_sub(1)).map(str::len).sum();
    let text = source.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    Span::new(start, start + text.trim_end().len())
}
