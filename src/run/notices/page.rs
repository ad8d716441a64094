//! What people are told, as HTML without scripts, links and pictures.

use std::fmt::Write as _;

use super::{
    card::Card,
    text::{FOOT, PARTS, head, lines},
};

const STYLE: &str = "body{font-family:sans-serif;max-width:44em}h2{font-size:1.1em}dt{float:left;width:5em;color:#555}\
                     dd{margin-left:5em}code{background:#eee;padding:0 .2em}footer{color:#555;font-size:.9em}";

/// A letter of these cards, each with whether it is told again.
pub(super) fn letter(title: &str, cards: &[(Card, bool)]) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\n<style>{STYLE}</style></head>\n<body>\n",
        escaped(title)
    );
    for (kind, heading) in PARTS {
        let part: Vec<&(Card, bool)> = cards.iter().filter(|(card, _)| card.kind == kind).collect();
        if part.is_empty() {
            continue;
        }
        let _always = writeln!(out, "<h1>{heading}</h1>");
        for (card, again) in part {
            let _always = writeln!(out, "<h2>{}</h2>\n<dl>", escaped(&head(card, *again)));
            for (name, said) in lines(card) {
                let said = escaped(&said);
                let said = if name == "answer" { format!("<code>{said}</code>") } else { said };
                let _always = writeln!(out, "<dt>{name}</dt><dd>{said}</dd>");
            }
            let (run, plan) = (escaped(&card.run), escaped(&card.plan));
            let _always = writeln!(out, "<dt>run</dt><dd>{run} of {plan}</dd>\n</dl>");
        }
    }
    let _always = writeln!(out, "<footer>{}</footer>\n</body></html>", escaped(FOOT));
    out
}

/// A text in which nothing is markup (HTML, section 13.1.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
