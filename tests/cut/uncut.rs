//! Each point once: killed there, taken up again, and compared with a run that was not cut off.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use keyroll::run::runner::Ending;

use super::{
    points::Points,
    scene::{Seen, build, copy, cut, enter, look, run},
};

/// What is to be met, by before and after in the first two columns.
const KINDS: &[&str] = &[
    "before keystore entry",
    "before keystore create",
    "after keystore create",
    "before keystore exchange",
    "after keystore exchange",
    "before keystore remove",
    "after keystore remove",
    "before receiver accepted",
    "before receiver change",
    "after receiver change",
    "before flow state",
    "before flow switch",
    "after flow switch",
    "before flow messages",
    "before flow alias",
    "before flow repoint",
    "after flow repoint",
    "before take started",
    "after take started",
    "before take begun",
    "after take begun",
    "before take ended",
    "after take ended",
    "before take confirmed",
    "after take confirmed",
    "before take answered",
    "after take answered",
    "before take received",
    "after take received",
    "before take opened",
    "after take opened",
    "before take drained",
    "after take drained",
    "before commit",
    "after commit",
    "before settle",
    "after settle",
];

pub(crate) fn plan(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature").join(name);
    fs::read_to_string(path).unwrap()
}

/// The plan for two keys, and the old pair is destroyed at its end.
fn destroying() -> String {
    let step = "step report_retired by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n\n\
                step destroy_old by tenant_admin {\n  after report_retired\n  destroy old in tenant\n}\n\npromise";
    plan("two-keys.renewal").replacen("promise", step, 1)
}

/// The same, where the flow is repointed and no alias exchanged.
fn repointing() -> String {
    let text =
        plan("two-keys.renewal").replace("finally tenant[$alias] is new", "finally tenant[$alias] is old");
    text.replace("exchange tenant[$alias] for new", "repoint orders to tenant[\"$alias-next\"]")
}

pub(crate) fn killed_at_every_point() {
    let begin = Instant::now();
    let mut hits = BTreeMap::new();
    round("two keys", &plan("two-keys.renewal"), |_| true, &mut hits);
    round("one key", &plan("one-key.renewal"), |_| true, &mut hits);
    round("two keys, destroyed", &destroying(), |kind| kind.contains("remove"), &mut hits);
    round(
        "two keys, repointed",
        &repointing(),
        |kind| kind.contains("repoint") || kind.contains("alias"),
        &mut hits,
    );
    for (kind, count) in &hits {
        println!("  {count:>4}  {kind}");
    }
    let missed: Vec<_> = KINDS.iter().filter(|kind| !hits.contains_key(**kind)).collect();
    assert!(missed.is_empty(), "never hit: {missed:?}");
    assert_eq!(hits.len(), KINDS.len(), "a kind of point is not listed");
    println!("  {} points in {:.0} s", hits.values().sum::<usize>(), begin.elapsed().as_secs_f64());
}

/// Kills a run of a plan at each of its points that are wanted.
fn round(about: &str, plan: &str, wanted: impl Fn(&str) -> bool, hits: &mut BTreeMap<String, usize>) {
    let scratch = tempfile::tempdir().unwrap();
    let first = scratch.path().join("first");
    build(&first, plan, Duration::ZERO);
    enter(&first);
    let uncut = scratch.path().join("uncut");
    copy(&first, &uncut);
    let points = Points::default();
    assert_eq!(run(&uncut, &points), Ending::Done);
    let expected = look(&uncut, "cut");
    let passed = points.passed();
    let numbers = different(&passed, wanted);
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let folder = scratch.path().join(number.to_string());
                    if let Err(fault) = once(&first, &folder, *number, &expected) {
                        let kind = &passed[number - 1];
                        faults.lock().unwrap().push(format!("{about}, point {number}, {kind}: {fault}"));
                    }
                    fs::remove_dir_all(&folder).unwrap();
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    println!("  {about}: killed at {} of {} points", numbers.len(), passed.len());
    for number in numbers {
        *hits.entry(passed[number - 1].clone()).or_default() += 1;
    }
}

/// The numbers of the points that are wanted and at which the disk is as at no other one: between a change and the next
/// one nothing becomes different. Each kind of point is among them.
pub(crate) fn different(passed: &[String], wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut met = BTreeSet::new();
    let mut is_other = |kind: &String| met.insert(kind.clone()) || kind.starts_with("after");
    let points = (1..).zip(passed).filter(|(_, kind)| wanted(kind));
    points.filter(|(_, kind)| is_other(kind)).map(|(number, _)| number).collect()
}

fn once(first: &Path, folder: &Path, number: usize, expected: &Seen) -> Result<(), String> {
    copy(first, folder);
    let status = cut(folder, number, false);
    if status.signal() != Some(9) {
        return Err(format!("it was not hit: {status}"));
    }
    let ending = run(folder, &Points::default());
    if ending != Ending::Done {
        return Err(format!("it does not go on to its end: {ending:?}"));
    }
    let seen = look(folder, "cut");
    if seen != *expected {
        return Err(format!("it ends otherwise:\n{seen:#?}\ninstead of\n{expected:#?}"));
    }
    // A run that is done does nothing more.
    let points = Points::default();
    run(folder, &points);
    let more: Vec<_> = points.passed().into_iter().filter(|kind| kind.starts_with("after")).collect();
    if more.is_empty() { Ok(()) } else { Err(format!("it is done, and goes on: {more:?}")) }
}
