//! Plans of a size that nobody writes by hand, and texts that are none: each comes to a finding or a
//! result, within memory that is bounded here by the system.

use std::io::Write;
use std::process::{Command, Stdio};

use keyroll::plan::given::Given;
use keyroll::{
    check::too_entangled,
    graph::{
        StepGraph,
        order::{Order, Unordered},
    },
    page::page,
    plan::resolve::resolve,
    source::{Refusal, Source},
    syntax::{SIZE_LIMIT, parse},
};

mod shapes;

/// What a command said, and how it ended.
struct Said {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn has(&self, words: &str) -> bool {
        self.out.contains(words) || self.err.contains(words)
    }

    /// The errors that the last line counts.
    fn errors(&self) -> usize {
        let count = self.err.lines().rev().find_map(|line| line.split_once(" error"));
        count.map_or(0, |(count, _)| count.parse().unwrap())
    }
}

/// Runs a command on a plan on its standard input, in so much memory and with a stack of one MiB.
fn keyroll(arguments: &str, mebibytes: usize, plan: &str) -> Said {
    let limits = format!("ulimit -v {} && ulimit -s 1024 && exec \"$0\" {arguments}", mebibytes * 1024);
    let mut child = Command::new("sh")
        .args(["-c", &limits, env!("CARGO_BIN_EXE_keyroll")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that has read enough closes its end.
        scope.spawn(move || stdin.write_all(plan.as_bytes()).unwrap_or_default());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = Said { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        let ended = said.exit.is_some_and(|exit| matches!(exit, 0 | 1 | 8));
        assert!(ended && !said.has("panicked"), "{arguments}: {:?}\n{:.2000}", said.exit, said.err);
        said
    })
}

#[test]
fn tens_of_thousands_of_steps_are_read_and_checked() {
    let said = keyroll("check -", 200, &shapes::chain(20_000));
    assert_eq!((said.exit, said.out.trim()), (Some(0), "huge: 20000 steps, 2 roles, no errors"));
    for plan in [shapes::wide(5_000), shapes::turns(5_000)] {
        let said = keyroll("check -", 100, &plan);
        assert_eq!((said.exit, said.out.trim()), (Some(0), "huge: 5000 steps, 2 roles, no errors"));
    }
}

#[test]
fn a_renewal_with_many_partners_is_checked() {
    let said = keyroll("check -", 200, &shapes::partners(2_000));
    assert_eq!(said.exit, Some(0), "{:.3000}", said.err);
    assert_eq!(said.out.trim(), "partners: 8003 steps, 2001 roles, no errors");
}

#[test]
fn an_order_that_does_not_fit_into_memory_is_a_finding() {
    let source = Source::new("too_entangled.renewal", shapes::entangled(600, 12));
    let (tree, findings) = parse(&source);
    assert!(findings.is_empty());
    let plan = resolve(&source, &tree, &Given::default()).unwrap();
    let graph = StepGraph::of(&plan);
    assert!(Order::of(&graph).is_ok());
    assert_eq!(Order::within(&graph, 5_000).err(), Some(Unordered::Entangled));
    let findings = vec![too_entangled::finding(&plan)];
    let page = page(&Refusal::new(source.clone(), findings), false, 100);
    insta::with_settings!({
        snapshot_path => "../golden/refused",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("too_entangled", page) });
}

#[test]
fn thousands_of_findings_are_counted_and_a_hundred_drawn() {
    let told = |plan: &str, code: &str, errors: usize| {
        let said = keyroll("check -", 900, plan);
        assert_eq!((said.exit, said.errors()), (Some(1), errors), "{code}: {:.2000}", said.err);
        assert_eq!(said.err.matches(&format!("keyroll::{code}")).count(), errors.min(100), "{code}");
        assert_eq!(said.has("(the first 100 are drawn)"), errors > 100, "{code}");
    };
    told(&shapes::lost(20_000), "unknown_step", 20_000);
    told(&shapes::unannounced(4_000), "unannounced_step", 2_000);
    told(&shapes::races(2_000), "race", 2_960);
    told(&shapes::ring(5_000), "cycle", 1);
}

#[test]
fn thousands_of_each_thing_are_checked() {
    let said = keyroll("check -", 900, &shapes::things(1_000));
    assert_eq!(said.out.trim(), "huge: 1 step, 1002 roles, no errors", "{:.2000}", said.err);
    let said = keyroll("prove --engine explicit --budget 200 -", 300, &shapes::things(300));
    // No two of them have to do with each other, and nothing happens to most.
    assert!(said.exit == Some(0) && said.has("every order of events"), "{:.2000} {}", said.err, said.out);
    let said = keyroll("prove -", 300, &shapes::things(300));
    assert!(said.exit == Some(0) && said.has("causal cuts"), "{:.2000} {}", said.err, said.out);
}

#[test]
fn a_search_through_a_huge_plan_ends_at_its_bound_and_a_cut_does_not() {
    let cut = |plan: &str| {
        let said = keyroll("prove -", 300, plan);
        assert!(said.exit == Some(0) && said.has("causal cuts"), "{:.2000} {}", said.err, said.out);
        keyroll("prove --engine explicit --budget 2000 -", 300, plan)
    };
    // Two thousand times the same is looked at once.
    let said = cut(&shapes::agreements(2_000));
    assert_eq!(said.exit, Some(0), "{:.2000}", said.err);
    assert!(said.has("like one of these"), "{}", said.out);
    // Reports that nothing waits for need no look.
    let said = cut(&shapes::chain(2_000));
    assert!(said.exit == Some(0) && said.has("every order of events"), "{:.2000} {}", said.err, said.out);
    for plan in [shapes::chain_to_an_act(2_000), shapes::partners(300)] {
        let said = cut(&plan);
        assert_eq!(said.exit, Some(8), "{:.2000}", said.err);
        assert!(said.has("not proved: bound reached"), "{}", said.out);
    }
}

#[test]
fn much_of_anything_is_a_finding_or_a_plan() {
    const MANY: usize = 300_000;
    let refused = [
        ("", "{"),
        ("", "}\n"),
        ("", "{\n"),
        ("", "bogus {\n}\n"),
        ("", "inform audit\n"),
        ("", "step s by ops {"),
        ("", "step s by ops {\n"),
        ("step s by ops {\n  inform ", "["),
        ("step s by ops {\n  ", "inform audit["),
        ("step s by ops {\n  needs vault[", "vault[\"a\"]"),
        ("step s by ops {\n  inform audit\n", "  inform audit\n"),
        ("step s by ops {\n  inform ", "audit, "),
        ("role r \"", "x"),
        ("role r \"", "\\u{41}"),
        ("role ", "x"),
        ("key k ", "\""),
        ("", "\u{202e}"),
        ("", "\u{1}\n"),
        ("window w at most ", "1h"),
        ("window w at most ", "9"),
        ("waive nightly rejected because ", "$"),
    ];
    for (before, words) in refused {
        let said = keyroll("check -", 300, &shapes::filled(before, words, MANY));
        assert_eq!(said.exit, Some(1), "{before}{words}: {}", said.out);
        assert!(said.errors() > 0 && said.err.len() < 1_000_000, "{before}{words}: {} bytes", said.err.len());
    }
    let end = "\nstep s by ops {\n  inform audit\n}\n";
    for (before, words, close) in
        [("# ", "x", ""), ("", "\n", ""), ("", "# x\n", ""), ("role r \"", "é", "\"")]
    {
        let plan = shapes::filled(before, words, MANY) + close + end;
        let said = keyroll("check -", 300, &plan);
        assert_eq!(said.exit, Some(0), "{before}{words}: {:.2000}", said.err);
    }
}

#[test]
fn a_plan_as_large_as_the_limit_is_read_and_one_byte_more_is_not() {
    let mut plan = shapes::chain(10);
    plan.push('#');
    plan.extend(std::iter::repeat_n('x', SIZE_LIMIT - plan.len()));
    assert_eq!(keyroll("check -", 600, &plan).exit, Some(0));
    // Nothing but empty lines.
    let empty = "\n".repeat(SIZE_LIMIT - 10_000) + &shapes::chain(10);
    assert_eq!(keyroll("check -", 600, &empty).exit, Some(0));
    plan.push('x');
    let said = keyroll("check -", 600, &plan);
    assert!(said.exit == Some(1) && said.has("keyroll::file_too_large"), "{:.2000}", said.err);
}
