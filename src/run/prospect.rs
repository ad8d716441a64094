//! What becomes of a plan that waits to be begun: that it would fail now, or from which day on, and why.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::source::shown;

use super::{
    dry_run::{DryRun, Word},
    slack::{Kind, Slack},
    time::to_the_second,
};

/// Why a plan fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// From when on, if it is not begun before; nothing where it would fail now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// In how many whole days that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_days: Option<i64>,
    /// Why.
    pub because: String,
}

impl Reason {
    /// It would fail now.
    #[must_use]
    pub fn now(because: impl Into<String>) -> Self {
        Self { from: None, in_days: None, because: shown(&because.into()) }
    }

    /// It fails if it is not begun by a moment.
    fn from(from: Timestamp, now: Timestamp, because: String) -> Self {
        let days = from.duration_since(now).as_hours() / 24;
        Self { from: Some(from), in_days: Some(days), because }
    }

    /// In a sentence, without the plan.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.from, self.in_days) {
            (Some(from), Some(days)) => {
                let word = if days == 1 { "day" } else { "days" };
                let at = to_the_second(from);
                format!("will fail in {days} {word}, if it is not begun by {at}, because {}", self.because)
            }
            _ => format!("would fail now, because {}", self.because),
        }
    }
}

/// What a dry run of a plan that was not begun says of its failing, now or within a time.
#[must_use]
pub fn reasons(found: &DryRun, now: Timestamp, within: SignedDuration) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for difference in &found.differences {
        let (recorded, seen) = (&difference.recorded, &difference.seen);
        let what = &difference.what;
        reasons.push(Reason::now(format!("{what}: the plan starts from {recorded}, there is {seen}")));
    }
    // The first one is why those behind it are not reached.
    if found.differences.is_empty()
        && let Some(blocked) = found.steps.iter().find(|step| step.forecast == Word::Blocked)
    {
        reasons.push(Reason::now(format!("`{}` is blocked: {}", blocked.step, blocked.detail)));
    }
    reasons.extend(found.slack.iter().filter_map(|slack| ending(slack, now, within)));
    // What fails now comes first, and then what fails sooner.
    reasons.sort_by_key(|reason| reason.from);
    reasons
}

fn ending(slack: &Slack, now: Timestamp, within: SignedDuration) -> Option<Reason> {
    // Until then it may be begun; where the plan does not say how long it takes, until the end itself.
    let left = match slack.kind {
        // One that is made later ends later.
        Kind::NewCertificate => slack.slack_seconds.filter(|left| *left < 0)?,
        Kind::Certificate | Kind::Deadline => slack.slack_seconds.unwrap_or(slack.left_seconds),
    };
    if left < 0 {
        return Some(Reason::now(slack.sentence()));
    }
    let from = now.checked_add(SignedDuration::from_secs(left)).ok()?;
    (left <= within.as_secs()).then(|| Reason::from(from, now, slack.sentence()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn slack(kind: Kind, left: i64, needs: Option<i64>) -> Slack {
        let now = Timestamp::UNIX_EPOCH;
        Slack {
            kind,
            name: "old".to_owned(),
            ends: now.checked_add(SignedDuration::from_secs(left)).unwrap(),
            left_seconds: left,
            needs_seconds: needs.map(|needs| u64::try_from(needs).unwrap()),
            slack_seconds: needs.map(|needs| left - needs),
            not_bounded: None,
        }
    }

    fn of(slack: Slack) -> Option<(Option<i64>, String)> {
        let (slack, notices) = (vec![slack], vec![]);
        let found = DryRun { differences: vec![], steps: vec![], notes: vec![], slack, notices };
        let reasons = reasons(&found, Timestamp::UNIX_EPOCH, SignedDuration::from_hours(30 * 24));
        assert!(reasons.len() < 2);
        reasons.first().map(|reason| (reason.in_days, reason.sentence()))
    }

    #[test]
    fn a_plan_fails_when_it_may_take_longer_than_its_certificate_lasts() {
        let (days, text) = of(slack(Kind::Certificate, 15 * DAY, Some(3 * DAY))).unwrap();
        assert_eq!(days, Some(12));
        assert!(text.starts_with("will fail in 12 days, if it is not begun by 1970-01-13"), "{text}");
        assert!(text.contains("because the certificate of old ends on 1970-01-16"), "{text}");
        assert!(text.contains("the plan may take 3d"), "{text}");
        let (days, text) = of(slack(Kind::Certificate, 2 * DAY, Some(3 * DAY))).unwrap();
        assert_eq!(days, None);
        assert!(text.starts_with("would fail now, because") && text.contains("too early"), "{text}");
        assert_eq!(of(slack(Kind::Certificate, 34 * DAY, Some(3 * DAY))), None);
        assert_eq!(of(slack(Kind::Certificate, 33 * DAY, Some(3 * DAY))).unwrap().0, Some(30));
    }

    #[test]
    fn where_nothing_is_declared_the_end_itself_counts() {
        assert_eq!(of(slack(Kind::Certificate, 15 * DAY, None)).unwrap().0, Some(15));
        assert_eq!(of(slack(Kind::Certificate, 31 * DAY, None)), None);
        let (days, text) = of(slack(Kind::Deadline, -DAY, None)).unwrap();
        assert_eq!(days, None);
        assert!(text.contains("ended on 1969-12-31"), "{text}");
        assert_eq!(of(slack(Kind::Deadline, 9 * DAY, Some(2 * DAY))).unwrap().0, Some(7));
        assert_eq!(of(slack(Kind::NewCertificate, 9 * DAY, Some(2 * DAY))), None);
        assert_eq!(of(slack(Kind::NewCertificate, DAY, Some(2 * DAY))).unwrap().0, None);
        assert_eq!(of(slack(Kind::NewCertificate, DAY, None)), None);
    }
}
