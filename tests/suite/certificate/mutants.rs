//! A certificate of one plan, with its digests rewritten to those of a plan that breaks a promise.

use std::cell::Cell;

use keyroll::{
    certificate::{Certificate, Claim, Reason, Refused, Subject},
    check::Checked,
    proof::{
        engine::Engine,
        explicit::search::{Found, explore},
        reason::subject,
        rules::Rules,
    },
};

use super::{
    super::{
        random_plans::{
            counted,
            generated::{Chance, plan},
        },
        reference::read,
    },
    ENOUGH, ONE_KEY, TWO_KEYS, certified, judged, proven,
};

/// The same reason for another plan: whoever forges it can make every digest.
pub(super) fn forged(claim: &Claim, checked: &Checked) -> Vec<u8> {
    let plan = checked.plan();
    let Subject { digest, statement, .. } = subject(checked, &plan.start);
    let claim = Claim {
        plan_name: plan.name.clone(),
        plan: plan.digest(),
        start: digest,
        statement,
        reason: claim.reason.clone(),
        limits: claim.limits.clone(),
    };
    Certificate::of(claim).text().into_bytes()
}

/// A text with one thing dropped or changed: what a step waits for, needs, tells or does.
fn mutated(text: &str, chance: &mut Chance) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = chance.below(lines.len());
    let line = lines[at].trim();
    let changed = match line.split_once(' ')? {
        ("after", names) if names.contains(", ") && chance.percent(70) => {
            let names: Vec<&str> = names.split(", ").collect();
            let gone = chance.below(names.len());
            let left: Vec<&str> =
                names.iter().enumerate().filter(|(n, _)| *n != gone).map(|(_, name)| *name).collect();
            format!("  after {}", left.join(", "))
        }
        ("after" | "needs", _) => String::new(),
        ("accepts", _) if line.contains("at most") => line.replace("2", "1").replace("3", "2"),
        ("inform", roles) if roles.contains(", ") => format!("  inform {}", roles.split_once(", ")?.1),
        ("inform", roles) => format!("  request {roles} to inform {roles}"),
        ("retire", rest) => format!("  accept {rest}"),
        ("accept", rest) => format!("  retire {rest}"),
        ("deploy", rest) => format!("  undeploy {rest}"),
        ("undeploy", rest) => format!("  deploy {rest}"),
        _ => return None,
    };
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    lines[at] = changed;
    Some(lines.join("\n") + "\n")
}

