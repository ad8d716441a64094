//! From tree to canonical text.

use super::format_lines::{every, inner_line, range, row, step_line, whose};
use super::number::spelt;
use super::text::quoted;
use super::tree::{Aside, Block, Item, Line, Phrase, Rows, SyntaxTree, TableDecl, Term, Trivia};
use crate::source::Spanned;

/// Where a comment at the end of a line begins, in characters from the left; behind a longer
/// sentence it follows after two blanks. A fixed column keeps a change to one line to that line.
const COMMENT_COLUMN: usize = 47;

/// The canonical text of a tree: it parses to the same tree, and formats to itself.
///
/// Two blanks of indent, one sentence a line, LF at line ends, several empty lines as one. Names of
/// params, roles and keys that follow each other without an empty line are brought to one width.
#[must_use]
pub fn format(tree: &SyntaxTree) -> String {
    let mut page = Page::default();
    if let Some(header) = &tree.version {
        page.sentence(header, &format!("keyroll {}", header.node.value));
    }
    page.items(&tree.items);
    page.trivia(&tree.trailing);
    page.finish()
}

fn same_kind(one: &Item, other: &Item) -> bool {
    match (one, other) {
        (Item::Thing(one), Item::Thing(other)) => {
            one.kind.value == other.kind.value
                && one.owned.is_some() == other.owned.is_some()
                && one.fact.is_some() == other.fact.is_some()
        }
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// The widths of the columns in a run of items of one kind.
struct Widths {
    name: usize,
    kind: usize,
}

impl Widths {
    fn of(run: &[Line<Item>]) -> Self {
        let mut widths = Self { name: 0, kind: 0 };
        for line in run {
            let (name, kind) = match &line.node {
                Item::Param(p) => (p.name.value.len(), p.kind.value.len()),
                Item::Role(t) | Item::Key(t) => (t.name.value.len(), 0),
                Item::Thing(t) if t.owned.is_none() && t.fact.is_none() => (t.name.value.len(), 0),
                Item::Kind(k) => (k.name.value.len(), 0),
                _ => (0, 0),
            };
            widths.name = widths.name.max(name);
            widths.kind = widths.kind.max(kind);
        }
        widths
    }
}

/// The text as it grows.
#[derive(Default)]
struct Page {
    out: String,
    /// A blank line is due before the next line, unless a block or the text ends first.
    blank: bool,
    /// The last line opened a block, so that no blank line is due.
    opened: bool,
    /// How far the sentences stand from the left.
    indent: usize,
}

impl Page {
    fn finish(self) -> String {
        self.out
    }

    /// Sentences in a row; those of one kind that follow each other share their columns.
    fn items(&mut self, mut items: &[Line<Item>]) {
        while let Some((first, rest)) = items.split_first() {
            let alike = |item: &&Line<Item>| {
                same_kind(&first.node, &item.node) && !item.before.contains(&Trivia::Blank)
            };
            let alike = rest.iter().take_while(alike).count();
            let (run, others) = items.split_at_checked(alike + 1).unwrap_or((items, &[]));
            let widths = Widths::of(run);
            run.iter().for_each(|item| self.item(item, &widths));
            items = others;
        }
    }

    fn line(&mut self, indent: usize, code: &str, comment: Option<&str>) {
        let indent = self.indent + indent;
        let due = std::mem::take(&mut self.blank);
        if due && !self.out.is_empty() && !std::mem::take(&mut self.opened) {
            self.out.push('\n');
        }
        self.opened = false;
        let mut line = format!("{}{code}", " ".repeat(indent));
        if let Some(comment) = comment {
            let width = line.chars().count();
            line.push_str(&" ".repeat(COMMENT_COLUMN.saturating_sub(width).max(2)));
            line.push_str(&comment_text(comment));
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn trivia(&mut self, trivia: &[Trivia]) {
        for one in trivia {
            match one {
                Trivia::Blank => self.blank = true,
                Trivia::Comment(text) => self.line(0, &comment_text(text), None),
            }
        }
    }

    /// The parts of a sentence that stand on lines of their own, with their comments.
    fn parts(&mut self, asides: &[Aside], parts: impl Iterator<Item = String>) {
        for (number, code) in (1..).zip(parts) {
            let mine = |aside: &&Aside| aside.part == number;
            for aside in asides.iter().filter(mine).filter(|aside| aside.is_before) {
                self.line(2, &comment_text(&aside.text), None);
            }
            let behind = asides.iter().filter(mine).find(|aside| !aside.is_before);
            self.line(2, &code, behind.map(|aside| aside.text.as_str()));
        }
    }

    fn sentence<T>(&mut self, line: &Line<T>, code: &str) {
        self.trivia(&line.before);
        self.line(0, code, line.comment.as_deref());
    }

    fn item(&mut self, line: &Line<Item>, widths: &Widths) {
        match &line.node {
            Item::Plan(plan) => {
                self.sentence(line, &format!("plan {}{}", plan.name, version(plan.version.as_ref())));
                let title = plan.title.as_ref().map(|title| quoted(&title.value));
                let source = plan.source.as_ref().map(|from| format!("source {}", quoted(&from.value)));
                self.parts(&plan.asides, title.into_iter().chain(source));
            }
            Item::Inner(inner) => {
                let version = version(inner.version.as_ref());
                let head = format!("plan {} from {}{version}", inner.name, quoted(&inner.file.value));
                self.block(line, &head, &inner.body, inner_line);
            }
            Item::Param(param) => {
                let (name, kind) = (&param.name.value, &param.kind.value);
                let (name_width, kind_width) = (widths.name, widths.kind);
                let code = match &param.default {
                    None => format!("param {name:name_width$} : {kind}"),
                    Some(value) => {
                        format!("param {name:name_width$} : {kind:kind_width$} = {}", term(value))
                    }
                };
                self.sentence(line, &format!("{code}{}", range(param)));
            }
            Item::Ask(ask) => {
                self.sentence(line, &format!("ask {} of {}", ask.name, ask.role));
                let silence = ask.silence.as_ref().map(|silence| format!("silence means {silence}"));
                let within = ask.within.as_ref().map(|time| format!("answers within {}", term(time)));
                let holds = ask.holds.as_ref().map(|time| format!("holds for {}", term(time)));
                let parts = std::iter::once(quoted(&ask.text.value));
                self.parts(&ask.asides, parts.chain(within).chain(holds).chain(silence));
            }
            Item::Role(role) => {
                self.sentence(line, &titled("role", &role.name, role.title.as_ref(), widths.name));
            }
            Item::Group(group) => {
                self.sentence(line, &format!("group {} is {}", group.name, phrase(&group.roles)));
            }
            Item::Key(key) => {
                self.sentence(line, &titled("key", &key.name, key.title.as_ref(), widths.name));
            }
            Item::Keystore(thing) => {
                self.block(line, &format!("keystore {} of {}", thing.name, thing.owner), &thing.body, phrase);
            }
            Item::Receiver(thing) => {
                self.block(line, &format!("receiver {} of {}", thing.name, thing.owner), &thing.body, phrase);
            }
            Item::Flow(thing) => {
                self.block(line, &format!("flow {} of {}", thing.name, thing.owner), &thing.body, phrase);
            }
            Item::Window(window) => {
                let most = window.at_most.as_ref().map(|m| format!(" at most {}", term(m)));
                self.sentence(line, &format!("window {}{}", window.name, most.unwrap_or_default()));
            }
            Item::Fact(fact) => self.sentence(
                line,
                &format!(
                    "fact {}",
                    whose((&fact.name, &fact.owner), fact.title.as_ref(), fact.set.is_some())
                ),
            ),
            Item::Step(step) => {
                let title = step.title.as_ref().map(|t| format!(" {}", quoted(&t.value))).unwrap_or_default();
                let head = format!("step {} by {}{title}", step.name, step.role);
                self.block(line, &head, &step.body, step_line);
            }
            Item::Promise(words) => self.sentence(line, &format!("promise {}", phrase(words))),
            Item::Finally(words) => self.sentence(line, &format!("finally {}", phrase(words))),
            Item::Waive(words) => self.sentence(line, &format!("waive {}", phrase(words))),
            Item::Issued(words) => self.sentence(line, &format!("certificate {}", phrase(words))),
            Item::Typed(words) => self.sentence(line, &format!("type {}", phrase(words))),
            Item::Expect(expect) => {
                let because = quoted(&expect.because.value);
                self.sentence(line, &format!("expect refused {} because {because}", expect.code));
            }
            Item::Table(table) => self.table(line, table),
            Item::Vocabulary(head) => {
                self.sentence(line, &format!("vocabulary {}{}", head.name, version(head.version.as_ref())));
                self.parts(&head.asides, head.title.iter().map(|title| quoted(&title.value)));
            }
            Item::Use(used) => {
                let code = format!("use {}{}", quoted(&used.file.value), version(used.version.as_ref()));
                self.sentence(line, &code);
            }
            Item::Kind(kind) => {
                let width = widths.name;
                self.sentence(line, &format!("kind {:width$} is {}", kind.name.value, kind.of));
            }
            Item::Say(say) => {
                self.sentence(line, &format!("say {}", quoted(&say.said.value)));
                let means = format!("for {}", quoted(&say.means.value));
                let title = say.title.as_ref().map(|title| quoted(&title.value));
                self.parts(&say.asides, std::iter::once(means).chain(title));
            }
            Item::Thing(thing) => match (&thing.owned, &thing.fact) {
                (Some((owner, body)), _) => {
                    self.block(line, &format!("{} {} of {owner}", thing.kind, thing.name), body, phrase);
                }
                (None, Some(fact)) => {
                    let words = whose((&thing.name, &fact.owner), thing.title.as_ref(), fact.set.is_some());
                    self.sentence(line, &format!("{} {words}", thing.kind));
                }
                (None, None) => {
                    let code = titled(&thing.kind.value, &thing.name, thing.title.as_ref(), widths.name);
                    self.sentence(line, &code);
                }
            },
            Item::ForEach(each) => {
                self.braces(line, &every(&each.every), &each.body, |page| page.items(&each.body.lines));
            }
        }
    }

    fn table(&mut self, line: &Line<Item>, table: &TableDecl) {
        let columns: Vec<String> = table.columns.iter().map(|c| format!("{} : {}", c.name, c.kind)).collect();
        let with = if columns.is_empty() { String::new() } else { format!(" with {}", columns.join(", ")) };
        let head = format!("table {}{with}", table.name);
        match &table.rows {
            Rows::File(file) => self.sentence(line, &format!("{head} from {}", quoted(&file.value))),
            Rows::Here(rows) => {
                let mut widths: Vec<usize> = Vec::new();
                for row in &rows.lines {
                    let lengths = row.node.iter().map(|cell| term(cell).chars().count());
                    for (number, length) in lengths.enumerate() {
                        match widths.get_mut(number) {
                            Some(width) => *width = length.max(*width),
                            None => widths.push(length),
                        }
                    }
                }
                self.block(line, &head, rows, |cells| row(cells, &widths));
            }
        }
    }

    fn block<T>(&mut self, line: &Line<Item>, head: &str, block: &Block<T>, write: impl Fn(&T) -> String) {
        self.braces(line, head, block, |page| {
            block.lines.iter().for_each(|inner| page.sentence(inner, &write(&inner.node)));
        });
    }

    /// A sentence with what stands between its braces.
    fn braces<T>(&mut self, line: &Line<Item>, head: &str, block: &Block<T>, inner: impl FnOnce(&mut Self)) {
        let is_empty = block.lines.is_empty() && block.behind.is_none();
        if is_empty && block.trailing.iter().all(|one| *one == Trivia::Blank) {
            return self.sentence(line, &format!("{head} {{}}"));
        }
        self.sentence(line, &format!("{head} {{"));
        self.opened = true;
        self.indent += 2;
        inner(self);
        self.trivia(&block.trailing);
        self.indent -= 2;
        self.blank = false;
        self.line(0, "}", block.behind.as_deref());
    }
}

/// A comment as it is written, whatever its text.
fn comment_text(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.is_empty() { "#".to_owned() } else { format!("# {text}") }
}

fn titled(word: &str, name: &Spanned<String>, title: Option<&Spanned<String>>, width: usize) -> String {
    match title {
        None => format!("{word} {name}"),
        Some(title) => format!("{word} {:width$} {}", name.value, quoted(&title.value)),
    }
}

fn version(number: Option<&Spanned<u64>>) -> String {
    number.map(|number| format!(" version {number}")).unwrap_or_default()
}

pub(super) fn phrase(phrase: &Phrase) -> String {
    let mut out = String::new();
    for one in &phrase.terms {
        if !out.is_empty() && !matches!(one, Term::Comma(_)) {
            out.push(' ');
        }
        out.push_str(&term(one));
    }
    out
}

pub(super) fn term(term_of: &Term) -> String {
    match term_of {
        Term::Word(word) | Term::Date(word) => word.value.clone(),
        Term::Text(text) => quoted(&text.value),
        Term::Param(name) => format!("${name}"),
        Term::Place(place) => format!("{}[{}]", place.value.store, term(&place.value.alias)),
        Term::Number(number) => number.to_string(),
        Term::Duration(duration) => spelt(duration.value),
        Term::Comma(_) => ",".to_owned(),
    }
}
