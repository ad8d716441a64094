//! A plan as a flowchart of Mermaid (version 10 or newer), for pages that draw it themselves.

use std::fmt::{self, Display, Formatter};

use crate::{
    graph::outline::{Edge, MessageKind, Node, Outline},
    source::shown,
    world::id::{Id, StepId},
};

use super::markup::shortened;

/// The longest text in a box, in characters.
const LONGEST: usize = 120;

/// A plan, written as a flowchart when it is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'a>(pub &'a Outline);

impl Display for Mermaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let outline = self.0;
        writeln!(f, "flowchart TB")?;
        for (role, lane) in outline.lanes.iter() {
            let title = lane.title.as_ref().unwrap_or(&lane.role);
            writeln!(f, "  subgraph role{}[\"{}\"]", role.index() + 1, text(title))?;
            for (id, step) in outline.steps.iter().filter(|(_, step)| step.role == role) {
                box_of(f, id, step)?;
            }
            f.write_str("  end\n")?;
        }
        for edge in &outline.edges {
            arrow(f, outline, edge)?;
        }
        for message in outline.messages.iter().filter(|message| message.heard_by.is_empty()) {
            let (from, to) = (Outline::number(message.from), message.to.index() + 1);
            writeln!(f, "  step{from} ==>|\"{}\"| role{to}", text(&message.label))?;
        }
        let mut inside: Vec<StepId> =
            outline.standstills.iter().flat_map(|still| still.inside.clone()).collect();
        inside.sort_unstable();
        inside.dedup();
        if !inside.is_empty() {
            f.write_str("  classDef standstill stroke:#8a5a00,stroke-width:3px\n")?;
            let steps: Vec<String> =
                inside.iter().map(|step| format!("step{}", Outline::number(*step))).collect();
            writeln!(f, "  class {} standstill", steps.join(","))?;
        }
        Ok(())
    }
}

fn box_of(f: &mut Formatter<'_>, id: StepId, step: &Node) -> fmt::Result {
    let number = Outline::number(id);
    write!(f, "    step{number}[\"{number}. {}<br/>{}", text(&step.name), text(&step.sentence))?;
    for gate in &step.gates {
        write!(f, "<br/>{}", text(&gate.line()))?;
    }
    f.write_str("\"]\n")
}

/// A message is a thick line with its words, an order a thin one, and what is so in any case dotted.
fn arrow(f: &mut Formatter<'_>, outline: &Outline, edge: &Edge) -> fmt::Result {
    let (from, to) = (Outline::number(edge.from), Outline::number(edge.to));
    match edge.kind {
        Some(kind) => writeln!(f, "  step{from} ==>|\"{}\"| step{to}", text(&said(outline, edge, kind))),
        None if edge.necessary => writeln!(f, "  step{from} --> step{to}"),
        None => writeln!(f, "  step{from} -.-> step{to}"),
    }
}

fn said(outline: &Outline, edge: &Edge, kind: MessageKind) -> String {
    let message = outline.messages.iter().find(|m| m.from == edge.from && m.heard_by.contains(&edge.to));
    message.map_or_else(|| kind.word().to_owned(), |message| message.label.clone())
}

/// A text between double quotes: every character that Mermaid, Markdown or HTML might read is
/// written as its number, which Mermaid spells `#35;`.
fn text(foreign: &str) -> String {
    let mut out = String::new();
    for c in shown(&shortened(foreign, LONGEST)).chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ',' | '-' | ':') {
            out.push(c);
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_breaks_out() {
        assert_eq!(text("a\"]<b>#;`"), "a#34;#93;#60;b#62;#35;#59;#96;");
        assert_eq!(text("\u{202e}\n"), "#92;u#123;202e#125;#92;u#123;a#125;");
    }
}
