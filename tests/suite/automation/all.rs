//! Every run of a journal at once.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use serde_json::Value;

use crate::runs::Said;

const SITE: &str = "site = 1\n\n[roles.ops]\n\n[roles.partner]\n";

fn plan(name: &str) -> String {
    format!(
        "keyroll 1\n\nplan {name}\n\nrole ops\n\nrole partner\n\nstep ask by ops {{\n  inform partner\n}}\n\n\
         step answer by partner {{\n  after ask\n  inform ops\n}}\n"
    )
}

struct Many(tempfile::TempDir);

impl Many {
    /// A folder in which each of these plans has a run that waits.
    fn of(plans: &[&str]) -> Self {
        let many = Self(tempfile::tempdir().unwrap());
        fs::write(many.0.path().join("site.toml"), SITE).unwrap();
        for name in plans {
            fs::write(many.0.path().join(format!("{name}.renewal")), plan(name)).unwrap();
            many.keyroll(&format!("run {name}.renewal")).ends(3);
        }
        many
    }

    fn program(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(line.split(' ')).current_dir(self.0.path()).env("TZ", "UTC");
        command
    }

    fn keyroll(&self, line: &str) -> Said {
        Said::of(self.program(line).output().unwrap())
    }

    fn run_of(&self, plan: &str) -> String {
        let said = self.keyroll(&format!("run {plan}.renewal --format json"));
        let last: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
        last["run"].as_str().unwrap().to_owned()
    }

    /// Lets both roles do all that they are asked.
    fn finish(&self, run: &str) {
        self.keyroll(&format!("confirm ask --as ops --run {run}")).ends(0);
        self.keyroll(&format!("confirm answer --as partner --run {run}")).ends(0);
    }
}

#[test]
fn every_run_goes_on_and_each_line_says_of_which_it_is() {
    let many = Many::of(&["first", "second", "third"]);
    let runs = ["first", "second", "third"].map(|plan| many.run_of(plan));
    let said = many.keyroll("run --all").ends(3);
    for run in &runs {
        let line = format!("{run}: waits for ops");
        assert_eq!(said.out.lines().filter(|one| one.starts_with(&line)).count(), 1, "{said:?}");
    }
    many.finish(&runs[1]);
    let said = many.keyroll("run --all --at-once 2 --format json").ends(3);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcome = |run: &String| {
        let of = |line: &&Value| line["schema"] == "keyroll/run/1" && line["run"] == **run;
        lines.iter().find(of).map(|line| line["outcome"].clone())
    };
    assert_eq!(outcome(&runs[0]), Some("waiting".into()), "{said:?}");
    assert_eq!(outcome(&runs[2]), Some("waiting".into()));
    // It was over before: nothing is to be carried on of it.
    assert_eq!(outcome(&runs[1]), None);
    for line in lines.iter().filter(|line| line["schema"] == "keyroll/event/1") {
        assert!(runs.iter().any(|run| line["run"] == **run), "{line}");
    }
    many.finish(&runs[0]);
    many.finish(&runs[2]);
    many.keyroll("run --all").ends(0);
    // What is of one run is refused.
    for more in ["first.renewal", "--run x", "--metrics x", "--answer x=yes"] {
        many.keyroll(&format!("run --all {more}")).ends(2);
    }
    many.keyroll("run --at-once 2").ends(2);
    many.keyroll("run --all --at-once 0").ends(2);
}

#[test]
fn one_that_cannot_go_on_holds_no_other_up() {
    let many = Many::of(&["first", "second"]);
    let runs = ["first", "second"].map(|plan| many.run_of(plan));
    let journal = rusqlite::Connection::open(many.0.path().join("keyroll.db")).unwrap();
    let spoilt = "UPDATE record SET body = replace(body, 'started', 'begun') WHERE run = ?1";
    assert!(journal.execute(spoilt, [&runs[0]]).unwrap() > 0);
    let said = many.keyroll("run --all").ends(5);
    assert!(said.err.contains(&format!("{}: ", runs[0])), "{said:?}");
    assert!(said.err.contains("was changed from outside"), "{said:?}");
    assert!(said.out.contains(&format!("{}: waits for ops", runs[1])), "{said:?}");
    let empty = tempfile::tempdir().unwrap();
    fs::write(empty.path().join("site.toml"), SITE).unwrap();
    Said::of(many.program("run --all").current_dir(empty.path()).output().unwrap())
        .ends(2)
        .says("there is no journal");
}

