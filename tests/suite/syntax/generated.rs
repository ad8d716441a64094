//! Random trees, as the reader would make them.

use std::time::Duration;

use keyroll::source::{Span, Spanned};
use keyroll::syntax::tree::{
    Aside, AskDecl, Binding, Block, Column, Every, ExpectDecl, FactDecl, FactOf, ForEach, GroupDecl,
    InnerDecl, InnerLine, Item, KindDecl, Line, Listed, Only, Owned, ParamDecl, Phrase, PlaceTerm, PlanHead,
    RangeDecl, Rows, SayDecl, StepDecl, StepLine, SyntaxTree, TableDecl, TakesLine, Term, Thing, Titled,
    Trivia, UseDecl, VocabularyHead, WaitsLine, WindowDecl,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn at<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

/// Words that begin a sentence, join names or order steps; what may not stand in their place.
const TAKEN: [&str; 33] = [
    "use",
    "kind",
    "say",
    "vocabulary",
    "expect",
    "table",
    "for",
    "keyroll",
    "plan",
    "param",
    "role",
    "key",
    "keystore",
    "receiver",
    "flow",
    "window",
    "step",
    "promise",
    "type",
    "group",
    "finally",
    "waive",
    "after",
    "needs",
    "takes",
    "waits",
    "not",
    "by",
    "of",
    "at",
    "source",
    "ask",
    "only",
];

fn any_word() -> impl Strategy<Value = Spanned<String>> {
    prop_oneof![3 => "[a-zA-Z][a-zA-Z0-9_-]{0,12}", 1 => prop::sample::select(&TAKEN[..]).prop_map(str::to_owned)]
        .prop_map(at)
}

fn free_word() -> impl Strategy<Value = Spanned<String>> {
    "[a-zA-Z][a-zA-Z0-9_$-]{0,63}".prop_filter("taken", |w| !TAKEN.contains(&w.as_str())).prop_map(at)
}

/// A kind: no word that begins another sentence, or a line of a step.
fn kind_word() -> impl Strategy<Value = Spanned<String>> {
    free_word().prop_filter("a line of a step", |word| {
        !["may", "two"].contains(&word.value.as_str()) && !word.value.contains('$')
    })
}

fn text() -> impl Strategy<Value = Spanned<String>> {
    prop_oneof![
        "[ -~]{0,20}",
        "\\PC{0,8}",
        vec(any::<char>(), 0..6).prop_map(|c| c.into_iter().collect::<String>())
    ]
    .prop_map(at)
}

fn duration() -> impl Strategy<Value = Term> {
    (0u64..3_153_600_000).prop_map(|s| Term::Duration(at(Duration::from_secs(s))))
}

/// Whatever is read as a date where only one can stand.
fn date() -> impl Strategy<Value = Term> {
    prop_oneof![day(), "[0-9][0-9A-Za-z:+._-]{0,24}".prop_map(|date| Term::Date(at(date)))]
}

/// What looks like a day, with or without a time.
fn day() -> impl Strategy<Value = Term> {
    "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:+.]{0,14})?".prop_map(|date| Term::Date(at(date)))
}

fn place() -> impl Strategy<Value = Term> {
    let alias = prop_oneof![any_word().prop_map(Term::Param), text().prop_map(Term::Text)];
    (any_word(), alias).prop_map(|(store, a)| Term::Place(at(PlaceTerm { store, alias: Box::new(a) })))
}

fn value() -> impl Strategy<Value = Term> {
    prop_oneof![
        any_word().prop_map(Term::Word),
        text().prop_map(Term::Text),
        any_word().prop_map(Term::Param),
        any::<u64>().prop_map(|n| Term::Number(at(n))),
        duration(),
    ]
}

/// A phrase that begins with the given word; a comma stands only between words.
fn phrase(first: impl Strategy<Value = Term>) -> impl Strategy<Value = Phrase> {
    (first, vec((any::<bool>(), prop_oneof![4 => value(), 1 => place()]), 0..6)).prop_map(|(first, more)| {
        let mut terms = vec![first];
        for (comma, term) in more {
            if comma {
                terms.push(Term::Comma(at(())));
            }
            terms.push(term);
        }
        Phrase { terms }
    })
}

fn statement() -> impl Strategy<Value = Phrase> {
    phrase(free_word().prop_map(Term::Word))
}

fn condition() -> impl Strategy<Value = Phrase> {
    phrase(prop_oneof![any_word().prop_map(Term::Word), place()])
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "\\PC{0,8}"].prop_map(|c| {
        c.chars().filter(|c| !keyroll::source::is_hostile(*c)).collect::<String>().trim_end().to_owned()
    })
}

