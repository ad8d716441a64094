//! What is done with a partner, by kind: the board has a column for each kind of which the plan has an act.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    action::SpeechKind,
    check::Checked,
    world::{
        effect::Effect,
        id::{AcceptorId, RoleId, StepId},
    },
};

use super::partner::Roster;

/// A kind of act, in the order in which the board shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The partner is asked for something, or a window is proposed to it.
    Asked,
    /// The partner answers, or allows what it was asked for.
    Answered,
    /// The partner makes a key.
    Made,
    /// A certificate is ordered, issued or installed by the partner.
    Issued,
    /// The partner hands over the certificate of its key.
    HandedOver,
    /// The partner is sent a certificate.
    Certificate,
    /// The partner accepts the new key too, or instead of the old one.
    AcceptsNew,
    /// The fingerprint of the certificate that the partner has installed was compared with the one that was sent.
    Compared,
    /// The partner accepts the new key beside the old one: somebody said so, or it was tested.
    HoldsBoth,
    /// A message that is signed with the new key was verified there.
    Tested,
    /// The partner reports that it accepts the new key.
    Confirmed,
    /// The flow to the partner, or from it, is stopped.
    Stopped,
    /// The key is exchanged with which messages to the partner, or from it, are signed.
    Exchanged,
    /// The flow runs again.
    RunsAgain,
    /// The partner is told something.
    Told,
    /// The partner no longer accepts the old key, or no longer has it.
    OldGone,
    /// The partner reports that the old key is gone.
    GoneConfirmed,
    /// A fact of the partner's is set.
    Set,
    /// A fact of the partner's is cleared.
    Cleared,
    /// The partner reports something else.
    Reported,
}

impl Column {
    /// All of them, in their order.
    pub const ALL: [Self; 20] = [
        Self::Asked,
        Self::Answered,
        Self::Made,
        Self::Issued,
        Self::HandedOver,
        Self::Certificate,
        Self::AcceptsNew,
        Self::Compared,
        Self::HoldsBoth,
        Self::Tested,
        Self::Confirmed,
        Self::Stopped,
        Self::Exchanged,
        Self::RunsAgain,
        Self::Told,
        Self::OldGone,
        Self::GoneConfirmed,
        Self::Set,
        Self::Cleared,
        Self::Reported,
    ];

    /// The head of the column.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Made => "key made",
            Self::Issued => "issued",
            Self::HandedOver => "handed over",
            Self::Certificate => "certificate sent",
            Self::AcceptsNew => "accepts new",
            Self::Compared => "fingerprint compared",
            Self::HoldsBoth => "holds both",
            Self::Tested => "tested",
            Self::Confirmed => "confirmed",
            Self::Stopped => "stopped",
            Self::Exchanged => "exchanged",
            Self::RunsAgain => "runs again",
            Self::Told => "told",
            Self::OldGone => "old gone",
            Self::GoneConfirmed => "gone confirmed",
            Self::Set => "set",
            Self::Cleared => "cleared",
            Self::Reported => "reported",
        }
    }

    /// The place among all columns.
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }
}

/// The steps of each partner, by column, in the order of the plan.
pub(super) type Grid = Vec<[Vec<StepId>; Column::ALL.len()]>;

/// Sorts the steps of a plan.
pub(super) fn grid(checked: &Checked, roster: &Roster) -> Grid {
    let mut sorting = Sorting {
        checked,
        roster,
        grid: roster.rows.iter().map(|_| Default::default()).collect(),
        own: roster.rows.iter().map(|_| Vec::new()).collect(),
    };
    // What a report speaks of is told by what came before it, wherever that stands in the text.
    let steps = || checked.plan().steps.ids();
    steps().for_each(|step| sorting.changes(step));
    steps().for_each(|step| sorting.is_heard(step));
    steps().for_each(|step| sorting.is_said(step));
    // Within a cell the order is that of the text.
    sorting.grid.iter_mut().flatten().for_each(|cell| cell.sort());
    sorting.grid
}

struct Sorting<'a> {
    checked: &'a Checked,
    roster: &'a Roster,
    grid: Grid,
    /// What each partner changes itself, and as what.
    own: Vec<Vec<(StepId, Column)>>,
}

