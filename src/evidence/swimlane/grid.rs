//! Which row and column each step takes: rows follow the necessary order downwards, columns belong
//! to the lane of a role.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    graph::outline::Outline,
    world::id::{RoleId, StepId, Table},
};

/// How many steps of one role lie beside each other at most; what is more takes the next row.
pub const ABREAST: usize = 3;

/// The cell of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The row, from the top.
    pub row: usize,
    /// The column, counted over all lanes from the left.
    pub column: usize,
}

/// A table of cells.
#[derive(Clone, Debug)]
pub struct Grid {
    cells: Table<StepId, Cell>,
    first: Table<RoleId, usize>,
    columns: usize,
    rows: usize,
    taken: BTreeMap<usize, BTreeSet<usize>>,
}

impl Grid {
    /// Places every step below all that come before it, as high as it can be.
    #[must_use]
    pub fn of(outline: &Outline) -> Self {
        let mut before: Table<StepId, Vec<StepId>> = Table::like(&outline.steps, Vec::new());
        outline.edges.iter().for_each(|edge| before[edge.to].push(edge.from));
        let mut sequence: Vec<StepId> = outline.steps.ids().collect();
        sequence.sort_by_key(|step| (outline.steps[*step].rank, *step));
        let mut cells: Table<StepId, Cell> = Table::like(&outline.steps, Cell::default());
        // Per lane: which columns of which row are taken.
        let mut used: Table<RoleId, BTreeMap<usize, BTreeSet<usize>>> =
            Table::like(&outline.lanes, BTreeMap::new());
        let mut full: Table<RoleId, usize> = Table::like(&outline.lanes, 0);
        for step in sequence {
            let role = outline.steps[step].role;
            let earliest = before[step].iter().map(|b| cells[*b].row + 1).max().unwrap_or(0);
            let lane = &mut used[role];
            let taken =
                |row: usize, lane: &BTreeMap<usize, BTreeSet<usize>>| lane.get(&row).map_or(0, BTreeSet::len);
            // Rows above this one are known to be full: many steps without an order stay quick.
            let mut row = if full[role] > earliest && earliest == 0 { full[role] } else { earliest };
            while taken(row, lane) >= ABREAST {
                row += 1;
            }
            if earliest == 0 {
                full[role] = row;
            }
            let own = before[step].iter().filter(|b| outline.steps[**b].role == role);
            let above = own.max_by_key(|b| cells[**b].row).map(|b| cells[*b].column);
            let columns = lane.entry(row).or_default();
            let free = |column: &usize| !columns.contains(column);
            let column = above.filter(free).or_else(|| (0..ABREAST).find(free)).unwrap_or(0);
            columns.insert(column);
            cells[step] = Cell { row, column };
        }
        Self::spread(outline, cells)
    }

    /// Lays the lanes beside each other.
    fn spread(outline: &Outline, mut cells: Table<StepId, Cell>) -> Self {
        let mut width: Table<RoleId, usize> = Table::like(&outline.lanes, 1);
        for (step, cell) in cells.iter() {
            let role = outline.steps[step].role;
            width[role] = width[role].max(cell.column + 1);
        }
        let mut columns = 0;
        let mut first: Table<RoleId, usize> = Table::new();
        for lane in width.rows() {
            first.push(columns);
            columns += lane;
        }
        let mut taken: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut rows = 0;
        for step in outline.steps.ids() {
            cells[step].column += first[outline.steps[step].role];
            taken.entry(cells[step].column).or_default().insert(cells[step].row);
            rows = rows.max(cells[step].row + 1);
        }
        Self { cells, first, columns, rows, taken }
    }

    /// The cell of a step.
    #[must_use]
    pub fn cell(&self, step: StepId) -> Cell {
        self.cells[step]
    }

    /// The first column of a lane and the one after its last.
    #[must_use]
    pub fn lane(&self, role: RoleId) -> (usize, usize) {
        let from = self.first[role];
        let next = self.first.rows().copied().find(|first| *first > from);
        (from, next.unwrap_or(self.columns))
    }

    /// How many columns there are.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Whether no step lies in a column strictly between two rows.
    #[must_use]
    pub fn is_clear(&self, column: usize, above: usize, below: usize) -> bool {
        let rows = self.taken.get(&column);
        above + 1 >= below || rows.is_none_or(|rows| rows.range(above + 1..below).next().is_none())
    }
}
