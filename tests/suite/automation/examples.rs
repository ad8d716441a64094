//! The examples for timers and pipelines are those of the page, are understood by the programs that they are for, and
//! what they call does what the page says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{
    output::tool,
    readme::{blocks, read, root},
    runs::{Place, Said},
};

fn example(name: &str) -> String {
    read(&format!("examples/automation/{name}"))
}

#[test]
fn the_page_shows_the_files() {
    let page = read("docs/automation.md");
    let shown: BTreeSet<String> = blocks(&page)
        .0
        .iter()
        .filter_map(|block| block.fence.split_once(' '))
        .map(|(_, name)| name.to_owned())
        .collect();
    let files = std::fs::read_dir(root().join("examples/automation")).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(shown, files);
    assert!(files.len() >= 6, "{files:?}");
}

/// A place with an approved plan, as the examples have it: the partner is a person.
fn approved() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    place
}

/// A command of an example, in the folder of a place and with keyroll on the path.
fn shell(place: &Place, line: &str, environment: &[(&str, &str)]) -> Output {
    let folder = Path::new(env!("CARGO_BIN_EXE_keyroll")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", line]).current_dir(&place.folder);
    command.env("PATH", path).env("TZ", "UTC").envs(environment.iter().copied()).output().unwrap()
}

/// What makes a rehearsal short.
fn quick(line: &str) -> String {
    let short = "keyroll rehearse --messages 60 --rate 60 --key-type ec-p256 ";
    line.replace("keyroll rehearse ", short)
}

#[test]
fn the_lines_of_cron_are_called() {
    let place = approved();
    let text = example("crontab");
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains('=') || line.contains("* *")).collect();
    assert_eq!(lines.len(), 2);
    for line in lines.iter().chain(&lines) {
        let mut words = line.splitn(6, ' ');
        let times: Vec<&str> = words.by_ref().take(5).collect();
        let is_time = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || "*/,-".contains(c));
        assert!(times.iter().all(is_time), "{line}");
        let command = words.next().unwrap();
        // A percent sign ends a line of cron.
        assert!(!command.contains('%'), "{command}");
        let here = format!("cd {} &&", place.folder.display());
        let line = command.replace("cd /etc/keyroll/orders &&", &here);
        assert!(line.starts_with(&here), "{line}");
        Said::of(shell(&place, &line, &[])).ends(0);
    }
    assert_eq!(place.read("run.log").matches("waits for receiver_admin").count(), 2, "once a call");
    // What is a failure is none of the good ends.
    std::fs::remove_dir_all(place.folder.join("partner-trust")).unwrap();
    let line = lines[0].splitn(6, ' ').nth(5).unwrap().replace("cd /etc/keyroll/orders && ", "");
    assert_ne!(shell(&place, &line, &[]).status.code(), Some(0));
}

/// The settings of a unit, in order.
fn settings(unit: &str) -> Vec<(String, String)> {
    let lines = unit.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn of<'a>(unit: &'a [(String, String)], key: &str) -> &'a str {
    &unit.iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("no {key}")).1
}

/// What systemd says of units, with the program where it is here.
fn verified(folder: &Path, units: &[(&str, String)]) -> (bool, String) {
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, text) in units {
        let text = text.replace("/usr/local/bin/keyroll", env!("CARGO_BIN_EXE_keyroll"));
        std::fs::write(folder.join(name), text).unwrap();
        paths.push(folder.join(name));
    }
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--man=no"]).args(paths);
    let output =
        command.output().unwrap_or_else(|error| panic!("these tests need `systemd-analyze`: {error}"));
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

#[test]
fn systemd_understands_the_units() {
    let names = ["keyroll.service", "keyroll.timer", "keyroll-follow.service"];
    let units: Vec<(&str, String)> = names.iter().map(|name| (*name, example(name))).collect();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(verified(folder.path(), &units), (true, String::new()));
    for (name, was, is) in [
        ("keyroll.service", "Type=oneshot", "Type=onceshot"),
        ("keyroll.service", "ProtectHome=yes", "ProtectHomes=yes"),
        ("keyroll.service", "/usr/local/bin/keyroll run", "/usr/local/bin/keyrol run"),
        ("keyroll.timer", "*:0/15", "*:0/x"),
        ("keyroll-follow.service", "SuccessExitStatus=143", "SuccessExitStatus=WELL"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut other = units.clone();
        let unit = other.iter_mut().find(|(file, _)| *file == name).unwrap();
        assert!(unit.1.contains(was), "{name}: {was}");
        unit.1 = unit.1.replace(was, is);
        let (well, said) = verified(folder.path(), &other);
        assert!(!well || !said.is_empty(), "{name}: {is} is not seen");
    }
}

/// The line of a service, in a place: its figures go beside the site, its password is handed over.
fn started(place: &Place, unit: &[(String, String)]) -> Command {
    let line = of(unit, "ExecStart").replace("/var/lib/node_exporter/", "");
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], "/usr/local/bin/keyroll");
    let mut command = place.program(&words[1..]);
    command.env("CREDENTIALS_DIRECTORY", place.folder.join("handed"));
    command
}

