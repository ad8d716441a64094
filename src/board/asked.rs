//! What a survey asks of a partner: cells of the columns `asked` and `answered`.

use jiff::Timestamp;

use crate::journal::survey::{Asked, Survey};

use super::{Cell, Column, Condition, How, cell::days};

/// What a role is asked, up to a moment.
pub(super) fn of_role<'s>(survey: &'s Survey, role: &'s str, now: Timestamp) -> Vec<&'s Asked> {
    survey.asked.iter().filter(|asked| asked.role == role && asked.asked <= now).collect()
}

/// The cell of a role whose acts are in a cell: what it is asked stands before them until it is answered.
pub(super) fn cell(cell: Cell, asked: &[&Asked], now: Timestamp) -> Cell {
    if asked.is_empty() {
        return cell;
    }
    let questions: Vec<String> = asked.iter().map(|asked| asked.name.clone()).collect();
    let since = asked.iter().map(|asked| asked.asked).max();
    let none = Cell { days: None, until: None, waits_for: None, why: None, questions, ..cell.clone() };
    let put = match cell.column {
        Column::Asked => Cell { state: Condition::Done, how: Some(How::Sent), at: since, ..none },
        Column::Answered => answered(none, asked, now),
        _ => return cell,
    };
    // What is still to come of its acts is told where nothing of this is open.
    if put.state == Condition::Done && !matches!(cell.state, Condition::Absent | Condition::Blocked) {
        return Cell { questions: put.questions, ..cell };
    }
    put
}

fn answered(cell: Cell, asked: &[&Asked], now: Timestamp) -> Cell {
    // As it stood at the moment.
    let counts = |asked: &&Asked| {
        let mut said = asked.answers.iter().filter(|answer| answer.at <= now);
        said.next_back()
            .or_else(|| asked.counts().filter(|_| asked.answers.is_empty()))
            .map(|answer| answer.at)
    };
    let open = asked.iter().find(|asked| counts(asked).is_none() && now < asked.due);
    if let Some(open) = open {
        let since = Some(open.asked);
        return Cell {
            state: Condition::Waits,
            how: None,
            at: since,
            days: since.map(|since| days(since, now)),
            until: Some(open.due),
            waits_for: Some(open.role.clone()),
            why: Some(format!("{} is not answered", open.name)),
            ..cell
        };
    }
    let silent: Vec<&str> =
        asked.iter().filter(|asked| counts(asked).is_none()).map(|asked| asked.name.as_str()).collect();
    let last = asked.iter().filter_map(counts).max();
    if silent.is_empty() {
        return Cell { state: Condition::Done, how: Some(How::Said), at: last, ..cell };
    }
    let due = asked.iter().map(|asked| asked.due).max();
    let why = Some(format!("silence was taken for the answer to {}", silent.join(", ")));
    Cell { state: Condition::Done, how: None, at: last.max(due), why, ..cell }
}
