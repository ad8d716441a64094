//! `prove --all`: one story for each end.

use keyroll::proof::{
    rules::{Fault, Rules},
    survey::{Open, Survey, survey},
    verdict::BUDGET,
};

use super::{TWO_KEYS, drainless, golden, refuted};

/// The two-key plan without its drain, and with the exchange before the new key is accepted.
fn hastier() -> String {
    let text = drainless(TWO_KEYS);
    let hastier =
        text.replace("  after confirm_trust\n  needs partner accepts new\n", "  after create_key\n");
    assert_ne!(hastier, text);
    hastier
}

fn surveyed(text: &str, budget: usize, most: usize) -> Survey {
    let refuted = refuted(text);
    let start = refuted.checked.plan().start.clone();
    survey(refuted, &start, budget, most)
}

fn endings(survey: &Survey) -> Vec<String> {
    survey.stories.iter().map(|told| told.story.ending.text.clone()).collect()
}

#[test]
fn each_end_has_its_story_and_its_page() {
    let survey = surveyed(&hastier(), BUDGET, 10);
    let said = endings(&survey);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(
        said[0].contains("signed with new arrives") && said[1].contains("signed with old arrives"),
        "{said:#?}"
    );
    assert_eq!(survey.open, None);
    let codes = survey.stories.iter().map(|told| told.finding.code().unwrap().to_string());
    assert_eq!(codes.collect::<Vec<_>>(), ["keyroll::trust_gap", "keyroll::undrained"]);
    assert!(survey.stories.iter().all(|told| told.shortest));
}

#[test]
fn there_may_be_more_where_the_number_or_the_budget_ends_it() {
    let survey = surveyed(&hastier(), BUDGET, 1);
    assert_eq!((survey.stories.len(), survey.open), (1, Some(Open::Enough)));
    let survey = surveyed(&hastier(), 5, 10);
    assert_eq!(survey.open, Some(Open::Bound));
    assert!(!survey.stories.is_empty());
}

/// Where the search is too short the cuts tell the other stories.
#[test]
fn cuts_tell_what_the_search_did_not_reach() {
    use keyroll::proof::{
        engine::Engine,
        verdict::{Verdict, prove_by},
    };
    let two_promises = hastier().replace(
        "promise orders never interrupted",
        "promise orders never interrupted\npromise always partner accepts old",
    );
    let checked = super::read(&two_promises).unwrap();
    let start = checked.plan().start.clone();
    let Verdict::Refuted(first) = prove_by(Engine::Cuts, checked, &start, 3) else { panic!("not refuted") };
    assert!(!first.shortest);
    let survey = survey(*first, &start, 3, 10);
    let faults: Vec<Fault> = survey.stories.iter().map(|told| told.story.ending.fault).collect();
    assert!(faults.len() >= 2 && faults.iter().any(|fault| matches!(fault, Fault::Untrue(_))), "{faults:?}");
    assert_eq!(survey.open, Some(Open::Bound));
}

/// No two ends are the same, no story has a fault before its end, and the first one is the one that
/// is told without `--all`.
#[test]
fn stories_differ_and_each_has_one_fault() {
    for (name, text) in golden() {
        let alone = refuted(&text);
        let survey = surveyed(&text, BUDGET, 10);
        assert_eq!(survey.stories[0].story, alone.story, "{name}");
        let ends: Vec<_> = survey
            .stories
            .iter()
            .map(|told| (told.story.ending.fault, told.story.moves().last().copied()))
            .collect();
        for (number, end) in ends.iter().enumerate() {
            assert!(!ends[number + 1..].contains(end), "{name}: {end:?} is told twice");
        }
        let rules = Rules::of(&survey.checked);
        for told in &survey.stories {
            let mut world = survey.checked.plan().start.clone();
            for (number, step) in told.story.moves().iter().enumerate() {
                assert!(rules.faults(&world).is_empty(), "{name}: before moment {}", number + 1);
                match rules.after(&world, *step) {
                    Some(Ok(after)) => world = after,
                    Some(Err(fault)) => assert_eq!(fault, told.story.ending.fault, "{name}"),
                    None => panic!("{name}: moment {} cannot be", number + 1),
                }
            }
        }
    }
}

/// A promise of what comes before what that is broken on the way to another fault.
fn broken_before() -> String {
    let promise =
        "promise orders never interrupted\npromise partner accepts only new before tenant[$alias] is new";
    drainless(TWO_KEYS).replace("promise orders never interrupted", promise)
}

/// The shortest story of all is told, and `--all` tells both.
#[test]
fn what_should_have_been_so_before_is_told_at_its_moment() {
    let alone = refuted(&broken_before());
    assert!(matches!(alone.fault, Fault::Untrue(_)) && alone.shortest, "{:?}", alone.fault);
    assert_eq!(alone.story.moments.len(), 7);
    let survey = surveyed(&broken_before(), BUDGET, 10);
    let said = endings(&survey);
    assert_eq!((said.len(), survey.open), (2, None), "{said:#?}");
    assert!(said[0].contains("did not hold up to here") && said[1].contains("signed with old"), "{said:#?}");
    for told in &survey.stories {
        super::round_trip(&survey.checked, &told.story);
    }
    // A step more of the same plan: it is told beside another end that comes first.
    let text = broken_before().replace("  exchange tenant", "  takes 1h\n  exchange tenant");
    let hastier =
        text.replace("  after confirm_trust\n  needs partner accepts new\n", "  after create_key\n");
    let survey = surveyed(&hastier, BUDGET, 10);
    let before = endings(&survey).iter().filter(|said| said.contains("did not hold up to here")).count();
    assert_eq!((before, survey.open), (1, None), "{:#?}", endings(&survey));
}

/// At the start, and where the plan cannot finish either.
#[test]
fn what_should_have_been_so_before_the_start_is_told_there() {
    let promise = "promise orders never interrupted\npromise orders undeployed before partner accepts old";
    let text = TWO_KEYS.replace("promise orders never interrupted", promise);
    let stuck =
        text.replace("  create new in", "  needs tenant[\"orders-signer-next\"] is old\n  create new in");
    for text in [text, stuck] {
        let alone = refuted(&text);
        assert_eq!(alone.story.moments.len(), 0);
        let survey = surveyed(&text, BUDGET, 10);
        assert!(endings(&survey)[0].contains("did not hold up to here"), "{:#?}", endings(&survey));
        for told in &survey.stories {
            super::round_trip(&survey.checked, &told.story);
        }
    }
}
