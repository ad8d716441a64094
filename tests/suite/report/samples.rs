//! Timelines as rehearsals and runs leave them.

use std::time::Duration;

use jiff::Timestamp;
use keyroll::evidence::timeline::{
    Cause, Held, Interruption, Kind, PlanFacts, Promise, Report, Role, Step, StepStatus, Timeline, Verdict,
    Window,
};

/// 2026-04-07 06:00:00 UTC.
const BEGAN: i64 = 1_775_541_600;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(BEGAN + second).unwrap()
}

pub(super) fn step(name: &str, role: &str, sentence: &str, began: i64, done: i64) -> Step {
    Step {
        name: name.into(),
        role: role.into(),
        sentence: sentence.into(),
        status: StepStatus::Done,
        note: None,
        began: Some(at(began)),
        done: Some(at(done)),
    }
}

pub(super) fn roles(names: &[(&str, &str)]) -> Vec<Role> {
    names.iter().map(|(name, title)| Role { name: (*name).into(), title: (*title).into() }).collect()
}

pub(super) fn report(step: &str, to: &str, second: i64) -> Report {
    Report { step: step.into(), to: to.into(), at: at(second) }
}

pub(super) fn held(place: &str, key: &str, fingerprint: &str) -> Held {
    Held { place: place.into(), key: key.into(), fingerprint: fingerprint.into() }
}

fn facts(name: &str, title: &str) -> PlanFacts {
    PlanFacts {
        name: name.into(),
        title: title.into(),
        document: Some(
            "SAP Cloud Integration: Renewal of Keys for XML Digital Signature Signer - Outbound".into(),
        ),
    }
}

/// One message each `every` seconds from `from` up to `to`, judged after `transit` seconds.
fn traffic(
    timeline: &mut Timeline,
    (from, to, every): (i64, i64, usize),
    transit: impl Fn(i64) -> i64,
    key: &str,
    judged: impl Fn(i64) -> Result<(), &'static str>,
) {
    let mut events: Vec<(i64, bool)> = Vec::new();
    for second in (from..to).step_by(every) {
        events.push((second, true));
        events.push((second + transit(second), false));
    }
    events.sort_unstable();
    for (second, sent) in events {
        if sent {
            timeline.record_sent(at(second), key);
        } else {
            timeline.record_judged(at(second), key, judged(second));
        }
    }
}

/// A number below a limit that looks as if it were drawn by lot, the same each time.
pub(super) fn scattered(seed: i64, limit: i64) -> i64 {
    let mixed = (seed as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 33) % limit as u64) as i64
}

