//! What a rehearsal or run came to, in a few lines for a terminal.

use std::fmt::{self, Display};

use super::outcome;
use super::timeline::Timeline;
use super::wording::{count, duration, kind};
use crate::source::shown;

/// A timeline in a few lines of plain text, for standard output.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a>(pub &'a Timeline);

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timeline = self.0;
        let (kind, plan) = (kind(timeline.kind), &timeline.plan);
        writeln!(f, "{kind} of {}: {}", shown(&plan.name), shown(&plan.title))?;
        proof(f, timeline)?;
        for key in timeline.keys() {
            writeln!(
                f,
                "  key {:<8} {:>9} sent  {:>9} accepted  {:>7} rejected",
                shown(&key.key),
                count(key.sent.count),
                count(key.accepted.count),
                count(key.rejected.count)
            )?;
        }
        let lasted = duration(timeline.extent().length_ms());
        let wall = duration(u64::try_from(timeline.wall.as_millis()).unwrap_or(u64::MAX));
        let compressed =
            if timeline.compression > 1.0 { format!(", {wall} on the wall clock") } else { String::new() };
        writeln!(f, "  lasted {lasted}{compressed}; {} records in the journal", count(timeline.records))?;
        outcome::sentences(timeline).iter().try_for_each(|sentence| writeln!(f, "{}", shown(sentence)))
    }
}

fn proof(f: &mut fmt::Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    let verdict = &timeline.verdict;
    for waived in &verdict.waived {
        writeln!(f, "  waived: {}", shown(waived))?;
    }
    let first = verdict.lines.first().map(|line| format!(": {}", shown(line))).unwrap_or_default();
    writeln!(f, "  {}{first}", if verdict.proved { "proved" } else { "not proved" })
}
