//! Laws that hold for every plan, and for every text that is none.

use keyroll::page::page;
use keyroll::source::{Refusal, Source, is_hostile};
use keyroll::syntax::tree::{Block, Item, Line, Rows, StepLine, SyntaxTree, TableDecl, Term, Trivia};
use keyroll::syntax::{self, format, parse};
use proptest::prelude::*;

use super::generated;

const TWO_KEYS: &str = include_str!("../../golden/parsed/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../golden/parsed/one-key.renewal");

fn read(text: &str) -> (SyntaxTree, Refusal) {
    let source = Source::new("p", text);
    let (tree, findings) = parse(&source);
    (tree, Refusal::new(source, findings))
}

fn sound(text: &str) -> SyntaxTree {
    let (tree, refusal) = read(text);
    assert!(refusal.findings.is_empty(), "{}", page(&refusal, false, 100));
    tree
}

/// Every comment of a tree, in the order of the alphabet, for a comment may move.
fn comments(tree: &SyntaxTree) -> Vec<String> {
    let mut all = Vec::new();
    fn trivia(list: &[Trivia], all: &mut Vec<String>) {
        all.extend(list.iter().filter_map(|t| match t {
            Trivia::Comment(text) => Some(text.clone()),
            Trivia::Blank => None,
        }));
    }
    fn line<T>(line: &Line<T>, all: &mut Vec<String>) {
        trivia(&line.before, all);
        all.extend(line.comment.clone());
    }
    fn block<T>(block: &Block<T>, all: &mut Vec<String>) {
        block.lines.iter().for_each(|one| line(one, all));
        trivia(&block.trailing, all);
        all.extend(block.behind.as_deref().map(str::to_owned));
    }
    fn items(lines: &[Line<Item>], all: &mut Vec<String>) {
        for item in lines {
            line(item, all);
            let asides = match &item.node {
                Item::Plan(plan) => plan.asides.as_slice(),
                Item::Ask(ask) => &ask.asides,
                Item::Vocabulary(head) => &head.asides,
                Item::Say(say) => &say.asides,
                _ => &[],
            };
            all.extend(asides.iter().map(|aside| aside.text.clone()));
            match &item.node {
                Item::Keystore(o) | Item::Receiver(o) | Item::Flow(o) => block(&o.body, all),
                Item::Step(step) => block(&step.body, all),
                Item::Inner(inner) => block(&inner.body, all),
                Item::Table(TableDecl { rows: Rows::Here(rows), .. }) => block(rows, all),
                Item::Thing(thing) => thing.owned.iter().for_each(|(_, body)| block(body, all)),
                Item::ForEach(each) => {
                    items(&each.body.lines, all);
                    trivia(&each.body.trailing, all);
                    all.extend(each.body.behind.as_deref().map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    tree.version.iter().for_each(|header| line(header, &mut all));
    items(&tree.items, &mut all);
    trivia(&tree.trailing, &mut all);
    all.sort();
    all
}

/// Asserts that every place of a refusal lies within its text, between characters, and that the
/// findings can be drawn.
fn can_be_drawn(refusal: &Refusal) {
    let text = &refusal.source.text;
    for finding in &refusal.findings {
        for label in finding.labels().into_iter().flatten() {
            let (start, end) = (label.offset(), label.offset() + label.len());
            assert!(text.get(start..end).is_some(), "{start}..{end} of {}: {finding}", text.len());
        }
        assert!(finding.code().is_some() && finding.help().is_some(), "{finding}");
        assert!(!finding.to_string().chars().any(is_hostile));
    }
    let page = page(refusal, false, 80);
    assert!(!page.chars().any(|c| is_hostile(c) || c == '\r'));
    assert!(!page.contains("Failed to read contents"), "{page}");
}

/// Pieces that plans are made of, and pieces that break them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "keyroll 1\n",
        "plan",
        "param",
        "role",
        "key",
        "keystore",
        "step",
        "flow",
        "window",
        "promise",
        " ",
        "\n",
        "\r\n",
        "\r",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "$",
        ",",
        ":",
        "=",
        "#",
        "name",
        "after",
        "needs",
        "takes",
        "waits",
        "not before",
        "not after",
        "2026-12-01",
        "2026-02-30T",
        "to",
        "by",
        "of",
        "at most",
        "24h",
        "99999999999999999999",
        "9999999999d",
        "\"text\"",
        "$alias",
        "tenant[$alias]",
        "ä",
        "\u{202e}",
        "\u{a0}",
        "“",
        "\\u{110000}",
        "\"\\u{d800}\"",
        "1.5h",
        "setp",
        "source \"x\"",
        "{\n",
        "}\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_formatted_tree_reads_as_itself(tree in generated::tree()) {
        let text = format(&tree);
        prop_assert_eq!(&sound(&text), &tree, "{}", text);
        prop_assert_eq!(format(&sound(&text)), text);
    }

    #[test]
    fn line_ends_of_windows_change_nothing(tree in generated::tree()) {
        prop_assert_eq!(sound(&format(&tree).replace('\n', "\r\n")), tree);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        match syntax::read("p", bytes) {
            Ok(source) => can_be_drawn(&read(&source.text).1),
            Err(refusal) => can_be_drawn(&refusal),
        }
    }

    #[test]
    fn no_pieces_make_the_reader_panic(text in pieces(), header in any::<bool>()) {
        let text = if header { format!("keyroll 1\n{text}") } else { text };
        let (tree, refusal) = read(&text);
        can_be_drawn(&refusal);
        // What was read without a finding can be written, and says the same.
        if refusal.findings.is_empty() {
            prop_assert_eq!(comments(&sound(&format(&tree))), comments(&tree));
            prop_assert_eq!(format(&sound(&format(&tree))), format(&tree));
        }
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        plan in prop::sample::select(vec![TWO_KEYS, ONE_KEY]),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..30, "\\PC{0,3}|[{}\"\\\\\n#]"), 1..4),
    ) {
        let mut chars: Vec<char> = plan.chars().collect();
        for (index, length, insert) in cuts {
            let start = index.index(chars.len().max(1));
            let end = (start + length).min(chars.len());
            chars.splice(start..end, insert.chars());
        }
        can_be_drawn(&read(&chars.into_iter().collect::<String>()).1);
    }

    /// A comment line may be put anywhere between two lines, and a comment behind any line: in a text that is
    /// written well, nothing but blanks changes, so each comment stays between the words where it was put.
    #[test]
    fn comments_stay_where_they_are_put(
        plan in prop::sample::select(vec![TWO_KEYS, ONE_KEY, EACH_SENTENCE]),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..24),
    ) {
        let mut lines: Vec<String> = plan.lines().map(str::to_owned).collect();
        let mut expected = comments(&sound(plan));
        for (n, (index, own_line)) in places.iter().enumerate() {
            let comment = format!("inserted {n}");
            let at = index.index(lines.len());
            if *own_line {
                lines.insert(at, format!("   #{comment}"));
                expected.push(comment);
            } else if !lines[at].contains('#') {
                lines[at].push_str(&format!(" # {comment}"));
                expected.push(comment);
            }
        }
        expected.sort();
        let whole = lines.join("\n");
        let tree = sound(&whole);
        prop_assert_eq!(&comments(&tree), &expected);
        let text = format(&tree);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(words(&text), words(&whole), "{}", text);
        prop_assert_eq!(format(&sound(&text)), text);
    }
}

