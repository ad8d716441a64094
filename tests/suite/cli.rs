//! The program as a shell sees it: words in, words and an exit code out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const TWO_KEYS: &str = "plans/xml-signature/two-keys.renewal";
const ONE_KEY: &str = "plans/xml-signature/one-key.renewal";

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").env_remove("COLUMNS");
    command
}

fn stock(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What a command said and how it ended.
#[derive(Debug)]
struct Said {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        let said = Self { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!said.err.contains("panicked") && !said.out.contains("panicked"), "{said:?}");
        assert!(
            !said.err.contains('\u{1b}') && !said.out.contains('\u{1b}'),
            "no terminal, no colours: {said:?}"
        );
        said
    }
}

fn keyroll(arguments: &[&str]) -> Said {
    Said::of(program().args(arguments).stdin(Stdio::null()).output().unwrap())
}

/// With a text on standard input.
fn fed(arguments: &[&str], input: &[u8]) -> Said {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has read enough may close its end.
    let _closed = child.stdin.take().unwrap().write_all(input);
    Said::of(child.wait_with_output().unwrap())
}

/// A file in a folder of its own.
fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn the_exit_codes_of_check_prove_and_fmt() {
    let drained = stock(TWO_KEYS);
    let undrained = drained.replace("  needs orders drained of old\n", "");
    let broken = drained.replace("role receiver_admin ", "rol receiver_admin ");
    for (arguments, input, exit) in [
        (&["check", TWO_KEYS][..], "", 0),
        (&["check", ONE_KEY], "", 0),
        (&["check", "-"], &drained[..], 0),
        (&["check", "-"], &undrained, 0),
        (&["check", "-"], &broken, 1),
        (&["check", "-"], "", 1),
        (&["prove", TWO_KEYS], "", 0),
        (&["prove", ONE_KEY], "", 0),
        (&["prove", "-"], &drained, 0),
        (&["prove", "-"], &undrained, 1),
        (&["prove", "-"], &broken, 1),
        (&["prove", "--budget", "5", "-"], &drained, 0),
        (&["prove", "--engine", "explicit", "-"], &drained, 0),
        (&["prove", "--engine", "explicit", "--budget", "5", "-"], &drained, 8),
        (&["prove", "--engine", "cuts", "-"], &drained, 0),
        (&["prove", "--engine", "cuts", "-"], &undrained, 1),
        (&["prove", "--engine", "quick", "-"], &drained, 2),
        (&["prove", "--budget", "many", "-"], &drained, 2),
        (&["fmt", "--check", TWO_KEYS, ONE_KEY], "", 0),
        (&["fmt", "-"], &drained, 0),
        (&["fmt", "-"], &broken, 1),
        (&["fmt", "--check", "-"], "keyroll 1\n\n\n\nplan p\n", 1),
        (&["fmt"], "", 2),
        (&["check"], "", 2),
        (&["check", "--loud", TWO_KEYS], "", 2),
        (&["chekc", TWO_KEYS], "", 2),
        (&[], "", 2),
        (&["--help"], "", 0),
        (&["--version"], "", 0),
        (&["check", "no-such.renewal"], "", 2),
        (&["prove", "no-such.renewal"], "", 2),
        (&["fmt", "no-such.renewal"], "", 2),
        (&["explain", "undrained"], "", 0),
        (&["explain", "keyroll::undrained"], "", 0),
        (&["explain", "exchange"], "", 0),
        (&["explain"], "", 0),
        (&["explain", "undraind"], "", 2),
    ] {
        let said = fed(arguments, input.as_bytes());
        assert_eq!(said.exit, Some(exit), "{arguments:?}: {said:?}");
    }
}

