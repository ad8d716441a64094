//! One renewal from its first step to its end, by a program that is cut off and called again.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::atomic::AtomicBool,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::{
        bench::{Backends, Bound},
        notifier::{Notice, Notifier, NotifierError},
    },
    check::{self, Checked},
    journal::{Host as _, chain::replay, memory::MemoryHost},
    name::Alias,
    plan::given::Given,
    proof::verdict::{Proven, Verdict, prove},
    run::{
        error::RunError,
        runner::{Ending, Parts, Runner},
        site::Site,
        wait::Wait,
    },
    source::Source,
    world::{landscape::Transit, material::Certificate},
};

use crate::{
    dice::Dice,
    journal::Journal,
    pair::self_signed,
    people,
    stores::{Line, Partner, Shown, Vault},
    world::{Cut, Shared, World},
};

/// A plan that is simulated.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    proven: Proven,
    /// How many keys the receiver holds.
    capacity: usize,
}

impl Case {
    pub(crate) fn read(name: &'static str, capacity: usize) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature").join(name);
        let source = Source::new(name, std::fs::read_to_string(path).unwrap());
        let checked = check::read(&source, &Given::default()).unwrap();
        let start = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove(checked, &start, 10_000_000) else { panic!("{name}") };
        Self { name, proven: *proven, capacity }
    }

    fn checked(&self) -> &Checked {
        self.proven.checked()
    }
}

/// What came of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) time: SignedDuration,
    pub(crate) calls: u64,
    pub(crate) cuts: u64,
    pub(crate) failures: u64,
    pub(crate) messages: u64,
    /// How many came too late for their window: before the flow was stopped, so that all went on as before.
    pub(crate) too_late: u64,
}

/// Nobody is told.
#[derive(Debug)]
struct Silence;

