//! Prose as procedures: headings, numbered steps below them, and what else is said there.

use super::fault::MOST_STEPS;
use super::mark::{letter, mark};
use super::table::Columns;

/// A procedure: the numbered steps below one heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Procedure {
    /// The headings above, the outermost first; none before the first heading.
    pub(super) headings: Vec<String>,
    /// The line of its heading, or its first one.
    pub(super) line: usize,
    /// What stands before its first step.
    pub(super) before: Vec<Said>,
    /// The steps.
    pub(super) items: Vec<Item>,
    /// Where the numbers begin again.
    pub(super) again: Option<usize>,
}

/// A numbered step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its number, as in `4` or `4.1`.
    pub(super) number: String,
    /// Its line, from one.
    pub(super) line: usize,
    /// What is said on it, and on the lines that go on with it.
    pub(super) text: String,
    /// What is said below it without a number, at most [`MOST_NOTES`] paragraphs.
    pub(super) notes: Vec<Said>,
    /// Whether there are more.
    pub(super) is_cut: bool,
}

/// A paragraph or a point of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Its line, from one.
    pub(super) line: usize,
    /// The text.
    pub(super) text: String,
}

/// The longest text of a step or a note that is kept, in bytes: more is no instruction any more.
const LONGEST: usize = 4_000;

/// So many paragraphs below a step are read.
const MOST_NOTES: usize = 200;

/// So many paragraphs above a procedure are kept.
const ABOVE: usize = 20;

/// Reads a text: every procedure that has steps, in order.
pub(super) fn procedures(text: &str) -> Vec<Procedure> {
    let mut reader = Reader::default();
    for (number, line) in text.lines().enumerate() {
        reader.line(number + 1, line);
    }
    reader.close();
    joined(reader.done)
}

/// Numbers that go on below the next heading are one procedure.
fn joined(all: Vec<Procedure>) -> Vec<Procedure> {
    let mut found: Vec<Procedure> = Vec::new();
    for procedure in all {
        let next = procedure.items.first().and_then(|item| major(&item.number));
        let last = found.last().and_then(|p| p.items.last()).and_then(|item| major(&item.number));
        match (found.last_mut(), next, last) {
            (Some(before), Some(next), Some(last)) if next > 1 && next == last + 1 => {
                before.items.extend(procedure.items);
            }
            _ => found.push(procedure),
        }
    }
    found
}

/// The number before the first point.
pub(super) fn major(number: &str) -> Option<usize> {
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[derive(Default)]
struct Reader {
    done: Vec<Procedure>,
    now: Procedure,
    /// The headings above, each with its level and what stands below it before the next one.
    above: Vec<(usize, String, Vec<Said>)>,
    fenced: bool,
    /// Whether the line before was empty, or none that text goes on with.
    apart: bool,
    columns: Columns,
    /// How far the first step of this procedure stands from the left.
    indent: usize,
    /// The number of the last step that is no part of another one.
    whole: Option<String>,
}

impl Reader {
    fn line(&mut self, number: usize, raw: &str) {
        let indent = raw.len() - raw.trim_start().len();
        let line = raw.trim().trim_start_matches('>').trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            self.fenced = !self.fenced;
            return;
        }
        if self.fenced || line.is_empty() {
            self.apart = true;
            return;
        }
        if let Some((level, title)) = heading(line) {
            return self.heading(level, title, number);
        }
        if line.starts_with('|') {
            if let Some((mark, text, notes)) = self.columns.row(line) {
                self.item(mark, number, text);
                notes.into_iter().for_each(|note| self.note(number, note));
            }
            self.apart = true;
            return;
        }
        self.columns = Columns::default();
        if let Some(found) = mark(line).filter(|found| !found.rest.is_empty()) {
            let last = self.now.items.last().and_then(|item| major(&item.number)).unwrap_or_default();
            let own = major(&found.number).unwrap_or_default();
            if !found.is_loose || own == last || own == last + 1 {
                let is_part = !self.now.items.is_empty() && indent >= self.indent + 2;
                let name = match &self.whole {
                    Some(of) if is_part && !found.number.contains('.') => format!("{of}.{}", found.number),
                    _ => found.number.clone(),
                };
                if self.now.items.is_empty() {
                    self.indent = indent;
                }
                return self.item(name, number, found.rest.to_owned());
            }
        }
        if let (Some((letter, rest)), Some(of)) = (letter(line).filter(|_| indent > 0), self.now.items.last())
        {
            let of: String = of.number.chars().take_while(|c| !c.is_ascii_lowercase()).collect();
            return self.item(format!("{of}{letter}"), number, rest.to_owned());
        }
        if self.underlined(line) {
            return;
        }
        self.text(number, line);
    }

    /// A line of `=` or `-` makes a heading of the one above it.
    fn underlined(&mut self, line: &str) -> bool {
        let is_line = line.len() >= 3 && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'));
        if !is_line {
            return false;
        }
        let above = match self.now.items.last_mut() {
            Some(item) => item.notes.pop(),
            None => self.now.before.pop(),
        };
        match above.filter(|_| !self.apart) {
            Some(said) => self.heading(if line.starts_with('=') { 1 } else { 2 }, said.text, said.line),
            None => self.apart = true,
        }
        true
    }

    fn text(&mut self, number: usize, line: &str) {
        let point = line.strip_prefix(['-', '*', '•', '+']).filter(|rest| rest.starts_with(' '));
        let goes_on = !self.apart && point.is_none();
        let text = point.unwrap_or(line).trim();
        self.apart = false;
        let notes = match self.now.items.last_mut() {
            Some(item) if goes_on && item.notes.is_empty() => return append(&mut item.text, text),
            Some(item) if item.notes.len() >= MOST_NOTES => {
                item.is_cut = true;
                return;
            }
            Some(item) => &mut item.notes,
            None if self.now.before.len() >= MOST_NOTES => return,
            None => &mut self.now.before,
        };
        match notes.last_mut().filter(|_| goes_on) {
            Some(last) => append(&mut last.text, text),
            None => notes.push(Said { line: number, text: kept(text) }),
        }
    }

    fn note(&mut self, number: usize, text: String) {
        if let Some(item) = self.now.items.last_mut() {
            item.notes.push(Said { line: number, text });
        }
    }

    fn item(&mut self, name: String, line: usize, text: String) {
        self.apart = false;
        // More is refused, and need not be kept.
        if self.now.items.len() > MOST_STEPS {
            return;
        }
        // Lists may number each point as the first one: they do not begin again.
        let last = self.now.items.last().and_then(|item| major(&item.number));
        let begins_again = name == "1" && last.is_some_and(|last| last > 1);
        if begins_again && self.now.again.is_none() {
            self.now.again = Some(line);
        }
        if !name.contains('.') {
            self.whole = Some(name.clone());
        }
        self.now.items.push(Item { number: name, line, text: kept(&text), notes: Vec::new(), is_cut: false });
    }

    fn heading(&mut self, level: usize, title: String, line: usize) {
        self.close();
        self.above.retain(|(other, ..)| *other < level);
        self.above.push((level, title, Vec::new()));
        self.now.line = line;
        self.apart = true;
    }

    fn close(&mut self) {
        self.columns = Columns::default();
        self.whole = None;
        let mut now = std::mem::take(&mut self.now);
        if now.items.is_empty() {
            if let Some((.., said)) = self.above.last_mut() {
                said.extend(now.before.into_iter().take(ABOVE));
            }
            return;
        }
        now.headings = self.above.iter().map(|(_, title, _)| title.clone()).collect();
        // What is said above a procedure holds in it too.
        let above = self.above.iter().flat_map(|(.., said)| said.iter().cloned());
        now.before = above.chain(now.before).collect();
        self.done.push(now);
    }
}