impl Sorting<'_> {
    fn put(&mut self, row: usize, column: Column, step: StepId) {
        let Some(cell) = self.grid.get_mut(row).and_then(|cells| cells.get_mut(column.place())) else {
            return;
        };
        if cell.last() != Some(&step) {
            cell.push(step);
        }
        let is_own = self.roster.rows.get(row).is_some_and(|partner| {
            partner.role == self.checked.plan().steps[step].role.value
                && self.checked.plan().steps[step].speech.is_none()
        });
        // Of what takes the place of another key the new one is what is spoken of.
        let own =
            self.own.get_mut(row).filter(|own| is_own && own.last().is_none_or(|(last, _)| *last != step));
        if let Some(own) = own {
            own.push((step, column));
        }
    }

    fn put_all(&mut self, rows: &[usize], column: Column, step: StepId) {
        rows.iter().for_each(|row| self.put(*row, column, step));
    }

    /// A step that changes something.
    fn changes(&mut self, step: StepId) {
        let roster = self.roster;
        let plan = self.checked.plan();
        let land = &plan.landscape;
        let row = &plan.steps[step];
        if row.action.value.certifies().is_some() {
            self.put_all(roster.of_role(row.role.value), Column::Issued, step);
            return;
        }
        let of = |acceptor: AcceptorId| roster.of_receiver(acceptor);
        for effect in row.action.value.effects() {
            match effect {
                Effect::Accept { acceptor, .. } => self.put_all(of(acceptor), Column::AcceptsNew, step),
                Effect::Retire { acceptor, .. } => self.put_all(of(acceptor), Column::OldGone, step),
                Effect::Replace { acceptor, .. } => {
                    self.put_all(of(acceptor), Column::AcceptsNew, step);
                    self.put_all(of(acceptor), Column::OldGone, step);
                }
                Effect::Try { channel, .. } => {
                    self.put_all(of(land.channels[channel].acceptor), Column::Tested, step);
                }
                Effect::Put { place, .. } => {
                    self.put_all(
                        roster.of_role(land.stores[land.places[place].store].owner),
                        Column::Made,
                        step,
                    );
                }
                Effect::Remove { place, .. } => {
                    let owner = land.stores[land.places[place].store].owner;
                    self.put_all(roster.of_role(owner), Column::OldGone, step);
                }
                Effect::Exchange { place, .. } => {
                    let owner = land.stores[land.places[place].store].owner;
                    self.put_all(roster.of_role(owner), Column::Exchanged, step);
                    for receiver in roster.reached_from(place) {
                        self.put_all(of(*receiver), Column::Exchanged, step);
                    }
                }
                Effect::Repoint { own, .. } => {
                    for channel in land.channels.rows().filter(|channel| channel.stamps == own) {
                        self.put_all(of(channel.acceptor), Column::Exchanged, step);
                        self.put_all(roster.of_role(channel.owner), Column::Exchanged, step);
                    }
                }
                Effect::Start(channel) | Effect::Stop(channel) => {
                    let column =
                        if matches!(effect, Effect::Start(_)) { Column::RunsAgain } else { Column::Stopped };
                    let channel = &land.channels[channel];
                    self.put_all(of(channel.acceptor), column, step);
                    self.put_all(roster.of_role(channel.owner), column, step);
                }
                Effect::Set(fact) => {
                    self.put_all(roster.of_role(land.own_facts[fact].owner), Column::Set, step)
                }
                Effect::Clear(fact) => {
                    self.put_all(roster.of_role(land.own_facts[fact].owner), Column::Cleared, step);
                }
                // Windows are agreed by speech.
                Effect::Propose(_) | Effect::Agree(_) => {}
            }
        }
    }

    /// What partners are told or asked.
    fn is_heard(&mut self, step: StepId) {
        let roster = self.roster;
        let Some(speech) = &self.checked.plan().steps[step].speech else { return };
        for to in &speech.to {
            let rows = roster.of_role(*to);
            match speech.kind {
                SpeechKind::Request => self.put_all(rows, Column::Asked, step),
                SpeechKind::Proposal(_) => {
                    self.put_all(rows, Column::Asked, step);
                    self.put_all(rows, Column::Answered, step);
                }
                SpeechKind::Provision(_) => self.put_all(rows, Column::Certificate, step),
                SpeechKind::Report | SpeechKind::Permission => self.put_all(rows, Column::Told, step),
            }
        }
    }

    /// What partners say.
    fn is_said(&mut self, step: StepId) {
        let roster = self.roster;
        let row = &self.checked.plan().steps[step];
        let Some(speech) = &row.speech else { return };
        for partner in roster.of_role(row.role.value).to_vec() {
            let column = match speech.kind {
                SpeechKind::Proposal(_) => continue,
                SpeechKind::Permission => Column::Answered,
                SpeechKind::Provision(_) => Column::HandedOver,
                // Who asks for the next step, as for a test, says with it that its own is done.
                SpeechKind::Report | SpeechKind::Request => self.report(partner, row.role.value, step),
            };
            self.put(partner, column, step);
        }
    }

    /// What a report of a partner speaks of: what it changed last before it; or else it is the answer to what
    /// it was asked.
    fn report(&self, partner: usize, role: RoleId, step: StepId) -> Column {
        let order = self.checked.order();
        let own = self.own.get(partner).into_iter().flatten();
        let last = own
            .filter(|(before, _)| order.is_before(*before, step))
            .max_by_key(|(before, _)| order.position(*before));
        let asked = || {
            let cells = self.grid.get(partner).and_then(|cells| cells.get(Column::Asked.place()));
            cells.into_iter().flatten().any(|asked| {
                self.checked.plan().steps[*asked].role.value != role && order.is_before(*asked, step)
            })
        };
        match last {
            Some((_, Column::AcceptsNew)) => Column::Confirmed,
            Some((_, Column::OldGone)) => Column::GoneConfirmed,
            None if asked() => Column::Answered,
            _ => Column::Reported,
        }
    }
}
