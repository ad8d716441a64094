//! Plans that the proof refuses: the judge refuses them whatever reasons it is given.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fs,
    path::Path,
};

use keyroll::{
    certificate::{Certificate, Claim, Reason, Refused, Row, show, verify},
    check::Checked,
    proof::{engine::Engine, reason::subject},
    transition::moves::{Move, candidates, outcome},
    world::state::World,
};

use super::{super::reference::read, ENOUGH, ONE_KEY, TWO_KEYS, proven, second::All};

/// Every world that the rules lead to, whatever is wrong on the way, as a certificate would have them.
pub(super) fn worlds(checked: &Checked) -> Option<Vec<Row>> {
    worlds_from(checked, &checked.plan().start)
}

/// The same from another start.
pub(super) fn worlds_from(checked: &Checked, start: &World) -> Option<Vec<Row>> {
    worlds_by(checked, start, Move::leads_on)
}

/// The same where the way to the end is counted along these moves.
pub(super) fn worlds_by(
    checked: &Checked,
    start: &World,
    is_counted: impl Fn(Move) -> bool,
) -> Option<Vec<Row>> {
    let plan = checked.plan();
    let mut numbers: HashMap<World, usize> = HashMap::from([(start.clone(), 0)]);
    let mut worlds = vec![start.clone()];
    let mut moves: Vec<Vec<(usize, bool)>> = Vec::new();
    while let Some(world) = worlds.get(moves.len()).cloned() {
        let next = candidates(checked, &world)
            .filter_map(|step| Some((outcome(checked, &world, step)?.ok()?, is_counted(step))));
        let next: Vec<(World, bool)> = next.collect();
        let mut place = |world: World| {
            *numbers.entry(world.clone()).or_insert_with(|| {
                worlds.push(world);
                worlds.len() - 1
            })
        };
        let next = next.into_iter().map(|(world, counts)| (place(world), counts));
        moves.push(next.collect());
        if worlds.len() > ENOUGH {
            return None;
        }
    }
    let mut ranks = vec![u32::MAX; worlds.len()];
    let is_over = |world: &World| plan.steps.ids().all(|step| world.is_done(step));
    let mut queue: VecDeque<usize> = (0..worlds.len()).filter(|number| is_over(&worlds[*number])).collect();
    queue.iter().for_each(|number| ranks[*number] = 0);
    let mut into = vec![Vec::new(); worlds.len()];
    for (from, row) in moves.iter().enumerate() {
        row.iter().filter(|(_, counts)| *counts).for_each(|(to, _)| into[*to].push(from));
    }
    while let Some(number) = queue.pop_front() {
        for from in &into[number] {
            if ranks[*from] == u32::MAX {
                ranks[*from] = ranks[number] + 1;
                queue.push_back(*from);
            }
        }
    }
    let mut open: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); worlds.len()];
    for (number, stated) in (0..).zip(&plan.statements).filter(|(_, stated)| stated.value.is_before()) {
        let mut left = vec![0];
        while let Some(at) = left.pop() {
            if !stated.value.what().holds(&plan.landscape, &worlds[at]) && open[at].insert(number) {
                left.extend(moves[at].iter().map(|(to, _)| *to));
            }
        }
    }
    let rows = worlds.iter().zip(ranks).zip(open);
    Some(rows.map(|((world, rank), open)| Row::of(world, rank, open.into_iter().collect())).collect())
}

/// The verdict on a plan by such worlds.
pub(super) fn by_worlds(checked: &Checked, worlds: Vec<Row>) -> Result<(), Refused> {
    from(checked, &checked.plan().start, worlds)
}

/// The same from another start.
pub(super) fn from(checked: &Checked, start: &World, worlds: Vec<Row>) -> Result<(), Refused> {
    let about = subject(checked, start);
    let claim = Claim {
        plan_name: checked.plan().name.clone(),
        plan: checked.plan().digest(),
        start: about.digest,
        statement: keyroll::certificate::Statement { limits: Vec::new(), ..about.statement.clone() },
        reason: Reason::Explicit { worlds },
        limits: Vec::new(),
    };
    verify(&subject(checked, start), Certificate::of(claim).text().as_bytes()).map(|_| ())
}

/// The beginning of what is not shown.
fn kind(refused: &Refused) -> String {
    let Refused::Gap(what) = refused else { panic!("{refused}") };
    what.clone()
}

#[test]
fn the_worlds_of_a_plan_that_is_proved_are_accepted() {
    for text in [TWO_KEYS, ONE_KEY] {
        let checked = read(text).unwrap();
        let rows = worlds(&checked).unwrap();
        assert_eq!(by_worlds(&checked, rows.clone()), Ok(()));
        // And none of them may be gone, nor another one be first.
        for at in 0..rows.len() {
            let mut less = rows.clone();
            less.remove(at);
            assert!(by_worlds(&checked, less).is_err());
        }
        let mut turned = rows;
        turned.reverse();
        assert!(by_worlds(&checked, turned).is_err());
    }
}

#[test]
fn no_plan_that_is_refused_has_a_certificate() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/refused");
    let (mut by_order, mut by_all) = (BTreeSet::new(), BTreeSet::new());
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let Some(text) =
            file.extension().filter(|end| *end == "renewal").and_then(|_| fs::read_to_string(&file).ok())
        else {
            continue;
        };
        let Ok(checked) = read(&text) else { continue };
        // This one is refused from another start alone.
        if file.ends_with("stale_belief.renewal") {
            assert!(proven(checked, Engine::Auto).is_some());
            continue;
        }
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let shown = show(&checked, &checked.plan().start, &All(&checked));
        by_order.insert(format!("{}: {name}", kind(&shown.expect_err(&name))));
        if let Some(rows) = worlds(&checked) {
            by_all.insert(format!("{}: {name}", kind(&by_worlds(&checked, rows).expect_err(&name))));
        }
    }
    println!("{by_order:#?}\n{by_all:#?}");
    let has = |all: &BTreeSet<String>, word: &str| all.iter().any(|what| what.contains(word));
    for word in [
        "never rejected",
        "never interrupted",
        "fits whenever",
        "holds before",
        "the end: ",
        "of which a promise speaks",
    ] {
        assert!(has(&by_order, word), "{word}");
    }
    for word in [
        "is kept in each",
        "each step fits",
        "the end is as",
        "how far each",
        "each promise speaks",
        "does not come when it is over",
    ] {
        assert!(has(&by_all, word), "{word}");
    }
}