/// A text with each sentence that goes on over several lines, or has braces.
const EACH_SENTENCE: &str = "\
keyroll 1

plan each
  \"A title\"
  source \"A document\"

use \"std/signatures\" version 1

param alias : alias = \"orders\" one of \"orders\", \"other\"

ask holds_two of operator
  \"Can it hold two keys?\"
  silence means no

expect refused undrained because \"it goes at once\"

kind token is key

say \"issue <key> into <keystore> as <alias>\"
  for \"create <key> in <keystore> as <alias>\"
  \"Make a fresh token\"

table partner with title : text {
  acme, \"Acme Ltd\"
  bolt, \"Bolt AG\"
}

plan part from \"part.renewal\" {
  after first
  admin = operator
}

signer orders of operator {
  signs with tenant[$alias]
  sends to gate
}

for each partner {
  role admin-$partner

  for each partner where title is not \"Acme Ltd\" {
    receiver gate-$partner of admin-$partner {
      accepts old
    }
  }
}

keystore empty of operator {}

step first by operator \"Do it\" {
  only if holds_two
  issue new into tenant as \"orders-next\"
}
";

#[test]
fn the_text_with_each_sentence_is_written_well() {
    assert_eq!(format(&sound(EACH_SENTENCE)), EACH_SENTENCE);
}

