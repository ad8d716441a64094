//! How long interruptions last: what a certificate says of it, and what the judge asks.

use keyroll::{
    certificate::{Bound, Certificate, Claim, Refused},
    check::Checked,
    proof::engine::Engine,
};

use super::{super::reference::read, ONE_KEY, judged, stock};

/// The one-key plan with times; its one interruption takes 100 minutes.
pub(super) fn timed(promise: &str) -> String {
    let mut text = ONE_KEY.to_owned();
    for (act, takes) in [
        ("  create new in", "20m"),
        ("  undeploy orders\n", "15m"),
        ("  exchange tenant", "30m"),
        ("  replace old by", "1h"),
        ("  inform receiver_admin", "5m"),
        ("  deploy orders\n", "10m to 15m"),
    ] {
        assert_eq!(text.matches(act).count(), 1, "{act}");
        text = text.replace(act, &format!("  takes {takes}\n{act}"));
    }
    text + promise
}

pub(super) const PROMISE: &str = "promise orders interrupted at most 100m\n";

fn verdict(checked: &Checked, claim: &Claim) -> Result<(), Refused> {
    judged(checked, Certificate::of(claim.clone()).text().as_bytes()).map(|_| ())
}

#[test]
fn a_limit_is_named_and_its_times_are_added_up() {
    for engine in [Engine::Cuts, Engine::Explicit] {
        let (proven, certificate) = stock(&timed(PROMISE), engine);
        let (checked, claim) = (proven.checked(), &certificate.proof);
        assert_eq!(claim.statement.limits, ["orders interrupted at most 1h40m"]);
        assert_eq!(verdict(checked, claim), Ok(()));
        let [bound] = claim.limits.as_slice() else { panic!("{:?}", claim.limits) };
        let id = |name: &str| {
            u32::try_from(keyroll::world::id::Id::index(checked.plan().step(name).unwrap())).unwrap()
        };
        assert_eq!((bound.stop, bound.start), (Some(id("undeploy")), id("deploy")));
        let time = |name: &str| bound.within.iter().find(|(step, _)| *step == id(name)).unwrap().1;
        assert_eq!((time("undeploy"), time("exchange_certificate"), time("deploy")), (900, 5_100, 6_000));
        let with = |change: &dyn Fn(&mut keyroll::certificate::Bound)| {
            let mut claim = claim.clone();
            claim.limits.iter_mut().for_each(change);
            verdict(checked, &claim)
        };
        for at in 0..bound.within.len() {
            assert!(with(&|bound| bound.within[at].1 -= 1).is_err(), "{at}");
            assert!(with(&|bound| _ = bound.within.remove(at)).is_err(), "{at}");
        }
        // Longer than it takes is not wrong, as long as the end is in time.
        assert!(with(&|bound| bound.within.iter_mut().for_each(|(_, time)| *time += 1)).is_err());
        assert!(with(&|bound| bound.stop = None).is_err());
        for step in 0..u32::try_from(checked.plan().steps.len()).unwrap() + 1 {
            let other = bound.within.iter().find(|(own, _)| *own == step).map_or(0, |own| own.1);
            assert!(step == bound.start || with(&|bound| bound.start = step).is_err(), "{step}");
            assert!(Some(step) == bound.stop || with(&|bound| bound.stop = Some(step)).is_err(), "{step}");
            assert!(other > 0 || with(&|bound| bound.within.insert(0, (step, 1))).is_err(), "{step}");
        }
        assert!(with(&|bound| bound.limit += 1).is_err());
        let twice = Claim { limits: [claim.limits.clone(), claim.limits.clone()].concat(), ..claim.clone() };
        assert!(verdict(checked, &twice).is_err());
        let none = Claim { limits: Vec::new(), ..claim.clone() };
        assert!(verdict(checked, &none).is_err(), "it is stated and not shown");
    }
}

