//! Sentences of their own and their blocks: from pairs of the grammar to items of the tree.

use pest::iterators::Pair;
use smallvec::SmallVec;

use super::grammar::Rule;
use super::sentence::Sentences;
use super::tree::{
    Block, Column, Every, ExpectDecl, ForEach, Item, Line, Listed, Only, Owned, ParamDecl, Phrase, PlanHead,
    RangeDecl, Rows, StepDecl, StepLine, TableDecl, TakesLine, Term, Titled, Trivia, WaitsLine, WindowDecl,
};
use crate::source::{Span, Spanned};

/// The text of a comment: without `#`, one blank behind it, and blanks at its end.
pub(super) fn comment(pair: &Pair<'_, Rule>) -> String {
    let text = pair.as_str().strip_prefix('#').unwrap_or(pair.as_str());
    text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()
}

/// Collects comments and blank lines, several of these as one.
pub(super) fn collect(trivia: &mut Vec<Trivia>, pair: &Pair<'_, Rule>) {
    match pair.as_rule() {
        Rule::comment => trivia.push(Trivia::Comment(comment(pair))),
        Rule::blank_line if trivia.last() != Some(&Trivia::Blank) => trivia.push(Trivia::Blank),
        _ => {}
    }
}

/// Takes blank lines off the end: none stands before a closing brace or the end of the file.
pub(super) fn end_of_block(mut trivia: Vec<Trivia>) -> Vec<Trivia> {
    while trivia.last() == Some(&Trivia::Blank) {
        trivia.pop();
    }
    trivia
}

/// Takes blank lines off the start: none stands after an opening brace or at the start of the file.
pub(super) fn start_of_block(mut trivia: Vec<Trivia>) -> Vec<Trivia> {
    if trivia.first() == Some(&Trivia::Blank) {
        trivia.remove(0);
    }
    trivia
}

/// Reads one sentence with its block.
pub(super) struct Lowering<'t, 'f> {
    /// Reads the words.
    pub(super) words: Sentences<'t, 'f>,
    /// Comments within the sentence that have no place of their own in the tree, in order.
    pub(super) loose: Vec<String>,
    /// Whether the text declares kinds of its own, or uses a file that may.
    pub(super) kinds: bool,
    /// The comment behind the sentence's last line, until somebody takes it.
    pub(super) behind: Option<String>,
}