/// A place whose password systemd hands over.
fn served() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.edit("site.toml", "file:password", "credential:password");
    std::fs::create_dir(place.folder.join("handed")).unwrap();
    std::fs::rename(place.folder.join("password"), place.folder.join("handed/password")).unwrap();
    let mut save = place.program(&["dry-run", "plan.renewal", "--save", "approval.json"]);
    let saved = save.env("CREDENTIALS_DIRECTORY", place.folder.join("handed")).output().unwrap();
    Said::of(saved).ends(0);
    place
}

#[test]
fn what_the_services_start_ends_as_they_say() {
    let place = served();
    let unit = settings(&example("keyroll.service"));
    let good =
        |code: i32| code == 0 || of(&unit, "SuccessExitStatus").split(' ').any(|one| one == code.to_string());
    let said = Said::of(started(&place, &unit).output().unwrap());
    assert!(said.exit == 3 && good(said.exit), "{said:?}");
    assert!(place.read("keyroll.prom").ends_with("# EOF\n"));
    assert!(said.err.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", said.err);
    std::fs::rename(place.folder.join("partner-trust"), place.folder.join("gone")).unwrap();
    let said = Said::of(started(&place, &unit).output().unwrap());
    assert!(said.exit == 5 && !good(said.exit), "{said:?}");
    std::fs::rename(place.folder.join("gone"), place.folder.join("partner-trust")).unwrap();

    let unit = settings(&example("keyroll-follow.service"));
    std::fs::remove_file(place.folder.join("keyroll.prom")).unwrap();
    let mut child = started(&place, &unit).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !place.folder.join("keyroll.prom").exists() {
        assert_eq!(child.try_wait().unwrap(), None);
    }
    super::follow::end(&mut child);
    assert_eq!(of(&unit, "SuccessExitStatus"), "143");
}

/// What YAML says, by its reader in Python.
fn yaml(name: &str) -> Value {
    let script = root().join("tests/oracles/workflow.py");
    let file = root().join("examples/automation").join(name);
    serde_json::from_str(&tool(Command::new("python3").arg(script).arg(file), "")).unwrap()
}

#[test]
fn the_workflow_runs_as_far_as_it_can() {
    let workflow = yaml("github-actions.yml");
    let place = Place::two_keys();
    let steps = workflow["jobs"]["plans"]["steps"].as_array().unwrap();
    let mut ran = 0;
    for step in steps {
        match (step["run"].as_str(), step["uses"].as_str()) {
            (Some(line), None) => {
                Said::of(shell(&place, &quick(line), &[])).ends(0);
                ran += 1;
            }
            (None, Some(action)) => {
                let (name, version) = action.split_once('@').unwrap();
                assert!(name.starts_with("actions/") && version.starts_with('v'), "{action}");
            }
            _ => panic!("{step}"),
        }
    }
    assert_eq!(ran, 4);
    let kept = steps.last().unwrap()["with"]["path"].as_str().unwrap();
    for pattern in kept.lines() {
        let found = shell(&place, &format!("ls {pattern}"), &[]);
        assert!(found.status.success() && !found.stdout.is_empty(), "{pattern}");
    }
    for file in ["check.xml", "prove.xml", "rehearse.xml"] {
        super::results::well(&place, file);
    }
    // A plan that is refused ends the job at its first step.
    place.write("plan.renewal", "keyroll 1\nplan p\n");
    let first = steps.iter().find_map(|step| step["run"].as_str()).unwrap();
    Said::of(shell(&place, first, &[])).ends(1).says("::error file=plan.renewal");
}

#[test]
fn the_pipeline_runs_as_far_as_it_can() {
    let pipeline = yaml("gitlab-ci.yml");
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let lines = |job: &str| -> Vec<String> {
        let script = pipeline[job]["script"].as_array().unwrap();
        script.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    };
    for line in lines("plans") {
        Said::of(shell(&place, &quick(&line), &[])).ends(0);
    }
    assert!(place.folder.join(pipeline["plans"]["artifacts"]["paths"][0].as_str().unwrap()).exists());
    assert_eq!(lines("run").len(), 1);
    let said = Said::of(shell(&place, &lines("run")[0], &[("KEYROLL_SITE", "site.toml")])).ends(3);
    assert!(said.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", said.out);
    assert_eq!(pipeline["run"]["allow_failure"]["exit_codes"][0], 3);
}

/// The rows of the table of exit codes: verbs, and codes.
fn table(page: &str) -> Vec<(BTreeSet<String>, BTreeSet<i32>)> {
    let section = page.split("## Exit codes of each command").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let (verbs, codes) = row.trim_matches('|').split_once(" | ").unwrap();
        let verbs = verbs.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let codes = codes.split([',', ' ']).filter_map(|word| word.parse().ok()).collect();
        (verbs, codes)
    })
    .collect()
}

