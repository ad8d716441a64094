//! Random plans with a question, and the two texts that a person would write for its answers.
//!
//! The texts are made line by line from the text with the question, by nothing of the program.

use std::collections::BTreeSet;

use keyroll::{
    check,
    plan::{answers::Answers, given::Given},
    source::Source,
};

use super::{JOINED, variants, word};

/// Whether the words behind `only if` are so.
fn holds(words: &str, yes: bool) -> bool {
    words.split(" and ").all(|one| match one.trim() {
        "holds_two" => yes,
        "not holds_two" => !yes,
        other => panic!("{other}"),
    })
}

/// A line without the condition at its end; nothing where that is not so.
fn line(text: &str, yes: bool) -> Option<String> {
    match text.split_once(" only if ") {
        Some((_, words)) if text.trim_start().starts_with("only if") => panic!("{words}"),
        Some((said, words)) => holds(words, yes).then(|| said.to_owned()),
        None => Some(text.to_owned()),
    }
}

/// The text for one answer: blocks end with a line that is a brace.
fn written_out(text: &str, yes: bool) -> String {
    let mut gone: BTreeSet<String> = BTreeSet::new();
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let mut block: Vec<String> = Vec::new();
    for one in text.lines() {
        let is_in_block = block.first().is_some_and(|first| first.ends_with('{'));
        block.push(one.to_owned());
        if one == "}" || (!is_in_block && !one.ends_with('{')) {
            blocks.push(std::mem::take(&mut block));
        }
    }
    let mut kept: Vec<Vec<String>> = Vec::new();
    for block in blocks {
        let condition = block.iter().find_map(|one| one.strip_prefix("  only if "));
        if condition.is_some_and(|words| !holds(words, yes)) {
            gone.insert(block[0].split(' ').nth(1).unwrap().to_owned());
            continue;
        }
        let lines = block.iter().filter(|one| !one.starts_with("  only if "));
        kept.push(lines.filter_map(|one| line(one, yes)).collect());
    }
    let mut out = String::new();
    for one in kept.into_iter().flatten() {
        if one.starts_with("ask ") || one.starts_with("  \"Can you") || one.starts_with("  silence") {
            continue;
        }
        if let Some(names) = one.strip_prefix("  after ") {
            let names: Vec<&str> = names.split(", ").filter(|name| !gone.contains(*name)).collect();
            if !names.is_empty() {
                out.push_str(&format!("  after {}\n", names.join(", ")));
            }
            continue;
        }
        out.push_str(&one);
        out.push('\n');
    }
    out
}

/// Numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// The joined plan with some of its lines taken out, doubled, or under another condition.
fn random(seed: u64) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
    for _ in 0..8 {
        dice.below(2);
    }
    let mut lines: Vec<String> =
        JOINED.lines().filter(|one| !one.starts_with('#')).map(str::to_owned).collect();
    for one in &mut lines {
        *one = one.split("  #").next().unwrap().trim_end().to_owned();
    }
    for _ in 0..10 + dice.below(40) {
        let at = dice.below(lines.len());
        let one = lines[at].clone();
        let is_line =
            one.starts_with("  needs") || one.starts_with("  accepts") || one.starts_with("promise");
        let is_said = is_line || one.starts_with("finally");
        match dice.below(6) {
            0 if is_said || one.starts_with("  after ") || one.starts_with("  only if ") => {
                lines.remove(at);
            }
            1 if one.contains("only if not ") => lines[at] = one.replace("only if not ", "only if "),
            2 if one.contains("only if holds") => {
                lines[at] = one.replace("only if holds", "only if not holds")
            }
            3 if is_said && !one.contains("only if") => {
                let not = if dice.below(2) == 0 { "" } else { "not " };
                lines[at] = format!("{one} only if {not}holds_two");
            }
            4 if one.starts_with("step ") && !lines[at + 1].starts_with("  only if") => {
                let not = if dice.below(2) == 0 { "" } else { "not " };
                lines.insert(at + 1, format!("  only if {not}holds_two"));
            }
            5 if one.contains(" only if ") => {
                lines[at] = one.split(" only if ").next().unwrap().to_owned();
            }
            _ => {}
        }
    }
    lines.join("\n") + "\n"
}

/// What is found in a text without questions; its verdict where nothing is.
fn judged(text: &str) -> Result<String, BTreeSet<String>> {
    match check::read(&Source::new("plan", text), &Given::default()) {
        Ok(checked) => Ok(word(checked)),
        Err(refusal) => Err(refusal.error_codes().into_iter().collect()),
    }
}

/// What only a text with questions can have.
const OWN: [&str; 2] = ["in_no_variant", "question_unused"];

/// The family is judged as its texts are, one by one and together.
#[test]
fn a_family_is_judged_as_the_texts_written_out() {
    let (mut proved, mut refused, mut unchecked, mut own, mut differ) = (0, 0, 0, 0, 0);
    for seed in 0..150 {
        let text = random(seed);
        let texts = [written_out(&text, true), written_out(&text, false)];
        let each = texts.clone().map(|text| judged(&text));
        let family = variants(&Source::new("plan", &*text), &Given::default());
        if let Err(refusal) = &family
            && refusal.error_codes().iter().any(|code| OWN.contains(&&**code))
        {
            own += 1;
            continue;
        }
        for (yes, alone) in [true, false].into_iter().zip(&each) {
            let given = Given { answers: Answers::from([("holds_two".to_owned(), yes)]), ..Given::default() };
            let one = match check::read(&Source::new("plan", &*text), &given) {
                Ok(checked) => Ok(word(checked)),
                Err(refusal) => Err(refusal.error_codes().into_iter().collect()),
            };
            assert_eq!(&one, alone, "seed {seed}, {yes}:\n{text}");
        }
        match family {
            Ok(variants) => {
                let words: Vec<Result<String, _>> =
                    variants.into_iter().map(|variant| Ok(word(variant.checked))).collect();
                assert_eq!(words, each, "seed {seed}:\n{text}");
                let are: Vec<bool> = words.iter().map(|word| word.as_deref() == Ok("proved")).collect();
                match are[..] {
                    [true, true] => proved += 1,
                    [false, false] => refused += 1,
                    _ => differ += 1,
                }
            }
            Err(refusal) => {
                let codes: BTreeSet<String> = refusal.error_codes().into_iter().collect();
                let wanted: BTreeSet<String> = each.into_iter().filter_map(Result::err).flatten().collect();
                assert!(!wanted.is_empty());
                assert_eq!(codes, wanted, "seed {seed}:\n{text}");
                unchecked += 1;
            }
        }
    }
    println!(
        "{proved} proved, {refused} refused, {differ} differ, {unchecked} unchecked, {own} on their own"
    );
    assert!(
        proved > 10 && refused > 0 && differ > 10 && unchecked > 15,
        "{proved} {refused} {differ} {unchecked}"
    );
}