impl Lowering<'_, '_> {
    /// A header or item with what stands around it. `first` says that nothing stands before it.
    pub(super) fn line<T>(
        &mut self,
        pair: Pair<'_, Rule>,
        first: bool,
        read: impl FnOnce(&mut Self, Pair<'_, Rule>) -> Option<T>,
    ) -> Option<Line<T>> {
        let mut before = Vec::new();
        let mut sentence = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::comment | Rule::blank_line => collect(&mut before, &part),
                Rule::end_comment => self.behind = Some(comment(&part)),
                Rule::eol | Rule::EOI => {}
                _ => sentence = Some(part),
            }
        }
        let sentence = sentence?;
        let span = self.words.span(&sentence);
        let node = read(self, sentence)?;
        self.loose.extend(self.behind.take());
        if first {
            before = start_of_block(before);
        }
        // What is written on one line has one comment at its end; what stood within it moves up.
        let comment = self.loose.pop();
        before.extend(self.loose.drain(..).map(Trivia::Comment));
        Some(Line { before, node, comment, span: Spanned::new((), span) })
    }

    /// A sentence of its own.
    pub(super) fn item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        Some(match pair.as_rule() {
            Rule::inner => Item::Inner(Box::new(self.inner(pair)?)),
            Rule::plan => Item::Plan(self.plan(pair)?),
            Rule::param => Item::Param(self.param(pair)?),
            Rule::ask => Item::Ask(Box::new(self.ask(pair)?)),
            Rule::role => Item::Role(self.titled(pair)?),
            Rule::group => Item::Group(Box::new(self.group(pair)?)),
            Rule::key => Item::Key(self.titled(pair)?),
            Rule::keystore => Item::Keystore(self.owned(pair)?),
            Rule::receiver => Item::Receiver(self.owned(pair)?),
            Rule::flow => Item::Flow(self.owned(pair)?),
            Rule::window => Item::Window(self.window(pair)?),
            Rule::own_fact => Item::Fact(Box::new(self.own_fact(pair)?)),
            Rule::step => Item::Step(self.step(pair)?),
            Rule::promise => Item::Promise(self.promised(pair)?),
            Rule::finally => Item::Finally(self.promised(pair)?),
            Rule::waive => Item::Waive(self.promised(pair)?),
            Rule::issued => Item::Issued(self.promised(pair)?),
            Rule::typed => Item::Typed(self.promised(pair)?),
            Rule::expect => Item::Expect(self.expect(pair)?),
            Rule::table => Item::Table(self.table(pair)?),
            Rule::each_open => Item::ForEach(self.for_each(pair)?),
            Rule::vocabulary => Item::Vocabulary(self.vocabulary(pair)?),
            Rule::using => Item::Use(self.using(pair)?),
            Rule::kind_of => Item::Kind(self.kind_of(pair)?),
            Rule::saying => Item::Say(Box::new(self.saying(pair)?)),
            // Without a kind that it could be of, it begins with an unknown word.
            Rule::thing if !self.kinds => return None,
            Rule::thing => Item::Thing(Box::new(self.thing(pair)?)),
            _ => return None,
        })
    }

    fn expect(&mut self, pair: Pair<'_, Rule>) -> Option<ExpectDecl> {
        let (mut code, mut because) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => code = Some(self.words.word(&part)),
                Rule::text => because = Some(self.words.text(&part)),
                Rule::comment => self.loose.push(comment(&part)),
                _ => {}
            }
        }
        Some(ExpectDecl { code: code?, because: because? })
    }

    fn table(&mut self, pair: Pair<'_, Rule>) -> Option<TableDecl> {
        let (mut name, mut columns, mut rows) = (None, Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::column => columns.push(self.column(part)?),
                Rule::table_file => {
                    let file = part.into_inner().find(|p| p.as_rule() == Rule::text);
                    rows = file.map(|p| Rows::File(self.words.text(&p)));
                }
                Rule::table_block => rows = Some(Rows::Here(self.block(part, Self::row)?)),
                _ => {}
            }
        }
        Some(TableDecl { name: name?, columns, rows: rows? })
    }

    fn column(&mut self, pair: Pair<'_, Rule>) -> Option<Column> {
        let (mut name, mut kind) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::kind => kind = Some(self.words.word(&part)),
                _ => {}
            }
        }
        Some(Column { name: name?, kind: kind? })
    }

    #[expect(clippy::unnecessary_wraps, reason = "every reader of a line may find that it is none")]
    fn row(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Term>> {
        let cells = pair.into_inner().filter_map(|part| self.words.term(part));
        Some(cells.filter(|cell| !matches!(cell, Term::Comma(_))).collect())
    }

    /// What it says is read by sentences of their own, up to its closing brace.
    fn for_each(&mut self, pair: Pair<'_, Rule>) -> Option<ForEach> {
        let every = pair.into_inner().find(|part| part.as_rule() == Rule::every)?;
        let body = Block::empty();
        Some(ForEach { every: self.every(every)?, body })
    }

    fn every(&mut self, pair: Pair<'_, Rule>) -> Option<Every> {
        let (mut table, mut only) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => table = Some(self.words.word(&part)),
                Rule::only => only = Some(self.only(part)?),
                _ => {}
            }
        }
        Some(Every { table: table?, only })
    }

    fn only(&mut self, pair: Pair<'_, Rule>) -> Option<Only> {
        let (mut column, mut is, mut value) = (None, true, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => column = Some(self.words.word(&part)),
                Rule::not_word => is = false,
                _ => value = self.words.term(part).or(value),
            }
        }
        Some(Only { column: column?, is, value: value? })
    }

    fn plan(&mut self, pair: Pair<'_, Rule>) -> Option<PlanHead> {
        let (mut name, mut title, mut source) = (None, None, None);
        let mut version = None;
        let (mut parts, mut asides) = (0, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::version => version = self.version(part),
                Rule::text => {
                    parts += 1;
                    title = Some(self.words.text(&part));
                }
                Rule::origin => {
                    parts += 1;
                    source =
                        part.into_inner().find(|p| p.as_rule() == Rule::text).map(|p| self.words.text(&p));
                }
                Rule::comment => self.aside(&mut asides, parts, &part),
                _ => {}
            }
        }
        self.last_aside(&mut asides, parts);
        Some(PlanHead { name: name?, version, title, source, asides })
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Option<ParamDecl> {
        let (mut name, mut kind, mut default, mut range) = (None, None, None, RangeDecl::default());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::kind => kind = Some(self.words.word(&part)),
                Rule::comment => self.loose.push(comment(&part)),
                Rule::lower => range.least = self.values(part).pop(),
                Rule::upper => range.most = self.values(part).pop(),
                Rule::choice => range.one_of = self.values(part),
                _ => default = self.words.term(part).or(default),
            }
        }
        let range = (range != RangeDecl::default()).then(|| Box::new(range));
        Some(ParamDecl { name: name?, kind: kind?, default, range })
    }

    /// The values in a row, without what stands between them.
    fn values(&mut self, pair: Pair<'_, Rule>) -> Vec<Term> {
        let terms = pair.into_inner().filter_map(|part| self.words.term(part));
        terms.filter(|term| !matches!(term, Term::Comma(_))).collect()
    }

    fn titled(&mut self, pair: Pair<'_, Rule>) -> Option<Titled> {
        let (mut name, mut title) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::text => title = Some(self.words.text(&part)),
                _ => {}
            }
        }
        Some(Titled { name: name?, title })
    }

    fn window(&mut self, pair: Pair<'_, Rule>) -> Option<WindowDecl> {
        let (mut name, mut at_most) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                _ => at_most = self.words.term(part).or(at_most),
            }
        }
        Some(WindowDecl { name: name?, at_most })
    }

    fn promised(&mut self, pair: Pair<'_, Rule>) -> Option<Phrase> {
        let phrase = pair.into_inner().find(|p| p.as_rule() == Rule::phrase)?;
        Some(self.words.phrase(phrase))
    }

    fn owned(&mut self, pair: Pair<'_, Rule>) -> Option<Owned<Phrase>> {
        let (mut name, mut owner, mut body) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::name => owner = Some(self.words.word(&part)),
                Rule::block => body = Some(self.block(part, |this, p| Some(this.words.phrase(p)))?),
                _ => {}
            }
        }
        Some(Owned { name: name?, owner: owner?, body: body? })
    }

    fn step(&mut self, pair: Pair<'_, Rule>) -> Option<StepDecl> {
        let (mut name, mut role, mut title, mut body) = (None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::name => role = Some(self.words.word(&part)),
                Rule::text => title = Some(self.words.text(&part)),
                Rule::step_block => body = Some(self.block(part, Self::step_line)?),
                _ => {}
            }
        }
        Some(StepDecl { name: name?, role: role?, title, body: body? })
    }

    fn step_line(&mut self, pair: Pair<'_, Rule>) -> Option<StepLine> {
        Some(match pair.as_rule() {
            Rule::after => self.after(pair)?,
            Rule::needs => StepLine::Needs(self.promised(pair)?),
            Rule::takes => StepLine::Takes(Box::new(self.takes(pair)?)),
            Rule::waits => StepLine::Waits(Box::new(self.waits(pair)?)),
            Rule::earliest => StepLine::NotBefore(Box::new(self.date(pair)?)),
            Rule::latest => StepLine::NotAfter(Box::new(self.date(pair)?)),
            Rule::late => StepLine::MayComeLate(Spanned::new((), self.words.span(&pair))),
            Rule::only_if => StepLine::OnlyIf(self.promised(pair)?),
            Rule::two => StepLine::TwoPeople(Spanned::new((), self.words.span(&pair))),
            _ => StepLine::Act(self.words.phrase(pair)),
        })
    }

    fn after(&mut self, pair: Pair<'_, Rule>) -> Option<StepLine> {
        let parts = pair.into_inner();
        let (mut names, mut every) = (Vec::with_capacity(parts.len()), None);
        for part in parts {
            match part.as_rule() {
                Rule::name => names.push(self.words.word(&part)),
                Rule::every => every = Some(self.every(part)?),
                _ => {}
            }
        }
        let Some(every) = every else { return Some(StepLine::After(names)) };
        Some(StepLine::AfterEach(Box::new(Listed { name: names.pop()?, every })))
    }

    fn takes(&mut self, pair: Pair<'_, Rule>) -> Option<TakesLine> {
        let span = self.words.span(&pair);
        let mut bounds: Vec<Term> = pair.into_inner().filter_map(|part| self.words.term(part)).collect();
        let most = bounds.pop()?;
        Some(TakesLine { least: bounds.pop(), most, span: Spanned::new((), span) })
    }

    fn waits(&mut self, pair: Pair<'_, Rule>) -> Option<WaitsLine> {
        let (span, mut time, mut after) = (self.words.span(&pair), None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => after = Some(self.words.word(&part)),
                _ => time = self.words.term(part).or(time),
            }
        }
        Some(WaitsLine { time: time?, after: after?, span: Spanned::new((), span) })
    }

    fn date(&mut self, pair: Pair<'_, Rule>) -> Option<Term> {
        pair.into_inner().find_map(|part| self.words.term(part))
    }

    /// The lines between braces. A comment behind `{` goes to the sentence that the block belongs
    /// to, and one behind a `}` on a line of its own stays there.
    pub(super) fn block<T>(
        &mut self,
        pair: Pair<'_, Rule>,
        mut read: impl FnMut(&mut Self, Pair<'_, Rule>) -> Option<T>,
    ) -> Option<Block<T>> {
        let several = pair.as_str().contains('\n');
        // Most blocks are short, and a large plan has many: no room is asked for that is not needed.
        let mut lines: SmallVec<[Line<T>; 4]> = SmallVec::new();
        let mut before = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::comment | Rule::blank_line => collect(&mut before, &part),
                Rule::end_comment => match lines.last_mut() {
                    Some(line) => line.comment = Some(comment(&part)),
                    None => self.loose.push(comment(&part)),
                },
                Rule::open | Rule::close | Rule::eol => {}
                _ => {
                    let span: Span = self.words.span(&part);
                    let node = read(self, part)?;
                    let mut trivia = std::mem::take(&mut before);
                    if lines.is_empty() {
                        trivia = start_of_block(trivia);
                    }
                    lines.push(Line { before: trivia, node, comment: None, span: Spanned::new((), span) });
                }
            }
        }
        let mut lines = lines.into_vec();
        lines.shrink_to_fit();
        let trailing = end_of_block(before);
        let behind = if several { self.behind.take().map(String::into_boxed_str) } else { None };
        let trailing = if lines.is_empty() { start_of_block(trailing) } else { trailing };
        Some(Block { lines, trailing, behind })
    }
}
