//! `docs/reference.md`: every sentence, word and finding there is, as the program has them.
//! `INSTA_UPDATE=always cargo test book` writes it anew.

use std::fmt::Write as _;

use keyroll::plan::given::Given;
use keyroll::{
    cli::explain,
    plan::{
        lines::{OF_FLOWS, OF_KEYSTORES, OF_RECEIVERS, OF_STEPS},
        vocabulary::{STANDARD, Vocabulary},
    },
    syntax::sentences,
    template::STOCK,
};

use super::*;

const HEAD: &str = "# Reference

Every sentence, every word and every finding there is, written by a test from what the program itself holds; each example is
checked. [The language](language.md) says what they are for, and [the grammar](../grammar/GRAMMAR.md) how they are put
together. `keyroll explain` shows the same in the terminal.
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A line of the things of a plan that is as its usage line says.
fn line(usage: &str) -> &'static str {
    match usage {
        "alias <alias> is <key>" => "alias $alias is old",
        "exchanges with a gap" => "exchanges with a gap",
        "alias <alias> is also used by <text>" => "alias $alias is also used by \"invoice interface\"",
        "stands for <text>" => "stands for \"invoice interface\"",
        "accepts <key>" => "accepts old",
        "accepts at most <number>" => "accepts at most 2",
        "signs xml with <keystore[alias]>" => "signs xml with tenant[$alias]",
        "sends to <receiver>" => "sends to partner",
        "delivers within <duration>" => "delivers within 24h",
        "delivers immediately" => "delivers immediately",
        "deployed" => "deployed",
        "undeployed" => "undeployed",
        "caches keys for <duration>" => "caches keys for 10m",
        "stamps with <keystore[alias]>" => "stamps with tenant[$alias]",
        "signs xml with <keystore[alias]> and <keystore[alias]>" => {
            "signs xml with tenant[$alias] and tenant[\"second\"]"
        }
        "stamps with <keystore[alias]> and <keystore[alias]>" => {
            "stamps with tenant[$alias] and tenant[\"second\"]"
        }
        other => panic!("`{other}` has no example"),
    }
}

/// The smallest plan of the language page, in which one line stands in the place of what it contradicts.
fn with_line(kind: &str, said: &str) -> String {
    let (blocks, _) = blocks(&read("docs/language.md"));
    let whole = &blocks.iter().find(|block| block.fence == "renewal minimal.renewal").unwrap().text;
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let instead = |line: &str| {
        let (old, new) = (first(line), first(said));
        let same = old == new && (new != "accepts" || line.contains("most") == said.contains("most"));
        same || [("signs", "stamps"), ("deployed", "undeployed")].contains(&(&*old, &*new))
    };
    let mut text = String::new();
    let mut inside = false;
    for line in whole.lines() {
        inside = if line.starts_with(kind) { true } else { inside && !line.starts_with('}') };
        if line.starts_with(kind) {
            writeln!(text, "{line}\n  {said}").unwrap();
        } else if !(inside && line.starts_with(' ') && instead(line)) {
            writeln!(text, "{line}").unwrap();
        }
    }
    text
}

fn lines(page: &mut String, title: &str, kind: &str, rows: &[(&str, &str)]) {
    writeln!(page, "\n### {title}\n\n| line | says | example |\n|---|---|---|").unwrap();
    for (usage, says) in rows {
        let example = line(usage);
        let source = Source::new("reference.md", with_line(kind, example));
        let (tree, findings) = parse(&source);
        assert!(findings.is_empty(), "{usage}: {findings:?}\n{}", source.text);
        if let Err(findings) = resolve(&source, &tree, &Given::default()) {
            panic!("{usage}: {findings:?}\n{}", source.text);
        }
        writeln!(page, "| `{usage}` | {} | `{example}` |", cell(says)).unwrap();
    }
}

/// A line of a step that is as its usage line says.
fn of_step(usage: &str) -> &'static str {
    match usage {
        "after <steps>" => "after create_key, trust_both",
        "needs <condition>" => "needs partner accepts new",
        "takes <duration>" => "takes 2h",
        "takes <duration> to <duration>" => "takes 10m to 2h",
        "waits <duration> after <step>" => "waits 90d after create_key",
        "not before <date>" => "not before 2026-12-01",
        "not after <date>" => "not after 2027-01-31",
        "only if <question>" => "only if holds_two",
        "only if not <question>" => "only if not holds_two",
        "may come late" => "may come late",
        "two people" => "two people",
        other => panic!("`{other}` has no example"),
    }
}

/// The smallest plan of the language page, one step of which has a line more.
fn with_step_line(said: &str) -> String {
    let (blocks, _) = blocks(&read("docs/language.md"));
    let whole = &blocks.iter().find(|block| block.fence == "renewal minimal.renewal").unwrap().text;
    let asks = "ask holds_two of operator \"Can it hold two keys?\" silence means no\n";
    let (before, after) = whole.split_once("  after trust_both\n").unwrap();
    format!("{before}  after trust_both\n  {said}\n{after}{asks}")
}

/// Nobody answers a question.
fn silent() -> Given {
    Given { silence: true, ..Given::default() }
}

