//! Where lines leave a box below and enter one above. What leaves and what enters never stand in one
//! line, so that a line down from one box and a line down to the next one cannot lie on each other.

/// The distance of two lines that leave, or of two that enter.
const APART: f64 = 20.0;

/// How many lines stand to one side of the middle at most; what is more shares the last place.
const SIDE: i32 = 4;

/// Where so many lines enter a box, from the middle of its upper side, from left to right. The
/// middle itself is left out where the box right above has a line straight down.
#[must_use]
pub fn entering(count: usize, middle_taken: Option<usize>) -> Vec<f64> {
    let at = |place: i32| f64::from(place.clamp(-SIDE, SIDE)) * APART;
    around(count, middle_taken, at, true)
}

/// Where so many lines leave a box, from the middle of its lower side, from left to right; the one
/// that goes straight down has the middle.
#[must_use]
pub fn leaving(count: usize, middle_taken: Option<usize>) -> Vec<f64> {
    let at = |place: i32| match place {
        0 => 0.0,
        place => f64::from(place.clamp(-SIDE, SIDE)) * APART - f64::from(place.signum()) * APART / 2.0,
    };
    around(count, middle_taken, at, false)
}

/// Places in a row around the middle; the middle belongs to the one that is said, to the middle one
/// where that may be, or to nobody.
fn around(count: usize, straight: Option<usize>, at: impl Fn(i32) -> f64, middle: bool) -> Vec<f64> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let index = straight.and_then(|index| i32::try_from(index).ok());
    let place = |n: i32| match index {
        Some(index) => n - index,
        None if middle && count % 2 == 1 => n - count / 2,
        None if n < count / 2 => n - count / 2,
        None => n - count / 2 + 1,
    };
    (0..count).map(|n| at(place(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_never_stands_over_what_enters() {
        for count in 0..40 {
            for straight in (0..count).map(Some).chain([None]) {
                let (mut enter, mut leave) = (entering(count, straight), leaving(count, straight));
                assert!(enter.is_sorted() && leave.is_sorted());
                if let Some(straight) = straight {
                    assert_eq!((enter.remove(straight), leave.remove(straight)), (0.0, 0.0));
                    assert!(!enter.contains(&0.0), "{count}, {straight}");
                }
                assert!(enter.iter().all(|x| !leave.contains(x)), "{count}");
                assert!(enter.iter().chain(&leave).all(|x| x.abs() <= 80.0));
            }
        }
    }
}