/// Two days: the receiver trusts both keys, the exchange is in the middle, a message may be under
/// way for up to a day.
pub(super) fn two_keys() -> Timeline {
    let plan = facts(
        "xml-signature-two-keys",
        "Renew an XML signature key while the receiver trusts the old and the new key",
    );
    let mut timeline = Timeline::new("r-7f3a90c2", Kind::Rehearsal, plan, at(0));
    timeline.verdict = Verdict {
        proved: true,
        lines: vec![
            "In every order that the plan allows, no message of orders is ever rejected.".into(),
            "The flow orders is never interrupted.".into(),
            "From every reachable moment the plan can finish.".into(),
        ],
        assumptions: vec![
            "A message of orders is under way for at most 1 d.".into(),
            "The alias orders-signer is exchanged atomically.".into(),
            "Faults of backends are not part of this proof.".into(),
        ],
        waived: vec![],
    };
    timeline.roles =
        roles(&[("tenant_admin", "Tenant administrator"), ("receiver_admin", "Receiver administrator")]);
    let (t, r) = ("tenant_admin", "receiver_admin");
    let hour = 3_600;
    timeline.steps = vec![
        step("create_key", t, "creates new in tenant as orders-signer-next", 1_800, 1_860),
        step(
            "provide_certificate",
            t,
            "provides the certificate of new to receiver_admin",
            2 * hour,
            2 * hour + 30,
        ),
        step("trust_both", r, "accepts new at partner", 5 * hour, 5 * hour + 60),
        step("confirm_trust", r, "tells tenant_admin what it knows", 6 * hour, 6 * hour),
        step("exchange_key", t, "exchanges tenant[orders-signer] for new", 12 * hour, 12 * hour + 20),
        step("announce_exchange", t, "tells receiver_admin what it knows", 12 * hour + 600, 12 * hour + 600),
        step(
            "retire_old",
            r,
            "retires old at partner, once no message of old is under way",
            13 * hour,
            37 * hour,
        ),
    ];
    timeline.reports = vec![
        report("provide_certificate", r, 2 * hour + 900),
        report("confirm_trust", t, 6 * hour + 900),
        report("announce_exchange", r, 13 * hour),
    ];
    timeline.promises = vec![
        Promise { sentence: "orders never rejected".into(), kept: true, stated: false },
        Promise { sentence: "orders never interrupted".into(), kept: true, stated: false },
    ];
    timeline.declare_key("old");
    timeline.declare_key("new");
    let transit = |second: i64| 600 + scattered(second, 23 * 3_600);
    traffic(&mut timeline, (0, 12 * hour, 24), transit, "old", |_| Ok(()));
    traffic(&mut timeline, (12 * hour, 24 * hour, 24), transit, "new", |_| Ok(()));
    timeline.ended = at(48 * hour);
    timeline.wall = Duration::from_millis(18_400);
    timeline.compression = 9_391.3;
    timeline.records = 43;
    timeline.world = vec![
        held("tenant[orders-signer]", "new", "4be1c07a"),
        held("tenant[orders-signer-old-2026-04-07]", "old", "90aa3f11"),
        held("partner accepts", "new", "4be1c07a"),
        held("partner accepts", "", "c3d4e5f6"),
    ];
    timeline
}

/// Half an hour: the receiver trusts one key at a time, messages are held back in a window.
pub(super) fn one_key() -> Timeline {
    let plan = facts(
        "xml-signature-one-key",
        "Renew an XML signature key while the receiver trusts one key at a time",
    );
    let mut timeline = Timeline::new("r-10c95b77", Kind::Rehearsal, plan, at(0));
    timeline.verdict = Verdict {
        proved: true,
        lines: vec![
            "No message of orders is ever rejected, and orders is interrupted only in downtime.".into(),
        ],
        assumptions: vec!["A message of orders is under way for at most 5 min.".into()],
        waived: vec![],
    };
    let (t, i, r) = ("tenant_admin", "integration_developer", "receiver_admin");
    timeline.roles =
        roles(&[(t, "Tenant administrator"), (i, "Integration developer"), (r, "Receiver administrator")]);
    timeline.steps = vec![
        step("create_key", t, "creates new in tenant", 60, 62),
        step("provide_certificate", t, "provides new to receiver_admin", 90, 91),
        step("agree_downtime", t, "agrees downtime with receiver_admin", 120, 300),
        step("request_undeploy", t, "requests integration_developer to undeploy orders", 320, 321),
        step("undeploy", i, "undeploys orders", 600, 612),
        step("report_undeployed", i, "tells tenant_admin", 620, 621),
        step("exchange_key", t, "exchanges tenant[orders-signer] for new", 660, 664),
        step("announce_silence", t, "tells receiver_admin", 666, 667),
        step("exchange_certificate", r, "replaces old by new at partner", 670, 920),
        step("confirm_exchange", r, "tells tenant_admin", 930, 931),
        step("allow_deploy", t, "allows integration_developer to deploy orders", 960, 961),
        step("deploy", i, "deploys orders", 975, 984),
    ];
    timeline.reports = vec![
        report("provide_certificate", r, 100),
        report("agree_downtime", r, 300),
        report("request_undeploy", i, 330),
        report("report_undeployed", t, 630),
        report("announce_silence", r, 670),
        report("confirm_exchange", t, 940),
        report("allow_deploy", i, 970),
    ];
    timeline.windows = vec![Window {
        name: "downtime".into(),
        agreed: Duration::from_secs(4 * 3_600),
        opened: Some(at(590)),
        closed: Some(at(1_000)),
    }];
    timeline.interruptions =
        vec![Interruption { from: at(612), to: Some(at(984)), cause: Cause::Undeployed }];
    timeline.promises = vec![
        Promise { sentence: "orders never rejected".into(), kept: true, stated: false },
        Promise { sentence: "orders interrupted only in downtime".into(), kept: true, stated: false },
    ];
    let transit = |second: i64| 20 + scattered(second, 270);
    traffic(&mut timeline, (0, 612, 1), transit, "old", |_| Ok(()));
    traffic(&mut timeline, (984, 1_500, 1), transit, "new", |_| Ok(()));
    timeline.ended = at(1_800);
    timeline.wall = Duration::from_secs(12);
    timeline.compression = 150.0;
    timeline.records = 71;
    timeline.world =
        vec![held("tenant[orders-signer]", "new", "4be1c07a"), held("partner accepts", "new", "4be1c07a")];
    timeline
}

