//! Who the partners are: a row of the board for each.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::Plan,
    run::partner,
    world::id::{AcceptorId, PlaceId, RoleId, Table},
};

/// A row: a role, or one receiver of a role that owns several.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The role.
    pub(super) role: RoleId,
    /// The receivers of this row.
    pub(super) receivers: Vec<AcceptorId>,
    /// Whether the role has other rows.
    pub(super) is_one_of_several: bool,
}

/// The rows of a plan.
#[derive(Debug)]
pub(super) struct Roster {
    /// Who coordinates.
    pub(super) coordinator: RoleId,
    /// The partners, in the order in which the plan declares them.
    pub(super) rows: Vec<Row>,
    of_role: Table<RoleId, Vec<usize>>,
    of_receiver: Table<AcceptorId, Vec<usize>>,
    /// The receivers of the flows that sign with what an alias names.
    reached: BTreeMap<PlaceId, Vec<AcceptorId>>,
}

impl Roster {
    /// The partners of a plan: every role but the coordinator's that owns a receiver or is spoken to. Where there
    /// are none, the coordinator's own receivers.
    pub(super) fn of(plan: &Plan, coordinator: Option<RoleId>) -> Self {
        let land = &plan.landscape;
        let coordinator = coordinator.unwrap_or_else(|| partner::coordinator(plan));
        let mut receivers: Table<RoleId, Vec<AcceptorId>> = Table::like(&land.roles, Vec::new());
        land.acceptors.iter().for_each(|(receiver, row)| receivers[row.owner].push(receiver));
        let spoken_to: BTreeSet<RoleId> = plan
            .steps
            .rows()
            .filter_map(|step| step.speech.as_ref())
            .flat_map(|speech| speech.to.clone())
            .collect();
        let mut rows = Vec::new();
        for (role, own) in receivers.iter() {
            if role != coordinator && (!own.is_empty() || spoken_to.contains(&role)) {
                rows.extend(rows_of(role, own));
            }
        }
        if rows.is_empty() {
            rows = rows_of(coordinator, &receivers[coordinator]);
            rows.retain(|row| !row.receivers.is_empty());
        }
        let mut of_role: Table<RoleId, Vec<usize>> = Table::like(&land.roles, Vec::new());
        let mut of_receiver: Table<AcceptorId, Vec<usize>> = Table::like(&land.acceptors, Vec::new());
        for (number, row) in rows.iter().enumerate() {
            of_role[row.role].push(number);
            row.receivers.iter().for_each(|receiver| of_receiver[*receiver].push(number));
        }
        let mut reached: BTreeMap<PlaceId, Vec<AcceptorId>> = BTreeMap::new();
        for channel in land.channels.rows() {
            channel.aliases().for_each(|place| reached.entry(place).or_default().push(channel.acceptor));
        }
        Self { coordinator, rows, of_role, of_receiver, reached }
    }

    /// The rows of a role.
    pub(super) fn of_role(&self, role: RoleId) -> &[usize] {
        &self.of_role[role]
    }

    /// The rows of a receiver: one, or none where it is the coordinator's.
    pub(super) fn of_receiver(&self, receiver: AcceptorId) -> &[usize] {
        &self.of_receiver[receiver]
    }

    /// The receivers of what is signed with the credential at a place.
    pub(super) fn reached_from(&self, place: PlaceId) -> &[AcceptorId] {
        self.reached.get(&place).map_or(&[], Vec::as_slice)
    }
}

fn rows_of(role: RoleId, receivers: &[AcceptorId]) -> Vec<Row> {
    if receivers.len() < 2 {
        return vec![Row { role, receivers: receivers.to_vec(), is_one_of_several: false }];
    }
    let row = |receiver: &AcceptorId| Row { role, receivers: vec![*receiver], is_one_of_several: true };
    receivers.iter().map(row).collect()
}

impl Row {
    /// What the row is called: the role, or the receiver where the role has several rows.
    pub(super) fn name(&self, plan: &Plan) -> String {
        match self.receivers.first().filter(|_| self.is_one_of_several) {
            Some(receiver) => plan.landscape.acceptors[*receiver].name.clone(),
            None => plan.landscape.roles[self.role].clone(),
        }
    }
}
