//! What each command executes, connects to, reads and writes: seen by watching its system calls.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::geteuid;

use crate::{commands::Shop, runs::Place};

/// What a command did to the world outside of its memory.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Files and folders that it opened to read.
    pub(super) read: BTreeSet<PathBuf>,
    /// What it opened to write, made, renamed, removed, or changed the mode or owner of.
    pub(super) written: BTreeSet<PathBuf>,
    /// Programs that it started, itself left out.
    pub(super) started: Vec<String>,
    /// Calls that have to do with sockets.
    pub(super) network: Vec<String>,
}

/// The paths in a call: each quoted text, after the folder that stands before it if there is one.
fn paths(call: &str, here: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut rest = call;
    while let Some((before, after)) = rest.split_once('"') {
        let Some((text, behind)) = after.split_once('"') else { break };
        let folder = before.strip_suffix(">, ").and_then(|b| Some(b.rsplit_once('<')?.1));
        paths.push(folder.map_or(here, Path::new).join(text));
        rest = behind;
    }
    paths
}

impl Seen {
    /// Takes a line of `strace -f -y` down.
    fn take(&mut self, line: &str, here: &Path) {
        let Some((call, rest)) = line.split_once('(') else { return };
        let call = call.rsplit(' ').next().unwrap();
        let failed = rest.contains(" = -1 ");
        match call {
            "execve" | "execveat" => self.started.push(line.to_owned()),
            "open" | "openat" | "openat2" | "creat" => {
                let writes =
                    ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| rest.contains(flag));
                if writes || call == "creat" {
                    self.written.extend(paths(rest, here));
                } else if !failed {
                    self.read.extend(paths(rest, here));
                }
            }
            "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "rmdir" | "mkdir" | "mkdirat"
            | "link" | "linkat" | "symlink" | "symlinkat" | "mknod" | "mknodat" | "truncate" | "chmod"
            | "fchmodat" | "fchmodat2" | "chown" | "lchown" | "fchownat" | "utimensat" => {
                self.written.extend(paths(rest, here));
            }
            "socket" | "socketpair" | "connect" | "bind" | "listen" | "accept" | "accept4" | "sendto"
            | "recvfrom" | "sendmsg" | "recvmsg" => self.network.push(line.to_owned()),
            _ => {}
        }
    }

    /// What is left of the reads without what the system's libraries read for any program.
    fn own_reads(&self) -> BTreeSet<&Path> {
        let system = ["/lib", "/usr", "/proc", "/sys", "/etc/ld.so.cache", "/etc/localtime", "/dev"];
        let own = self.read.iter().filter(|path| !system.iter().any(|start| path.starts_with(start)));
        own.map(PathBuf::as_path).collect()
    }

    /// What it wrote, but for devices.
    pub(super) fn own_writes(&self) -> BTreeSet<&Path> {
        self.written.iter().filter(|path| !path.starts_with("/dev")).map(PathBuf::as_path).collect()
    }
}

/// Watches a program in a folder; also how it ended.
pub(super) fn watched(folder: &Path, program: &str, words: &[&str]) -> (Seen, i32) {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("calls");
    let strace = ["strace", "-f", "-y", "-qq", "-s", "4096", "-e", "trace=%file,%network,%process", "-o"];
    // Only root of some kind may look into a process that lets nobody look into it.
    let mut line: Vec<&str> =
        if geteuid().is_root() { Vec::new() } else { vec!["unshare", "--map-root-user"] };
    line.extend(strace);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).arg(&log).arg(program).args(words).current_dir(folder);
    let temporary = folder.join("temporary");
    fs::create_dir_all(&temporary).unwrap();
    let output = command.env("TMPDIR", &temporary).output();
    let output = output.unwrap_or_else(|error| panic!("these tests need `strace`: {error}"));
    let text = fs::read_to_string(&log).unwrap_or_else(|_| panic!("{output:?}"));
    let mut seen = Seen::default();
    text.lines().for_each(|line| seen.take(line, folder));
    assert!(seen.started[0].contains(program), "the watch begins with the program:\n{text}");
    // It begins twice where the machine says something to OpenSSL: here that is often `SSL_CERT_FILE`.
    let itself = format!("execve(\"{program}\"");
    let begun = seen.started.iter().take(2).take_while(|line| line.contains(&itself)).count();
    seen.started.drain(..begun);
    (seen, output.status.code().unwrap_or(-1))
}

