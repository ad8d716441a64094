//! Where everything lies, in the units of the drawing.

use crate::{
    graph::outline::Outline,
    world::id::{RoleId, StepId, Table},
};

use super::{
    card::{Card, WIDTH},
    grid::Grid,
    gutter::{Run, tracks, upright},
    link::{Kind, Link, Way, links, sides},
    port,
};

/// The distance of two lines along a gutter between rows.
const TRACK: f64 = 16.0;
/// The distance of two lines down a gutter between columns.
const UPRIGHT: f64 = 9.0;
/// From the boxes above to the first line.
const ABOVE: f64 = 18.0;
/// From the last line to the boxes below: the length of an arrow's head and more.
const BELOW: f64 = 17.0;
/// The space for the name of a standstill at the left side.
pub const BRACKET: f64 = 21.0;
/// The space around everything.
pub const MARGIN: f64 = 16.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Its left side.
    pub left: f64,
    /// Its upper side.
    pub top: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Area {
    /// Its right side.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Its lower side.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// A line with its corners.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Where it begins.
    pub from: StepId,
    /// Where it ends; `None`: at the side of a lane.
    pub to: Option<StepId>,
    /// What it says.
    pub kind: Kind,
    /// Its corners; each two lie above or beside each other.
    pub points: Vec<(f64, f64)>,
    /// What is written on it, and the left end of its base line.
    pub label: Option<(String, Option<(f64, f64)>)>,
}

/// The place of a standstill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Its number in the outline.
    pub index: usize,
    /// The rows from the stop to the start, from side to side.
    pub area: Area,
    /// The left side of its bracket.
    pub bracket: f64,
}

/// A drawing of a plan, laid out: rows begin at 0 below whatever stands above them.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The boxes, with their places.
    pub cards: Table<StepId, (Card, Area)>,
    /// The lanes: as high as all rows.
    pub lanes: Table<RoleId, Area>,
    /// The lines, weak ones first.
    pub wires: Vec<Wire>,
    /// Where flows stand still.
    pub bands: Vec<Band>,
    /// How wide and how high it all is.
    pub size: (f64, f64),
}

impl Layout {
    /// Lays a plan out.
    #[must_use]
    pub fn of(outline: &Outline) -> Self {
        let grid = Grid::of(outline);
        let links = links(outline, &grid);
        let cards: Table<StepId, Card> = outline.steps.rows().map(Card::of).collect();
        let (brackets, count) = brackets(outline, &grid);
        let columns = Columns::of(outline, &grid, &links, MARGIN + count as f64 * BRACKET);
        let ends = ends(outline, &grid, &links, &columns);
        let rows = Rows::of(&grid, &cards, runs(&grid, &links, &ends, &columns));

        let height = rows.bottom();
        let area = |role| {
            let (left, right) = columns.lane(&grid, role);
            Area { left, top: 0.0, width: right - left, height }
        };
        let lanes: Table<RoleId, Area> = outline.lanes.ids().map(area).collect();
        let placed = cards.iter().map(|(step, card)| {
            let cell = grid.cell(step);
            let (left, top) = (columns.left(cell.column), rows.top(cell.row));
            (card.clone(), Area { left, top, width: WIDTH, height: card.height })
        });
        let cards: Table<StepId, (Card, Area)> = placed.collect();
        let shape = Shape { grid: &grid, columns: &columns, rows: &rows, cards: &cards };
        let mut wires: Vec<Wire> =
            links.iter().enumerate().map(|(n, link)| shape.wire(n, link, &ends)).collect();
        super::inscription::inscribe(&mut wires);
        let bands = outline.standstills.iter().enumerate().zip(brackets).map(|((index, still), track)| {
            let top = still.stop.map_or(-2.0, |stop| rows.top(grid.cell(stop).row) - 8.0);
            let bottom = still.start.map_or(height, |start| rows.end(grid.cell(start).row) + 8.0);
            let (left, right) = (columns.first() - 6.0, columns.right());
            let area = Area { left, top, width: right - left, height: bottom - top };
            Band { index, area, bracket: MARGIN + track as f64 * BRACKET }
        });
        let bands = bands.collect();
        Self { cards, lanes, wires, bands, size: (columns.right() + MARGIN, height) }
    }
}

/// The track of the bracket of each standstill, and how many there are.
fn brackets(outline: &Outline, grid: &Grid) -> (Vec<usize>, usize) {
    let row = |step: Option<StepId>, open: usize| step.map_or(open, |step| grid.cell(step).row);
    let spans: Vec<(usize, usize)> =
        outline.standstills.iter().map(|still| (row(still.stop, 0), row(still.start, grid.rows()))).collect();
    upright(&spans)
}

