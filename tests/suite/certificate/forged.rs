//! Certificates that were changed: by a byte, or by an entry with the digest made anew.

use keyroll::{
    certificate::{Certificate, Claim, News, Reason, Refused, Row, Verified},
    check::Checked,
    proof::engine::Engine,
    world::{id::Id, id::StepId, material::Fingerprint},
};

use super::{
    super::{
        random_plans::generated::{Chance, plan},
        reference::read,
    },
    ONE_KEY, TWO_KEYS, certified, judged, proven, stock,
};

const STOCK: [(&str, Engine); 4] = [
    (TWO_KEYS, Engine::Cuts),
    (ONE_KEY, Engine::Cuts),
    (TWO_KEYS, Engine::Explicit),
    (ONE_KEY, Engine::Explicit),
];

#[test]
fn every_changed_byte_is_refused() {
    let mut changed = 0;
    for (text, engine) in [STOCK[0], STOCK[1], STOCK[2]] {
        let (proven, certificate) = stock(text, engine);
        let whole = certificate.text().into_bytes();
        for at in 0..whole.len() {
            let byte = whole[at];
            let mut other = whole.clone();
            for value in [byte ^ 1, byte ^ 0x20, b'0', b' ', 0xff] {
                other[at] = value;
                if value != byte {
                    assert!(judged(proven.checked(), &other).is_err(), "byte {at} as {value}");
                    changed += 1;
                }
            }
            assert!(judged(proven.checked(), &whole[..at]).is_err(), "cut at {at}");
            let mut longer = whole.clone();
            longer.insert(at, b' ');
            assert!(judged(proven.checked(), &longer).is_err(), "a space at {at}");
        }
        assert!(judged(proven.checked(), &[&whole[..], b"\n"].concat()).is_err());
    }
    println!("{changed} changed bytes, all refused");
}

#[test]
fn another_plan_value_start_statement_or_version_is_refused() {
    for (text, engine) in STOCK {
        let (proven, certificate) = stock(text, engine);
        let judge = |claim: Claim| judged(proven.checked(), Certificate::of(claim).text().as_bytes());
        let with = |change: &dyn Fn(&mut Claim)| {
            let mut claim = certificate.proof.clone();
            change(&mut claim);
            judge(claim)
        };
        assert!(with(&|_| {}).is_ok());
        let other = Fingerprint::of(b"another");
        for (what, verdict) in [
            ("plan", with(&|claim| claim.plan = other)),
            ("name", with(&|claim| claim.plan_name.push('x'))),
            ("start", with(&|claim| claim.start = other)),
            ("promise", with(&|claim| claim.statement.promises.push("all is well".to_owned()))),
            ("no promise", with(&|claim| claim.statement.promises.clear())),
            ("end", with(&|claim| claim.statement.finals.clear())),
            ("waiver", with(&|claim| claim.statement.waived.push("orders rejected: so what".to_owned()))),
            ("assumption", with(&|claim| drop(claim.statement.assumptions.pop()))),
        ] {
            assert!(matches!(verdict, Err(Refused::Foreign(_))), "{what}: {verdict:?}");
        }
        let spaced = read(&format!("{text}\n")).unwrap();
        let whole = certificate.text();
        assert!(matches!(judged(&spaced, whole.as_bytes()), Err(Refused::Foreign(_))));
        let later = whole.replace("keyroll/proof/2", "keyroll/proof/3");
        let verdict = judged(proven.checked(), later.as_bytes());
        assert_eq!(verdict, Err(Refused::Version("keyroll/proof/3".to_owned())));
    }
}

/// Plans whose certificates have entries of every kind.
fn rich() -> Vec<(Box<keyroll::proof::verdict::Proven>, Certificate)> {
    let mut found: Vec<_> = STOCK.into_iter().map(|(text, engine)| stock(text, engine)).collect();
    for seed in 5_000_000..5_012_000 {
        if found.len() > 40 {
            break;
        }
        let Some(proven) = read(&plan(seed)).ok().and_then(|checked| proven(checked, Engine::Cuts)) else {
            continue;
        };
        let certificate = certified(&proven);
        let has_all = |reason: &Reason| match reason {
            Reason::Cuts { paths, moments, .. } => !paths.is_empty() || moments.iter().any(|m| m.len() > 1),
            Reason::Explicit { .. } => false,
        };
        if has_all(&certificate.proof.reason) {
            found.push((proven, certificate));
        }
    }
    assert!(found.len() > 40);
    found
}

