//! A runbook in Markdown (CommonMark, with tables and check boxes as most hosts of code draw them).

use std::fmt::{self, Display, Formatter};

use super::{Part, Runbook, Step, escape::markdown as text};

/// So many roles have a column each in the table of all steps; with more, each step names its role.
const LANES: usize = 6;

/// A runbook, written as Markdown when it is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Markdown<'a>(pub &'a Runbook);

impl Display for Markdown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let book = self.0;
        head(f, book)?;
        lanes(f, book)?;
        for (number, part) in book.roles.iter().enumerate() {
            role(f, book, (number, part))?;
        }
        Ok(())
    }
}

fn head(f: &mut Formatter<'_>, book: &Runbook) -> fmt::Result {
    let head = &book.head;
    let (worth, why) = head.standing.banner();
    writeln!(f, "# {}\n", text(&head.title))?;
    writeln!(f, "> **{worth}** {}\n", text(&why))?;
    writeln!(f, "| | |\n|---|---|")?;
    writeln!(f, "| Plan | {} |", text(&head.plan))?;
    if let Some(document) = &head.document {
        writeln!(f, "| Follows | {} |", text(document))?;
    }
    writeln!(f, "| Roles | {} |", listed(book.roles.iter().map(|part| &part.title)))?;
    writeln!(f, "| Keys | {} |", listed(&head.keys))?;
    writeln!(f, "| Steps | {} |\n", book.steps.len())?;
    list(f, "Which answers it is for", head.answers.iter().map(|answer| text(answer)))?;
    list(f, "With which values", head.values.iter().map(|value| text(value)))?;
    let promises = head.promises.iter().map(|p| format!("{} ({})", text(&p.sentence), p.kept.words()));
    list(f, "What is promised", promises)?;
    list(f, "What holds at the end", head.finals.iter().map(|end| text(end)))?;
    list(f, "What is waived", head.waived.iter().map(|waived| text(waived)))?;
    list(f, "How long it takes at most", head.times.iter().map(|time| text(time)))?;
    list(f, "What the proof rests on", head.assumptions.iter().map(|rests| text(rests)))
}

/// A heading with a list below it; nothing where the list is empty.
fn list(f: &mut Formatter<'_>, heading: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    writeln!(f, "## {heading}\n")?;
    lines.try_for_each(|line| writeln!(f, "- {line}"))?;
    f.write_str("\n")
}

fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| text(name)).collect::<Vec<_>>().join(", ")
}

/// All steps from top to bottom, in a column for each role.
fn lanes(f: &mut Formatter<'_>, book: &Runbook) -> fmt::Result {
    writeln!(f, "## All steps\n")?;
    writeln!(
        f,
        "Each step comes after what it waits for. A step whose number stands in the last column may go side by side.\n"
    )?;
    if book.roles.len() > LANES {
        writeln!(f, "| | Role | Step | Side by side |\n|---|---|---|---|")?;
        return book.steps.iter().try_for_each(|step| {
            let who = book.roles.get(step.role).map_or(String::new(), |part| text(&part.title));
            writeln!(f, "| {} | {who} | {} | {} |", step.number, text(&step.title), beside(step))
        });
    }
    writeln!(f, "| | {} | Side by side |", joined(book.roles.iter().map(|part| text(&part.title))))?;
    writeln!(f, "|---|{}---|", "---|".repeat(book.roles.len()))?;
    for step in &book.steps {
        let cell = |number| if number == step.role { text(&step.title) } else { String::new() };
        writeln!(f, "| {} | {} | {} |", step.number, joined((0..book.roles.len()).map(cell)), beside(step))?;
    }
    Ok(())
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(" | ")
}

fn beside(step: &Step) -> String {
    let numbers: Vec<String> = step.beside.numbers().iter().map(usize::to_string).collect();
    numbers.join(", ")
}

fn role(f: &mut Formatter<'_>, book: &Runbook, (number, part): (usize, &Part)) -> fmt::Result {
    writeln!(f, "\n---\n\n## {}. {}\n", number + 1, text(&part.title))?;
    if part.steps.is_empty() {
        return writeln!(f, "Nothing is to be done.");
    }
    if book.head.standing.colour() != super::Colour::Good {
        writeln!(f, "> **{}**\n", book.head.standing.banner().0)?;
    }
    for step in part.steps.iter().filter_map(|place| book.steps.get(*place)) {
        writeln!(f, "- [ ] **{}. {}**", step.number, text(&step.title))?;
        writeln!(f, "  - Do: {}", text(&step.act))?;
        for wait in &step.waits {
            writeln!(f, "  - Wait for: {}", text(wait))?;
        }
        if step.waits.is_empty() {
            writeln!(f, "  - Wait for nothing")?;
        }
        for told in &step.tells {
            writeln!(f, "  - Tell: {}", text(told))?;
        }
        if let Some(what) = &step.compares {
            writeln!(f, "  - Compare: {}", text(what))?;
        }
        if let Some(until) = &step.begin_by {
            writeln!(f, "  - Begin by: {}", text(until))?;
        }
        if let Some(takes) = &step.takes {
            writeln!(f, "  - Takes: {}", text(takes))?;
        }
        writeln!(f, "  - Side by side with: {}", step.beside.sentence())?;
        writeln!(f, "  - In the plan: {}, {}", text(&step.name), text(&step.sentence))?;
    }
    Ok(())
}
