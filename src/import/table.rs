//! Steps in the rows of a table.

use super::mark::mark;

/// What the columns of a table hold, as far as its head says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    who: Option<usize>,
    what: Option<usize>,
}

const WHO: [&str; 7] = ["who", "role", "by", "responsible", "party", "actor", "owner"];
const WHAT: [&str; 7] = ["what", "action", "activity", "task", "does", "description", "instruction"];

impl Columns {
    /// A row: the number, `who: what`, and what else stands in it. Nothing for the head and for rows
    /// without a number.
    pub(super) fn row(&mut self, line: &str) -> Option<(String, String, Vec<String>)> {
        let inner = line.trim_start_matches('|').trim_end_matches('|');
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        let number = cells.first().and_then(|cell| numbered(cell));
        let Some(number) = number else {
            let named = |names: &[&str]| {
                cells.iter().position(|cell| names.contains(&cell.trim_matches('*').to_lowercase().as_str()))
            };
            if let (who, what) = (named(&WHO), named(&WHAT))
                && (who.is_some() || what.is_some())
            {
                *self = Self { who, what };
            }
            return None;
        };
        // Without a head the role comes first, where there is more than one text.
        let who = self.who.or_else(|| (self.what.is_none() && cells.len() > 2).then_some(1));
        let what = self.what.or_else(|| (1..cells.len()).find(|at| Some(*at) != who))?;
        let what_text = cells.get(what).copied().filter(|text| !text.is_empty())?;
        let text = match who.and_then(|at| cells.get(at)).filter(|who| !who.is_empty()) {
            Some(who) => format!("{who}: {what_text}"),
            None => what_text.to_owned(),
        };
        let others = cells.iter().enumerate().skip(1);
        let others = others.filter(|(at, cell)| *at != what && Some(*at) != who && !cell.is_empty());
        Some((number, text, others.map(|(_, cell)| (*cell).to_owned()).collect()))
    }
}

/// The number that a cell is.
fn numbered(cell: &str) -> Option<String> {
    mark(&format!("{}. x", cell.trim_end_matches(['.', ')']))).map(|mark| mark.number)
}