/// The columns and the gutters between them.
struct Columns {
    /// The left side of each gutter; the last one is the right end of everything.
    gutters: Vec<f64>,
    /// How far the first line of each gutter stands to the right.
    offsets: Vec<f64>,
    /// The left side of each column.
    lefts: Vec<f64>,
    /// For each line, its track in the gutter that it goes down.
    tracks: Vec<usize>,
}

impl Columns {
    fn of(outline: &Outline, grid: &Grid, links: &[Link], left: f64) -> Self {
        let begins: Vec<usize> = outline.lanes.ids().map(|role| grid.lane(role).0).collect();
        let mut all = Self {
            gutters: Vec::new(),
            offsets: Vec::new(),
            lefts: Vec::new(),
            tracks: vec![0; links.len()],
        };
        let mut x = left;
        for gutter in 0..=grid.columns() {
            let here = links.iter().enumerate().filter_map(|(n, link)| match link.way {
                Way::Around(to, k) if k == gutter => {
                    Some((n, (grid.cell(link.from).row, grid.cell(to).row - 1)))
                }
                _ => None,
            });
            let (numbers, spans): (Vec<usize>, Vec<(usize, usize)>) = here.unzip();
            let (tracks, count) = upright(&spans);
            for (n, track) in numbers.into_iter().zip(tracks) {
                if let Some(slot) = all.tracks.get_mut(n) {
                    *slot = track;
                }
            }
            // A line between two lanes has a border to its left.
            let border = begins.contains(&gutter) && gutter > 0;
            let offset = if border { 22.0 } else { 11.0 };
            all.gutters.push(x);
            all.offsets.push(offset);
            x += (offset + count as f64 * UPRIGHT + 2.0).max(if border { 26.0 } else { 14.0 });
            if gutter < grid.columns() {
                all.lefts.push(x);
                x += WIDTH;
            }
        }
        all.gutters.push(x);
        all
    }

    fn first(&self) -> f64 {
        self.gutters.first().copied().unwrap_or(0.0)
    }

    fn right(&self) -> f64 {
        self.gutters.last().copied().unwrap_or(0.0)
    }

    fn left(&self, column: usize) -> f64 {
        self.lefts.get(column).copied().unwrap_or(0.0)
    }

    fn upright(&self, link: usize, gutter: usize) -> f64 {
        let at = |all: &[f64]| all.get(gutter).copied().unwrap_or(0.0);
        at(&self.gutters) + at(&self.offsets) + self.tracks.get(link).copied().unwrap_or(0) as f64 * UPRIGHT
    }

    /// The sides of a lane: from border to border.
    fn lane(&self, grid: &Grid, role: RoleId) -> (f64, f64) {
        let border = |column: usize| match column {
            0 => self.first(),
            last if last >= grid.columns() => self.right(),
            column => self.gutters.get(column).copied().unwrap_or(0.0) + 12.0,
        };
        let (from, end) = grid.lane(role);
        (border(from), border(end))
    }
}

/// Where each line leaves its box and where it enters the other, from the left side of everything.
fn ends(outline: &Outline, grid: &Grid, links: &[Link], columns: &Columns) -> Vec<(f64, f64)> {
    let mut leaving: Table<StepId, Vec<(usize, usize, usize)>> = Table::like(&outline.steps, Vec::new());
    let mut entering = leaving.clone();
    for (n, link) in links.iter().enumerate() {
        let (out, back) = sides(grid, link);
        let row = link.to().map_or(0, |to| grid.cell(to).row);
        leaving[link.from].push((out, row, n));
        if let Some(to) = link.to() {
            entering[to].push((back, grid.cell(link.from).row, n));
        }
    }
    let mut ends = vec![(0.0, 0.0); links.len()];
    let straight = |n: &usize| links.get(*n).is_some_and(|link| matches!(link.way, Way::Straight(_)));
    for step in outline.steps.ids() {
        let middle = columns.left(grid.cell(step).column) + WIDTH / 2.0;
        for (lines, leaves) in [(&mut leaving[step], true), (&mut entering[step], false)] {
            lines.sort_unstable();
            let index = lines.iter().position(|(.., n)| straight(n));
            let places =
                if leaves { port::leaving(lines.len(), index) } else { port::entering(lines.len(), index) };
            for ((.., n), place) in lines.iter().zip(places) {
                if let Some(end) = ends.get_mut(*n) {
                    let side = if leaves { &mut end.0 } else { &mut end.1 };
                    *side = middle + place;
                }
            }
        }
    }
    for (link, end) in links.iter().zip(&mut ends) {
        if let Way::Told(column) = link.way {
            // A box's own lines never stand so near to its side.
            let left = columns.left(column);
            end.1 = if end.0 < left { left + 10.0 } else { left + WIDTH - 10.0 };
        }
    }
    ends
}

