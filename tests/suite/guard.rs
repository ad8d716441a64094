//! What the program keeps to itself: its memory, its files, and what its libraries listen to.
#![cfg(test)]

mod links;
mod modes;
mod read_only;
mod trace;

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::runs::Place;

/// Somebody who is not root.
const NOBODY: u32 = 65_534;

fn shell(folder: &Path, script: &str, program: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(program).current_dir(folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell
}

/// Waits until something is so of a process that waits for its input.
fn until(child: &Child, what: impl Fn(&Path) -> bool) -> bool {
    let (process, begun) = (PathBuf::from(format!("/proc/{}", child.id())), Instant::now());
    while begun.elapsed() < Duration::from_secs(20) {
        if what(&process) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn says(process: &Path, file: &str, line: &[&str]) -> bool {
    let text = fs::read_to_string(process.join(file)).unwrap_or_default();
    text.lines().any(|found| found.split_whitespace().collect::<Vec<_>>().starts_with(line))
}

fn killed(mut child: Child) -> std::process::ExitStatus {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::ABORT).unwrap();
    child.wait().unwrap()
}

#[test]
fn a_program_that_is_killed_leaves_no_core() {
    let folder = tempfile::tempdir().unwrap();
    let script = "ulimit -c unlimited && exec \"$@\" check -";
    let child = shell(folder.path(), script, Path::new(env!("CARGO_BIN_EXE_keyroll"))).spawn().unwrap();
    assert!(until(&child, |process| says(process, "limits", &["Max", "core", "file", "size", "0", "0"])));
    let status = killed(child);
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!status.core_dumped());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // Another program would leave one here; where cores go to a program, nothing can be said of it.
    if !fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap().starts_with('|') {
        let other = shell(folder.path(), "ulimit -c unlimited && exec cat", Path::new("")).spawn().unwrap();
        assert!(until(&other, |process| says(process, "status", &["Name:", "cat"])));
        assert!(killed(other).core_dumped(), "a core is left by whoever does nothing against it");
    }
}

/// The system gives the files of a process that may not be looked into to root.
#[test]
fn nobody_looks_into_its_memory() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("keyroll");
    fs::copy(env!("CARGO_BIN_EXE_keyroll"), &program).unwrap();
    let user = if geteuid().is_root() { NOBODY } else { geteuid().as_raw() };
    let begin = |script: &str| shell(folder.path(), script, &program).uid(user).spawn().unwrap();
    let owner = |process: &Path| fs::metadata(process.join("mem")).map(|meta| meta.uid()).ok();
    let (guarded, other) = (begin("exec \"$@\" check -"), begin("exec cat"));
    assert!(until(&guarded, |process| owner(process) == Some(0)), "its memory belongs to {user}");
    assert!(until(&other, |process| owner(process) == Some(user)));
    killed(guarded);
    killed(other);
}

/// A configuration that loads code, and lets OpenSSL find no algorithm.
struct Hostile {
    folder: tempfile::TempDir,
}

impl Hostile {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let shown = |name: &str| at(name).display().to_string();
        let code = format!(
            "#include <fcntl.h>\n\
             __attribute__((constructor)) static void loaded(void) {{ open(\"{}\", O_CREAT, 0600); }}\n\
             int OSSL_provider_init(const void *h, const void *i, const void **o, void **c) {{ return 0; }}\n",
            shown("loaded")
        );
        fs::write(at("hostile.c"), code).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o", "hostile.so", "hostile.c"]);
        assert!(cc.current_dir(folder.path()).status().unwrap().success());
        let text = format!(
            "openssl_conf = init\n[init]\nproviders = providers\nalg_section = algorithms\n\
             [providers]\nhostile = hostile\n[hostile]\nmodule = {}\nactivate = 1\n\
             [algorithms]\ndefault_properties = provider=nothing\n",
            shown("hostile.so")
        );
        fs::write(at("hostile.cnf"), text).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn was_loaded(&self) -> bool {
        self.path("loaded").exists()
    }
}

#[test]
fn a_hostile_openssl_configuration_has_no_effect() {
    let hostile = Hostile::new();
    let place = Place::two_keys();
    let configured = |mut command: Command| {
        command.env("OPENSSL_CONF", hostile.path("hostile.cnf"));
        command.env("OPENSSL_MODULES", hostile.folder.path()).env("OPENSSL_ENGINES", hostile.folder.path());
        command.env("SSL_CERT_FILE", hostile.path("hostile.cnf")).env("OPENSSL_ia32cap", "0:0:0:0:0");
        command.output().unwrap()
    };
    for line in ["dry-run plan.renewal", "run plan.renewal", "status", "rehearse plan.renewal --messages 20"]
    {
        let words: Vec<&str> = line.split(' ').chain(["--key-type", "ec-p256"]).collect();
        let words = if line.starts_with("rehearse") { &words[..] } else { &words[..words.len() - 2] };
        let output = configured(place.program(words));
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!hostile.was_loaded(), "{line}: code of the configuration was run");
    }
    // Who does listen to it is taken over.
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "plan.renewal"]).current_dir(&place.folder);
    assert!(!configured(openssl).status.success());
    assert!(hostile.was_loaded());
}

