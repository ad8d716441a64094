//! Which way each line takes, told in rows and columns.

use crate::{
    graph::outline::{MessageKind, Outline},
    world::id::{StepId, Table},
};

use super::grid::Grid;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Written, but so in any case.
    Implied,
    /// One comes after the other.
    Order,
    /// One role tells the other.
    Message(MessageKind),
}

/// Which way a line takes from the box of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// Straight down: nothing lies between.
    Straight(StepId),
    /// Along the gutter below its own row, then down to the other box.
    Early(StepId),
    /// Down below its own box, then along the gutter above the other row.
    Late(StepId),
    /// Along the lower gutter, down this gutter between columns, along the upper one.
    Around(StepId, usize),
    /// Along the lower gutter to the near side of a lane, above or below this column.
    Told(usize),
}

/// A line of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Where it begins.
    pub from: StepId,
    /// What it says.
    pub kind: Kind,
    /// Which way it takes.
    pub way: Way,
    /// What is written on it.
    pub label: Option<String>,
}

impl Link {
    /// The step at which it ends, if it ends at one.
    #[must_use]
    pub const fn to(&self) -> Option<StepId> {
        match self.way {
            Way::Straight(to) | Way::Early(to) | Way::Late(to) | Way::Around(to, _) => Some(to),
            Way::Told(_) => None,
        }
    }
}

/// All lines, weak ones first: what is drawn later lies on top.
#[must_use]
pub fn links(outline: &Outline, grid: &Grid) -> Vec<Link> {
    let mut labels: Table<StepId, Vec<(StepId, &str)>> = Table::like(&outline.steps, Vec::new());
    for message in &outline.messages {
        if let Some(first) = message.heard_by.first() {
            labels[message.from].push((*first, &message.label));
        }
    }
    let edges = outline.edges.iter().map(|edge| {
        let kind = match edge.kind {
            Some(kind) => Kind::Message(kind),
            None if edge.necessary => Kind::Order,
            None => Kind::Implied,
        };
        let label = labels[edge.from].iter().find(|(to, _)| *to == edge.to);
        let label = label.map(|(_, label)| (*label).to_owned());
        Link { from: edge.from, kind, way: way(grid, edge.from, edge.to), label }
    });
    let unheard = outline.messages.iter().filter(|message| message.heard_by.is_empty()).map(|message| {
        let (first, end) = grid.lane(message.to);
        let column = if grid.cell(message.from).column < first { first } else { end.saturating_sub(1) };
        let label = Some(message.label.clone());
        Link { from: message.from, kind: Kind::Message(message.kind), way: Way::Told(column), label }
    });
    let mut links: Vec<Link> = edges.chain(unheard).collect();
    links.sort_by_key(|link| link.kind);
    links
}

fn way(grid: &Grid, from: StepId, to: StepId) -> Way {
    let (a, b) = (grid.cell(from), grid.cell(to));
    if a.column == b.column && grid.is_clear(a.column, a.row, b.row) {
        Way::Straight(to)
    } else if grid.is_clear(b.column, a.row, b.row) {
        Way::Early(to)
    } else if grid.is_clear(a.column, a.row, b.row) {
        Way::Late(to)
    } else {
        // Twice the distance, for a gutter lies half a column from a box.
        let far = |gutter: usize, column: usize| (2 * gutter).abs_diff(2 * column + 1);
        let cost = |gutter: &usize| {
            (far(*gutter, a.column) + far(*gutter, b.column), far(*gutter, b.column), *gutter)
        };
        Way::Around(to, (0..=grid.columns()).min_by_key(cost).unwrap_or(0))
    }
}

/// Where a line leaves its box and where it enters the other one, in a row from the left: twice the
/// column, or the gutter between two, that it makes for and comes from.
#[must_use]
pub fn sides(grid: &Grid, link: &Link) -> (usize, usize) {
    let own = 2 * grid.cell(link.from).column + 1;
    match link.way {
        Way::Straight(_) => (own, own),
        Way::Early(to) | Way::Late(to) => (2 * grid.cell(to).column + 1, own),
        Way::Around(_, gutter) => (2 * gutter, 2 * gutter),
        Way::Told(column) => (2 * column + 1, own),
    }
}
