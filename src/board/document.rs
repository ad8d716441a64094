//! A board as a value, for people and for machines.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    invariant::Hazard,
    plan::Plan,
    transition::{state::State, waived::Waived},
    world::id::{AcceptorId, RoleId, StepId},
};

use super::{
    Awaited, Cell, Column, Condition, Subject, asked,
    awaited::awaited,
    cell::{Turns, days},
    column::grid,
    held::held,
    partner::{Roster, Row},
};

/// The boards of several plans at one moment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Boards {
    /// The moment.
    pub at: Timestamp,
    /// One for each plan.
    pub boards: Vec<Board>,
}

/// Where a renewal stands with each partner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Board {
    /// The plan's name.
    pub plan: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The run; nothing where none was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// How it stands as a whole.
    pub standing: Standing,
    /// The role of whoever coordinates.
    pub coordinator: String,
    /// The columns that the plan has an act for.
    pub columns: Vec<Head>,
    /// A row for each partner, in the order of the plan.
    pub partners: Vec<Partner>,
    /// What waits for several partners, the exchange first.
    pub awaited: Vec<Awaited>,
}

/// How a run stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No run of the plan was begun.
    NotBegun,
    /// It is under way.
    UnderWay,
    /// Every step is done.
    Done,
    /// It was called off, and is over.
    CalledOff,
}

impl Standing {
    fn of(state: &State) -> Self {
        if state.left {
            Self::CalledOff
        } else if !state.started {
            Self::NotBegun
        } else if state.is_finished() {
            Self::Done
        } else {
            Self::UnderWay
        }
    }

    /// In words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::NotBegun => "not begun",
            Self::UnderWay => "under way",
            Self::Done => "done",
            Self::CalledOff => "called off",
        }
    }
}

/// The head of a column.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Head {
    /// The column.
    pub column: Column,
    /// What it is called.
    pub title: &'static str,
}

/// A row of the board.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Partner {
    /// What it is called: its role, or one of several receivers of that.
    pub name: String,
    /// The role.
    pub role: String,
    /// What people call the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its receivers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<String>,
    /// Since when it has the turn and has said nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Timestamp>,
    /// For how many whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_days: Option<i64>,
    /// A cell for each column of the board.
    pub cells: Vec<Cell>,
}

impl Board {
    /// The board of a subject.
    #[must_use]
    pub fn of(subject: &Subject<'_>, run: Option<(String, Timestamp)>) -> Self {
        let Subject { checked, state, .. } = *subject;
        let plan = checked.plan();
        let roster = Roster::of(plan, subject.coordinator);
        let grid = grid(checked, &roster);
        let turns = Turns::of(*subject);
        let put = |role: RoleId| {
            let role = &plan.landscape.roles[role];
            subject.survey.map(|survey| asked::of_role(survey, role, subject.now)).unwrap_or_default()
        };
        let are_asked = roster.rows.iter().any(|row| !put(row.role).is_empty());
        let is_put = |column: &Column| are_asked && matches!(column, Column::Asked | Column::Answered);
        let own = held(subject, &grid);
        let has = |column: &Column| {
            let mut acts = grid.iter().map(|row| row.get(column.place()).is_some_and(|c| !c.is_empty()));
            let mut told = own.iter().filter_map(|held| held.of(*column));
            acts.any(|is_there| is_there) || told.any(|steps| !steps.is_empty()) || is_put(column)
        };
        let columns: Vec<Column> = Column::ALL.into_iter().filter(has).collect();
        let waived = [Hazard::Rejected, Hazard::Interrupted].map(|hazard| waived(plan, hazard));
        let partners = roster.rows.iter().zip(&grid).zip(&own).map(|((row, cells), own)| {
            let cell = |column: &Column| {
                let steps: &[StepId] = cells.get(column.place()).map_or(&[], Vec::as_slice);
                let cell = match own.of(*column) {
                    Some(_) => own.cell((subject, &turns), row.role, *column),
                    None => asked::cell(turns.cell(row.role, *column, steps), &put(row.role), subject.now),
                };
                let [rejected, interrupted] = &waived;
                let waived = if *column == Column::Stopped { interrupted } else { rejected };
                let role = &plan.landscape.roles[row.role];
                match state.waived.iter().find(|waived| waived.partner == *role) {
                    Some(waived) => left_out_by(waived, cell),
                    None => left_out(cell, row, waived),
                }
            };
            partner(subject, &turns, row, columns.iter().map(cell).collect())
        });
        let (run, began) = run.unzip();
        Self {
            plan: plan.name.clone(),
            title: plan.title.clone(),
            run,
            began,
            standing: Standing::of(state),
            coordinator: plan.landscape.roles[roster.coordinator].clone(),
            columns: columns.iter().map(|column| Head { column: *column, title: column.title() }).collect(),
            partners: partners.collect(),
            awaited: if state.left { Vec::new() } else { awaited(subject, &turns, &roster, &grid) },
        }
    }
}

/// The receivers of the flows of which the author accepts a hazard, with the reason.
fn waived(plan: &Plan, hazard: Hazard) -> Vec<(AcceptorId, String)> {
    let mine = plan.waivers.iter().filter(|waiver| waiver.hazard == hazard);
    mine.map(|waiver| (plan.landscape.channels[waiver.flow].acceptor, waiver.because.clone())).collect()
}

/// What a plan leaves out with a partner and waives there is no gap.
fn left_out(cell: Cell, row: &Row, waived: &[(AcceptorId, String)]) -> Cell {
    let is_of_receiver =
        [Column::AcceptsNew, Column::Tested, Column::Confirmed, Column::OldGone, Column::Stopped];
    if cell.state != Condition::Absent || !is_of_receiver.contains(&cell.column) {
        return cell;
    }
    match waived.iter().find(|(receiver, _)| row.receivers.contains(receiver)) {
        Some((_, because)) => Cell { state: Condition::Waived, why: Some(because.clone()), ..cell },
        None => cell,
    }
}

/// What is left out with a partner because somebody has it so.
fn left_out_by(waived: &Waived, cell: Cell) -> Cell {
    match cell.state {
        Condition::Absent => Cell { state: Condition::Waived, why: Some(waived.reason()), ..cell },
        _ => cell,
    }
}

fn partner(subject: &Subject<'_>, turns: &Turns<'_>, row: &Row, cells: Vec<Cell>) -> Partner {
    let plan = subject.checked.plan();
    let role = &plan.landscape.roles[row.role];
    let waits =
        cells.iter().filter(|cell| cell.state == Condition::Waits && cell.waits_for.as_ref() == Some(role));
    let since = waits.filter_map(|cell| cell.at).min();
    let silent_since = since.map(|since| turns.told.last_act(row.role).map_or(since, |last| last.max(since)));
    Partner {
        name: row.name(plan),
        role: role.clone(),
        title: plan.role_titles[row.role].clone(),
        receivers: row.receivers.iter().map(|one| plan.landscape.acceptors[*one].name.clone()).collect(),
        silent_since,
        silent_days: silent_since.map(|since| days(since, subject.now)),
        cells,
    }
}
