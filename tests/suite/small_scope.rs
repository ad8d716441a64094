//! Every plan of few steps: what causal cuts say of it is what a look at every state says.
//!
//! A rule that is wrong is mostly wrong somewhere small. So all plans of a small scope are written
//! down, in each order that their steps can have, and none is left out by chance.

#![cfg(test)]

use super::cuts::held;
use super::random_plans::counted;
use super::reference::read;

const HEAD: &str = "keyroll 1
plan small
role ops
role audit
key old
key new
keystore vault of ops {\nalias \"a\" is old\n}
receiver gate of ops {\naccepts old\naccepts at most 2\n}
flow orders of ops {\nsigns xml with vault[\"a\"]\nsends to gate\ndelivers within 1h\ndeployed\n}
";

const ACTS: [&str; 8] = [
    "create new in vault as \"a-next\"",
    "exchange vault[\"a\"] for new",
    "accept new at gate",
    "retire old at gate",
    "replace old by new at gate",
    "undeploy orders",
    "deploy orders",
    "inform audit",
];

/// What a step may wait for beside its order.
const NEEDS: [&str; 2] = ["", "needs orders drained of old\n"];

/// How many ways there are to write one step.
const WAYS: u64 = (ACTS.len() * NEEDS.len()) as u64;

/// How many plans there are of so many steps: each step one way, and each edge there or not.
fn size(steps: u32) -> u64 {
    WAYS.pow(steps) << (steps * (steps - 1) / 2)
}

/// One of them, by its number.
fn text(steps: u32, mut number: u64) -> String {
    let mut text = HEAD.to_owned();
    let mut take = |of: u64| {
        let taken = number % of;
        number /= of;
        usize::try_from(taken).unwrap()
    };
    for step in 0..steps {
        let (act, need) = (ACTS[take(ACTS.len() as u64)], NEEDS[take(NEEDS.len() as u64)]);
        let before: Vec<String> = (0..step).filter(|_| take(2) == 1).map(|b| format!("s{b}")).collect();
        let after = if before.is_empty() { String::new() } else { format!("after {}\n", before.join(", ")) };
        text += &format!("step s{step} by ops {{\n{after}{need}{act}\n}}\n");
    }
    text
}

#[test]
fn causal_cuts_are_right_about_every_plan_of_few_steps() {
    let asked = std::env::var("KEYROLL_SMALL_SCOPE").ok().map(|steps| steps.parse::<u32>().unwrap());
    let most = asked.unwrap_or(3);
    for steps in 1..=most {
        let counts = counted(0..size(steps), |number| {
            Some(read(&text(steps, number)).map_or("unread", |checked| held(&checked)))
        });
        assert_eq!(counts.values().sum::<usize>() as u64, size(steps));
        println!("every plan of {steps} steps: {counts:?}");
        if steps == 3 {
            let of = |what: &str| counts.get(what).copied().unwrap_or_default();
            assert!(of("proved") > 300 && of("refused") > 300, "{counts:?}");
        }
    }
}