/// Two keys without the drain: the old key is retired while messages of it are under way.
pub(super) fn without_drain() -> Timeline {
    let mut timeline = two_keys();
    let ended = timeline.ended;
    let kept = (timeline.roles.clone(), timeline.steps.clone(), timeline.reports.clone());
    let mut bad = Timeline::new("r-bad00001", Kind::Rehearsal, timeline.plan.clone(), at(0));
    timeline.plan.name = "xml-signature-two-keys".into();
    (bad.roles, bad.steps, bad.reports) = kept;
    bad.verdict = Verdict {
        proved: false,
        lines: vec![
            "Refused because a message of old may arrive after retire_old (rehearsed with --unproved)."
                .into(),
        ],
        ..Verdict::default()
    };
    let retired = 14 * 3_600;
    if let Some(last) = bad.steps.last_mut() {
        (last.began, last.done) = (Some(at(13 * 3_600)), Some(at(retired)));
    }
    if let Some(step) = bad.steps.get_mut(1) {
        step.status = StepStatus::AlreadySo;
    }
    bad.promises = vec![
        Promise { sentence: "orders never rejected".into(), kept: false, stated: false },
        Promise { sentence: "orders never interrupted".into(), kept: true, stated: false },
    ];
    let transit = |second: i64| 600 + scattered(second, 23 * 3_600);
    let judged = |second| {
        if second < retired { Ok(()) } else { Err("no accepted certificate verifies the signature") }
    };
    traffic(&mut bad, (0, 12 * 3_600, 24), transit, "old", judged);
    traffic(&mut bad, (12 * 3_600, 24 * 3_600, 24), transit, "new", |_| Ok(()));
    bad.ended = ended;
    bad.compression = 9_391.3;
    bad.wall = Duration::from_secs(18);
    bad
}

/// A run that stands still: a step failed, one waits, others were never tried.
pub(super) fn stuck() -> Timeline {
    let mut timeline = one_key();
    let steps = [
        (8, StepStatus::Failed, Some("the folder of trusted certificates is read-only")),
        (9, StepStatus::NotTried, None),
        (10, StepStatus::NotTried, None),
        (11, StepStatus::Waiting, Some("integration_developer, since 06:16")),
    ];
    for (index, status, note) in steps {
        let step = timeline.steps.get_mut(index).unwrap();
        (step.status, step.note, step.done) = (status, note.map(str::to_owned), None);
        if status == StepStatus::NotTried {
            step.began = None;
        }
    }
    timeline.reports.truncate(5);
    timeline.kind = Kind::Run;
    timeline
}