/// A call that stays, and what it says.
struct Stays(Child, Receiver<String>);

impl Stays {
    fn at(many: &Many, line: &str) -> Self {
        let mut command = many.program(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (says, hears) = channel();
        std::thread::spawn(move || {
            out.lines().map_while(Result::ok).for_each(|line| {
                let _over = says.send(line);
            });
        });
        Self(child, hears)
    }

    /// The next last line of a run, by its name and how it ended.
    fn next(&self) -> (String, String) {
        loop {
            let line = self.1.recv_timeout(Duration::from_secs(120)).unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["schema"] == "keyroll/run/1" {
                let word = |name: &str| line[name].as_str().unwrap().to_owned();
                return (word("run"), word("outcome"));
            }
        }
    }
}

#[test]
fn whoever_stays_with_all_goes_on_with_the_one_on_which_somebody_acts() {
    let many = Many::of(&["first", "second"]);
    let runs = ["first", "second"].map(|plan| many.run_of(plan));
    let mut stays = Stays::at(&many, "run --all --follow --format json");
    let mut seen = [stays.next(), stays.next()];
    seen.sort();
    let mut waiting = runs.clone().map(|run| (run, "waiting".to_owned()));
    waiting.sort();
    assert_eq!(seen, waiting);
    many.keyroll("run --all").ends(5).says("another keyroll is at work");
    many.keyroll(&format!("confirm ask --as ops --run {}", runs[1])).ends(0);
    // Nobody has acted on the other one, and nothing is said of it.
    assert_eq!(stays.next(), (runs[1].clone(), "waiting".to_owned()));
    many.keyroll(&format!("confirm answer --as partner --run {}", runs[1])).ends(0);
    many.finish(&runs[0]);
    assert_eq!(stays.0.wait().unwrap().code(), Some(0), "it ends when all are over");

    let third = Many::of(&["third"]);
    let mut stays = Stays::at(&third, "run --all --follow --format json");
    assert_eq!(stays.next().1, "waiting");
    let id = rustix::process::Pid::from_child(&stays.0);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(stays.0.wait().unwrap().code(), Some(143));
}

/// Whoever closes a journal as the last one does away with its log. A run that stays has opened its journal more than
/// once, and keeps the lock by which others see that it is not alone.
#[test]
fn one_that_stays_is_not_taken_to_be_gone() {
    let many = Many::of(&["first"]);
    let run = many.run_of("first");
    let path = many.0.path().join("keyroll.db");
    let mut child =
        many.program("run --follow").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let err = BufReader::new(child.stderr.take().unwrap());
    let (says, hears) = channel();
    std::thread::spawn(move || {
        err.lines().map_while(Result::ok).for_each(|line| {
            let _over = says.send(line);
        });
    });
    let most = Duration::from_secs(60);
    many.keyroll(&format!("confirm ask --as ops --run {run}")).ends(0);
    // Now it is at work.
    let told = hears.recv_timeout(most).unwrap();
    assert!(told.contains("the message of ask"), "{told}");
    // Some versions of SQLite do away with the log as soon as they get this lock for themselves.
    let file = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let lock = rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
    assert!(lock.is_err(), "nothing tells that somebody is at work on the journal");
    drop(file);
    many.keyroll(&format!("confirm answer --as partner --run {run}")).ends(0);
    while hears.recv_timeout(most).map_err(|end| assert_eq!(end, RecvTimeoutError::Disconnected)).is_ok() {}
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