/// The law above would see a comment that is lost, and one that is said twice.
#[test]
fn a_lost_comment_is_seen() {
    let tree = sound(TWO_KEYS);
    let mut lost = tree.clone();
    lost.items.iter_mut().find_map(|i| i.comment.take()).unwrap();
    assert_ne!(comments(&lost), comments(&tree));
    let mut twice = tree.clone();
    twice.trailing.push(Trivia::Comment("again".into()));
    assert_ne!(comments(&twice), comments(&tree));
}

#[test]
fn awkward_comments_are_kept() {
    let plan = "\
# zero
keyroll 1 # one
plan p # two
  # three
  \"title\" # four
  # five
  source \"s\" # six
param a # seven
  : alias # eight
  = \"x\" # nine
step s by r { # ten
  # eleven
  inform r # twelve
  # thirteen
} # fourteen
step t by r {} # fifteen
step u by r { inform r } # sixteen
step v by r {
  # seventeen
}
# eighteen";
    let tree = sound(plan);
    assert_eq!(comments(&tree).len(), 19);
    let text = format(&tree);
    assert_eq!(sound(&text), tree);
    assert_eq!(text, AWKWARD, "{text}");
}

const AWKWARD: &str = "\
# zero
keyroll 1                                      # one
plan p                                         # two
  # three
  \"title\"                                      # four
  # five
  source \"s\"                                   # six
# seven
# eight
param a : alias = \"x\"                          # nine
step s by r {                                  # ten
  # eleven
  inform r                                     # twelve
  # thirteen
}                                              # fourteen
step t by r {}                                 # fifteen
step u by r {                                  # sixteen
  inform r
}
step v by r {
  # seventeen
}
# eighteen
";

#[test]
fn every_kind_of_word_is_read() {
    let text = "keyroll 1\nfinally tenant[\"a\\u{e9}\"] x, 7 1h30m $p \"q\\n\"\n";
    let tree = sound(text);
    let Item::Finally(phrase) = &tree.items[0].node else { panic!("{tree:?}") };
    let kinds: Vec<&str> = phrase
        .terms
        .iter()
        .map(|t| match t {
            Term::Word(w) => w.value.as_str(),
            Term::Text(_) => "text",
            Term::Param(_) => "param",
            Term::Place(p) if *p.value.alias == Term::Text(p.value.store.clone().map(|_| "aé".into())) => {
                "place"
            }
            Term::Place(_) => "other place",
            Term::Number(n) => {
                if n.value == 7 {
                    "seven"
                } else {
                    "number"
                }
            }
            Term::Duration(d) => {
                if d.value.as_secs() == 5400 {
                    "5400"
                } else {
                    "duration"
                }
            }
            Term::Date(_) => "date",
            Term::Comma(_) => "comma",
        })
        .collect();
    assert_eq!(kinds, ["place", "x", "comma", "seven", "5400", "param", "text"]);
    // Each word has its place.
    for term in &phrase.terms {
        let span = term.span();
        assert!(text.get(span.start..span.end).is_some_and(|t| !t.is_empty() && t.trim() == t));
    }
}

#[test]
fn steps_tell_order_needs_and_acts_apart() {
    let tree = sound("keyroll 1\nstep s by r {\n  after a, b\n  needs p accepts new\n  after_all x\n}\n");
    let Item::Step(step) = &tree.items[0].node else { panic!("{tree:?}") };
    let lines: Vec<&StepLine> = step.body.lines.iter().map(|l| &l.node).collect();
    assert!(matches!(lines[..], [StepLine::After(a), StepLine::Needs(n), StepLine::Act(_)]
        if a.len() == 2 && n.terms.len() == 3));
}

/// A hundred thousand sentences, sound and unsound: were reading quadratic, this would never end.
#[test]
fn reading_takes_one_pass() {
    let plan = format!("keyroll 1\n{}", "key k # c\n".repeat(100_000));
    assert_eq!(sound(&plan).items.len(), 100_000);
    let nested = format!("keyroll 1\nstep s by r {{\n{}", "  needs {\n".repeat(100_000));
    assert_eq!(read(&nested).1.findings.len(), 1);
    let unclosed = format!("keyroll 1\n{}", "step s by r {\n  inform r\n".repeat(100_000));
    assert_eq!(read(&unclosed).1.findings.len(), 1001);
    let comments = format!("keyroll 1\nplan p\n{}key\n", "# c\n".repeat(100_000));
    assert_eq!(read(&comments).1.findings.len(), 1);
    let long = format!("keyroll 1\npromise {}\n", "x ".repeat(100_000) + "\u{a7}");
    can_be_drawn(&read(&long).1);
}