/// The lines along each gutter: which link, whether it is its last part, and from where to where.
fn runs(grid: &Grid, links: &[Link], ends: &[(f64, f64)], columns: &Columns) -> Vec<Vec<(usize, bool, Run)>> {
    let mut gutters = vec![Vec::new(); grid.rows()];
    let mut put = |row: usize, n: usize, last: bool, run: Run| {
        if let Some(gutter) = gutters.get_mut(row) {
            gutter.push((n, last, run));
        }
    };
    for ((n, link), (from, to)) in links.iter().enumerate().zip(ends.iter().copied()) {
        let row = grid.cell(link.from).row;
        let down = |from, to| Run { from, to, begins_above: true, ends_above: Some(false) };
        match link.way {
            Way::Straight(_) => {}
            Way::Early(_) => put(row, n, true, down(from, to)),
            Way::Late(step) => put(grid.cell(step).row - 1, n, true, down(from, to)),
            Way::Around(step, gutter) => {
                let between = columns.upright(n, gutter);
                put(row, n, false, down(from, between));
                put(grid.cell(step).row - 1, n, true, down(between, to));
            }
            Way::Told(_) => put(row, n, true, Run { from, to, begins_above: true, ends_above: None }),
        }
    }
    gutters
}

/// The rows and the gutters below them.
struct Rows {
    tops: Vec<f64>,
    ends: Vec<f64>,
    bottom: f64,
    /// How high each line runs: of its first part, and of its last.
    heights: std::collections::BTreeMap<(usize, bool), f64>,
}

impl Rows {
    fn of(grid: &Grid, cards: &Table<StepId, Card>, gutters: Vec<Vec<(usize, bool, Run)>>) -> Self {
        let mut high = vec![0.0_f64; grid.rows()];
        for (step, card) in cards.iter() {
            if let Some(row) = high.get_mut(grid.cell(step).row) {
                *row = row.max(card.height);
            }
        }
        let (mut tops, mut ends, mut y) = (Vec::new(), Vec::new(), 14.0);
        let mut heights = std::collections::BTreeMap::new();
        for (height, gutter) in high.into_iter().zip(gutters) {
            tops.push(y);
            y += height;
            ends.push(y);
            let lines: Vec<Run> = gutter.iter().map(|(.., run)| *run).collect();
            let (tracks, count) = tracks(&lines);
            for ((n, last, _), track) in gutter.into_iter().zip(tracks) {
                heights.insert((n, last), y + ABOVE + track as f64 * TRACK);
            }
            y += ABOVE + BELOW + count.saturating_sub(1) as f64 * TRACK;
        }
        Self { tops, ends, bottom: y, heights }
    }

    fn top(&self, row: usize) -> f64 {
        self.tops.get(row).copied().unwrap_or(0.0)
    }

    fn end(&self, row: usize) -> f64 {
        self.ends.get(row).copied().unwrap_or(0.0)
    }

    const fn bottom(&self) -> f64 {
        self.bottom
    }

    fn run(&self, link: usize, last: bool) -> f64 {
        self.heights.get(&(link, last)).copied().unwrap_or(0.0)
    }
}

struct Shape<'a> {
    grid: &'a Grid,
    columns: &'a Columns,
    rows: &'a Rows,
    cards: &'a Table<StepId, (Card, Area)>,
}

impl Shape<'_> {
    fn wire(&self, n: usize, link: &Link, ends: &[(f64, f64)]) -> Wire {
        let (from, to) = ends.get(n).copied().unwrap_or_default();
        let mut points = vec![(from, self.cards[link.from].1.bottom())];
        let last = self.rows.run(n, true);
        match link.way {
            Way::Straight(_) => {}
            Way::Early(_) | Way::Late(_) | Way::Told(_) => points.extend([(from, last), (to, last)]),
            Way::Around(_, gutter) => {
                let (first, between) = (self.rows.run(n, false), self.columns.upright(n, gutter));
                points.extend([(from, first), (between, first), (between, last), (to, last)]);
            }
        }
        if let Some(step) = link.to() {
            points.push((to, self.rows.top(self.grid.cell(step).row)));
        }
        let label = link.label.clone().map(|label| (label, None));
        Wire { from: link.from, to: link.to(), kind: link.kind, points, label }
    }
}