/// Comments with single blank lines between them; none at the start or end when `outer` forbids it.
fn trivia(blank_first: bool, blank_last: bool) -> impl Strategy<Value = Vec<Trivia>> {
    let one = prop_oneof![2 => Just(Trivia::Blank), 1 => comment().prop_map(Trivia::Comment)];
    vec(one, 0..4).prop_map(move |mut all| {
        all.dedup_by(|a, b| *a == Trivia::Blank && *b == Trivia::Blank);
        if !blank_first && all.first() == Some(&Trivia::Blank) {
            all.remove(0);
        }
        if !blank_last && all.last() == Some(&Trivia::Blank) {
            all.pop();
        }
        all
    })
}

fn line<T: std::fmt::Debug>(node: impl Strategy<Value = T>, first: bool) -> impl Strategy<Value = Line<T>> {
    (trivia(!first, true), node, option::of(comment())).prop_map(|(before, node, comment)| Line {
        before,
        node,
        comment,
        span: at(()),
    })
}

fn block<T: std::fmt::Debug + Clone + 'static>(
    node: impl Strategy<Value = T> + Clone + 'static,
) -> BoxedStrategy<Block<T>> {
    let behind = || option::of(comment().prop_map(String::into_boxed_str));
    let empty = (trivia(false, false), behind()).prop_map(|(trailing, behind)| Block {
        lines: Vec::new(),
        trailing,
        behind,
    });
    let full = (line(node.clone(), true), vec(line(node, false), 0..4), trivia(true, false), behind())
        .prop_map(|(first, mut lines, trailing, behind)| {
            lines.insert(0, first);
            Block { lines, trailing, behind }
        });
    prop_oneof![1 => empty, 4 => full].boxed()
}

/// Comments between the parts of a sentence: before each of them, and behind it.
fn asides() -> impl Strategy<Value = Vec<Aside>> {
    let one = |part: usize| {
        (vec(comment(), 0..3), option::of(comment())).prop_map(move |(before, behind)| {
            let before = before.into_iter().map(move |text| Aside { part, is_before: true, text });
            let behind = behind.map(|text| Aside { part, is_before: false, text });
            before.chain(behind).collect::<Vec<Aside>>()
        })
    };
    (one(1), one(2)).prop_map(|(one, two)| one.into_iter().chain(two).collect())
}

/// Those of a sentence that has so many parts.
fn of_parts(asides: Vec<Aside>, parts: usize) -> Vec<Aside> {
    asides.into_iter().filter(|aside| aside.part <= parts).collect()
}

fn titled() -> impl Strategy<Value = Titled> {
    (free_word(), option::of(text())).prop_map(|(name, title)| Titled { name, title })
}

fn owned() -> impl Strategy<Value = Owned<Phrase>> {
    (free_word(), any_word(), block(statement().boxed())).prop_map(|(name, owner, body)| Owned {
        name,
        owner,
        body,
    })
}

