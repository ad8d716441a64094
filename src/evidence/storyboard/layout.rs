//! Where everything stands.

use crate::evidence::{
    chart::label::{bold_width, width},
    swimlane::card::wrapped,
};

use super::scene::{Card, Row, Scene};

/// The space around everything.
pub(super) const MARGIN: f64 = 20.0;

/// The width of a card.
pub(super) const CARD: f64 = 236.0;

/// The space between the side of a card and its text.
pub(super) const PADDING: f64 = 11.0;

/// The height of a line of text.
pub(super) const LINE: f64 = 15.0;

/// The space at each side of a card, in which lines run.
const SIDE: f64 = 22.0;

/// The room for the numbers of the moments.
const NUMBERS: f64 = 34.0;

/// The width of the lane of a flow with one message under way, and how much each other one takes.
const FLOW: (f64, f64) = (196.0, 140.0);

/// No drawing is narrower.
const LEAST: f64 = 560.0;

/// The space between two rows.
const GAP: f64 = 12.0;

/// How many lines run beside each other between two lanes at most; what is more shares the first
/// track.
const TRACKS: usize = 6;

/// How a line of a card is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// The name of the step.
    Name,
    /// What is done.
    Sentence,
    /// What it changes.
    Change,
}

impl Style {
    /// The class in the drawing.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Sentence => "sentence",
            Self::Change => "change",
        }
    }

    /// How wide a text is at most.
    fn width(self, text: &str) -> f64 {
        match self {
            Self::Name => bold_width(text) * 13.0 / 12.0,
            Self::Sentence => text.chars().map(|c| if c.is_ascii() { 6.8 } else { 13.5 }).sum(),
            Self::Change => width(text),
        }
    }
}

/// Where everything stands, from the left and from below the head.
pub(super) struct Layout {
    /// The whole width.
    pub width: f64,
    /// The lanes: left side and width, those of roles first.
    pub lanes: Vec<(f64, f64)>,
    /// The rows: upper side and height.
    pub rows: Vec<(f64, f64)>,
    /// On which track between two lanes word comes to a row.
    pub tracks: Vec<usize>,
    /// What is written in the card of each row.
    pub lines: Vec<Vec<(Style, String)>>,
    /// The box of the ending: its upper side, and what is written in it.
    pub ending: (f64, Vec<String>),
    /// The lower side of everything.
    pub bottom: f64,
}

impl Layout {
    /// The places of a scene.
    pub(super) fn of(scene: &Scene) -> Self {
        let mut x = MARGIN + NUMBERS;
        let mut lanes = Vec::new();
        for _ in &scene.roles {
            lanes.push((x, CARD + 2.0 * SIDE));
            x += CARD + 2.0 * SIDE;
        }
        for flow in 0..scene.flows.len() {
            let beside = scene.messages.iter().filter(|m| m.lane == flow).map(|m| m.beside).max();
            let wide = FLOW.0 + FLOW.1 * beside.unwrap_or(0) as f64;
            lanes.push((x, wide));
            x += wide;
        }
        let width = (x + MARGIN).max(LEAST);
        let (mut y, mut rows, mut lines) = (GAP, Vec::new(), Vec::new());
        for row in &scene.rows {
            let written = match row {
                Row::Card(card) => written(card),
                Row::Band(_) | Row::Traffic => Vec::new(),
            };
            let high = match row {
                Row::Card(_) => written.len() as f64 * LINE + 12.0,
                Row::Band(_) => 24.0,
                Row::Traffic => 26.0,
            };
            rows.push((y, high));
            lines.push(written);
            y += high + GAP;
        }
        let room = width - 2.0 * MARGIN - NUMBERS - 2.0 * PADDING;
        let said = scene.ending.iter().enumerate().flat_map(|(index, text)| {
            let wide = move |t: &str| if index == 0 { bold_width(t) * 13.0 / 12.0 } else { self::wide(t) };
            wrapped(text, room, 4, wide)
        });
        let said: Vec<String> = said.collect();
        let top = y + 10.0;
        let bottom = top + said.len() as f64 * (LINE + 2.0) + 14.0;
        Self { width, lanes, rows, tracks: tracks(scene), lines, ending: (top, said), bottom }
    }

    /// A lane by its number: its left side and its width.
    pub(super) fn lane(&self, lane: usize) -> (f64, f64) {
        self.lanes.get(lane).copied().unwrap_or((MARGIN + NUMBERS, CARD))
    }

    /// The left side of the card in a lane.
    pub(super) fn card(&self, lane: usize) -> f64 {
        self.lane(lane).0 + SIDE
    }

    /// A row by its number: its upper side and its height.
    pub(super) fn row(&self, row: usize) -> (f64, f64) {
        self.rows.get(row).copied().unwrap_or((0.0, 0.0))
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> f64 {
        let (top, high) = self.row(row);
        top + high / 2.0
    }
}

/// For each row the track of the line by which word comes to it: lines between the same two lanes
/// that run beside each other have different ones.
fn tracks(scene: &Scene) -> Vec<usize> {
    // Of each line: the space between lanes, the rows from and to which it runs, its track.
    let mut taken: Vec<(usize, usize, usize, usize)> = Vec::new();
    let mut tracks = Vec::new();
    for (to, row) in scene.rows.iter().enumerate() {
        let line = match row {
            Row::Card(Card { from: Some(from), lane, .. }) => match scene.rows.get(*from) {
                Some(Row::Card(first)) if first.lane < *lane => Some((first.lane + 1, *from)),
                Some(Row::Card(first)) => Some((first.lane, *from)),
                _ => None,
            },
            _ => None,
        };
        let Some((space, from)) = line else {
            tracks.push(0);
            continue;
        };
        let beside = |track: usize| {
            let meets = |(s, f, t, n): &(usize, usize, usize, usize)| {
                *s == space && *n == track && *f <= to && from <= *t
            };
            taken.iter().any(meets)
        };
        let track = (0..TRACKS).find(|track| !beside(*track)).unwrap_or(0);
        taken.push((space, from, to, track));
        tracks.push(track);
    }
    tracks
}

fn wide(text: &str) -> f64 {
    width(text)
}

/// What is written in a card.
fn written(card: &Card) -> Vec<(Style, String)> {
    let room = CARD - 2.0 * PADDING;
    let put = |text: &str, style: Style, most: usize| {
        wrapped(text, room, most, |t| style.width(t)).into_iter().map(move |line| (style, line))
    };
    let mut lines: Vec<(Style, String)> = Vec::new();
    lines.extend(put(&card.name, Style::Name, 2));
    lines.extend(put(&card.sentence, Style::Sentence, 3));
    for change in &card.changes {
        lines.extend(put(change, Style::Change, 2));
    }
    lines
}
