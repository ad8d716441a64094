//! Boards as one page of HTML that needs no script, no network and no other file.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;

use crate::{
    evidence::{
        markup::text,
        page::{POLICY, STYLE},
    },
    run::time::to_the_second,
};

use super::{
    Awaited, Board, Boards, Cell, Condition, Partner, Standing,
    words::{legend, short},
};

/// How many of those who are waited for are named in a sentence; the table has them all.
const NAMED: usize = 12;

/// Boards, written as HTML when they are displayed, such that it is well-formed XML as well.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a>(pub &'a Boards);

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Boards { at, boards } = self.0;
        writeln!(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
        writeln!(f, r#"<meta http-equiv="Content-Security-Policy" content="{}"/>"#, text(POLICY))?;
        writeln!(f, r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#)?;
        writeln!(f, r#"<meta name="color-scheme" content="light dark"/>"#)?;
        writeln!(f, r#"<meta name="referrer" content="no-referrer"/>"#)?;
        let names: Vec<String> = boards.iter().map(|board| text(&board.plan)).collect();
        writeln!(f, "<title>Board of {}</title>", names.join(", "))?;
        writeln!(f, "<style>{STYLE}{}</style>\n</head>\n<body>\n<main>", include_str!("board.css"))?;
        for (number, board) in boards.iter().enumerate() {
            one(f, board, (number, *at))?;
        }
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

fn one(f: &mut Formatter<'_>, board: &Board, (number, at): (usize, Timestamp)) -> fmt::Result {
    writeln!(f, "<header>\n<p class=\"kind\">Board of <bdi>{}</bdi></p>", text(&board.plan))?;
    writeln!(f, "<h1>{}</h1>", text(board.title.as_ref().unwrap_or(&board.plan)))?;
    let run = match (&board.run, board.began) {
        (Some(run), Some(began)) => {
            format!("Run <code>{}</code>, begun {}: {}. ", text(run), time(began), board.standing.shown())
        }
        _ => format!("{}. ", if board.standing == Standing::NotBegun { "Not begun" } else { "" }),
    };
    writeln!(
        f,
        "<p class=\"soft\">{run}As recorded, on {}; nothing was looked at.</p>\n</header>",
        time(at)
    )?;
    for awaited in &board.awaited {
        waiting(f, awaited)?;
    }
    writeln!(f, "<section>\n<div class=\"wide\"><table class=\"board\" id=\"board-{}\">", number + 1)?;
    writeln!(
        f,
        "<caption>Each partner, and how far it is</caption>\n<thead><tr><th scope=\"col\">Partner</th>"
    )?;
    for head in &board.columns {
        writeln!(f, "<th scope=\"col\">{}</th>", head.title)?;
    }
    f.write_str("</tr></thead>\n<tbody>\n")?;
    for partner in &board.partners {
        row(f, partner, at)?;
    }
    f.write_str("</tbody>\n</table></div>\n")?;
    let said: Vec<String> =
        board.partners.iter().flat_map(|p| &p.cells).map(|cell| short(cell, at)).collect();
    let meanings = legend(said.iter().map(String::as_str));
    if !meanings.is_empty() {
        f.write_str("<dl class=\"legend\">\n")?;
        for (word, meaning) in meanings {
            writeln!(f, "<div><dt>{word}</dt><dd>{meaning}</dd></div>")?;
        }
        f.write_str("</dl>\n")?;
    }
    f.write_str("</section>\n")
}

fn waiting(f: &mut Formatter<'_>, awaited: &Awaited) -> fmt::Result {
    let (class, mark) = match (awaited.done || awaited.possible == awaited.of, &awaited.latest) {
        (true, _) => ("good", "✓"),
        (false, Some(latest)) if latest.passed => ("bad", "✗"),
        _ => ("open", "…"),
    };
    let sentence = awaited.sentence(NAMED);
    let (first, rest) = sentence.split_once("; ").unwrap_or((&sentence, ""));
    writeln!(
        f,
        r#"<div class="result {class}"><span class="mark" aria-hidden="true">{mark}</span><p><strong>{}</strong> {}</p></div>"#,
        text(first),
        text(rest)
    )
}

fn row(f: &mut Formatter<'_>, partner: &Partner, at: Timestamp) -> fmt::Result {
    let title = partner.title.as_ref().filter(|title| **title != partner.name);
    let title =
        title.map(|title| format!(" <span class=\"soft\">{}</span>", text(title))).unwrap_or_default();
    writeln!(f, "<tr><th scope=\"row\"><bdi>{}</bdi>{title}</th>", text(&partner.name))?;
    for cell in &partner.cells {
        let class = class(cell.state);
        write!(f, "<td class=\"{class}\"")?;
        let told = told(cell);
        if !told.is_empty() {
            write!(f, " title=\"{}\"", text(&told))?;
        }
        writeln!(f, ">{}</td>", text(&short(cell, at)))?;
    }
    f.write_str("</tr>\n")
}

/// What a cell says where there is room.
fn told(cell: &Cell) -> String {
    let since = cell.at.map(to_the_second).unwrap_or_default();
    let until = cell.until.map(|at| format!("until {}", to_the_second(at))).unwrap_or_default();
    let who = cell.waits_for.as_ref().map(|role| format!("for {role}")).unwrap_or_default();
    let why = cell.why.clone().unwrap_or_default();
    let parts = [cell.steps.join(", "), who, since, until, why];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

const fn class(state: Condition) -> &'static str {
    match state {
        Condition::Done => "good",
        Condition::Waits | Condition::Held | Condition::Due | Condition::Begun => "open",
        Condition::Failed | Condition::Declined | Condition::Late | Condition::Substituted => "bad",
        Condition::NotCompared
        | Condition::Queued
        | Condition::Blocked
        | Condition::Waived
        | Condition::Absent => "soft",
    }
}

fn time(at: Timestamp) -> String {
    format!("<time datetime=\"{at}\">{}</time>", to_the_second(at))
}