/// Every reason that differs from one in one entry.
fn altered(reason: &Reason, steps: u32) -> Vec<Reason> {
    let mut found = Vec::new();
    match reason {
        Reason::Cuts { lines, paths, news, moments } => {
            let with = |lines: &[Vec<u32>],
                        paths: &[Vec<u32>],
                        news: &[(News, Vec<u32>)],
                        moments: &[Vec<u32>]| Reason::Cuts {
                lines: lines.to_vec(),
                paths: paths.to_vec(),
                news: news.to_vec(),
                moments: moments.to_vec(),
            };
            let told = |told: &Vec<u32>| numbers(told, steps);
            for lines in rows(lines, told) {
                found.push(with(&lines, paths, news, moments));
            }
            for paths in rows(paths, told) {
                found.push(with(lines, &paths, news, moments));
            }
            let chains = |(about, chain): &(News, Vec<u32>)| {
                let mut all: Vec<_> =
                    numbers(chain, steps).into_iter().map(|chain| (*about, chain)).collect();
                for step in 0..=steps {
                    all.push((News { of: step, ..*about }, chain.clone()));
                    all.push((News { to: step, ..*about }, chain.clone()));
                }
                let window = !about.window;
                all.push((News { window, ..*about }, chain.clone()));
                all
            };
            for news in rows(news, chains) {
                found.push(with(lines, paths, &news, moments));
            }
            for moments in rows(moments, told) {
                found.push(with(lines, paths, news, &moments));
            }
        }
        Reason::Explicit { worlds } => {
            let others = |row: &Row| {
                let mut all = Vec::new();
                let mut with = |change: &dyn Fn(&mut Row)| {
                    let mut row = row.clone();
                    change(&mut row);
                    all.push(row);
                };
                with(&|row| row.0 += 1);
                with(&|row| row.0 = row.0.wrapping_sub(1));
                with(&|row| row.1 = row.1.iter().rev().copied().collect());
                with(&|row| row.1[0] = Some(9));
                with(&|row| row.2[0].push(9));
                with(&|row| _ = row.2[0].pop());
                with(&|row| row.3.push(0));
                with(&|row| _ = row.3.pop());
                with(&|row| row.4[0].insert(0, 0));
                with(&|row| _ = row.4[0].pop());
                with(&|row| row.5.push(0));
                with(&|row| row.6.push(0));
                with(&|row| _ = row.6.pop());
                with(&|row| row.7.push(99));
                with(&|row| _ = row.7.pop());
                with(&|row| row.8.push(0));
                with(&|row| _ = row.8.pop());
                all
            };
            found.extend(rows(worlds, others).into_iter().map(|worlds| Reason::Explicit { worlds }));
        }
    }
    found.retain(|other| other != reason);
    found
}

/// Every list that differs from one in one row: gone, there twice, or otherwise.
fn rows<T: Clone>(list: &[T], others: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut found = Vec::new();
    for at in 0..list.len() {
        let mut less = list.to_vec();
        let row = less.remove(at);
        let mut twice = list.to_vec();
        twice.push(row.clone());
        for other in others(&row) {
            let mut changed = list.to_vec();
            changed[at] = other;
            found.push(changed);
        }
        found.extend([less, twice]);
    }
    found
}

/// Every row of steps that differs from one in one place: another step, one less, one twice.
fn numbers(row: &[u32], steps: u32) -> Vec<Vec<u32>> {
    let mut found = rows(row, |_| (0..=steps).collect());
    found.push(row.iter().rev().copied().collect());
    found.push(Vec::new());
    found
}

/// Whether each step of each row comes before the next one, and each moment holds what comes before.
fn is_true(checked: &Checked, reason: &Reason) -> bool {
    let Reason::Cuts { lines, paths, news, moments } = reason else { return false };
    let ordered = |row: &Vec<u32>| {
        row.windows(2).all(|pair| {
            let [one, next] = [pair[0], pair[1]].map(|step| StepId::at(step as usize));
            checked.order().is_before(one, next)
        })
    };
    let told = news.iter().all(|(about, chain)| {
        chain.first() == Some(&about.of) && chain.last() == Some(&about.to) && ordered(chain)
    });
    let steps = &checked.plan().steps;
    let whole = moments.iter().all(|done| {
        let is_done = |step: StepId| done.contains(&u32::try_from(step.index()).unwrap());
        done.iter().all(|step| steps[StepId::at(*step as usize)].after.iter().all(|a| is_done(a.value)))
    });
    lines.iter().all(ordered) && paths.iter().all(ordered) && told && whole
}

