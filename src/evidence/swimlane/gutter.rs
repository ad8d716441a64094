//! The space between boxes: lines that run along it, each on a track of its own.

/// A line along a gutter between two rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Where it begins and where it ends, from left to right or from right to left.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Whether it comes into the gutter from above at its beginning; it leaves it downwards otherwise.
    pub begins_above: bool,
    /// The same at its end; `None`: it ends in the gutter.
    pub ends_above: Option<bool>,
}

/// The least distance of two lines on one track.
const APART: f64 = 10.0;

impl Run {
    /// Its left end.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.from.min(self.to)
    }

    /// Its right end.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.from.max(self.to)
    }

    fn meets(&self, other: &Self) -> bool {
        self.left() < other.right() + APART && other.left() < self.right() + APART
    }

    fn spans(&self, x: f64) -> bool {
        self.left() < x && x < self.right()
    }

    /// Its ends that come from above, or those that leave downwards.
    fn ends(&self, above: bool) -> impl Iterator<Item = f64> {
        let first = (self.begins_above == above).then_some(self.from);
        let last = (self.ends_above == Some(above)).then_some(self.to);
        first.into_iter().chain(last)
    }

    /// How often the two cross when this one lies above the other.
    fn crossings_above(&self, other: &Self) -> usize {
        other.ends(true).filter(|x| self.spans(*x)).count()
            + self.ends(false).filter(|x| other.spans(*x)).count()
    }
}

/// The track of each run, from the top, and how many tracks there are: runs that meet lie on
/// different ones, ordered so that few lines cross.
#[must_use]
pub fn tracks(runs: &[Run]) -> (Vec<usize>, usize) {
    let mut order: Vec<(usize, &Run)> = runs.iter().enumerate().collect();
    order.sort_by(|(m, a), (n, b)| a.left().total_cmp(&b.left()).then(m.cmp(n)));
    let mut better = true;
    let mut passes = 0;
    while better && passes < 64 {
        better = false;
        passes += 1;
        for at in 1..order.len() {
            if let (Some((_, upper)), Some((_, lower))) = (order.get(at - 1), order.get(at))
                && upper.crossings_above(lower) > lower.crossings_above(upper)
            {
                order.swap(at - 1, at);
                better = true;
            }
        }
    }
    let mut placed: Vec<(usize, usize, &Run)> = Vec::new();
    for (index, run) in order {
        let below = placed.iter().filter(|(.., other)| other.meets(run)).map(|(_, track, _)| track + 1);
        placed.push((index, below.max().unwrap_or(0), run));
    }
    let count = placed.iter().map(|(_, track, _)| track + 1).max().unwrap_or(0);
    placed.sort_by_key(|(index, ..)| *index);
    (placed.into_iter().map(|(_, track, _)| track).collect(), count)
}

/// The track of each upright line, from the left, and how many there are: lines that share a gutter
/// between two rows lie on different ones.
#[must_use]
pub fn upright(spans: &[(usize, usize)]) -> (Vec<usize>, usize) {
    let mut order: Vec<(usize, &(usize, usize))> = spans.iter().enumerate().collect();
    order.sort_by_key(|(index, span)| (span.0, span.1, *index));
    // Where each track is free from.
    let mut free: Vec<usize> = Vec::new();
    let mut tracks = vec![0; spans.len()];
    for (index, (from, to)) in order {
        let track = free.iter().position(|free| *free <= *from).unwrap_or(free.len());
        match free.get_mut(track) {
            Some(free) => *free = to + 1,
            None => free.push(to + 1),
        }
        if let Some(slot) = tracks.get_mut(index) {
            *slot = track;
        }
    }
    (tracks, free.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(from: f64, to: f64) -> Run {
        Run { from, to, begins_above: true, ends_above: Some(false) }
    }

    #[test]
    fn lines_that_meet_take_tracks_on_which_they_do_not_cross() {
        // The one that begins further left would run through the other's beginning from above.
        let (tracks, count) = tracks(&[run(0.0, 100.0), run(50.0, 200.0), run(300.0, 400.0)]);
        assert_eq!((tracks, count), (vec![1, 0, 0], 2));
        assert_eq!(upright(&[(0, 2), (2, 3), (3, 4)]), (vec![0, 1, 0], 2));
    }
}