/// Runs a program as root of its own, in a view of the file system in which the machine has the
/// configuration where the OpenSSL that is built in looks for it.
fn misconfigured(hostile: &Hostile, folder: &Path, program: &Path, words: &[&str]) -> Output {
    let place = openssl::version::dir().split('"').nth(1).unwrap();
    let there = Path::new(place).ancestors().find(|folder| folder.is_dir()).unwrap();
    let script =
        "mount -t tmpfs none \"$1\" && mkdir -p \"$2\" && cat >\"$2/openssl.cnf\" && shift 2 && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command.arg(there).arg(place).arg(program).args(words).current_dir(folder);
    command.stdin(fs::File::open(hostile.path("hostile.cnf")).unwrap()).env_remove("OPENSSL_CONF");
    command.output().unwrap()
}

#[test]
fn the_openssl_configuration_of_the_machine_has_no_effect() {
    let (hostile, place) = (Hostile::new(), Place::two_keys());
    let program = Path::new(env!("CARGO_BIN_EXE_keyroll"));
    for line in ["dry-run plan.renewal", "run plan.renewal", "status"] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = misconfigured(&hostile, &place.folder, program, &words);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!hostile.was_loaded(), "{line}: code of the configuration was run");
    }
    // These tests have the same OpenSSL built in, and do listen.
    let listener = ["--exact", "guard::who_listens_makes_a_digest"];
    let tests = std::env::current_exe().unwrap();
    let output = misconfigured(&hostile, &place.folder, &tests, &listener);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("running 1 test") && said.contains("1 failed"), "{said}");
}

#[test]
fn who_listens_makes_a_digest() {
    assert_eq!(openssl::hash::hash(openssl::hash::MessageDigest::sha256(), b"").unwrap().len(), 32);
}

#[test]
fn beginning_anew_changes_nothing_else() {
    let place = Place::two_keys();
    let plain = place.keyroll("check plan.renewal").ends(0);
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$1\" check - <plan.renewal", "sh", env!("CARGO_BIN_EXE_keyroll")]);
    let anew = shell.current_dir(&place.folder).env("SSL_CERT_DIR", "/").env("OPENSSL_CONF", "");
    let anew = anew.output().unwrap();
    assert_eq!(String::from_utf8(anew.stdout).unwrap(), plain.out.replace("plan.renewal", "-"));
    let refused =
        place.program(&["check", "a  file 'of' \"that\" name"]).env("RANDFILE", "x").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("a  file 'of' \"that\" name"));
    // A password may stand in a variable whose name only begins like one of those.
    place.edit("site.toml", "file:password", "env:OPENSSL_CONF_PASSWORD");
    let password = place.read("password");
    let mut words = place.program(&["dry-run", "plan.renewal"]);
    let output = words.env("OPENSSL_CONF_PASSWORD", password.trim_end()).env("OPENSSL_CONF", "x").output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

/// Every file and folder below one, but for links.
fn below(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        found.push((path.clone(), meta.mode() & 0o7777));
        if meta.is_dir() {
            found.extend(below(&path));
        }
    }
    found
}

#[test]
fn what_is_created_is_private_whatever_the_umask() {
    for umask in ["000", "777"] {
        let folder = tempfile::tempdir().unwrap();
        let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature/two-keys.renewal");
        let script = format!(
            "umask {umask} && \"$1\" rehearse \"$2\" --stage --keep staged --key-type ec-p256 && cd staged \
             && \"$1\" prove plan.renewal && \"$1\" dry-run plan.renewal && \"$1\" run plan.renewal && \"$1\" rehearse plan.renewal \
             --keep ../kept --key-type ec-p256 --messages 50 --rate 50"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_keyroll")]).arg(plan).current_dir(folder.path());
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{umask}: {}", String::from_utf8_lossy(&output.stderr));
        let all = below(folder.path());
        assert!(all.len() > 20, "{all:?}");
        for name in [
            "keyroll.db",
            "keyroll.db.lock",
            "report.html",
            "tenant.p12",
            "tenant.p12.lock",
            "password",
            "spool",
        ] {
            assert!(all.iter().any(|(path, _)| path.ends_with(name)), "{name} is not among {all:?}");
        }
        for (path, mode) in all {
            let private = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, private, "{umask}: {} has the mode {mode:o}", path.display());
        }
    }
}