fn steps(page: &mut String) {
    writeln!(page, "\n### Steps\n\n| line | says | example |\n|---|---|---|").unwrap();
    for (usage, says) in OF_STEPS {
        let example = of_step(usage);
        let source = Source::new("reference.md", with_step_line(example));
        let (_, findings) = parse(&source);
        assert!(findings.is_empty(), "{usage}: {findings:?}\n{}", source.text);
        if let Err(findings) = keyroll::check::read(&source, &silent()) {
            let codes: Vec<String> = findings.codes().collect();
            assert_eq!(codes, ["question_unused"], "{usage}: {findings:?}\n{}", source.text);
        }
        writeln!(page, "| `{usage}` | {} | `{example}` |", cell(says)).unwrap();
    }
}

/// The example of a word: the first of the language page that has its fixed words in its order. Each of them is
/// resolved by another test.
fn example(kind: &str, usage: &str) -> String {
    let (blocks, _) = blocks(&read("docs/language.md"));
    let blocks = blocks.iter().filter(|block| block.fence == format!("renewal {kind}"));
    let mut all = blocks.flat_map(|block| block.text.lines());
    let fixed: Vec<&str> = usage.split(' ').filter(|word| !word.starts_with('<')).collect();
    let is_open = usage.contains("<act>") || usage.contains("<condition>");
    let found = all.find(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let mut rest = words.iter();
        let in_order = fixed.iter().all(|word| rest.any(|said| said == word));
        in_order
            && (is_open
                && !(usage.starts_with("always <condition>")
                    && !usage.contains("while")
                    && line.contains("while"))
                || words.len() == usage.split(' ').count())
    });
    found.unwrap_or_else(|| panic!("`{usage}` has no example")).to_owned()
}

fn words(
    page: &mut String,
    title: &str,
    kind: &str,
    rows: impl Iterator<Item = (&'static str, &'static str)>,
) {
    writeln!(page, "\n## {title}\n\n| word | meaning | example |\n|---|---|---|").unwrap();
    for (usage, meaning) in rows {
        let example = match usage {
            known::USAGE => "finally partner accepts only new known to operator".to_owned(),
            usage => example(kind, usage),
        };
        writeln!(page, "| `{usage}` | {} | `{example}` |", cell(meaning)).unwrap();
    }
}

fn vocabularies(page: &mut String) {
    writeln!(page, "\n## Words that come with keyroll").unwrap();
    for (name, text) in STANDARD {
        let source = Source::new(format!("std/{name}"), *text);
        let (tree, findings) = parse(&source);
        assert!(findings.is_empty(), "{findings:?}");
        let words = Vocabulary::of(&source, &tree).unwrap();
        let used = format!("use \"std/{name}\"");
        let plans =
            STOCK.iter().filter(|template| template.hazard().is_none() && template.text.contains(&used));
        let shown = plans.map(|template| template.name).next();
        let shown = shown.map(|name| format!(", as in `plans/{name}.renewal`")).unwrap_or_default();
        writeln!(page, "\n### `std/{name}`\n\n`{used} version 1`{shown}.\n").unwrap();
        writeln!(page, "| it says | for | which is |\n|---|---|---|").unwrap();
        for (said, means, title) in words.sentences() {
            writeln!(page, "| `{}` | `{}` | {} |", cell(said), cell(means), cell(title.unwrap_or_default()))
                .unwrap();
        }
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let mut page = HEAD.to_owned();
    writeln!(page, "\n## Sentences of their own\n\n| begins with | is written | says |\n|---|---|---|")
        .unwrap();
    for (word, usage, says) in sentences() {
        writeln!(page, "| `{word}` | {} | {} |", cell(usage), cell(says)).unwrap();
    }
    writeln!(page, "\n## Between braces").unwrap();
    lines(&mut page, "Keystores", "keystore", &OF_KEYSTORES);
    lines(&mut page, "Receivers", "receiver", &OF_RECEIVERS);
    lines(&mut page, "Flows", "flow", &OF_FLOWS);
    steps(&mut page);
    words(&mut page, "Verbs", "line", VOCABULARY.iter().map(|verb| (verb.usage, verb.meaning)));
    let conditions = CONDITIONS.iter().map(|form| (form.usage, form.meaning));
    words(&mut page, "Conditions", "condition", conditions.chain([(known::USAGE, known::MEANING)]));
    words(&mut page, "Promises", "promise", promises());
    vocabularies(&mut page);
    let all = explain::all();
    assert!(all.len() > 100, "{}", all.len());
    writeln!(
        page,
        "\n## Findings\n\n`keyroll explain CODE` says more of each.\n\n| code | what is found |\n|---|---|"
    )
    .unwrap();
    for explanation in all {
        writeln!(page, "| `{}` | {} |", explanation.code, cell(explanation.title)).unwrap();
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page, "write docs/reference.md anew");
}

/// A line that is not as its usage line says is seen.
#[test]
fn a_wrong_line_is_seen() {
    for said in ["after", "takes", "may come early", "waits 90d", "only if", "two persons of it"] {
        let source = Source::new("reference.md", with_step_line(said));
        assert!(
            keyroll::check::read(&source, &Given::default())
                .unwrap_err()
                .codes()
                .all(|c| c != "question_unused"),
            "{said}"
        );
    }
    for (kind, said) in
        [("keystore", "alias old"), ("receiver", "accepts at least 2"), ("flow", "sends partner")]
    {
        let source = Source::new("reference.md", with_line(kind, said));
        let (tree, findings) = parse(&source);
        assert!(!findings.is_empty() || resolve(&source, &tree, &Given::default()).is_err(), "{said}");
    }
}
