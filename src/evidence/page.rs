//! The report: one page that needs no script, no network and no other file.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;

use crate::run::time::in_utc;

use super::chart::Chart;
use super::markup::text;
use super::outcome::{self, Ending};
use super::timeline::Timeline;
use super::wording::{self, count, duration};

/// What the page lets a browser do: draw it. Nothing is loaded and nothing runs.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// How a page for people looks, in light, in the dark and on paper.
pub const STYLE: &str = include_str!("page.css");

/// A timeline as a page of HTML, written so that it is well-formed XML as well.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a>(pub &'a Timeline);

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let timeline = self.0;
        head(f, timeline)?;
        title(f, timeline)?;
        cards(f, timeline)?;
        writeln!(f, "<section class=\"drawing\">\n{}</section>", Chart(timeline))?;
        verdict(f, timeline)?;
        rebuilt(f, timeline)?;
        steps(f, timeline)?;
        keys(f, timeline)?;
        rejections(f, timeline)?;
        world(f, timeline)?;
        foot(f, timeline)?;
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

fn head(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    writeln!(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
    writeln!(f, r#"<meta http-equiv="Content-Security-Policy" content="{}"/>"#, text(POLICY))?;
    writeln!(f, r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#)?;
    writeln!(f, r#"<meta name="color-scheme" content="light dark"/>"#)?;
    writeln!(f, r#"<meta name="referrer" content="no-referrer"/>"#)?;
    writeln!(f, "<title>{} of {}</title>", wording::kind(timeline.kind), text(&timeline.plan.name))?;
    writeln!(f, "<style>{STYLE}</style>\n</head>\n<body>\n<main>")
}

fn title(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let (plan, kind) = (&timeline.plan, wording::kind(timeline.kind));
    writeln!(f, "<header>\n<p class=\"kind\">{kind} of <bdi>{}</bdi></p>", text(&plan.name))?;
    writeln!(f, "<h1>{}</h1>", text(if plan.title.is_empty() { &plan.name } else { &plan.title }))?;
    if let Some(document) = &plan.document {
        writeln!(f, "<p class=\"soft\">Follows: {}</p>", text(document))?;
    }
    let (class, mark) = match outcome::ending(timeline) {
        Ending::Good => ("good", "✓"),
        Ending::Unfinished => ("open", "…"),
        Ending::Broken => ("bad", "✗"),
    };
    let sentences = outcome::sentences(timeline);
    let (first, rest) = sentences.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    writeln!(
        f,
        r#"<div class="result {class}"><span class="mark" aria-hidden="true">{mark}</span><p><strong>{}</strong> {}</p></div>"#,
        text(first),
        text(&rest.join(" "))
    )?;
    f.write_str("</header>\n")
}

fn cards(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let figures = timeline.figures();
    let lasted = duration(timeline.extent().length_ms());
    let cards = [
        ("sent", count(figures.sent), "messages"),
        ("accepted", count(figures.accepted), "messages"),
        ("rejected", count(figures.rejected), "messages"),
        (
            "interrupted",
            duration(figures.interrupted_ms),
            if figures.interrupted_ms == 0 { "at no time" } else { "no message could leave" },
        ),
        ("lasted", lasted, "from beginning to end"),
    ];
    f.write_str("<dl class=\"cards\">\n")?;
    for (name, value, unit) in cards {
        let class = if name == "rejected" && figures.rejected > 0 { " class=\"bad\"" } else { "" };
        writeln!(
            f,
            "<div{class}><dt>{name}</dt><dd id=\"{name}\">{value}</dd><dd class=\"soft\">{unit}</dd></div>"
        )?;
    }
    f.write_str("</dl>\n")
}

fn verdict(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let verdict = &timeline.verdict;
    let heading = if verdict.proved { "Proved before it began" } else { "Not proved" };
    writeln!(f, "<section>\n<h2>{heading}</h2>")?;
    let waived: Vec<String> = verdict.waived.iter().map(|w| format!("Waived: {w}")).collect();
    list(f, waived.iter().chain(&verdict.lines))?;
    if !verdict.assumptions.is_empty() {
        f.write_str("<h3>This rests on</h3>\n")?;
        list(f, &verdict.assumptions)?;
    }
    if !timeline.promises.is_empty() {
        f.write_str("<h3>Promises of the plan, as the world kept them</h3>\n<ul class=\"promises\">\n")?;
        for promise in &timeline.promises {
            let (class, word) = if promise.kept { ("good", "✓ kept") } else { ("bad", "✗ broken") };
            writeln!(f, "<li><span class=\"{class}\">{word}</span> {}</li>", text(&promise.sentence))?;
        }
        f.write_str("</ul>\n")?;
    }
    f.write_str("</section>\n")
}

/// What the likeness of a site was made of.
fn rebuilt(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    if timeline.rebuilt.is_empty() {
        return Ok(());
    }
    f.write_str("<section>\n<h2>Rebuilt from the site</h2>\n")?;
    f.write_str("<p>Every key pair was made anew; no private key of the site was copied.</p>\n")?;
    list(f, &timeline.rebuilt)?;
    f.write_str("</section>\n")
}

fn list<'a>(f: &mut Formatter<'_>, lines: impl IntoIterator<Item = &'a String>) -> fmt::Result {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    f.write_str("<ul>\n")?;
    for line in lines {
        writeln!(f, "<li>{}</li>", text(line))?;
    }
    f.write_str("</ul>\n")
}

fn steps(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    table(f, "Steps", "steps", &["", "Step", "Role", "What it does", "Began", "Took", "Outcome"])?;
    for (index, step) in timeline.steps.iter().enumerate() {
        let role = timeline.roles.iter().find(|r| r.name == step.role);
        let role = role.map_or(step.role.as_str(), |r| if r.title.is_empty() { &r.name } else { &r.title });
        let took =
            step.began.zip(step.done).map(|(from, to)| super::interval::Interval { from, to }.length_ms());
        let note = step.note.as_ref().map(|n| format!(": {}", text(n))).unwrap_or_default();
        let status = wording::status(step.status);
        writeln!(
            f,
            r#"<tr><td class="number">{}</td><th scope="row">{}</th><td><bdi>{}</bdi></td><td>{}</td><td class="time">{}</td><td class="time">{}</td><td class="{}">{status}{note}</td></tr>"#,
            index + 1,
            text(&step.name),
            text(role),
            text(&step.sentence),
            since(timeline, step.began.or(step.done)),
            took.map_or_else(|| "–".to_owned(), duration),
            status.replace(' ', "-"),
        )?;
    }
    f.write_str("</tbody>\n</table></div>\n</section>\n")
}

fn keys(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let heads =
        ["Key", "Sent", "Accepted", "Rejected", "Under way", "First sent", "Last sent", "Last accepted"];
    table(f, "Messages by key", "keys", &heads)?;
    for key in timeline.keys() {
        writeln!(
            f,
            r#"<tr><th scope="row"><bdi>{}</bdi></th><td class="number">{}</td><td class="number">{}</td><td class="number{}">{}</td><td class="number">{}</td><td class="time">{}</td><td class="time">{}</td><td class="time">{}</td></tr>"#,
            text(&key.key),
            count(key.sent.count),
            count(key.accepted.count),
            if key.rejected.count > 0 { " failed" } else { "" },
            count(key.rejected.count),
            count(key.waiting()),
            since(timeline, key.sent.first),
            since(timeline, key.sent.last),
            since(timeline, key.accepted.last),
        )?;
    }
    f.write_str("</tbody>\n</table></div>\n</section>\n")
}

fn rejections(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    if timeline.figures().rejected == 0 {
        return Ok(());
    }
    table(
        f,
        "Rejected messages",
        "reasons",
        &["Key", "Messages", "First", "Last", "Reason of the receiver"],
    )?;
    for key in timeline.keys() {
        for (reason, number) in &key.reasons {
            writeln!(
                f,
                r#"<tr><th scope="row"><bdi>{}</bdi></th><td class="number">{}</td><td class="time">{}</td><td class="time">{}</td><td>{}</td></tr>"#,
                text(&key.key),
                count(*number),
                since(timeline, key.rejected.first),
                since(timeline, key.rejected.last),
                text(reason),
            )?;
        }
    }
    f.write_str("</tbody>\n</table></div>\n</section>\n")
}

fn world(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    if timeline.world.is_empty() {
        return Ok(());
    }
    table(f, "The world at the end, as observed", "world", &["Place", "Key", "Certificate (SHA-256)"])?;
    for held in &timeline.world {
        let key = if held.key.is_empty() { "not named in the plan" } else { &held.key };
        let (place, key, fingerprint) = (text(&held.place), text(key), text(&held.fingerprint));
        writeln!(
            f,
            r#"<tr><th scope="row"><bdi>{place}</bdi></th><td><bdi>{key}</bdi></td><td><code>{fingerprint}</code></td></tr>"#
        )?;
    }
    f.write_str("</tbody>\n</table></div>\n</section>\n")
}

fn table(f: &mut Formatter<'_>, heading: &str, id: &str, columns: &[&str]) -> fmt::Result {
    writeln!(f, "<section>\n<h2>{heading}</h2>\n<div class=\"wide\"><table id=\"table-{id}\">\n<thead><tr>")?;
    for column in columns {
        writeln!(f, "<th scope=\"col\">{column}</th>")?;
    }
    f.write_str("</tr></thead>\n<tbody>\n")
}

fn foot(f: &mut Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let extent = timeline.extent();
    let wall = duration(u64::try_from(timeline.wall.as_millis()).unwrap_or(u64::MAX));
    writeln!(
        f,
        "<footer>\n<p>Run <code>{}</code>. From {} to {}. {} records in the journal.</p>",
        text(&timeline.run),
        in_utc(extent.from),
        in_utc(extent.to),
        count(timeline.records)
    )?;
    if timeline.compression > 1.0 {
        let factor = count(timeline.compression.round() as u64);
        writeln!(f, "<p>Time was compressed {factor} times; it took {wall} on the wall clock.</p>")?;
    }
    f.write_str("</footer>\n")
}

fn since(timeline: &Timeline, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| wording::since(timeline.began(), at))
}