/// What a command may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bounds {
    /// It reads the plan, if it names one, and writes nothing.
    Looks,
    /// It reads what the site names, and writes nothing but its locks.
    ReadsTheSite,
    /// It reads a keystore, documents and certificates, and writes what `--output` names.
    WritesTheOutput,
    /// It changes a keystore, and writes its lock and record.
    ChangesAKeystore,
    /// It writes the plan, and what becomes the plan.
    WritesThePlan,
    /// It writes into its temporary folder, and the report.
    Rehearses,
    /// It writes the journal and its lock.
    WritesTheJournal,
    /// It writes whatever the site names.
    Runs,
}

impl Bounds {
    /// What lies beyond them, of the paths within the folder.
    fn beyond(self, seen: &Seen, folder: &Path) -> Vec<PathBuf> {
        let named = |path: &Path| {
            path.strip_prefix(folder).map(|path| path.display().to_string()).unwrap_or_default()
        };
        let read = |path: &&&Path| match self {
            Self::Looks | Self::WritesThePlan => !["", "plan.renewal"].contains(&named(path).as_str()),
            _ => false,
        };
        let written = |path: &&&Path| {
            let name = named(path);
            !match self {
                Self::Looks => false,
                Self::ReadsTheSite => name.ends_with(".lock"),
                Self::WritesTheOutput => ["output", ".output."].iter().any(|start| name.starts_with(start)),
                Self::ChangesAKeystore => {
                    ["tenant.p12", ".tenant.p12"].iter().any(|start| name.starts_with(start))
                }
                Self::WritesThePlan => name == "plan.renewal" || name.starts_with(".plan.renewal."),
                Self::Rehearses => {
                    name.starts_with("temporary/")
                        || name == "report.html"
                        || name.starts_with(".report.html.")
                }
                Self::WritesTheJournal => name.starts_with("keyroll.db"),
                Self::Runs => !["", "plan.renewal", "site.toml", "password"].contains(&name.as_str()),
            }
        };
        let (reads, writes) = (seen.own_reads(), seen.own_writes());
        // Whoever changes a keystore by hand is named in its record.
        let users = |path: &&&Path| self == Self::ChangesAKeystore && **path == Path::new("/etc/passwd");
        let outside = reads.iter().filter(|path| !users(path)).chain(&writes);
        let outside = outside.filter(|path| !path.starts_with(folder));
        let beyond = reads.iter().filter(read).chain(writes.iter().filter(written)).chain(outside);
        beyond.map(|path| path.to_path_buf()).collect()
    }
}

