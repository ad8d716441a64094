//! Every plan of the library, driven from its start to its end: at each moment the board agrees with the world,
//! and with what is said of the exchange in another way.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use keyroll::{
    board::{Because, Boards, Condition, Page, text},
    check::{self, Checked},
    plan::{given::Given, inner::STOCK},
    source::Source,
    transition::{
        event::Record,
        next::{Verdict, next},
        state::State,
    },
    world::{effect::Effect, id::StepId},
};

use super::board;
use crate::{
    report::{needs, shape},
    transition::{begin, moves},
};

/// All that comes before a step, by the lines of the plan.
fn before(checked: &Checked, step: StepId) -> BTreeSet<StepId> {
    let (mut found, mut open) = (BTreeSet::new(), vec![step]);
    while let Some(step) = open.pop() {
        for before in &checked.plan().steps[step].after {
            if found.insert(before.value) {
                open.push(before.value);
            }
        }
    }
    found
}

/// What is wrong with a board at a moment.
#[track_caller]
fn agrees(checked: &Checked, state: &State, boards: &Boards, name: &str) {
    let (plan, board) = (checked.plan(), &boards.boards[0]);
    let is_done = |name: &String| state.world.is_done(plan.step(name).unwrap());
    for partner in &board.partners {
        assert_eq!(partner.cells.len(), board.columns.len());
        for cell in &partner.cells {
            let told = format!("{name}: {} {cell:?}", partner.name);
            match cell.state {
                Condition::Done => assert!(cell.at.is_some() || cell.steps.iter().all(is_done), "{told}"),
                Condition::Absent | Condition::Waived => assert!(cell.steps.is_empty(), "{told}"),
                Condition::Waits => assert!(cell.waits_for.is_some(), "{told}"),
                // Sent and not taken is a wait; all else is not done.
                _ => assert!(!cell.steps.iter().all(is_done), "{told}"),
            }
        }
    }
    for awaited in &board.awaited {
        let steps: Vec<StepId> = awaited.steps.iter().map(|step| plan.step(step).unwrap()).collect();
        assert_eq!(awaited.possible + awaited.blocked.len(), awaited.of, "{name}: {awaited:?}");
        assert_eq!(awaited.done, steps.iter().all(|step| state.world.is_done(*step)), "{name}: {awaited:?}");
        assert_eq!(awaited.latest.is_none(), awaited.done, "{name}: {awaited:?}");
        let closure: BTreeSet<StepId> = steps.iter().flat_map(|step| before(checked, *step)).collect();
        for blocked in &awaited.blocked {
            let step = plan.step(&blocked.step).unwrap();
            assert!(
                closure.contains(&step) && !state.world.is_done(step) || blocked.because == Because::Silent,
                "{name}: {blocked:?}"
            );
        }
        // Whoever is named by no line has done all that it does before all of them.
        let named: BTreeSet<&String> = awaited.blocked.iter().map(|one| &one.partner).collect();
        for partner in
            board.partners.iter().filter(|partner| !named.contains(&partner.name) && steps.len() == 1)
        {
            let own = closure
                .iter()
                .filter(|step| plan.landscape.roles[plan.steps[**step].role.value] == partner.role);
            let of_row = |step: &&StepId| {
                let name = &plan.steps[**step].name.value;
                partner.cells.iter().any(|cell| cell.steps.contains(name))
            };
            let mut open = own.filter(of_row).filter(|step| !state.world.is_done(**step));
            assert_eq!(open.next(), None, "{name}: {} of {awaited:?}", partner.name);
        }
    }
    let table = text(boards, 120);
    // A long name is cut.
    let begins = |line: &str, name: &str| line.starts_with(&name.chars().take(11).collect::<String>());
    let is_row = |line: &&str| board.partners.iter().any(|partner| begins(line, &partner.name));
    let rows = table.lines().filter(is_row);
    assert!(rows.count() >= board.partners.len() && !table.is_empty(), "{table}");
    let page = Page(boards).to_string();
    assert!(shape(&page).is_ok() && needs(&page).is_empty(), "{name}");
}

#[test]
fn at_each_moment_of_each_plan_the_board_agrees_with_the_world() {
    let (mut plans, mut moments, mut exchanged) = (0, 0, 0);
    for template in STOCK {
        let source = Source::new(template.name, template.text);
        // One that asks questions, or has tables in files, is none yet.
        let Ok(checked) = check::read(&source, &Given::default()) else { continue };
        plans += 1;
        let (mut state, mut at, mut records) = (State::new(&checked), begin(), Vec::new());
        for _ in 0..3_000 {
            at += SignedDuration::from_hours(1);
            let mut moved = false;
            for event in moves(&checked, &state) {
                let record = Record { at, event };
                if let Verdict::Applied(_) = next(&checked, &mut state, &record) {
                    records.push(record);
                    moved = true;
                }
            }
            if !moved && !state.is_finished() {
                continue;
            }
            moments += 1;
            let boards = board((&checked, &state, &records), "site = 1\n", at);
            agrees(&checked, &state, &boards, template.name);
            if state.is_finished() {
                let cells = boards.boards[0].partners.iter().flat_map(|partner| &partner.cells);
                let is_over = |state| {
                    matches!(
                        state,
                        Condition::Done | Condition::Absent | Condition::Waived | Condition::Waits
                    )
                };
                assert!(cells.clone().all(|cell| is_over(cell.state)), "{}", template.name);
                exchanged += usize::from(checked.plan().steps.rows().any(|step| {
                    step.action.value.effects().iter().any(|effect| matches!(effect, Effect::Exchange { .. }))
                }));
                break;
            }
        }
    }
    assert!(
        plans > 30 && moments > 300 && exchanged > 10,
        "{plans} plans, {moments} moments, {exchanged} exchanged"
    );
}