fn step() -> impl Strategy<Value = StepDecl> {
    let line = prop_oneof![
        vec(any_word(), 1..4).prop_map(StepLine::After),
        (free_word(), every())
            .prop_map(|(name, every)| StepLine::AfterEach(Box::new(Listed { name, every }))),
        condition().prop_map(StepLine::Needs),
        (option::of(bound()), bound())
            .prop_map(|(least, most)| { StepLine::Takes(Box::new(TakesLine { least, most, span: at(()) })) }),
        (bound(), any_word())
            .prop_map(|(time, after)| { StepLine::Waits(Box::new(WaitsLine { time, after, span: at(()) })) }),
        prop_oneof![date(), any_word().prop_map(Term::Param)]
            .prop_map(|date| StepLine::NotBefore(Box::new(date))),
        prop_oneof![date(), any_word().prop_map(Term::Param)]
            .prop_map(|date| StepLine::NotAfter(Box::new(date))),
        Just(StepLine::MayComeLate(at(()))),
        condition().prop_map(StepLine::OnlyIf),
        Just(StepLine::TwoPeople(at(()))),
        statement().prop_map(StepLine::Act),
    ];
    (free_word(), any_word(), option::of(text()), block(line.boxed()))
        .prop_map(|(name, role, title, body)| StepDecl { name, role, title, body })
}

fn cell() -> impl Strategy<Value = Term> {
    prop_oneof![
        "[a-zA-Z][a-zA-Z0-9_-]{0,12}".prop_map(|word| Term::Word(at(word))),
        text().prop_map(Term::Text),
        any::<u64>().prop_map(|n| Term::Number(at(n))),
        duration(),
        day(),
    ]
}

fn every() -> impl Strategy<Value = Every> {
    let only =
        (free_word(), any::<bool>(), cell()).prop_map(|(column, is, value)| Only { column, is, value });
    // `where is is not` would be another sentence: a word that joins others is no value.
    let only = only.prop_filter("joins", |only| !matches!(&only.value, Term::Word(w) if w.value == "not"));
    (free_word(), option::of(only)).prop_map(|(table, only)| Every { table, only })
}

fn table() -> impl Strategy<Value = TableDecl> {
    let column =
        (free_word(), "[a-z][a-z0-9_-]{0,8}".prop_map(at)).prop_map(|(name, kind)| Column { name, kind });
    let rows = prop_oneof![
        3 => block(vec(cell(), 1..4).boxed()).prop_map(Rows::Here),
        1 => text().prop_map(Rows::File),
    ];
    (free_word(), vec(column, 0..3), rows).prop_map(|(name, columns, rows)| TableDecl { name, columns, rows })
}

fn bound() -> impl Strategy<Value = Term> {
    prop_oneof![duration(), any_word().prop_map(Term::Param)]
}

/// A sentence of its own, or several for each row of a table, up to three deep.
fn item() -> impl Strategy<Value = Item> {
    sentence().prop_recursive(3, 12, 4, |inner| {
        let body = block(inner.clone());
        let each = (every(), body).prop_map(|(every, body)| Item::ForEach(ForEach { every, body }));
        prop_oneof![4 => inner, 1 => each]
    })
}

fn inner() -> impl Strategy<Value = InnerDecl> {
    let bound = (any_word(), prop_oneof![4 => value(), 1 => day()])
        .prop_map(|(name, value)| InnerLine::Bind(Box::new(Binding { name, value })));
    let after = vec(any_word(), 1..4).prop_map(InnerLine::After);
    let line = prop_oneof![3 => bound, 1 => after];
    (free_word(), text(), option::of(any::<u64>().prop_map(at)), block(line.boxed()))
        .prop_map(|(name, file, version, body)| InnerDecl { name, file, version, body })
}

fn using() -> impl Strategy<Value = Item> {
    (text(), option::of(any::<u64>().prop_map(at)))
        .prop_map(|(file, version)| Item::Use(UseDecl { file, version }))
}

fn thing() -> impl Strategy<Value = Thing> {
    let body = option::of((any_word(), block(statement().boxed())));
    let fact = option::of(
        (any_word(), option::of(Just(at(())))).prop_map(|(owner, set)| Box::new(FactOf { owner, set })),
    );
    (kind_word(), free_word(), option::of(text()), body, fact).prop_map(|(kind, name, title, owned, fact)| {
        let title = title.filter(|_| owned.is_none());
        let fact = fact.filter(|_| owned.is_none());
        Thing { kind, name, title, owned, fact }
    })
}