impl Notifier for Silence {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// A site for a seed: who is played by the program, and what it reaches.
fn site(dice: &mut Dice, checked: &Checked, capacity: usize) -> (Site, Reach) {
    let reach = Reach { partner: dice.chance(60), flow: dice.chance(70) };
    let bound = |reached: bool, binding: &str| match reached {
        true => binding.to_owned(),
        false => "backend = \"manual\"\n".to_owned(),
    };
    let mut text =
        "site = 1\n[keystores.tenant]\nbackend = \"pkcs12\"\npath = \"t.p12\"\npassword = \"env:T\"\n\
        [keys.new]\ntype = \"ec-p256\"\nsubject = \"CN=orders\"\ndays = 730\n"
            .to_owned();
    let directory = format!("backend = \"directory\"\npath = \"trust\"\ncapacity = {capacity}\n");
    text += &format!("[receivers.partner]\n{}", bound(reach.partner, &directory));
    text += &format!("[flows.orders]\n{}", bound(reach.flow, "backend = \"local\"\npath = \"flow\"\n"));
    for role in checked.plan().landscape.roles.rows() {
        if dice.chance(50) {
            text += &format!("[roles.{role}]\nautomatic = true\n");
        }
    }
    (Site::read(&Source::new("site.toml", text)).unwrap(), reach)
}

#[derive(Clone, Copy, Debug)]
struct Reach {
    partner: bool,
    flow: bool,
}

fn backends(world: &Shared, reach: Reach) -> Backends {
    let mut backends = Backends::default();
    backends.keystores.push(Bound::To(Box::new(Vault(world.clone()))));
    backends.receivers.push(match reach.partner {
        true => Bound::To(Box::new(Partner(world.clone()))),
        false => Bound::Manual,
    });
    backends.flows.push(match reach.flow {
        true => Bound::To(Box::new(Line(world.clone()))),
        false => Bound::Manual,
    });
    backends
}

/// The world before it begins.
fn world(mut dice: Dice, capacity: usize, transit: SignedDuration) -> (World, Certificate) {
    let now: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    let old = self_signed(&[("CN".to_owned(), "orders".to_owned())], now, 30_000);
    let alias = Alias::new("orders-signer".to_owned()).unwrap();
    let (faults, is_seen) = (dice.below(4), dice.chance(50));
    let world = World {
        now,
        skew: SignedDuration::ZERO,
        dice,
        fuse: None,
        faults,
        failed: 0,
        store: BTreeMap::from([(alias.clone(), old.clone())]),
        alias,
        made: 0,
        trusted: vec![old.clone()],
        capacity,
        deployed: true,
        still: SignedDuration::ZERO,
        transit,
        is_seen,
        under_way: Vec::new(),
        arrived: 0,
        wrong: Vec::new(),
    };
    (world, old)
}

/// So often the program is called at most before a renewal counts as stuck.
const CALLS: u64 = 20_000;

/// Carries a renewal out; gives what came of it.
///
/// # Errors
/// What is not as promised, in words.
pub(crate) fn renewal(case: &Case, seed: u64) -> Result<Told, String> {
    let mut dice = Dice::of(seed);
    let checked = case.checked();
    let (site, reach) = site(&mut dice, checked, case.capacity);
    let most = match checked.plan().landscape.channels.rows().next().unwrap().transit {
        Transit::Within(most) => most,
        Transit::Immediately => Duration::ZERO,
    };
    let transit = SignedDuration::try_from(most).unwrap();
    let (world, old) = world(dice, case.capacity, transit);
    let begun = world.now;
    let world = Shared::of(world);
    let mut journal = Journal { kept: MemoryHost::new(checked), world: world.clone() };
    let mut told = Told::default();
    loop {
        told.calls += 1;
        if told.calls > CALLS {
            return Err(format!("it does not end: {:?}", journal.state().steps));
        }
        let waits = match call(case, &site, (&mut journal, reach), &mut told)? {
            Called::Done => break,
            Called::Waiting(waits) => waits,
            Called::TooLate => {
                told.too_late = 1;
                break;
            }
            Called::CutOff => Vec::new(),
        };
        // Every other seed has people who take their time.
        between(checked, &mut journal, &waits, seed.is_multiple_of(2))?;
        if let Some(wrong) = world.look().wrong.first() {
            return Err(wrong.clone());
        }
    }
    world.look().pass(transit + SignedDuration::from_hours(1));
    let world = world.look();
    told.time = world.now.duration_since(begun);
    (told.failures, told.messages) = (world.failed, world.arrived);
    if told.too_late > 0 {
        let is_as_before = world.deployed && world.wrong.is_empty() && world.trusted == [old];
        return if is_as_before { Ok(told) } else { Err(format!("too late, and changed: {world:?}")) };
    }
    end(checked, &journal, &world, &old).map(|()| told)
}

enum Called {
    Done,
    Waiting(Vec<Wait>),
    CutOff,
    TooLate,
}

/// One call of the program, which may be cut off anywhere.
fn call(
    case: &Case,
    site: &Site,
    (journal, reach): (&mut Journal, Reach),
    told: &mut Told,
) -> Result<Called, String> {
    let (world, stop) = (journal.world.clone(), AtomicBool::new(false));
    let follow = {
        let mut world = world.look();
        let cut = world.dice.chance(40).then(|| world.dice.below(60));
        world.fuse = cut;
        // Whoever stays while it waits for a person stays until it is cut off.
        cut.is_some() && world.dice.chance(30)
    };
    let failed = world.look().failed;
    let clock = Shown(world.clone());
    let run = || {
        let parts = Parts {
            host: &mut *journal,
            backends: backends(&world, reach),
            site,
            folder: Path::new("."),
            clock: &clock,
            notifier: &mut Silence,
            stop: &stop,
        };
        Runner::over_site(&case.proven, parts).run(site.digest(), follow, &mut |_| {})
    };
    let ended = catch_unwind(AssertUnwindSafe(run));
    world.look().fuse = None;
    match ended {
        Ok(Ok(Ending::Done)) => Ok(Called::Done),
        Ok(Ok(Ending::Waiting(waits))) => Ok(Called::Waiting(waits)),
        Ok(Ok(other)) => Err(format!("{other:?}")),
        Ok(Err(RunError::TooLate { .. })) => Ok(Called::TooLate),
        Ok(Err(_)) if world.look().failed > failed => Ok(Called::Waiting(Vec::new())),
        Ok(Err(error)) => Err(error.to_string()),
        Err(dead) if dead.is::<Cut>() => {
            told.cuts += 1;
            // What was not durable goes with the program.
            journal.kept.lose();
            Ok(Called::CutOff)
        }
        Err(fault) => resume_unwind(fault),
    }
}

/// What happens until the program is called again.
fn between(checked: &Checked, journal: &mut Journal, waits: &[Wait], is_slow: bool) -> Result<(), String> {
    let world = journal.world.clone();
    let pause = {
        let mut world = world.look();
        // Mostly a timer calls it; now and then nobody does, for days.
        match world.dice.below(20) {
            0 => SignedDuration::from_hours(i64::try_from(world.dice.below(200)).unwrap()),
            1..=9 if is_slow => SignedDuration::from_mins(i64::try_from(world.dice.below(600)).unwrap()),
            _ => SignedDuration::from_mins(10),
        }
    };
    world.look().pass(pause);
    let at = world.look().shown();
    if world.look().dice.chance(30) {
        people::nonsense(journal, checked, at)?;
    }
    let asked: Vec<&Wait> = waits.iter().filter(|wait| wait.cause.role().is_some()).collect();
    let acts = world.look().dice.chance(60);
    let wait = world.look().dice.one(&asked).copied();
    if let Some(wait) = wait.filter(|_| acts) {
        people::act(journal, checked, wait, at);
    } else if acts {
        people::propose_again(journal, checked, at);
    }
    Ok(())
}

/// Whether the world is as it should be at the end.
fn end(checked: &Checked, journal: &Journal, world: &World, old: &Certificate) -> Result<(), String> {
    let is = |what: &str, is_so: bool| if is_so { Ok(()) } else { Err(format!("{what}: {world:?}")) };
    let fresh = world.store.get(&world.alias);
    is("the alias names the new pair", fresh.is_some_and(|fresh| fresh != old))?;
    is("the receiver accepts the new one only", world.trusted.iter().eq(fresh))?;
    is("one pair was made", world.made == 1)?;
    is("the flow runs", world.deployed)?;
    is("nothing was rejected", world.wrong.is_empty())?;
    is("messages arrived", world.arrived > 0)?;
    let state = journal.state();
    is("the records lead to it", replay(checked, &journal.records().unwrap()) == *state)?;
    // Only people can be late, and it is on record when they were.
    let allowed = checked.plan().landscape.windows.rows().filter_map(|window| window.at_most);
    let allowed = allowed.map(|most| SignedDuration::try_from(most).unwrap()).sum::<SignedDuration>();
    is(
        "a flow that stood still for too long is on record",
        world.still <= allowed || !state.broken.is_empty(),
    )
}
