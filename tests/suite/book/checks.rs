//! `docs/checks.md`: every code that is found in a plan or a site stands there once.

use keyroll::{
    check, plan, proof,
    run::{calendar, notices, site_check, site_fault},
    syntax,
};

use super::*;

/// The codes in the table of a section, each with whether it is marked as advice, in their order.
fn listed(section: &str) -> Vec<(String, bool)> {
    let page = read("docs/checks.md");
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let table = rest.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| "));
    let cells = table.filter_map(|line| line.trim_end_matches(" |").rsplit_once(" | "));
    let words = cells.flat_map(|(_, codes)| codes.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let codes = words.filter(|word| word.starts_with('`'));
    codes
        .map(|word| (word.trim_end_matches("\\*").trim_matches('`').to_owned(), word.ends_with('*')))
        .collect()
}

fn is_once(found: &[(String, bool)], expected: &BTreeSet<&str>) {
    let set: BTreeSet<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    let missing: Vec<_> = expected.difference(&set).collect();
    let strange: Vec<_> = set.difference(expected).collect();
    assert!(missing.is_empty() && strange.is_empty(), "missing: {missing:?}, not a code: {strange:?}");
    assert_eq!(set.len(), found.len(), "a code stands twice");
}

#[test]
fn every_code_of_a_plan_and_of_a_site_is_in_the_table_once() {
    let codes = |all: &[keyroll::explanation::Explanation]| -> Vec<&'static str> {
        all.iter().map(|explanation| explanation.code).collect()
    };
    let mut of_plans: BTreeSet<&str> = codes(syntax::EXPLANATIONS).into_iter().collect();
    of_plans.extend(codes(&plan::explanations()));
    of_plans.extend(codes(&check::explanations()));
    of_plans.extend(codes(proof::refused::EXPLANATIONS));
    let found = listed("The plan");
    is_once(&found, &of_plans);
    let mut of_sites: BTreeSet<&str> = codes(site_fault::EXPLANATIONS).into_iter().collect();
    of_sites.extend(codes(calendar::EXPLANATIONS));
    of_sites.extend(codes(notices::finding::EXPLANATIONS));
    of_sites.insert("weak_algorithm");
    of_sites.extend(codes(site_check::complaint::EXPLANATIONS));
    is_once(&listed("The site"), &of_sites);
    // Advice is what a plan of the folder of advice earns.
    let folder = std::fs::read_dir(crate::readme::root().join("tests/golden/advised")).unwrap();
    let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
    let advised: BTreeSet<String> = names.map(|name| name.split('.').next().unwrap().to_owned()).collect();
    let marked: BTreeSet<String> =
        found.into_iter().filter(|(_, mark)| *mark).map(|(code, _)| code).collect();
    assert_eq!(marked, advised);
}
