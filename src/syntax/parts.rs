//! A large text, in parts that are read at the same time. Where anything is wrong with it, it is read again
//! as one: what is found does not depend on how many processors there are.

use std::{num::NonZero, thread};

use super::{hostile::Screened, parser::Reading, tree::SyntaxTree};

/// The least bytes of a part that is worth a thread: about two hundredths of a second.
const LEAST: usize = 256 * 1024;

/// Reads a text in as many parts as there are processors. `None` where it is small, or where something in it
/// has to be told.
pub(super) fn read(screened: &Screened<'_>, kinds: bool) -> Option<SyntaxTree> {
    let text: &str = &screened.text;
    let most = text.len() / LEAST;
    if most < 2 {
        return None;
    }
    let parts = thread::available_parallelism().map_or(1, NonZero::get).min(most);
    at(screened, kinds, &cuts(text, parts))
}

/// Where parts of about the same size end, all but the last: behind a line that closes a block.
fn cuts(text: &str, parts: usize) -> Vec<usize> {
    const CLOSED: &str = "\n}\n";
    let about = (1..parts).map(|part| text.len() / parts * part);
    let mut cuts: Vec<usize> = about
        .filter_map(|at| {
            let at = (at..text.len()).find(|at| text.is_char_boundary(*at))?;
            Some(at + text.get(at..)?.find(CLOSED)? + CLOSED.len())
        })
        .collect();
    cuts.dedup();
    cuts
}

/// Reads a text that is cut at these offsets. `None` where a cut is not between two sentences outside of
/// every `for each`, and where anything is found.
fn at(screened: &Screened<'_>, kinds: bool, cuts: &[usize]) -> Option<SyntaxTree> {
    let (first, rest) = cuts.split_first()?;
    let ends = rest.iter().copied().map(Some).chain([None]);
    thread::scope(|scope| {
        let others: Vec<_> = cuts
            .iter()
            .zip(ends)
            .map(|(from, until)| scope.spawn(move || Reading::new(screened, kinds).part(*from, until)))
            .collect();
        let mut tree = Reading::new(screened, kinds).beginning(*first);
        for other in others {
            // A thread that panicked has told nothing: the text is read again as one.
            let part = other.join().ok().flatten();
            tree = tree.zip(part).map(|(mut tree, part)| {
                tree.items.extend(part.items);
                tree.trailing = part.trailing;
                tree
            });
        }
        tree
    })
}

#[cfg(test)]
mod tests {
    use super::{super::hostile::screen, LEAST, at, cuts, read};
    use crate::{source::Source, syntax::parse};

    const TEXT: &str = "\
keyroll 1
# Before the plan.
plan p \"A plan\"

role ops \"Operations\"
role partner

# Before a table.
table place with host: text {
  \"a\"
  \"b\"
}
for each place {
  step say-$place by ops {
    inform partner  # who waits
  }
}

# Before a step.
step go by ops \"With } in it\" {
  inform partner

  # At its end.
}
step on by partner {
  after go
  inform ops
}
# At the end.
";

    fn whole(text: &str) -> String {
        let (tree, findings) = parse(&Source::new("plan", text));
        assert!(findings.is_empty(), "{findings:?}");
        format!("{tree:?}")
    }

    /// The places are compared too: the tree's own equality leaves them out.
    #[test]
    fn a_text_that_is_cut_anywhere_is_the_same_or_read_as_one() {
        let (screened, whole) = (screen(TEXT, 9), whole(TEXT));
        let mut cut = Vec::new();
        for offset in (0..=TEXT.len()).filter(|offset| TEXT.is_char_boundary(*offset)) {
            if let Some(tree) = at(&screened, false, &[offset]) {
                assert_eq!(format!("{tree:?}"), whole, "{offset}");
                cut.push(offset);
            }
        }
        let behind = |line: &str| TEXT.find(line).unwrap() + line.len();
        let steps = TEXT.find("step on").unwrap();
        assert!(
            [behind("\"b\"\n}\n"), behind("  }\n}\n"), steps].iter().all(|at| cut.contains(at)),
            "{cut:?}"
        );
        // Within a `for each`, a step and a comment's line nothing is cut.
        for within in ["step say", "inform", "At its end", "Before a step", "table place", "} in it"] {
            assert!(!cut.contains(&TEXT.find(within).unwrap()), "{within}");
        }
        for (one, other) in cut.iter().flat_map(|one| cut.iter().map(move |other| (*one, *other))) {
            let tree = at(&screened, false, &[one, other]);
            assert_eq!(tree.map(|tree| format!("{tree:?}")), (one <= other).then(|| whole.clone()));
        }
    }

    #[test]
    fn a_text_with_a_fault_in_any_part_is_read_as_one() {
        let steps = TEXT.find("step on").unwrap();
        for (whole, fault) in
            [("role partner", "rule partner"), ("after go", "after"), ("keyroll 1", "keyroll 2")]
        {
            let text = TEXT.replacen(whole, fault, 1);
            let cut = steps + text.len() - TEXT.len();
            for cut in [steps, cut] {
                assert!(at(&screen(&text, 9), false, &[cut]).is_none(), "{fault}");
            }
        }
    }

    #[test]
    fn only_a_large_text_is_cut_and_behind_a_block() {
        assert!(read(&screen(TEXT, 9), false).is_none());
        let mut text = TEXT.to_owned();
        for step in 0..3 * LEAST / 40 {
            text.push_str(&format!("step s{step} by ops {{\n  inform partner\n}}\n"));
        }
        let places = cuts(&text, 3);
        assert_eq!(places.len(), 2);
        assert!(places.iter().all(|place| text[*place..].starts_with("step ")), "{places:?}");
        let screened = screen(&text, 9);
        let tree = at(&screened, false, &places).unwrap();
        assert_eq!(format!("{tree:?}"), whole(&text));
        // Nothing closes a block: it is one part.
        assert!(cuts(&"# only talk\n".repeat(LEAST), 3).is_empty());
        assert_eq!(cuts("role a, role b, role c\n}\n", 3), [25]);
    }
}