/// Every command, in an order in which each has something to do, with the exit that it comes to.
const COMMANDS: &[(&str, Bounds, i32)] = &[
    ("check plan.renewal", Bounds::Looks, 0),
    ("prove plan.renewal", Bounds::Looks, 0),
    ("check plan.renewal --junit output.junit", Bounds::WritesTheOutput, 0),
    ("check plan.renewal --log-format json -v", Bounds::Looks, 0),
    ("repair plan.renewal", Bounds::Looks, 0),
    ("synthesize scenario.renewal", Bounds::ReadsTheSite, 0),
    ("synthesize scenario.renewal --output output.renewal", Bounds::WritesTheOutput, 0),
    ("compare plan.renewal plan.renewal", Bounds::Looks, 0),
    ("prove plan.renewal --certificate output.json", Bounds::WritesTheOutput, 0),
    ("verify-proof plan.renewal output.json", Bounds::ReadsTheSite, 0),
    ("explain undrained", Bounds::Looks, 0),
    ("graph plan.renewal", Bounds::Looks, 0),
    ("runbook plan.renewal", Bounds::Looks, 0),
    ("import steps.md", Bounds::ReadsTheSite, 0),
    ("import steps.md --output output.renewal --overwrite", Bounds::WritesTheOutput, 0),
    ("new --list", Bounds::Looks, 0),
    ("new --from ssh/user-ca --output output.renewal --overwrite", Bounds::WritesTheOutput, 0),
    ("schema check", Bounds::Looks, 0),
    ("completions bash", Bounds::Looks, 0),
    ("man check", Bounds::Looks, 0),
    ("man --output output", Bounds::WritesTheOutput, 0),
    ("fmt --check plan.renewal", Bounds::Looks, 1),
    ("fmt plan.renewal", Bounds::WritesThePlan, 0),
    ("rehearse plan.renewal --messages 20 --rate 20 --key-type ec-p256", Bounds::Rehearses, 0),
    ("dry-run plan.renewal", Bounds::ReadsTheSite, 0),
    ("site check plan.renewal", Bounds::ReadsTheSite, 0),
    ("site show", Bounds::ReadsTheSite, 0),
    ("watch plan.renewal --within 0", Bounds::ReadsTheSite, 0),
    ("watch plan.renewal --within 0 --metrics output.prom", Bounds::WritesTheOutput, 0),
    ("dry-run plan.renewal --junit output.junit", Bounds::WritesTheOutput, 0),
    ("keystore list tenant.p12 --password file:password", Bounds::WritesTheOutput, 0),
    (
        "keystore export tenant.p12 --alias orders-signer --password file:password --output output.pem",
        Bounds::WritesTheOutput,
        0,
    ),
    (
        "keystore create tenant.p12 --alias spare --subject CN=spare --password file:password",
        Bounds::ChangesAKeystore,
        0,
    ),
    (
        "sign message.xml --keystore tenant.p12 --alias orders-signer --password file:password --output output.xml",
        Bounds::WritesTheOutput,
        0,
    ),
    ("verify --trust output.pem output.xml", Bounds::WritesTheOutput, 0),
    ("run plan.renewal", Bounds::Runs, 3),
    ("status", Bounds::WritesTheJournal, 0),
    ("board", Bounds::WritesTheJournal, 0),
    ("board plan.renewal --format html --output output.html", Bounds::WritesTheOutput, 0),
    ("why trust_both", Bounds::WritesTheJournal, 0),
    ("inbox --as receiver_admin", Bounds::WritesTheJournal, 0),
    ("answer xml-signature-two-keys holds_two=yes --as receiver_admin", Bounds::WritesTheJournal, 2),
    ("confirm provide_certificate --as receiver_admin", Bounds::WritesTheJournal, 0),
    ("run plan.renewal", Bounds::Runs, 3),
    ("reject confirm_trust --as receiver_admin --because later", Bounds::WritesTheJournal, 0),
    ("retry confirm_trust --as receiver_admin", Bounds::WritesTheJournal, 0),
    ("handover --to Ben --person Ada --as tenant_admin", Bounds::WritesTheJournal, 0),
    ("pause --until 2999-01-01 --as tenant_admin --because moving", Bounds::WritesTheJournal, 1),
    ("resume --as tenant_admin --because ready", Bounds::WritesTheJournal, 0),
    ("abort --as tenant_admin", Bounds::WritesTheJournal, 0),
    (
        "waive receiver_admin --as tenant_admin --person Ada --because hurry --not-done confirm_trust",
        Bounds::WritesTheJournal,
        1,
    ),
    (
        "skip confirm_trust --as tenant_admin --person Ada --because hurry --not-done confirm_trust",
        Bounds::WritesTheJournal,
        1,
    ),
    (
        "amend RUN plan.renewal --as tenant_admin --person Ada --because again --not-done confirm_trust",
        Bounds::WritesTheJournal,
        0,
    ),
];