#[test]
fn each_command_ends_as_the_page_says() {
    let table = table(&read("docs/automation.md"));
    let place = Place::two_keys();
    let help = place.keyroll("--help").ends(0).out;
    let verbs = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verbs: BTreeSet<String> = verbs
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split(' ').next())
        .filter(|verb| *verb != "help")
        .map(str::to_owned)
        .collect();
    let told: Vec<&String> = table.iter().flat_map(|(verbs, _)| verbs).collect();
    assert_eq!(told.iter().map(|verb| (*verb).clone()).collect::<BTreeSet<_>>(), verbs);
    assert_eq!(told.len(), verbs.len(), "one is there twice");
    let all: BTreeSet<i32> = table.iter().flat_map(|(_, codes)| codes).copied().collect();
    assert_eq!(all, [0, 1, 3, 4, 5, 6, 8].into());

    place.played_by_a_person("receiver_admin");
    place.write("bad.renewal", "keyroll 1\nplan p\n");
    place.write("ugly.renewal", "keyroll 1\n\n\n\nplan p\n");
    let hasty = place.read("plan.renewal").replace("  needs orders drained of old\n", "");
    place.write("hasty.renewal", hasty);
    let quick = "--messages 20 --rate 40 --key-type ec-p256";
    let quick = |line: &str| format!("{line} {quick}");
    for (line, exit) in [
        ("check plan.renewal".to_owned(), 0),
        ("check bad.renewal".to_owned(), 1),
        ("fmt --check ugly.renewal".to_owned(), 1),
        ("explain undrained".to_owned(), 0),
        ("graph plan.renewal".to_owned(), 0),
        ("graph bad.renewal".to_owned(), 1),
        ("compare plan.renewal hasty.renewal".to_owned(), 1),
        ("prove plan.renewal".to_owned(), 0),
        ("prove hasty.renewal".to_owned(), 1),
        ("prove plan.renewal --engine explicit --budget 5".to_owned(), 8),
        ("runbook hasty.renewal".to_owned(), 1),
        ("repair hasty.renewal".to_owned(), 0),
        (quick("rehearse plan.renewal"), 0),
        ("rehearse hasty.renewal".to_owned(), 1),
        ("site check plan.renewal".to_owned(), 0),
        ("site show".to_owned(), 0),
        ("dry-run plan.renewal".to_owned(), 0),
        ("dry-run hasty.renewal".to_owned(), 1),
        ("watch plan.renewal --within 36500".to_owned(), 1),
        ("run hasty.renewal".to_owned(), 1),
        ("run plan.renewal".to_owned(), 3),
        ("status".to_owned(), 0),
        ("why retire_old".to_owned(), 0),
        ("inbox --as receiver_admin".to_owned(), 0),
        ("confirm confirm_trust --as receiver_admin".to_owned(), 3),
        ("confirm provide_certificate --as receiver_admin".to_owned(), 0),
        ("handover --to Ben --person Ada --as tenant_admin".to_owned(), 0),
        ("keystore list tenant.p12 --password file:password".to_owned(), 0),
        ("schema run".to_owned(), 0),
        ("man run".to_owned(), 0),
    ] {
        let ended = place.keyroll(&line).exit;
        assert_eq!(ended, exit, "{line}");
        let verb = line.split(' ').next().unwrap();
        let codes = &table.iter().find(|(verbs, _)| verbs.contains(verb)).unwrap().1;
        assert!(
            codes.contains(&ended) || ended == 2,
            "{line} ends with {ended}, and the page says {codes:?}"
        );
    }
}