#[test]
fn results_go_out_and_talk_goes_to_the_other_stream() {
    let said = keyroll(&["check", TWO_KEYS]);
    assert_eq!(said.out, "xml-signature-two-keys: 7 steps, 2 roles, no errors\n");
    assert!(said.err.contains("keyroll::old_pair_kept") && said.err.ends_with("2 advice\n"), "{said:?}");
    let said = fed(&["check", "-"], b"keyroll 1\nplan p\n");
    assert!(
        said.out.is_empty() && said.err.contains("<stdin>:2:6") && said.err.ends_with("1 error\n"),
        "{said:?}"
    );
    let said = keyroll(&["check", "no\u{202e}such.renewal"]);
    assert!(said.err.starts_with("cannot read no\\u{202e}such.renewal: "), "{said:?}");
    assert!(said.out.is_empty() && said.err.lines().count() == 1, "{said:?}");
}

#[test]
fn a_refused_proof_tells_its_story_on_standard_output() {
    let undrained = stock(ONE_KEY).replace("  needs orders drained of old\n", "");
    let said = fed(&["prove", "-"], undrained.as_bytes());
    let mut lines = said.out.lines();
    assert_eq!(lines.next(), Some("xml-signature-one-key: refused, this is the shortest story"));
    assert!(
        said.out.contains("let `exchange_certificate` wait: `needs orders drained of old` (proved)"),
        "{said:?}"
    );
    let last = lines.rfind(|line| line.ends_with(']') && !line.contains("because")).unwrap();
    assert!(last.contains("partner rejects it") && last.contains("[<stdin>:"), "{last}");
    assert!(
        said.err.contains("keyroll::undrained") && said.err.contains("needs orders drained of old"),
        "{said:?}"
    );
}

#[test]
fn texts_that_are_no_plans_are_refused_with_a_finding() {
    for (input, code) in [
        (&b"keyroll 1\nplan \xff\n"[..], "not_utf8"),
        (b"\xff\xfek\0e\0y\0", "not_utf8"),
        (b"", "empty_plan"),
        (b"\0\0\0", "hostile_character"),
        (b"PK\x03\x04", "hostile_character"),
        (b"keyroll 1", "no_plan"),
        (b"<?xml version=\"1.0\"?>", "missing_header"),
    ] {
        for verb in ["check", "prove", "fmt"] {
            let said = fed(&[verb, "-"], input);
            // The form of a text does not ask what it says.
            if (verb, code) == ("fmt", "no_plan") {
                continue;
            }
            assert_eq!(said.exit, Some(1), "{verb} {code}: {said:?}");
            assert!(said.err.contains(&format!("keyroll::{code}")), "{verb} {code}: {said:?}");
            assert!(said.out.is_empty(), "{verb} {code}: {said:?}");
        }
    }
}

/// However far a plan is written, it is refused with findings until it is whole.
#[test]
fn half_written_plans_are_refused_with_findings() {
    for path in [TWO_KEYS, ONE_KEY] {
        let plan = stock(path);
        let first_step_ends = plan.find("\n}\n\n# 2").map(|at| at + 3).unwrap();
        let mut ends: Vec<usize> = plan.match_indices('\n').map(|(at, _)| at + 1).collect();
        ends.retain(|end| *end < first_step_ends);
        for end in std::iter::once(0).chain(ends) {
            let said = fed(&["check", "-"], &plan.as_bytes()[..end]);
            assert_eq!(said.exit, Some(1), "{end}: {said:?}");
            assert!(said.err.contains("keyroll::") && said.err.contains("help: "), "{end}: {said:?}");
        }
    }
}

/// The same by library, for every line and for what is cut within a line.
#[test]
fn no_beginning_of_a_plan_makes_the_reader_panic() {
    use keyroll::{check, page::page, source::Source};
    for path in [TWO_KEYS, ONE_KEY] {
        let plan = stock(path);
        for end in (0..=plan.len()).filter(|end| plan.is_char_boundary(*end)).step_by(3) {
            let source = Source::new("p", &plan[..end]);
            if let Err(refusal) = check::read(&source, &keyroll::plan::given::Given::default()) {
                assert!(refusal.has_error() && page(&refusal, false, 100).contains("keyroll::"), "{end}");
            }
        }
        // And every plan that lacks one of its lines.
        let lines: Vec<&str> = plan.lines().collect();
        for missing in 0..lines.len() {
            let text: String = lines
                .iter()
                .enumerate()
                .filter(|(n, _)| *n != missing)
                .map(|(_, l)| format!("{l}\n"))
                .collect();
            let source = Source::new("p", text);
            if let Err(refusal) = check::read(&source, &keyroll::plan::given::Given::default()) {
                assert!(refusal.has_error(), "line {}", missing + 1);
            }
        }
    }
}