/// The judge adds up by itself: it asks no check whether a limit is kept.
#[test]
fn what_has_no_bound_is_not_stated() {
    for (text, stated) in [
        (timed("promise orders interrupted at most 3h\n"), 1),
        (timed(PROMISE).replace("  takes 30m\n  exchange", "  exchange"), 0),
        (timed(PROMISE).replace("  takes 1h\n  replace", "  replace"), 0),
        (timed(PROMISE).replace("  takes 10m to 15m\n", ""), 0),
        (timed(&format!("{PROMISE}waive orders interrupted because \"agreed\"\n")), 0),
        (timed(""), 0),
    ] {
        let (proven, certificate) = stock(&text, Engine::Cuts);
        assert_eq!(certificate.proof.statement.limits.len(), stated, "{text}");
        assert_eq!(verdict(proven.checked(), &certificate.proof), Ok(()));
    }
}

#[test]
fn a_bound_of_a_shorter_plan_shows_nothing_of_a_longer_one() {
    let (_, short) = stock(&timed(PROMISE), Engine::Cuts);
    for (from, to) in [
        ("  takes 15m\n  undeploy", "  takes 16m\n  undeploy"),
        ("duration = 10m", "duration = 11m"),
        ("  takes 1h\n  replace", "  takes 61m\n  replace"),
        ("10m to 15m", "10m to 16m"),
        ("  takes 1h\n  replace", "  replace"),
    ] {
        let longer = timed("promise orders interrupted at most 3h\n").replace(from, to);
        assert_ne!(longer, timed("promise orders interrupted at most 3h\n"), "{from}");
        let (proven, own) = stock(&longer, Engine::Cuts);
        let claim = Claim { limits: short.proof.limits.clone(), ..own.proof.clone() };
        assert!(verdict(proven.checked(), &claim).is_err(), "{from}");
        let checked = read(&timed(PROMISE)).unwrap();
        assert!(verdict(&checked, &own.proof).is_err());
    }
}

/// A window opens when it does, and a start counts for the stops before it alone.
#[test]
fn no_bound_skips_a_window_or_turns_back() {
    let head = "keyroll 1\nplan held\nrole a\nrole b\nkey old\nkeystore s of a {\n  alias \"x\" is old\n}\n\
                receiver r of a {\n  accepts old\n}\nflow f of a {\n  signs xml with s[\"x\"]\n  sends to r\n  \
                delivers within 1h\n  deployed\n}\nwindow w\nstep ask by a {\n  agree w with b\n}\n\
                step down by a {\n  after ask\n  takes 1h\n  undeploy f\n}\n";
    let promise = "promise f interrupted at most 3h\n";
    let up = "step up by a {\n  after down\n  needs w open\n  takes 1h\n  deploy f\n}\n";
    let again = "step again by a {\n  after up\n  takes 1h\n  undeploy f\n}\nstep last by a {\n  after again\n  deploy f\n}\n";
    let bound = |stop, start, within: &[(u32, u64)]| Bound {
        limit: 0,
        stop: Some(stop),
        start,
        within: within.to_vec(),
    };
    let first = bound(1, 2, &[(1, 3_600), (2, 7_200)]);
    let plain = up.replace("  needs w open\n", "");
    let waited = head.replace("  after ask\n  takes", "  after ask\n  needs w open\n  takes");
    for (text, bounds, is_shown) in [
        (format!("{head}{plain}"), vec![first.clone()], true),
        (format!("{head}{up}"), vec![first.clone()], false),
        // Where the stop waited for it, it is open.
        (format!("{waited}{up}"), vec![first.clone()], true),
        (format!("{head}{plain}{again}"), vec![first.clone()], false),
        (format!("{head}{plain}{again}"), vec![first.clone(), bound(3, 2, &[(2, 3_600)])], false),
        (format!("{head}{plain}{again}"), vec![first.clone(), bound(3, 4, &[(3, 3_600), (4, 3_600)])], false),
        (
            format!("{head}{plain}{}", again.replace("  deploy f", "  takes 1h\n  deploy f")),
            vec![first, bound(3, 4, &[(3, 3_600), (4, 7_200)])],
            true,
        ),
    ] {
        let (proven, own) = stock(&format!("{text}{promise}"), Engine::Cuts);
        assert_eq!(own.proof.limits, if is_shown { bounds.clone() } else { Vec::new() }, "{text}");
        let forged = Claim { limits: bounds, ..own.proof };
        let shown = verdict(proven.checked(), &forged);
        assert_eq!(shown.is_ok(), is_shown, "{text}");
        assert!(is_shown || shown.unwrap_err().to_string().contains("ends in time"), "{text}");
    }
}
