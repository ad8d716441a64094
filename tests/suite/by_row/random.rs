//! Random plans with questions in rows: whatever is proved row by row, each variant of the whole is proved.

use std::collections::BTreeMap;

use crate::random_plans::counted;

use super::{ASKED, ENTANGLED, Whole, by_row, few_rows, isolated, whole};
use keyroll::{plan::given::Given, source::Source};

use crate::answers::variants;

/// How many texts are made in each run of the tests, always the same ones; `KEYROLL_RANDOM_ROWS` asks for more.
const TEXTS: u64 = 300;

/// Numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// What the sentences about entangled rows call what the stock plan has.
const NAMES: [(&str, &str); 8] = [
    ("\"main\"", "$alias"),
    ("of ops", "of tenant_admin"),
    ("by ops", "by tenant_admin"),
    ("vault", "tenant"),
    ("q-$partner", "two-$partner"),
    ("after move", "after exchange_key"),
    ("after make\n", "after create_key\n"),
    ("q-acme", "two-acme"),
];

/// A plan with questions in rows, with sentences that may entangle them, some lines left out and some conditions
/// turned round.
fn random(seed: u64) -> String {
    let mut dice = Dice::of(seed);
    let is_stock = dice.below(3) > 0;
    let mut text = if is_stock { few_rows(ASKED) } else { isolated() };
    if is_stock {
        text = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
    }
    for _ in 0..dice.below(3) {
        let one = &ENTANGLED[dice.below(ENTANGLED.len())];
        let [each, rest, store] = one.within(if is_stock { &NAMES } else { &[] });
        text.push_str(&format!("for each partner {{\n{each}}}\n{rest}"));
        let keystore = if is_stock { "  alias $alias is old\n" } else { "  alias \"main\" is old\n" };
        text = text.replace(keystore, &format!("{keystore}{store}"));
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..dice.below(4) {
        let at = dice.below(lines.len());
        let line = lines[at].clone();
        let said = line.trim_start();
        let is_extra = ["after ", "needs ", "only if ", "promise ", "finally ", "accepts at most "]
            .iter()
            .any(|word| said.starts_with(word));
        match dice.below(3) {
            0 if is_extra => drop(lines.remove(at)),
            1 if line.contains("only if not ") => lines[at] = line.replace("only if not ", "only if "),
            1 if line.contains("only if ") => lines[at] = line.replace("only if ", "only if not "),
            2 if said.starts_with("accept ") || said.starts_with("inform ") => {
                let question = if is_stock { "two-$partner" } else { "q-$partner" };
                if line.contains("$partner") && !line.contains("for each") {
                    lines.insert(at, format!("    only if {question}"));
                }
            }
            _ => {}
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What both ways say of a text.
fn said_of(seed: u64) -> String {
    let text = random(seed);
    // What cannot be read is not what is asked for.
    if let Err(refusal) = variants(&Source::new("plan", &*text), &Given::default()) {
        let unread = [
            "syntax",
            "duplicate_name",
            "unknown_name",
            "unknown_step",
            "unknown_question",
            "question_unused",
        ];
        if refusal.error_codes().iter().any(|code| unread.contains(&code.as_str())) {
            return format!("unread {}", refusal.error_codes()[0]);
        }
    }
    match (by_row(&text), whole(&text)) {
        (Ok(_), Whole::Proved) => "proved by both".to_owned(),
        (Ok(_), whole) => panic!("proved row by row, and the whole is {whole:?}\n{text}"),
        (Err(_), Whole::Refused(_)) => "refused by both".to_owned(),
        (Err(_), Whole::Open) => "open".to_owned(),
        (Err(found), Whole::Proved) => {
            let words: Vec<&str> = found[0].split(['`', ',']).collect();
            format!(
                "proved as a whole alone: {}",
                words.iter().step_by(2).take(2).copied().collect::<String>()
            )
        }
    }
}

#[test]
fn what_is_proved_row_by_row_is_proved_for_every_way_to_answer() {
    let asked = std::env::var("KEYROLL_RANDOM_ROWS").ok().map(|texts| texts.parse::<u64>().unwrap());
    let counts: BTreeMap<String, usize> = counted(0..asked.unwrap_or(TEXTS), |seed| Some(said_of(seed)));
    println!("{counts:#?}");
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(of("proved by both") >= 60, "too few plans are proved: {counts:#?}");
    assert!(of("refused by both") >= 60, "too few plans are refused: {counts:#?}");
}