/// What becomes of the certificates of a text when they are given for its mutants.
fn tried(text: &str, tries: usize, chance: &mut Chance, forgeries: &mut dyn FnMut(&'static str)) {
    let claims: Vec<Claim> = [Engine::Cuts, Engine::Explicit]
        .into_iter()
        .filter_map(|engine| proven(read(text).ok()?, engine))
        .map(|proven| certified(&proven).proof)
        .collect();
    if claims.is_empty() {
        return;
    }
    for _ in 0..tries {
        let Some(mutant) = mutated(text, chance).filter(|mutant| mutant != text) else { continue };
        let Ok(checked) = read(&mutant) else { continue };
        let found = explore(&Rules::of(&checked), &checked.plan().start, ENOUGH);
        for claim in &claims {
            let verdict = judged(&checked, &forged(claim, &checked));
            match (&found, verdict) {
                (Found::Fault(_, _, fault), Ok(verified)) => {
                    panic!("{verified:?} of a plan with {fault:?}\n{mutant}\nagainst\n{text}")
                }
                (Found::Fault(..), Err(Refused::Gap(_))) => forgeries("refused"),
                (Found::Fault(..), Err(other)) => {
                    panic!("{other:?}: the forgery is not a good one\n{mutant}")
                }
                (_, Ok(_)) => forgeries("true of both"),
                (_, Err(_)) => forgeries("not a proof of the other"),
            }
        }
    }
}

#[test]
fn a_certificate_proves_no_mutant_that_breaks_a_promise() {
    let refused = std::sync::atomic::AtomicUsize::new(0);
    let first = 4_000_000;
    let counts = counted(first..first + 5_500, |seed| {
        let mut worst = None;
        let mut chance = Chance::new(seed);
        tried(&plan(seed), 12, &mut chance, &mut |what| {
            if what == "refused" {
                refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            worst = Some(what);
        });
        worst
    });
    let refused = refused.into_inner();
    println!("forged certificates of broken mutants: {refused}, all refused; last of each plan: {counts:?}");
    assert!(refused > 300, "{refused} {counts:?}");
}

#[test]
fn no_certificate_of_a_stock_plan_proves_a_broken_one() {
    for text in [TWO_KEYS, ONE_KEY] {
        let refused = Cell::new(0);
        tried(text, 600, &mut Chance::new(7), &mut |what| {
            refused.set(refused.get() + usize::from(what == "refused"));
        });
        println!("{} forged certificates of broken mutants", refused.get());
        assert!(refused.get() > 10, "{}", refused.get());
    }
}

/// Two plans that do the same and promise otherwise: one keeps what it promises.
#[test]
fn the_worlds_of_a_plan_prove_nothing_else_that_is_promised_of_them() {
    let drainless = TWO_KEYS.replace("  needs orders drained of old\n", "");
    let waived = drainless.clone() + "waive orders rejected because \"nobody minds\"\n";
    let end = TWO_KEYS.replace("finally partner accepts only new", "finally partner accepts only old");
    let stated = |statement: &str| format!("{TWO_KEYS}promise {statement}\n");
    for (kept, broken) in [
        (waived.as_str(), drainless),
        (TWO_KEYS, end),
        (TWO_KEYS, stated("never partner accepts new")),
        (TWO_KEYS, stated("always partner accepts new while orders undeployed")),
    ] {
        let checked = read(&broken).unwrap_or_else(|codes| panic!("{codes:?}\n{broken}"));
        let found = explore(&Rules::of(&checked), &checked.plan().start, ENOUGH);
        assert!(matches!(found, Found::Fault(..)), "{found:?}\n{broken}");
        for engine in [Engine::Cuts, Engine::Explicit] {
            let mut claim = certified(&proven(read(kept).unwrap(), engine).unwrap()).proof;
            if let Reason::Cuts { moments, .. } = &mut claim.reason {
                moments.resize(checked.plan().statements.len(), Vec::new());
            }
            let verdict = judged(&checked, &forged(&claim, &checked));
            assert!(matches!(verdict, Err(Refused::Gap(_))), "{engine:?}: {verdict:?}\n{broken}");
        }
    }
}

/// A path of one step leads nowhere: who takes it for one believes that a step is done before its
/// own turn, and so that a need which only the step itself meets is met.
#[test]
fn a_step_does_not_come_before_itself() {
    let alone = "step stop by tenant {\n  undeploy orders\n}\n";
    let mut seen = 0;
    for (plain, stuck) in [
        (super::super::reference::tiny(alone), alone.replace("{\n", "{\n  needs orders undeployed\n")),
        (
            TWO_KEYS.to_owned(),
            TWO_KEYS.replace("  exchange tenant[", "  needs tenant[$alias] is new\n  exchange tenant["),
        ),
    ] {
        let mutant = if plain == TWO_KEYS { stuck } else { plain.replace(alone, &stuck) };
        assert_ne!(mutant, plain);
        let claim = certified(&proven(read(&plain).unwrap(), Engine::Cuts).unwrap()).proof;
        let checked = read(&mutant).unwrap_or_else(|codes| panic!("{codes:?}\n{mutant}"));
        assert!(matches!(explore(&Rules::of(&checked), &checked.plan().start, ENOUGH), Found::Fault(..)));
        let Reason::Cuts { lines, paths, news, moments } = &claim.reason else { panic!("by cuts") };
        let count = u32::try_from(checked.plan().steps.len()).unwrap();
        for step in 0..count {
            for with in [vec![vec![step]], vec![vec![step, step]]] {
                let mut paths: Vec<Vec<u32>> = paths.iter().cloned().chain(with).collect();
                paths.sort_by_key(|path| (path[0], path[path.len() - 1]));
                let (lines, news, moments) = (lines.clone(), news.clone(), moments.clone());
                let reason = Reason::Cuts { lines, paths, news, moments };
                let verdict = judged(&checked, &forged(&Claim { reason, ..claim.clone() }, &checked));
                assert!(matches!(verdict, Err(Refused::Gap(_))), "{verdict:?} by {step}\n{mutant}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 16);
}