/// A reader that goes away ends the talking, and nothing else.
#[test]
fn a_closed_pipe_makes_no_noise() {
    for arguments in
        [&["explain"][..], &["prove", TWO_KEYS], &["check", TWO_KEYS], &["fmt", "-"], &["--help"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = program()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _closed = child.stdin.take().unwrap().write_all(stock(TWO_KEYS).as_bytes());
        let said = Said::of(child.wait_with_output().unwrap());
        assert!(said.exit.is_some_and(|exit| exit == 0 || exit == 2), "{arguments:?}: {said:?}");
        assert!(!said.err.contains("pipe") && !said.err.contains("cannot write"), "{arguments:?}: {said:?}");
    }
}

/// A result that cannot be written is no result, whatever it would have said.
#[test]
fn a_result_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let hasty = folder.path().join("hasty.renewal");
    std::fs::write(&hasty, stock(TWO_KEYS).replace("  needs orders drained of old\n", "")).unwrap();
    let hasty = hasty.to_str().unwrap();
    let none = concat!(env!("CARGO_MANIFEST_DIR"), "/plans/scenarios/one-key-no-downtime.renewal");
    for arguments in [
        &["prove", TWO_KEYS][..],
        &["prove", hasty],
        &["prove", hasty, "--format", "json"],
        &["prove", hasty, "--format", "sarif"],
        &["synthesize", none],
        &["compare", TWO_KEYS, hasty],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let child = program().args(arguments).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.exit, Some(5), "{arguments:?}: {said:?}");
        assert!(said.err.contains("cannot write the result: "), "{arguments:?}: {said:?}");
    }
}

#[test]
fn without_a_terminal_there_are_no_colours_whatever_is_asked() {
    let refused = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/refused/unknown_name.renewal");
    for colour in ["", "1"] {
        let output = program().arg("check").arg(&refused).env("NO_COLOR", colour).output().unwrap();
        assert_eq!(Said::of(output).exit, Some(1));
    }
}