/// Puts a line behind others, as far as there is room.
fn append(text: &mut String, line: &str) {
    if text.len() < LONGEST {
        text.push(' ');
        text.push_str(&kept(line));
    }
}

fn kept(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The level and the title of a heading that stands on one line.
fn heading(line: &str) -> Option<(usize, String)> {
    let plain = |title: &str| title.trim().trim_matches(['#', '*', '_', ' ']).to_owned();
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&level) && line.get(level..).is_some_and(|rest| rest.starts_with(' ')) {
        return Some((level, plain(line))).filter(|(_, title)| !title.is_empty());
    }
    let bold = line.trim_end_matches(':');
    let inner = bold.strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    let inner = inner.filter(|inner| !inner.contains("**") && mark(inner).is_none() && !inner.is_empty());
    if let Some(inner) = inner {
        return Some((7, plain(inner.trim_end_matches(':'))));
    }
    // `Scenario 2: the receiver holds one key`
    let mut words = line.split_whitespace();
    let first = words.next()?.to_lowercase();
    let is_variant = ["scenario", "variant", "option", "case"].contains(&first.as_str());
    let number = words.next()?.trim_end_matches([':', '.']);
    let is_numbered =
        number.len() <= 2 && number.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    let ends = !line.ends_with('.') && line.len() < 120;
    (is_variant && is_numbered && ends).then(|| (7, plain(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Vec<String>)> {
        let all = procedures(text);
        let items = |p: &Procedure| p.items.iter().map(|i| format!("{} {}", i.number, i.text)).collect();
        all.iter().map(|p| (p.headings.join("/"), items(p))).collect()
    }

    #[test]
    fn steps_are_found_below_their_headings() {
        let text = "# All\nintro\n\n## One\n1. a\n   goes on\n2) b\n\nA note.\n\n## Two\r\nStep 1: c\r\nStep 2: d\r\n";
        let found = told(text);
        assert_eq!(found[0], ("All/One".to_owned(), vec!["1 a goes on".to_owned(), "2 b".to_owned()]));
        assert_eq!(found[1].1, ["1 c", "2 d"]);
        assert_eq!(procedures(text)[0].items[1].notes, [Said { line: 9, text: "A note.".to_owned() }]);
    }

    #[test]
    fn numbers_that_go_on_are_one_procedure() {
        assert_eq!(told("## Prepare\n1. a\n2. b\n## Switch\n3. c\n")[0].1.len(), 3);
        assert_eq!(told("Title\n=====\n1. a\n\nOther\n-----\n1. b\n").len(), 2);
        assert!(procedures("1. a\n2. b\n\n1. c\n")[0].again == Some(4));
        assert!(procedures("1. a\n1. b\n1. c\n")[0].again.is_none());
    }

    #[test]
    fn parts_of_steps_have_numbers_of_their_own() {
        assert_eq!(told("4. a\n   1. b\n   2. c\n5. d\n")[0].1, ["4 a", "4.1 b", "4.2 c", "5 d"]);
        assert_eq!(told("4. a\n  a) b\n  b) c\n")[0].1, ["4 a", "4a b", "4b c"]);
        assert_eq!(told("4. a\n4.1 b\n4.2 c\n")[0].1.len(), 3);
    }

    #[test]
    fn tables_and_fences() {
        let table =
            "| No | Who | What |\n|---|---|---|\n| 1 | Tenant | creates |\n| 2 | Receiver | trusts |\n";
        assert_eq!(told(table)[0].1, ["1 Tenant: creates", "2 Receiver: trusts"]);
        assert!(told("```\n1. a\n```\n").is_empty());
    }
}