#[test]
fn commands_execute_nothing_connect_nowhere_and_keep_to_their_files() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.edit("plan.renewal", "key old", "key   old");
    place.write("message.xml", "<order>1</order>");
    place.write("steps.md", "1. Tenant administrator: creates a new key pair.\n");
    place.write("scenario.renewal", include_str!("../../../plans/scenarios/one-key.renewal"));
    let folder = place.folder.canonicalize().unwrap();
    fs::create_dir(folder.join("output")).unwrap();
    let mut faults = String::new();
    let mut reads = BTreeMap::new();
    for (line, bounds, exit) in COMMANDS {
        let mut words: Vec<&str> = line.split(' ').collect();
        let told =
            if words.contains(&"RUN") { place.keyroll("status --format json").out } else { String::new() };
        let run = told.split("\"run\":\"").nth(1).and_then(|run| run.split('"').next()).unwrap_or_default();
        words.iter_mut().filter(|word| **word == "RUN").for_each(|word| *word = run);
        let (seen, ended) = watched(&folder, env!("CARGO_BIN_EXE_keyroll"), &words);
        assert_eq!(ended, *exit, "{line}");
        let beyond = bounds.beyond(&seen, &folder);
        if !(beyond.is_empty() && seen.started.is_empty() && seen.network.is_empty()) {
            faults += &format!("{line}: {beyond:#?} {:?} {:?}\n", seen.started, seen.network);
        }
        reads.insert(words[0].to_owned(), seen.own_reads().len() + seen.own_writes().len());
    }
    assert_eq!(faults, "");
    // The watch sees: a command that works at the site touches more than one that does not.
    assert!(reads["check"] >= 1 && reads["run"] > 10, "{reads:?}");
    let help = place.keyroll("--help").ends(0).out;
    let verbs = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // What begins further right goes on with the line above it.
    let verbs =
        verbs.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    for verb in verbs.filter_map(|line| line.split(' ').next()).filter(|verb| *verb != "help") {
        assert!(reads.contains_key(verb), "`{verb}` is not among the commands that are watched");
    }
}

/// Programs that a site names are started by the verbs that ask its backends, and by no other.
#[test]
fn the_commands_of_a_site_are_all_that_is_started() {
    let shop = Shop::new();
    let lines = [
        ("check tokens.renewal", 0),
        ("prove tokens.renewal", 0),
        ("site show", 0),
        ("site check tokens.renewal", 0),
        ("watch tokens.renewal", 0),
        ("dry-run tokens.renewal", 0),
        ("run tokens.renewal", 0),
        ("status", 0),
        ("board", 0),
        ("why", 0),
        ("inbox --as operations", 0),
    ];
    for (line, exit) in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let (seen, ended) = watched(&shop.folder, env!("CARGO_BIN_EXE_keyroll"), &words);
        assert_eq!((ended, &seen.network), (exit, &Vec::new()), "{line}");
        let asks = ["dry-run", "run", "watch"].contains(&words[0]) || words.starts_with(&["site", "check"]);
        assert_eq!(!seen.started.is_empty(), asks, "{line}: {:?}", seen.started);
        // What that program starts has its own environment; keyroll's children have three variables.
        let program = format!("execve(\"{}\"", shop.folder.join("./tokens.sh").display());
        let by_keyroll = seen.started.iter().filter(|call| call.contains(&program)).count();
        let given =
            seen.started.iter().filter(|call| call.contains(&program) && call.contains("/* 3 vars */"));
        assert_eq!(given.count(), by_keyroll, "{line}");
        assert!((by_keyroll > 0) == asks, "{line}: {:?}", seen.started);
        let others = seen.started.iter().filter(|call| call.contains("execve(") && !call.contains(&program));
        for call in others {
            let is_a_tool =
                ["\"/usr/bin/", "\"/bin/", "\"/usr/local/bin/"].iter().any(|place| call.contains(place));
            assert!(is_a_tool, "{line}: {call}");
        }
    }
}

#[test]
fn a_program_that_does_more_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let script = "cat /etc/hostname; cp /etc/hostname copied; mv copied moved; \
                  exec 3<>/dev/tcp/127.0.0.1/9";
    let (seen, _) = watched(&folder, "/bin/bash", &["-c", script]);
    assert!(seen.read.contains(Path::new("/etc/hostname")), "{seen:?}");
    assert!(seen.written.contains(&folder.join("copied")) && seen.written.contains(&folder.join("moved")));
    assert!(seen.started.iter().any(|line| line.contains("/cat\"")), "{seen:?}");
    assert!(seen.network.iter().any(|line| line.contains("127.0.0.1")), "{seen:?}");
    for bounds in
        [Bounds::Looks, Bounds::ReadsTheSite, Bounds::Rehearses, Bounds::WritesTheJournal, Bounds::Runs]
    {
        assert!(!bounds.beyond(&seen, &folder).is_empty(), "{bounds:?}");
    }
}
