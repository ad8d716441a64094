//! How many messages a run has seen, where its flows are on this machine.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    backend::counts::Counts,
    check::Checked,
    evidence::timeline::Figures,
    journal::Host,
    run::site::{FlowBinding, Site},
    transition::{next::next, state::State},
};

/// The figures of a run: messages as counted beside each local flow, interruption as recorded.
/// Nothing when no flow counts, or the records cannot be read.
#[must_use]
pub fn figures(checked: &Checked, site: &Site, folder: &Path, host: &dyn Host) -> Option<Figures> {
    let mut figures = Figures { interrupted_ms: interrupted(checked, host)?, ..Figures::default() };
    let mut counted = false;
    for flow in site.flows.values() {
        let FlowBinding::Local { path } = flow else { continue };
        let Ok(text) = std::fs::read(folder.join(path).join("counts.json")) else { continue };
        let Ok(counts) = serde_json::from_slice::<Counts>(&text) else { continue };
        let total = counts.total();
        figures.accepted += total.accepted;
        figures.rejected += total.rejected;
        counted = true;
    }
    figures.sent = figures.accepted + figures.rejected;
    counted.then_some(figures)
}

/// For how long some flow could not sign, by the records of the run, in milliseconds. A journal
/// that cannot be read says nothing, and not that there was no interruption.
fn interrupted(checked: &Checked, host: &dyn Host) -> Option<u64> {
    let land = &checked.plan().landscape;
    let mut state = State::new(checked);
    let mut since: Option<Timestamp> = None;
    let mut sum = 0i128;
    for record in host.records().ok()? {
        let _verdict = next(checked, &mut state, &record);
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
