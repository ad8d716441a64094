//! Random plans as parts of another one.

use std::collections::BTreeMap;

use crate::random_plans::{counted, generated};

use super::{by_hand, outcome, read, read_with};

/// How many are tried in each run of the tests, always the same ones.
const TEXTS: u64 = 600;

/// The roles of a random plan.
fn roles(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("role ")).collect()
}

#[test]
fn a_random_plan_within_another_is_what_is_written_out() {
    let counts: BTreeMap<String, usize> = counted(0..TEXTS, |seed| {
        let text = generated::plan(seed.wrapping_mul(37) + 5);
        let roles = roles(&text);
        let mut outer = "keyroll 1\nplan random\n".to_owned();
        // The roles change places: none is bound to one of its own name by chance.
        let played = |number: usize| format!("by{}", (number + 1) % roles.len());
        (0..roles.len()).for_each(|number| outer += &format!("role by{number}\n"));
        let also: Vec<(String, String)> =
            roles.iter().enumerate().map(|(number, role)| ((*role).to_owned(), played(number))).collect();
        let also: Vec<(&str, &str)> = also.iter().map(|(role, by)| (role.as_str(), by.as_str())).collect();
        let bound: String = also.iter().map(|(role, by)| format!("  {role} = {by}\n")).collect();
        let within = format!("{outer}plan one from \"random.renewal\" {{\n{bound}}}\n");
        let hand = format!("{outer}{}", by_hand(&text, "one", &also));
        let read_within = read_with(&within, &[("random.renewal", text.as_str())]);
        let alone = read(&text);
        let (within, hand) = (outcome(read_within), outcome(read(&hand)));
        assert_eq!(within, hand, "{text}");
        // Nor does the verdict differ from that on the plan alone.
        let kind = |outcome: &str| outcome.split(' ').next().unwrap().to_owned();
        assert_eq!(kind(&within), kind(&outcome(alone)), "{text}");
        Some(kind(&within))
    });
    println!("{counts:?}");
    for (kind, least) in [("proved", 40), ("refuted", 80), ("refused", 40)] {
        assert!(counts.get(kind).copied().unwrap_or_default() >= least, "{kind}: {counts:?}");
    }
}
