//! Many flows that stand still at once: each bound is the one that a few of them have, however many there
//! are, and the cost grows with the plan.

use std::{fmt::Write as _, time::Duration};

use keyroll::{compare::differences, duration::Timing};

use super::{codes, minutes, timing};

/// A receiver for each of some flows, which holds one key; all are undeployed in one window. `stop` is
/// what each undeployment comes after, with `#` for its number.
fn plan(flows: usize, window: &str, stop: &str, replace: &str) -> String {
    let mut text = format!(
        "keyroll 1\nplan many\nrole ops\nrole dev\nkey old\nkey new\nkeystore vault of ops {{\n  alias \"signer\" is \
         old\n}}\nwindow downtime at most {window}\nstep create by ops {{\n  takes 20m\n  create new in vault as \
         \"next\"\n}}\nstep agree_it by ops {{\n  takes 1d\n  agree downtime with dev\n}}\n"
    );
    let all = |name: &str| (0..flows).map(|n| format!("{name}{n}")).collect::<Vec<_>>().join(", ");
    for n in 0..flows {
        let _ = write!(
            text,
            "role p{n}\nreceiver r{n} of p{n} {{\n  accepts old\n  accepts at most 1\n}}\nflow f{n} of dev {{\n  signs \
             xml with vault[\"signer\"]\n  sends to r{n}\n  delivers within 10m\n  deployed\n}}\nstep provide{n} by \
             ops {{\n  after create\n  provide new to p{n}\n}}\nstep request{n} by ops {{\n  after agree_it\n  takes \
             5m\n  request dev to undeploy f{n}\n}}\nstep undeploy{n} by dev {{\n  after {}\n  needs downtime \
             open\n  takes 15m\n  undeploy f{n}\n}}\n",
            stop.replace('#', &n.to_string())
        );
    }
    let _ = write!(
        text,
        "step report by dev {{\n  after {}\n  inform ops\n}}\nstep swap by ops {{\n  after create, report\n  takes \
         30m\n  exchange vault[\"signer\"] for new\n}}\nstep silence by ops {{\n  after report\n  inform {}\n}}\n",
        all("undeploy"),
        all("p")
    );
    for n in 0..flows {
        let _ = write!(
            text,
            "step replace{n} by p{n} {{\n  after provide{n}, silence\n  needs f{n} drained of old\n  takes {replace}\n  \
             replace old by new at r{n}\n}}\nstep confirm{n} by p{n} {{\n  after replace{n}\n  inform ops\n}}\n"
        );
    }
    let _ = write!(
        text,
        "step allow_it by ops {{\n  after swap, {}\n  allow dev to deploy f0\n}}\n",
        all("confirm")
    );
    for n in 0..flows {
        let _ = write!(
            text,
            "step deploy{n} by dev {{\n  after allow_it\n  takes 15m\n  deploy f{n}\n}}\npromise f{n} interrupted only \
             in downtime\npromise f{n} interrupted at most 2h\n"
        );
    }
    text
}

fn bounds(timing: &Timing) -> Vec<Duration> {
    timing.interruptions.iter().map(|(_, stretch)| stretch.worst.as_ref().unwrap().time).collect()
}

/// 15m to undeploy, 10m for the drain, 1h to replace, 15m to deploy.
#[test]
fn as_many_flows_as_there_are_have_the_bound_of_each() {
    for flows in [1, 2, 7, 60, 500] {
        let (_, timing) = timing(&plan(flows, "100m", "request0", "1h"));
        assert_eq!(bounds(&timing), vec![minutes(100); flows], "{flows} flows");
        let lasts: Vec<Duration> =
            timing.windows.values().map(|worst| worst.as_ref().unwrap().time).collect();
        assert_eq!(lasts, [minutes(100)], "{flows} flows");
        let way = &timing.interruptions[flows - 1].1.worst.as_ref().unwrap().path;
        assert!(way.len() >= 5, "{flows} flows: {way:?}");
    }
    assert_eq!(codes(&plan(500, "99m", "request0", "1h")), ["keyroll::window_too_short"]);
    let found = codes(&plan(500, "5h", "request0", "90m"));
    assert_eq!(found, vec!["keyroll::interrupted_too_long"; 500]);
}

/// Each stop waits for a request of its own, so that another one may still be asked for when it begins:
/// 5m more, for one flow as for all, until the last of them.
#[test]
fn flows_that_wait_for_different_steps_have_a_bound_too() {
    for flows in [2, 7, 60, 500] {
        let (_, timing) = timing(&plan(flows, "4h", "request#", "1h"));
        let bounds = bounds(&timing);
        assert_eq!(bounds, vec![minutes(105); flows], "{flows} flows");
        let lasts: Vec<Duration> =
            timing.windows.values().map(|worst| worst.as_ref().unwrap().time).collect();
        assert_eq!(lasts, [minutes(105)], "{flows} flows");
    }
}

/// Among so many flows the acts of an interruption are not counted, which is no shorter downtime.
#[test]
fn acts_that_are_not_counted_are_not_compared() {
    let few = timing(&plan(7, "4h", "request0", "1h"));
    let many = timing(&plan(500, "4h", "request0", "1h"));
    assert_eq!(
        few.1.interruptions[0].1.hops,
        Some(7),
        "undeploy0, report, silence, replace, confirm, allow, deploy"
    );
    assert_eq!(many.1.interruptions[0].1.hops, None);
    for (old, new) in [(&few.0, &many.0), (&many.0, &few.0)] {
        let found = differences(old, new);
        assert!(!found.is_empty() && found.iter().all(|one| !one.text.contains("acts one after the other")));
    }
}
