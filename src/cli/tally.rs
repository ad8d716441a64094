//! How many messages a run has seen, where its flows are on this machine, and for how long they
//! were interrupted.

use std::path::Path;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::counts::Counts,
    check::Checked,
    evidence::timeline::Figures,
    journal::Host,
    run::{
        site::{FlowBinding, Site},
        traffic::COUNTS,
    },
    transition::{next::follow, state::State},
};

/// The figures of a summary. What nobody counted is nothing, and not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that left.
    pub sent: Option<u64>,
    /// Messages that were accepted.
    pub accepted: Option<u64>,
    /// Messages that were rejected.
    pub rejected: Option<u64>,
    /// For how long some flow could not sign, in milliseconds.
    pub interrupted_ms: Option<u64>,
}

/// The last line of a rehearsal or run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Always `summary`.
    event: Last,
    /// `done`, `waiting`, `broken`, `moved`, `interrupted` or `failed`.
    outcome: &'static str,
    /// Messages, as far as they were counted.
    messages: Messages,
    /// For how long some flow could not sign, in milliseconds.
    interrupted_ms: Option<u64>,
    /// The run.
    run: String,
}

/// What the last line says of itself.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Last {
    /// It sums up.
    Summary,
}

/// Messages of a run; nothing where nobody counted.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
struct Messages {
    /// How many left.
    sent: Option<u64>,
    /// How many were accepted.
    accepted: Option<u64>,
    /// How many were rejected.
    rejected: Option<u64>,
}

impl Summary {
    /// How a run ended, in a word, with its figures.
    #[must_use]
    pub fn of(outcome: &'static str, tally: &Tally, run: &str) -> Self {
        let Tally { sent, accepted, rejected, interrupted_ms } = *tally;
        let messages = Messages { sent, accepted, rejected };
        Self { event: Last::Summary, outcome, messages, interrupted_ms, run: run.to_owned() }
    }
}

impl From<&Figures> for Tally {
    fn from(figures: &Figures) -> Self {
        Self {
            sent: Some(figures.sent),
            accepted: Some(figures.accepted),
            rejected: Some(figures.rejected),
            interrupted_ms: Some(figures.interrupted_ms),
        }
    }
}

/// The figures of a run: messages as counted beside each local flow, those in its spool as sent;
/// interruption as recorded.
#[must_use]
pub fn tally(checked: &Checked, site: &Site, folder: &Path, host: &dyn Host) -> Tally {
    let mut tally = Tally { interrupted_ms: interrupted(checked, host), ..Tally::default() };
    for flow in site.flows.values() {
        let FlowBinding::Local { path, .. } = flow else { continue };
        let flow = folder.join(path);
        let Ok(text) = std::fs::read(flow.join(COUNTS)) else { continue };
        let Ok(counts) = serde_json::from_slice::<Counts>(&text) else { continue };
        let total = counts.total();
        let under_way = std::fs::read_dir(flow.join("spool")).map_or(0, |files| files.count() as u64);
        let add = |sum: &mut Option<u64>, more: u64| *sum = Some(sum.unwrap_or(0).saturating_add(more));
        add(&mut tally.accepted, total.accepted);
        add(&mut tally.rejected, total.rejected);
        add(&mut tally.sent, total.accepted.saturating_add(total.rejected).saturating_add(under_way));
    }
    tally
}

/// For how long some flow could not sign, by the records of the run, in milliseconds. A journal
/// that cannot be read says nothing, and not that there was no interruption.
fn interrupted(checked: &Checked, host: &dyn Host) -> Option<u64> {
    let land = &checked.plan().landscape;
    let mut state = State::new(checked);
    let mut since: Option<Timestamp> = None;
    let mut sum = 0i128;
    for record in host.records().ok()? {
        let _verdict = follow(checked, &mut state, &record);
        let down = land.channels.ids().any(|flow| state.world.stamp(land, flow).is_none());
        match (since, down) {
            (None, true) => since = Some(record.at),
            (Some(from), false) => {
                sum += record.at.duration_since(from).as_millis();
                since = None;
            }
            _ => {}
        }
    }
    u64::try_from(sum.max(0)).ok()
}
