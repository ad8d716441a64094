//! A plan in the language of Graphviz.

use std::fmt::{self, Display, Formatter};

use crate::{
    graph::outline::{MessageKind, Node, Outline},
    source::shown,
    world::id::{Id, StepId},
};

use super::markup::shortened;

/// The longest text in a box, in characters.
const LONGEST: usize = 120;

/// A plan, written for `dot` when it is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Dot<'a>(pub &'a Outline);

impl Display for Dot<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let outline = self.0;
        writeln!(f, "digraph \"{}\" {{", text(&outline.name))?;
        f.write_str("  rankdir=TB; compound=true; charset=\"UTF-8\";\n")?;
        f.write_str("  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n")?;
        f.write_str("  edge [fontname=\"sans-serif\", fontsize=10];\n")?;
        for (role, lane) in outline.lanes.iter() {
            let title = lane.title.as_ref().unwrap_or(&lane.role);
            writeln!(f, "  subgraph cluster_role{} {{", role.index() + 1)?;
            writeln!(
                f,
                "    label=\"{}\"; style=filled; color=\"#e9edf2\"; fontname=\"sans-serif\";",
                text(title)
            )?;
            for (id, step) in outline.steps.iter().filter(|(_, step)| step.role == role) {
                let inside = outline.standstills.iter().any(|still| still.inside.contains(&id));
                box_of(f, (id, step), inside)?;
            }
            // Where a message ends that no step of the role comes right after.
            let told = outline.messages.iter().any(|m| m.heard_by.is_empty() && m.to == role);
            if told {
                writeln!(f, "    told{} [shape=point, label=\"\"];", role.index() + 1)?;
            }
            f.write_str("  }\n")?;
        }
        for edge in &outline.edges {
            let (from, to) = (Outline::number(edge.from), Outline::number(edge.to));
            match edge.kind {
                Some(kind) => {
                    let said = outline
                        .messages
                        .iter()
                        .find(|m| m.from == edge.from && m.heard_by.contains(&edge.to));
                    let said = said.map_or(kind.word(), |message| &message.label);
                    message(f, (from, format!("step{to}")), kind, said)?;
                }
                None if edge.necessary => writeln!(f, "  step{from} -> step{to};")?,
                None => {
                    writeln!(f, "  step{from} -> step{to} [style=dotted, color=gray60, constraint=false];")?
                }
            }
        }
        for unheard in outline.messages.iter().filter(|message| message.heard_by.is_empty()) {
            let to = format!("told{}", unheard.to.index() + 1);
            message(f, (Outline::number(unheard.from), to), unheard.kind, &unheard.label)?;
        }
        f.write_str("}\n")
    }
}

fn message(f: &mut Formatter<'_>, (from, to): (usize, String), kind: MessageKind, said: &str) -> fmt::Result {
    let colour = match kind {
        MessageKind::Inform => "#1f6fb5",
        MessageKind::Provide => "#0b7d5c",
        MessageKind::Request => "#9a5b00",
        MessageKind::Allow => "#8d3f82",
        MessageKind::Agree => "#5a6b00",
    };
    writeln!(
        f,
        "  step{from} -> {to} [label=\"{}\", color=\"{colour}\", fontcolor=\"{colour}\", penwidth=2];",
        text(said)
    )
}

fn box_of(f: &mut Formatter<'_>, (id, step): (StepId, &Node), inside: bool) -> fmt::Result {
    let number = Outline::number(id);
    write!(f, "    step{number} [label=\"{number}. {}\\n{}", text(&step.name), text(&step.sentence))?;
    for gate in &step.gates {
        write!(f, "\\n{}", text(&gate.line()))?;
    }
    writeln!(f, "\"{}];", if inside { ", color=\"#8a5a00\", penwidth=2" } else { "" })
}

/// A text between double quotes. Graphviz reads a backslash as the start of an escape, and `&lt;` as
/// a character of HTML, in labels as well.
fn text(foreign: &str) -> String {
    let mut out = String::new();
    for c in shown(&shortened(foreign, LONGEST)).chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_breaks_out() {
        assert_eq!(text("a\"];b"), "a\\\"];b");
        assert_eq!(text("\\N\n&lt;"), "\\\\N\\\\u{a}&amp;lt;");
    }
}
