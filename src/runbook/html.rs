//! A runbook as one page of HTML that needs no script, no network and no other file.

use std::fmt::{self, Display, Formatter};

use crate::evidence::{
    markup::text,
    page::{POLICY, STYLE},
    swimlane::Swimlanes,
};

use super::{Colour, Part, Runbook, Step};

/// A runbook, written as HTML when it is displayed, such that it is well-formed XML as well.
#[derive(Clone, Copy, Debug)]
pub struct Html<'a>(pub &'a Runbook);

impl Display for Html<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let book = self.0;
        writeln!(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
        writeln!(f, r#"<meta http-equiv="Content-Security-Policy" content="{}"/>"#, text(POLICY))?;
        writeln!(f, r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#)?;
        writeln!(f, r#"<meta name="color-scheme" content="light dark"/>"#)?;
        writeln!(f, r#"<meta name="referrer" content="no-referrer"/>"#)?;
        writeln!(f, "<title>Runbook of {}</title>", text(&book.head.plan))?;
        writeln!(f, "<style>{STYLE}{}</style>\n</head>\n<body>\n<main>", include_str!("runbook.css"))?;
        head(f, book)?;
        writeln!(
            f,
            "<section class=\"drawing\">\n<h2>All steps</h2>\n{}</section>",
            Swimlanes(&book.outline)
        )?;
        for (number, part) in book.roles.iter().enumerate() {
            role(f, book, (number, part))?;
        }
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

fn banner(f: &mut Formatter<'_>, book: &Runbook) -> fmt::Result {
    let (worth, why) = book.head.standing.banner();
    let (class, mark) = match book.head.standing.colour() {
        Colour::Good => ("good", "✓"),
        Colour::Bad => ("bad", "✗"),
        Colour::Open => ("open", "?"),
    };
    writeln!(
        f,
        r#"<div class="result {class}"><span class="mark" aria-hidden="true">{mark}</span><p><strong>{worth}</strong> {}</p></div>"#,
        text(&why)
    )
}

fn head(f: &mut Formatter<'_>, book: &Runbook) -> fmt::Result {
    let head = &book.head;
    writeln!(f, "<header>\n<p class=\"kind\">Runbook of <bdi>{}</bdi></p>", text(&head.plan))?;
    writeln!(f, "<h1>{}</h1>", text(&head.title))?;
    if let Some(document) = &head.document {
        writeln!(f, "<p class=\"soft\">Follows: {}</p>", text(document))?;
    }
    banner(f, book)?;
    f.write_str("</header>\n<section>\n")?;
    let roles: Vec<String> = book.roles.iter().map(|part| text(&part.title)).collect();
    let keys: Vec<String> = head.keys.iter().map(|key| text(key)).collect();
    list(f, "Who takes part", roles.into_iter())?;
    list(f, "Keys", keys.into_iter())?;
    list(f, "Which answers it is for", head.answers.iter().map(|answer| text(answer)))?;
    list(f, "With which values", head.values.iter().map(|value| text(value)))?;
    let promises =
        head.promises.iter().map(|p| format!("{} <em>({})</em>", text(&p.sentence), p.kept.words()));
    list(f, "What is promised", promises)?;
    list(f, "What holds at the end", head.finals.iter().map(|end| text(end)))?;
    list(f, "What is waived", head.waived.iter().map(|waived| text(waived)))?;
    list(f, "How long it takes at most", head.times.iter().map(|time| text(time)))?;
    list(f, "What the proof rests on", head.assumptions.iter().map(|rests| text(rests)))?;
    f.write_str("</section>\n")
}

/// A heading with a list of HTML below it; nothing where the list is empty.
fn list(f: &mut Formatter<'_>, heading: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    writeln!(f, "<h2>{heading}</h2>\n<ul>")?;
    lines.try_for_each(|line| writeln!(f, "<li>{line}</li>"))?;
    f.write_str("</ul>\n")
}

fn role(f: &mut Formatter<'_>, book: &Runbook, (number, part): (usize, &Part)) -> fmt::Result {
    writeln!(f, "<section class=\"part\">\n<h2>{}. {}</h2>", number + 1, text(&part.title))?;
    if book.head.standing.colour() != Colour::Good {
        banner(f, book)?;
    }
    if part.steps.is_empty() {
        f.write_str("<p>Nothing is to be done.</p>\n")?;
    }
    for step in part.steps.iter().filter_map(|place| book.steps.get(*place)) {
        write_step(f, step)?;
    }
    f.write_str("</section>\n")
}

fn write_step(f: &mut Formatter<'_>, step: &Step) -> fmt::Result {
    writeln!(
        f,
        r#"<div class="step"><h3><label><input type="checkbox"/> {}. {}</label></h3>"#,
        step.number,
        text(&step.title)
    )?;
    writeln!(f, "<dl>\n<dt>Do</dt><dd>{}</dd>", text(&step.act))?;
    entries(f, "Wait for", &step.waits)?;
    if step.waits.is_empty() {
        f.write_str("<dt>Wait for</dt><dd>nothing</dd>\n")?;
    }
    entries(f, "Tell", &step.tells)?;
    entries(f, "Compare", step.compares.as_slice())?;
    entries(f, "Begin by", step.begin_by.as_slice())?;
    entries(f, "Takes", step.takes.as_slice())?;
    writeln!(f, "<dt>Side by side with</dt><dd>{}</dd>", step.beside.sentence())?;
    writeln!(
        f,
        "<dt>In the plan</dt><dd><code>{}</code>: <code>{}</code></dd>\n</dl></div>",
        text(&step.name),
        text(&step.sentence)
    )
}

fn entries(f: &mut Formatter<'_>, term: &str, values: &[String]) -> fmt::Result {
    if values.is_empty() {
        return Ok(());
    }
    write!(f, "<dt>{term}</dt>")?;
    values.iter().try_for_each(|value| write!(f, "<dd>{}</dd>", text(value)))?;
    f.write_str("\n")
}
