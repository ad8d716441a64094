//! Forged certificates that only one check of the judge refuses.

use keyroll::{
    certificate::{Certificate, Claim, Reason, Refused, Statement, Subject, verify},
    check::Checked,
    proof::{engine::Engine, reason::subject},
    world::material::Fingerprint,
};

use super::{
    super::reference::{read, tiny},
    ONE_KEY,
    limited::{PROMISE, timed},
    mutants::forged,
    refused::{by_worlds, worlds_by},
    stock,
};

#[test]
fn what_a_verdict_states_is_what_is_shown() {
    for engine in [Engine::Cuts, Engine::Explicit] {
        let (proven, certificate) = stock(ONE_KEY, engine);
        let checked = proven.checked();
        let with = |change: &dyn Fn(&mut Statement)| {
            let mut about = subject(checked, &checked.plan().start);
            change(&mut about.statement);
            let claim = Claim { statement: about.statement.clone(), ..certificate.proof.clone() };
            let about = Subject { statement: about.statement, ..about };
            verify(&about, Certificate::of(claim).text().as_bytes()).map(|_| ())
        };
        assert_eq!(with(&|_| {}), Ok(()));
        let foreign = |verdict: Result<(), Refused>| matches!(verdict, Err(Refused::Foreign(_)));
        assert!(foreign(with(&|said| said.promises.push("orders never interrupted".to_owned()))));
        assert!(foreign(with(&|said| _ = said.promises.pop())));
        assert!(foreign(with(&|said| said.promises.reverse())));
        let limited = with(&|said| said.limits.push("orders interrupted at most 1h".to_owned()));
        assert!(matches!(limited, Err(Refused::Gap(_))), "{limited:?}");
    }
}

/// The verdict on a plan by such an order and such paths, at moments that are true.
fn by_order(checked: &Checked, lines: &[&[u32]], paths: &[&[u32]], moment: &[u32]) -> Result<(), Refused> {
    let rows = |rows: &[&[u32]]| rows.iter().map(|row| row.to_vec()).collect();
    let reason = Reason::Cuts {
        lines: rows(lines),
        paths: rows(paths),
        news: Vec::new(),
        moments: vec![moment.to_vec()],
    };
    let statement = subject(checked, &checked.plan().start).statement;
    let digest = Fingerprint::of(b"");
    let claim =
        Claim { plan_name: String::new(), plan: digest, start: digest, statement, reason, limits: vec![] };
    verify(&subject(checked, &checked.plan().start), &forged(&claim, checked)).map(|_| ())
}

/// A plan in which a receiver accepts two keys together unless the second act waits for the first.
fn row(acts: [&str; 4]) -> Checked {
    let mut text = "keyroll 1\nplan row\nrole ops\nrole other\nkey k1\nkey k2\nkeystore s of ops {\n  alias \"x\" is k1\n  alias \"y\" is k2\n}\n\
                    receiver gate of ops {\n  accepts k1\n}\n"
        .to_owned();
    for (number, act) in acts.iter().enumerate() {
        let after = if number == 0 { String::new() } else { format!("  after s{}\n", number - 1) };
        text.push_str(&format!("step s{number} by ops {{\n{after}  {act}\n}}\n"));
    }
    text.push_str("promise never gate accepts k1 while gate accepts k2\n");
    read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"))
}

#[test]
fn a_line_and_a_path_lead_one_way() {
    let kept = row(["retire k1 at gate", "inform other", "inform other", "accept k2 at gate"]);
    assert_eq!(by_order(&kept, &[&[0, 1, 2, 3]], &[], &[0, 1, 2, 3]), Ok(()));
    assert_eq!(by_order(&kept, &[], &[&[0, 1, 2, 3]], &[0, 1, 2, 3]), Ok(()));
    let broken = row(["accept k2 at gate", "inform other", "inform other", "retire k1 at gate"]);
    for (lines, paths) in [
        (&[&[0, 1, 2, 3][..]][..], &[][..]),
        (&[], &[&[3, 2, 1, 0][..]]),
        (&[], &[&[3, 0]]),
        (&[&[3, 2, 1, 0]], &[]),
        (&[&[0, 1, 2, 3]], &[&[3, 0]]),
    ] {
        let verdict = by_order(&broken, lines, paths, &[0]);
        assert!(matches!(verdict, Err(Refused::Gap(_))), "{lines:?} {paths:?}: {verdict:?}");
    }
    // A step stands in one line, and once.
    for lines in [&[&[0, 1, 2, 3][..], &[1, 2, 3]][..], &[&[0, 1, 2], &[1, 2, 3]]] {
        let verdict = by_order(&kept, lines, &[], &[0, 1, 2, 3]);
        assert!(matches!(verdict, Err(Refused::Gap(_))), "{lines:?}: {verdict:?}");
    }
}

/// A plan that comes to its end only where an attempt that was given up takes effect after all.
#[test]
fn nobody_counts_on_a_late_effect() {
    let text = tiny(
        "step stop by tenant {\nmay come late\nundeploy orders\n}\nstep start by tenant {\nafter stop\ndeploy orders\n}\n\
         step go by tenant {\nafter start\nneeds orders undeployed\ninform partner\n}\n",
    );
    let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let rows = worlds_by(&checked, &checked.plan().start, |_| true).unwrap();
    assert!(rows.iter().all(|row| row.0 < u32::MAX), "each world has a way to the end then");
    let refused = by_worlds(&checked, rows).unwrap_err().to_string();
    assert!(refused.contains("how far each world"), "{refused}");
}

#[test]
fn no_limit_is_shown_from_the_middle_of_something() {
    let (proven, certificate) = stock(&timed(PROMISE), Engine::Explicit);
    let checked = proven.checked();
    let mut start = checked.plan().start.clone();
    start.done.insert(0);
    // It states what is stated from the beginning on.
    let about = Subject { statement: certificate.proof.statement.clone(), ..subject(checked, &start) };
    let claim = Claim { start: about.digest, ..certificate.proof };
    let refused = verify(&about, Certificate::of(claim).text().as_bytes()).unwrap_err().to_string();
    assert!(refused.contains("ends in time"), "{refused}");
}
