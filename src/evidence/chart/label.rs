//! Labels that do not lie on one another.

/// The height of a row of labels.
pub const ROW: f64 = 19.0;

/// The longest label on the drawing, in characters.
pub const LABEL_LIMIT: usize = 34;

/// A label in a browser's sans-serif at 12 units, measured rather too wide than too narrow.
#[must_use]
pub fn width(label: &str) -> f64 {
    label.chars().map(char_width).sum::<f64>() + 2.0
}

/// The same in bold.
#[must_use]
pub fn bold_width(label: &str) -> f64 {
    width(label) * 1.12
}

fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | '.' | ',' | '\'' | '|' | '!' | ' ' | ':' | ';' | '(' | ')' => 5.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 12.0,
        'A'..='Z' => 9.2,
        '\u{0}'..='\u{2FF}' | '–' => 7.7,
        _ => 13.5,
    }
}

/// Rows of boxes: each new box comes into the first row in which it lies on no other.
#[derive(Debug, Default)]
pub struct Rows {
    rows: Vec<Vec<(f64, f64)>>,
}

impl Rows {
    /// The row for a box from `left` to `right`.
    pub fn place(&mut self, left: f64, right: f64) -> usize {
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|(l, r)| right + 4.0 <= *l || *r + 4.0 <= left);
        let index = self.rows.iter().position(free).unwrap_or(self.rows.len());
        match self.rows.get_mut(index) {
            Some(row) => row.push((left, right)),
            None => self.rows.push(vec![(left, right)]),
        }
        index
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_overlap_takes_the_next_row() {
        let mut rows = Rows::default();
        assert_eq!([(0.0, 10.0), (5.0, 9.0), (20.0, 30.0)].map(|(l, r)| rows.place(l, r)), [0, 1, 0]);
        assert_eq!(rows.count(), 2);
    }
}