/// Which values a parameter may have: at least one of the three is said.
fn range() -> impl Strategy<Value = Box<RangeDecl>> + Clone {
    let one = || prop_oneof![4 => value(), 1 => day()];
    let all = (option::of(one()), option::of(one()), vec(one(), 0..3));
    let said = all.prop_map(|(least, most, one_of)| RangeDecl { least, most, one_of });
    said.prop_filter("says something", |range| *range != RangeDecl::default()).prop_map(Box::new)
}

fn sentence() -> impl Strategy<Value = Item> + Clone {
    let limit = bound();
    prop_oneof![
        table().prop_map(Item::Table),
        inner().prop_map(|inner| Item::Inner(Box::new(inner))),
        (any_word(), text()).prop_map(|(code, because)| Item::Expect(ExpectDecl { code, because })),
        (
            free_word(),
            option::of(any::<u64>().prop_map(at)),
            option::of(text()),
            option::of(text()),
            asides()
        )
            .prop_map(|(name, version, title, source, asides)| {
                let parts = usize::from(title.is_some()) + usize::from(source.is_some());
                Item::Plan(PlanHead { name, version, title, source, asides: of_parts(asides, parts) })
            }),
        (free_word(), any_word(), option::of(prop_oneof![4 => value(), 1 => day()]), option::of(range()))
            .prop_map(|(name, kind, default, range)| Item::Param(ParamDecl { name, kind, default, range })),
        (
            free_word(),
            free_word(),
            text(),
            option::of(bound()),
            option::of(bound()),
            option::of(any_word()),
            asides()
        )
            .prop_map(|(name, role, text, within, holds, silence, asides)| {
                let said = [within.is_some(), holds.is_some(), silence.is_some()];
                let asides = of_parts(asides, 1 + said.into_iter().filter(|said| *said).count());
                Item::Ask(Box::new(AskDecl { name, role, text, within, holds, silence, asides }))
            }),
        titled().prop_map(Item::Role),
        (free_word(), condition()).prop_map(|(name, roles)| Item::Group(Box::new(GroupDecl { name, roles }))),
        titled().prop_map(Item::Key),
        owned().prop_map(Item::Keystore),
        owned().prop_map(Item::Receiver),
        owned().prop_map(Item::Flow),
        (free_word(), option::of(limit))
            .prop_map(|(name, at_most)| Item::Window(WindowDecl { name, at_most })),
        (free_word(), any_word(), option::of(text()), option::of(Just(at(()))))
            .prop_map(|(name, owner, title, set)| Item::Fact(Box::new(FactDecl { name, owner, title, set }))),
        step().prop_map(Item::Step),
        condition().prop_map(Item::Promise),
        condition().prop_map(Item::Finally),
        condition().prop_map(Item::Waive),
        condition().prop_map(Item::Issued),
        condition().prop_map(Item::Typed),
        (free_word(), option::of(any::<u64>().prop_map(at)), option::of(text()), asides()).prop_map(
            |(name, version, title, asides)| {
                let asides = of_parts(asides, usize::from(title.is_some()));
                Item::Vocabulary(VocabularyHead { name, version, title, asides })
            }
        ),
        (free_word(), any_word()).prop_map(|(name, of)| Item::Kind(KindDecl { name, of })),
        (text(), text(), option::of(text()), asides()).prop_map(|(said, means, title, asides)| {
            let asides = of_parts(asides, 1 + usize::from(title.is_some()));
            Item::Say(Box::new(SayDecl { said, means, title, asides }))
        }),
        thing().prop_map(|thing| Item::Thing(Box::new(thing))),
    ]
}

/// A tree as the reader makes it: no two blank lines in a row, none at the edges of a block.
pub(crate) fn tree() -> impl Strategy<Value = SyntaxTree> {
    // Where no file is used and no kind declared, no sentence begins with a kind.
    (line(Just(at(1)), true), line(using(), false), vec(line(item(), false), 0..8), trivia(true, false))
        .prop_map(|(version, used, mut items, trailing)| {
            items.insert(0, used);
            SyntaxTree { version: Some(version), items, trailing }
        })
}