#[test]
fn a_plan_with_faults_keeps_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = "keyroll 1\n\n\nplan p\nkey   old\nkye new\n";
    let path = file(&folder, "p.renewal", faulty.as_bytes());
    let said = keyroll(&["fmt", path.to_str().unwrap()]);
    assert_eq!(said.exit, Some(1));
    assert!(said.err.contains("keyroll::unknown_item"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), faulty);
    std::fs::write(&path, faulty.replace("kye", "key")).unwrap();
    assert_eq!(keyroll(&["fmt", "--check", path.to_str().unwrap()]).exit, Some(1));
    assert_eq!(keyroll(&["fmt", path.to_str().unwrap()]).exit, Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "keyroll 1\n\nplan p\nkey old\nkey new\n");
    assert_eq!(keyroll(&["fmt", "--check", path.to_str().unwrap()]).exit, Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn parameters_take_values_from_the_command_line() {
    let said = keyroll(&["prove", "--set", "delivery=36h", "--set", "alias=invoices-signer", TWO_KEYS]);
    assert_eq!(said.exit, Some(0));
    assert!(
        said.out.contains("arrives within 36h") && said.out.contains("tenant[\"invoices-signer\"]"),
        "{said:?}"
    );
    for (value, exit, words) in [
        ("delivery=soon", 1, "keyroll::bad_parameter"),
        ("delivery=", 1, "keyroll::bad_parameter"),
        ("alias=", 1, "an alias has at least one character"),
        ("alias=a\u{202e}b", 1, "a\\u{202e}b"),
        ("delivry=1h", 1, "did you mean `delivery`?"),
        ("window=1h", 1, "the plan takes `alias`, `delivery`"),
        ("delivery", 2, "write it as NAME=VALUE"),
    ] {
        let said = keyroll(&["check", "--set", value, TWO_KEYS]);
        assert_eq!(said.exit, Some(exit), "{value}: {said:?}");
        assert!(said.err.contains(words) && said.out.is_empty(), "{value}: {said:?}");
    }
}

/// Whatever begins a sentence or a line is explained by its words, in the terminal and in JSON.
#[test]
fn explain_knows_every_construct_of_the_language() {
    use keyroll::plan::lines::{OF_FLOWS, OF_KEYSTORES, OF_RECEIVERS, OF_STEPS};
    let explained = |asked: &str| {
        let said = keyroll(&["explain", asked]);
        assert_eq!(said.exit, Some(0), "{asked}: {}", said.err);
        let json = keyroll(&["explain", asked, "--format", "json"]);
        assert_eq!(json.exit, Some(0), "{asked}: {}", json.err);
        (said.out, json.out)
    };
    for (word, usage, says) in keyroll::syntax::sentences() {
        let (text, json) = explained(word);
        assert!(text.contains(usage) && text.contains(says), "{word}: {text}");
        assert!(json.contains("\"kind\": \"sentence\"") || json.contains("\"kind\":\"sentence\""), "{json}");
    }
    let lines = OF_KEYSTORES.iter().chain(&OF_RECEIVERS).chain(&OF_FLOWS).chain(&OF_STEPS);
    let listed = keyroll(&["explain"]).out;
    for (usage, says) in lines {
        let word = usage.split(' ').find(|word| !word.starts_with('<')).unwrap();
        let (text, _) = explained(word);
        assert!(text.contains(usage) && text.contains(says), "{word}: {text}");
        assert!(listed.contains(&format!("\n  {usage}\n")), "{usage}");
    }
    for word in ["set", "clear", "accept"] {
        let (text, _) = explained(word);
        assert!(text.starts_with(&format!("{word} ")), "the verb comes first: {text}");
    }
}

#[test]
fn explain_knows_near_names() {
    for (asked, words) in [
        ("undraind", "did you mean `undrained`?"),
        ("keyroll::race_", "did you mean `race`?"),
        ("exchnge", "did you mean `exchange`?"),
        ("zzzzzzzz", "`keyroll explain` lists all codes and words"),
        ("\u{1b}[31m", "\\u{1b}[31m"),
    ] {
        let said = keyroll(&["explain", asked]);
        assert_eq!(said.exit, Some(2));
        assert!(said.out.is_empty() && said.err.contains(words), "{asked}: {said:?}");
    }
    let listed = keyroll(&["explain"]).out;
    for explanation in keyroll::cli::explain::all() {
        assert!(listed.contains(&format!("  {} ", explanation.code)), "{}", explanation.code);
    }
}

/// What a command leaves that gets a Ctrl-C as soon as it listens for it.
pub(crate) fn interrupted(command: &mut Command) -> Output {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let id = child.id().to_string();
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
        u64::from_str_radix(caught, 16).unwrap() >> 1 & 1 == 1
    };
    while !listens() {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

/// Ctrl-C ends a search that would go on for hours, and tells what is known by then.
#[test]
fn a_search_that_is_interrupted_says_how_far_it_came() {
    let mut plan = "keyroll 1\n\nplan many\n\nrole audit\n\nkey old\n".to_owned();
    plan += "\nreceiver gate of audit {\n  accepts old\n}\n";
    for n in 0..20 {
        plan += &format!("\nrole r{n}\n\nstep s{n} by r{n} {{\n  inform audit\n}}\n");
    }
    // Without a step that waits for all, each role would be looked at by itself.
    let all: Vec<String> = (0..20).map(|n| format!("s{n}")).collect();
    plan += &format!("\nstep last by audit {{\n  after {}\n  retire old at gate\n}}\n", all.join(", "));
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "many.renewal", plan.as_bytes());
    let said = Said::of(interrupted(
        program().args(["prove", "--engine", "explicit", "--budget", "100000000"]).arg(&path),
    ));
    assert_eq!(said.exit, Some(130), "{said:?}");
    let line = said.out.lines().last().unwrap();
    assert!(line.starts_with("many: not proved: stopped (") && line.contains("no promise is broken within "));
}
