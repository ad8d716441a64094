//! Renewals in a world of chance: a clock, backends that fail, a program that is cut off anywhere, people who are
//! late, wrong or malicious. Each is carried out by the same runner as at a site, thousands of times in seconds.
//!
//! A seed makes a renewal, and makes the same one again:
//!
//! ```sh
//! KEYROLL_SEED=4711 cargo test --test sim
//! KEYROLL_SIMULATED_YEARS=1000 cargo test --test sim -- --nocapture
//! ```
#![cfg(test)]

mod dice;
mod journal;
mod pair;
mod people;
mod renewal;
mod stores;
mod world;

use jiff::SignedDuration;
use renewal::{Case, Told, renewal};

/// Under which names a seed and the length of it all are asked for.
const SEED: &str = "KEYROLL_SEED";
const YEARS: &str = "KEYROLL_SIMULATED_YEARS";

/// So many years are simulated of each plan, unless it is said otherwise.
const FEW: i64 = 20;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn cases() -> [Case; 2] {
    [Case::read("two-keys.renewal", 2), Case::read("one-key.renewal", 1)]
}

#[test]
fn every_renewal_ends_as_it_should_whatever_happens() {
    let years = number(YEARS).map_or(FEW, |years| i64::try_from(years).unwrap());
    let most = SignedDuration::from_hours(24 * 365 * years);
    for case in cases() {
        let (mut all, mut seed, mut count) = (Told::default(), number(SEED).unwrap_or(1), 0u64);
        while all.time < most {
            let told = renewal(&case, seed);
            let told = told.unwrap_or_else(|why| panic!("{SEED}={seed}: {}: {why}", case.name));
            all.time += told.time;
            all.calls += told.calls;
            all.cuts += told.cuts;
            all.failures += told.failures;
            all.messages += told.messages;
            all.too_late += told.too_late;
            count += 1;
            if number(SEED).is_some() {
                println!("{told:?}");
                break;
            }
            seed += 1;
        }
        println!("{}: {count} renewals in {} days: {all:?}", case.name, all.time.as_hours() / 24);
        if number(SEED).is_none() {
            assert!(all.too_late < count / 2, "{all:?}");
            assert!(all.cuts > count && all.failures > 0 && all.messages > 100 * count, "{all:?}");
        }
    }
}

#[test]
fn a_seed_makes_the_same_renewal_again() {
    for case in cases() {
        for seed in 1..4 {
            let (one, other) = (renewal(&case, seed), renewal(&case, seed));
            assert_eq!(one, other, "{} {seed}", case.name);
            assert_ne!(one, renewal(&case, seed + 100), "{} {seed}", case.name);
        }
    }
}