#[test]
fn every_entry_that_is_gone_or_altered_is_refused() {
    let (mut refused, mut another_way) = (0, 0);
    for (proven, certificate) in rich() {
        let checked = proven.checked();
        let steps = u32::try_from(checked.plan().steps.len()).unwrap();
        for reason in altered(&certificate.proof.reason, steps) {
            let claim = Claim { reason: reason.clone(), ..certificate.proof.clone() };
            match judged(checked, Certificate::of(claim).text().as_bytes()) {
                Err(Refused::Gap(_)) => refused += 1,
                // Another path may lead from the same step to the same step.
                Ok(Verified::Cuts { .. }) if is_true(checked, &reason) => another_way += 1,
                other => panic!(
                    "{other:?} of {reason:?}\nfor {:?}\n{}",
                    certificate.proof.reason,
                    checked.plan().source.text
                ),
            }
        }
    }
    println!("{refused} altered reasons refused; {another_way} are another way to say what is true");
    assert!(refused > 8_000 && another_way * 10 < refused, "{refused} {another_way}");
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let (proven, certificate) = stock(TWO_KEYS, Engine::Cuts);
    let Reason::Cuts { lines, paths, news, moments } = certificate.proof.reason.clone() else {
        panic!("not by cuts")
    };
    let with = |lines: &Vec<Vec<u32>>, paths: &Vec<Vec<u32>>| {
        let reason = Reason::Cuts {
            lines: lines.clone(),
            paths: paths.clone(),
            news: news.clone(),
            moments: moments.clone(),
        };
        let claim = Claim { reason, ..certificate.proof.clone() };
        judged(proven.checked(), Certificate::of(claim).text().as_bytes())
    };
    assert!(with(&lines, &paths).is_ok());
    let more = [paths.clone(), vec![vec![0, 1, 2]]].concat();
    assert!(with(&lines, &more).is_err());
    assert!(with(&[lines, vec![Vec::new()]].concat(), &paths).is_err());
}

/// Puts something else somewhere into a value.
fn disturb(value: &mut serde_json::Value, chance: &mut Chance) {
    use serde_json::{Value, json};
    let strange = [
        json!(null),
        json!(-1),
        json!(4_294_967_295_u64),
        json!(u64::MAX),
        json!(1.5),
        json!("\u{202e}"),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!(63),
        json!(true),
    ];
    let stop = chance.percent(15);
    match value {
        Value::Array(rows) if !rows.is_empty() && !stop => {
            let at = chance.below(rows.len());
            match chance.below(8) {
                0 => drop(rows.remove(at)),
                1 => rows.push(rows[at].clone()),
                2 => rows.swap(0, at),
                _ => disturb(&mut rows[at], chance),
            }
        }
        Value::Object(fields) if !fields.is_empty() && !stop => {
            let at = chance.below(fields.len());
            if let Some(field) = fields.values_mut().nth(at) {
                disturb(field, chance);
            }
        }
        Value::Number(number) if chance.percent(60) => *value = json!(number.as_u64().unwrap_or(0) ^ 1),
        other => *other = strange[chance.below(strange.len())].clone(),
    }
}

#[test]
fn strange_certificates_are_refused_and_never_end_in_a_panic() {
    let mut chance = Chance::new(11);
    let (mut unreadable, mut refused) = (0, 0);
    for (text, engine) in STOCK {
        let (proven, certificate) = stock(text, engine);
        let whole: serde_json::Value = serde_json::from_str(&certificate.text()).unwrap();
        for _ in 0..3_000 {
            let mut claim = whole["proof"].clone();
            (0..=chance.below(3)).for_each(|_| disturb(&mut claim, &mut chance));
            if claim == whole["proof"] {
                continue;
            }
            match serde_json::from_value::<Claim>(claim.clone()) {
                Ok(claim) => {
                    let forged = Certificate::of(claim.clone()).text();
                    let verdict = judged(proven.checked(), forged.as_bytes());
                    assert!(
                        verdict.is_err() || is_true(proven.checked(), &claim.reason),
                        "{verdict:?} of {forged}"
                    );
                    refused += 1;
                }
                Err(_) => {
                    let digest = Fingerprint::of(claim.to_string().as_bytes());
                    let forged =
                        serde_json::json!({"schema": whole["schema"], "digest": digest, "proof": claim});
                    assert!(judged(proven.checked(), forged.to_string().as_bytes()).is_err());
                    unreadable += 1;
                }
            }
            let noise: Vec<u8> = (0..chance.below(40)).map(|_| chance.below(256) as u8).collect();
            assert!(judged(proven.checked(), &noise).is_err());
        }
    }
    println!("{unreadable} unreadable and {refused} readable forgeries");
    assert!(unreadable > 1_000 && refused > 300, "{unreadable} {refused}");
}
