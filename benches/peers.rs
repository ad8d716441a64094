//! Model checkers that look at every state too: SPIN, and the crate stateright.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use stateright::{Checker, Model, Property};

use super::{
    measure::{cpu_of, cpu_of_all},
    partners,
};

/// A checker of the family that SPIN wrote and a C compiler made.
pub(crate) struct Spin {
    folder: tempfile::TempDir,
}

impl Spin {
    /// Writes the checker and compiles it with `-O2`, for exact states and without its reductions.
    pub(crate) fn of(count: usize) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("partners.pml"), partners::promela(count))?;
        run(folder.path(), "spin", &["-a", "partners.pml"])?;
        run(
            folder.path(),
            "cc",
            &["-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=8192", "-o", "pan", "pan.c"],
        )?;
        Ok(Self { folder })
    }

    /// What a processor spends on the check.
    pub(crate) fn check(&self) -> Result<Duration, Box<dyn Error>> {
        cpu_of(&mut self.command())
    }

    /// How many states it stores. It must find no error.
    pub(crate) fn states(&self) -> Result<usize, Box<dyn Error>> {
        let said = String::from_utf8(self.command().output()?.stdout)?;
        if !said.contains("errors: 0") || said.contains("max search depth too small") {
            return Err(format!("SPIN does not finish: {said}").into());
        }
        let stored = said.lines().find_map(|line| line.trim().strip_suffix(" states, stored"));
        Ok(stored.ok_or("SPIN says nothing of states")?.trim().parse()?)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.folder.path().join("pan"));
        command.args(["-m100000", "-w22", "-n"]).current_dir(self.folder.path());
        command
    }
}

fn run(folder: &Path, program: &str, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let done = Command::new(program).args(words).current_dir(folder).output()?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    Err(format!("{program} fails: {}", String::from_utf8_lossy(&said)).into())
}

/// The family as a model of stateright, with a structure for each partner.
#[derive(Clone)]
pub(crate) struct Family(pub(crate) usize);

/// One partner's renewal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Partner {
    /// How many of the seven steps are done, one after the other.
    done: u8,
    /// How many of the three messages between the roles were received.
    heard: u8,
    signs_new: bool,
    accepts_old: bool,
    accepts_new: bool,
    old_under_way: bool,
    new_under_way: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    Step,
    Receive,
    Send,
    ArriveOld,
    ArriveNew,
}

impl Model for Family {
    type State = Vec<Partner>;
    type Action = (usize, Act);

    fn init_states(&self) -> Vec<Self::State> {
        let partner = Partner {
            done: 0,
            heard: 0,
            signs_new: false,
            accepts_old: true,
            accepts_new: false,
            old_under_way: false,
            new_under_way: false,
        };
        vec![vec![partner; self.0]]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        for (n, partner) in state.iter().enumerate() {
            // Step 3 waits for the first message, step 5 for the second and step 7 for the third.
            let ready = match partner.done {
                2 => partner.heard >= 1,
                4 => partner.heard >= 2 && partner.accepts_new,
                6 => partner.heard >= 3 && partner.signs_new && !partner.old_under_way,
                done => done < 7,
            };
            let sent = [2, 4, 6].iter().filter(|step| partner.done >= **step).count();
            let under_way = if partner.signs_new { partner.new_under_way } else { partner.old_under_way };
            actions.extend(ready.then_some((n, Act::Step)));
            actions.extend((usize::from(partner.heard) < sent).then_some((n, Act::Receive)));
            actions.extend((!under_way).then_some((n, Act::Send)));
            actions.extend(partner.old_under_way.then_some((n, Act::ArriveOld)));
            actions.extend(partner.new_under_way.then_some((n, Act::ArriveNew)));
        }
    }

    fn next_state(&self, last: &Self::State, (n, act): Self::Action) -> Option<Self::State> {
        let mut state = last.clone();
        let partner = state.get_mut(n)?;
        match act {
            Act::Step => {
                match partner.done {
                    2 => partner.accepts_new = true,
                    4 => partner.signs_new = true,
                    6 => partner.accepts_old = false,
                    _ => {}
                }
                partner.done += 1;
            }
            Act::Receive => partner.heard += 1,
            Act::Send if partner.signs_new => partner.new_under_way = true,
            Act::Send => partner.old_under_way = true,
            Act::ArriveOld => partner.old_under_way = false,
            Act::ArriveNew => partner.new_under_way = false,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no message is rejected", |_, state: &Vec<Partner>| {
            state.iter().all(|partner| {
                (!partner.old_under_way || partner.accepts_old)
                    && (!partner.new_under_way || partner.accepts_new)
            })
        })]
    }
}

/// How many states stateright finds, depth first by one thread, and what a processor spends on it.
pub(crate) fn stateright(count: usize) -> Result<(usize, Duration), Box<dyn Error>> {
    let mut states = 0;
    let time = cpu_of_all(|| {
        let checker = Family(count).checker().threads(1).spawn_dfs().join();
        checker.assert_properties();
        states = checker.unique_state_count();
        Ok(())
    })?;
    Ok((states, time))
}
