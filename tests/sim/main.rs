//! Renewals in a world of chance: a clock that leaps, backends that fail, a program that is cut off anywhere, a disk that
//! loses writes, people who are late, wrong or malicious, a partner that lies. Runs stand still and are called off.
//! Each is carried out by the same runner as at a site, thousands of times in seconds.
//!
//! A seed makes a renewal, and makes the same one again:
//!
//! ```sh
//! KEYROLL_SEED=4711 cargo test --test sim
//! KEYROLL_SIMULATED_YEARS=1000 cargo test --test sim -- --nocapture
//! ```
#![cfg(test)]

mod calling_off;
mod dice;
mod disk;
mod habits;
mod journal;
mod pair;
mod partner;
mod people;
mod renewal;
mod scene;
mod stores;
mod told;
mod world;

use jiff::SignedDuration;
use renewal::renewal;
use scene::Case;
use told::Told;

/// Under which names a seed and the length of it all are asked for.
const SEED: &str = "KEYROLL_SEED";
const YEARS: &str = "KEYROLL_SIMULATED_YEARS";

/// So many years are simulated of each plan, unless it is said otherwise.
const FEW: i64 = 12;

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
            all.add(&told);
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
            assert!(
                all.meanwhile > count / 10 && all.leaps > count / 10 && all.pauses > count / 20,
                "{all:?}"
            );
            assert!(all.torn > 0 && all.refused > 0, "the disk: {all:?}");
            assert!(all.stopped > 0 && all.blamed > 0, "the partner: {all:?}");
            assert!(all.back > 0 && all.over > 0, "called off: {all:?}");
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
