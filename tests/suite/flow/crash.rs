//! Processes that are killed, and disks that are full.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use keyroll::backend::Outcome;
use keyroll::backend::clock::{Clock, WallClock};
use keyroll::backend::deployer::{Deployer, FlowState, InFlight};
use keyroll::backend::directory::TrustFolder;
use keyroll::backend::local_flow::{FlowConfig, FlowSwitch, LocalFlow, Sent, Transit};
use keyroll::backend::receiver::{Judgement, Receiver};

use keyroll::world::material::Certificate;

use super::keys::{KeyVerifier, Keyring, Pair, alias, pair, pairs};

/// Says to a child where it works. A test that starts this very program again, for itself alone,
/// with a folder is a child there, and else the one that starts it.
const FOLDER: &str = "KEYROLL_TEST_FOLDER";

fn child(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("flow::crash::{name}"), "--nocapture"]);
    command.env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn asked() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

fn log(folder: &Path, name: &str) -> File {
    OpenOptions::new().append(true).create(true).open(folder.join(name)).unwrap()
}

fn lines(folder: &Path, name: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Says that the work of this child has begun.
fn begun(folder: &Path) {
    File::create(folder.join(format!("begun-{}", std::process::id()))).unwrap();
}

/// Waits until a child has begun, however busy the machine is.
fn wait_for(child: &mut Child, folder: &Path) {
    let mark = folder.join(format!("begun-{}", child.id()));
    while !mark.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// Kills a child after some time of its work; no two rounds wait equally long.
fn kill(mut child: Child, folder: &Path, round: u64) {
    wait_for(&mut child, folder);
    std::thread::sleep(Duration::from_micros(round * 7_919 % 40_000));
    assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn flow(folder: &Path, pair: &Pair) -> LocalFlow {
    let transit = Transit::Within(Duration::from_secs(60));
    let config = FlowConfig { folder: folder.join("flow"), alias: alias(), transit, cache: Duration::ZERO };
    LocalFlow::open(config, Box::new(Keyring::of(&alias(), pair))).unwrap()
}

/// A receiver that writes down each payload that verified.
fn receiver(folder: &Path) -> TrustFolder {
    let delivered = log(folder, "delivered");
    let seen = move |payload: &[u8]| {
        let id = payload.split(|byte| *byte == b' ').next().unwrap();
        (&delivered).write_all(&[id, b"\n"].concat()).unwrap();
    };
    TrustFolder::new(folder.join("trust"), 500, Box::new(KeyVerifier { seen: Box::new(seen) }))
}

fn deliver(folder: &Path, flow: &LocalFlow, receiver: &mut TrustFolder, now: Timestamp) {
    let each = &mut |one: keyroll::backend::local_flow::Delivered| {
        if let Judgement::Rejected(reason) = one.judgement {
            writeln!(log(folder, "rejected"), "{reason}").unwrap();
        }
    };
    flow.deliver_due(now, receiver, each).unwrap();
}

fn sends_and_delivers_until_it_is_killed(folder: &Path) {
    let pair = pair("Child");
    let mut receiver = receiver(folder);
    receiver.change(std::slice::from_ref(&pair.certificate), &[]).unwrap();
    let flow = flow(folder, &pair);
    let mut sent = log(folder, "sent");
    for group in 0_u64.. {
        let mut ids = String::new();
        for number in 0..7 {
            let id = format!("{}/{group}/{number}", std::process::id());
            let payload = format!("{id} {}", "x".repeat(3_000));
            let delay = Duration::from_millis(number);
            let answer = flow.send(&mut payload.as_bytes(), WallClock.now(), delay, &mut receiver).unwrap();
            assert!(matches!(answer, Sent::Spooled(_)));
            ids.push_str(&id);
            ids.push('\n');
        }
        flow.commit().unwrap();
        sent.write_all(ids.as_bytes()).unwrap();
        if group == 0 {
            begun(folder);
        }
        deliver(folder, &flow, &mut receiver, WallClock.now());
    }
}

#[test]
fn a_killed_flow_delivers_every_message_that_was_sent_and_no_half_one() {
    if let Some(folder) = asked() {
        return sends_and_delivers_until_it_is_killed(&folder);
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    std::fs::create_dir(folder.join("trust")).unwrap();
    FlowSwitch::open(folder.join("flow")).unwrap().bring_to(FlowState::Deployed, WallClock.now()).unwrap();
    for round in 0..40 {
        kill(
            child("a_killed_flow_delivers_every_message_that_was_sent_and_no_half_one", folder)
                .spawn()
                .unwrap(),
            folder,
            round,
        );
    }
    let flow = flow(folder, &pairs()[0]);
    let left = flow.waiting();
    let later = WallClock.now().saturating_add(Duration::from_secs(600)).unwrap();
    deliver(folder, &flow, &mut receiver(folder), later);
    let (sent, arrived) = (lines(folder, "sent"), lines(folder, "delivered"));
    println!("{} sent in 40 lives, {left} of them under way at the end", sent.len());
    assert!(sent.len() > 100, "only {} were sent", sent.len());
    assert_eq!(sent.difference(&arrived).collect::<Vec<_>>(), [] as [&String; 0]);
    assert_eq!(lines(folder, "rejected"), BTreeSet::new());
    assert_eq!(flow.stray().unwrap(), [] as [PathBuf; 0]);
    drop(flow);
    assert_eq!(folder.join("flow/spool").read_dir().unwrap().count(), 0);
}

fn sends_until_it_is_killed(folder: &Path) {
    let pair = pair("Child");
    std::fs::write(folder.join("child.pem"), pair.certificate.pem()).unwrap();
    let flow = flow(folder, &pair);
    let mut receiver = receiver(folder);
    for number in 0_u64.. {
        flow.send(&mut &b"x"[..], WallClock.now(), Duration::MAX, &mut receiver).unwrap();
        if number % 20 == 19 {
            flow.commit().unwrap();
            begun(folder);
        }
    }
}

#[test]
fn nothing_is_stamped_after_undeploying_from_another_process() {
    if let Some(folder) = asked() {
        return sends_until_it_is_killed(&folder);
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let mut switch = FlowSwitch::open(folder.join("flow")).unwrap();
    switch.bring_to(FlowState::Deployed, WallClock.now()).unwrap();
    let mut sender =
        child("nothing_is_stamped_after_undeploying_from_another_process", folder).spawn().unwrap();
    wait_for(&mut sender, folder);
    let key = Certificate::from_pem(&std::fs::read(folder.join("child.pem")).unwrap()).unwrap();
    let stamped = |switch: &FlowSwitch| match switch.in_flight(&key.fingerprint()).unwrap() {
        InFlight::Seen(count) => count,
        InFlight::Unknown => panic!("a flow of this machine can tell"),
    };
    let mut last = 0;
    for round in 0..40 {
        assert_eq!(switch.bring_to(FlowState::Undeployed, WallClock.now()).unwrap(), Outcome::Changed);
        let count = stamped(&switch);
        // The sender goes on making its last group durable, and asks again and again to send.
        for _ in 0..20 {
            assert_eq!(stamped(&switch), count, "stamped after round {round}");
        }
        assert!(count >= last);
        last = count;
        assert_eq!(switch.bring_to(FlowState::Deployed, WallClock.now()).unwrap(), Outcome::Changed);
        std::thread::sleep(Duration::from_millis(5));
    }
    sender.kill().unwrap();
    sender.wait().unwrap();
    assert!(last > 100, "{last}");
}

fn changes_the_trusted_set_until_it_is_killed(folder: &Path) {
    let mut receiver = receiver(folder);
    begun(folder);
    let [a, b] = [0, 1].map(|index| {
        let pem = std::fs::read(folder.join(format!("{index}.pem"))).unwrap();
        Certificate::from_pem(&pem).unwrap()
    });
    loop {
        receiver.change(std::slice::from_ref(&a), &[b.fingerprint()]).unwrap();
        receiver.change(std::slice::from_ref(&b), &[a.fingerprint()]).unwrap();
    }
}

#[test]
fn a_killed_change_leaves_the_old_set_or_the_new_one() {
    if let Some(folder) = asked() {
        return changes_the_trusted_set_until_it_is_killed(&folder);
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let trust = folder.join("trust");
    std::fs::create_dir_all(trust.join("archive")).unwrap();
    let [a, b, c, ..] = pairs() else { panic!("too few pairs") };
    for (index, pair) in [a, b].into_iter().enumerate() {
        std::fs::write(folder.join(format!("{index}.pem")), pair.certificate.pem()).unwrap();
    }
    let together = format!("{}# the bystander\n{}", a.certificate.pem(), c.certificate.pem());
    std::fs::write(trust.join("together.pem"), together).unwrap();
    let mut seen = BTreeSet::new();
    for round in 0..40 {
        kill(
            child("a_killed_change_leaves_the_old_set_or_the_new_one", folder).spawn().unwrap(),
            folder,
            round,
        );
        let held = receiver(folder).accepted().unwrap();
        assert_eq!(held.len(), 2, "round {round}");
        assert!(held.contains(&c.certificate));
        assert_ne!(held.contains(&a.certificate), held.contains(&b.certificate), "round {round}");
        seen.insert(held.contains(&a.certificate));
    }
    assert_eq!(seen.len(), 2, "the kills never met the other set");
    // The next change clears away whatever the last one left, and no subfolder was lost.
    receiver(folder).change(std::slice::from_ref(&a.certificate), &[b.fingerprint()]).unwrap();
    let hidden = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!hidden.into_iter().any(|name| name.to_string_lossy().ends_with(".next")));
    assert!(trust.join("archive").is_dir());
}

fn works_where_no_file_can_grow(folder: &Path) {
    let mut receiver = receiver(folder);
    let flow = flow(folder, &pairs()[0]);
    let full = receiver.change(std::slice::from_ref(&pairs()[1].certificate), &[]);
    assert!(full.unwrap_err().to_string().starts_with("cannot write "));
    let full = flow.send(&mut &[b'x'; 3_000][..], WallClock.now(), Duration::ZERO, &mut receiver);
    let words = full.unwrap_err().to_string();
    assert!(words.starts_with("cannot ") && !words.contains("xxx"), "{words}");
    assert_eq!(flow.commit().unwrap(), 0);
    let mut switch = FlowSwitch::open(folder.join("flow")).unwrap();
    let full = switch.bring_to(FlowState::Undeployed, WallClock.now());
    assert!(full.unwrap_err().to_string().starts_with("cannot write "));
    assert_eq!(switch.state().unwrap(), FlowState::Deployed);
    std::fs::create_dir(folder.join("lived")).unwrap();
}

#[test]
fn a_full_disk_is_an_error_and_leaves_all_as_it_was() {
    if let Some(folder) = asked() {
        return works_where_no_file_can_grow(&folder);
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    std::fs::create_dir(folder.join("trust")).unwrap();
    std::fs::write(folder.join("trust/one.pem"), pairs()[0].certificate.pem()).unwrap();
    FlowSwitch::open(folder.join("flow")).unwrap().bring_to(FlowState::Deployed, WallClock.now()).unwrap();
    // Some numbers are set aside, so that it is the message that does not fit.
    drop(flow(folder, &pairs()[0]));
    let work = child("a_full_disk_is_an_error_and_leaves_all_as_it_was", folder);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
    limited.arg(work.get_program()).args(work.get_args()).env(FOLDER, folder);
    let output = limited.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && folder.join("lived").exists(), "{said}");
    assert_eq!(receiver(folder).accepted().unwrap(), [pairs()[0].certificate.clone()]);
    let names: Vec<_> = folder.join("trust").read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["one.pem"]);
    assert!(!folder.join(".trust.next").exists());
    assert_eq!(folder.join("flow/spool").read_dir().unwrap().count(), 0);
}
