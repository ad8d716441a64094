//! Where the words stand that are written on lines.

use crate::{
    evidence::{chart::label::width, markup::shortened},
    source::shown,
};

use super::layout::Wire;

/// The longest words on a line, in characters.
const LONGEST: usize = 28;

/// How wide words on a line are at most.
#[must_use]
pub(super) fn wide(label: &str) -> f64 {
    width(label) * 11.0 / 12.0
}

/// Finds a place for the words of each line on one of its level parts, where no other line crosses
/// them; without one they are only told when pointed at.
pub(super) fn inscribe(wires: &mut [Wire]) {
    let pairs = |wire: &Wire| {
        wire.points.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect::<Vec<_>>()
    };
    let mut upright: Vec<(f64, f64, f64)> = wires
        .iter()
        .flat_map(pairs)
        .filter(|(a, b)| a.0 == b.0)
        .map(|(a, b)| (a.0, a.1.min(b.1), a.1.max(b.1)))
        .collect();
    upright.sort_by(|a, b| a.0.total_cmp(&b.0));
    for wire in wires {
        let level: Vec<_> = pairs(wire).into_iter().filter(|(a, b)| a.1 == b.1).collect();
        let Some((label, place)) = &mut wire.label else { continue };
        *label = shortened(&shown(label), LONGEST);
        let need = wide(label) + 8.0;
        *place = level.iter().find_map(|(a, b)| {
            let (left, right, y) = (a.0.min(b.0) + 4.0, a.0.max(b.0) - 4.0, a.1);
            let from = upright.partition_point(|line| line.0 <= left);
            let crossing = upright.iter().skip(from).take_while(|line| line.0 < right);
            let crossing = crossing.filter(|line| line.1 < y && line.2 > y - 12.0).map(|line| line.0);
            let mut stops = vec![left];
            stops.extend(crossing);
            stops.push(right);
            let gaps = stops.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
            let mut fits: Vec<(f64, f64)> = gaps.filter(|(l, r)| r - l >= need).collect();
            if a.0 > b.0 {
                fits.reverse();
            }
            // Near the end at which the line begins.
            let near = |(l, r): &(f64, f64)| if a.0 > b.0 { r - need + 4.0 } else { l + 4.0 };
            fits.first().map(|gap| (near(gap), y - 4.0))
        });
    }
}
