//! What the pages list, compared with what there is.

use std::collections::BTreeSet;
use std::process::Command;

use keyroll::{cli::exit::Exit, run::site::Site, source::Source};

use super::{blocks, pages, read, root};

type Set = BTreeSet<String>;

fn keyroll(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_keyroll")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The section under a heading, up to the next heading of the same level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no `{heading}`"));
    rest.split("\n## ").next().unwrap()
}

/// The cells of the tables of a text, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut body = false;
    for line in text.lines() {
        let Some(row) = line.strip_prefix('|') else {
            body = false;
            continue;
        };
        if row.starts_with("---") {
            body = true;
        } else if body {
            rows.push(row.trim_end_matches('|').split('|').map(str::trim).collect());
        }
    }
    rows
}

/// What stands between back-ticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The verbs that `keyroll --help` lists.
fn verbs(help: &str) -> Set {
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verbs = list.lines().filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')));
    verbs.filter_map(|line| line.split(' ').next()).filter(|v| *v != "help").map(str::to_owned).collect()
}

/// The verbs that a page uses, in commands and in running text.
fn used(page: &str) -> Set {
    let (blocks, prose) = blocks(page);
    let typed = blocks.iter().flat_map(|b| b.text.lines()).map(|line| line.trim_start_matches("$ "));
    let said = quoted(&prose);
    let after = |line: &str| Some(line.strip_prefix("keyroll ")?.split([' ', '\n']).next()?.to_owned());
    // A plan begins with `keyroll 1`, a version is told as `keyroll 0.1.0`, and options are no verbs.
    let verb = |word: &String| word.starts_with(|c: char| c.is_ascii_lowercase());
    typed.chain(said).filter_map(after).filter(verb).collect()
}

#[test]
fn the_readme_knows_every_verb_and_no_other() {
    let verbs = verbs(&keyroll(&["--help"]));
    assert!(verbs.len() > 10, "{verbs:?}");
    let readme = read("README.md");
    let table = rows(section(&readme, "## What executes, and where files go"));
    let listed: Set = table.iter().flat_map(|row| quoted(row[0])).map(str::to_owned).collect();
    assert_eq!(listed, verbs);
    let typed: Set = pages().iter().flat_map(|page| used(&read(page))).collect();
    let wrong: Vec<_> = typed.difference(&verbs).collect();
    assert!(wrong.is_empty(), "there is no {wrong:?}");
    for verb in &verbs {
        let help = keyroll(&[verb, "--help"]);
        let about = help.lines().next().unwrap();
        assert!(about.len() > 15 && !about.starts_with("Usage"), "{verb}: {about}");
    }
    assert_eq!(used("`keyroll fly away`\n```sh\n$ keyroll swim\n```\n").len(), 2);
}

/// The exit codes as `src/cli/exit.rs` lists them.
fn codes(text: &str) -> BTreeSet<u8> {
    let values =
        text.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = ")?.1.parse().ok());
    values.collect()
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let readme = read("README.md");
    let told: Vec<u8> =
        rows(section(&readme, "## Exit codes")).iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(told.is_sorted() && told.len() == told.iter().collect::<BTreeSet<_>>().len(), "{told:?}");
    let codes = codes(include_str!("../../../src/cli/exit.rs"));
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), codes);
    for exit in [Exit::Done, Exit::Waiting, Exit::Stale, Exit::NotProved, Exit::Bug, Exit::Interrupted] {
        assert!(codes.contains(&(exit as u8)), "{exit:?}");
    }
}

/// The schemas are those of the program, and so is what is said of each; the help tells the exit codes.
#[test]
fn the_page_of_output_has_every_schema() {
    let page = read("docs/output.md");
    let table = rows(section(&page, "## JSON"));
    let told: Vec<(String, &str)> =
        table.iter().map(|row| (quoted(row[0]).next().unwrap().to_owned(), row[1])).collect();
    // Each says its version itself.
    let title = |name: &str| {
        let schema: serde_json::Value =
            serde_json::from_str(&read(&format!("docs/schemas/{name}.json"))).unwrap();
        schema["title"].as_str().unwrap().to_owned()
    };
    let schemas = keyroll::cli::schema::SCHEMAS.iter().map(|row| (title(row.name), row.about));
    assert_eq!(told, schemas.collect::<Vec<_>>());
    let help = keyroll(&["--help"]);
    let help = help.split("Exit codes:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: BTreeSet<u8> =
        help.lines().map(|line| line.trim().split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(listed, codes(include_str!("../../../src/cli/exit.rs")));
}

/// What the reading of a site names in the place of what it does not know.
fn expected(site: &str) -> Set {
    let refused = Site::read(&Source::new("site.toml", format!("site = 1\n{site}"))).unwrap_err();
    let known = refused.help().unwrap().to_string();
    quoted(&known).map(str::to_owned).collect()
}

fn keys(text: &str) -> Set {
    rows(text).iter().flat_map(|row| quoted(row[0])).map(str::to_owned).collect()
}

#[test]
fn the_site_page_has_every_key() {
    let page = read("docs/site.md");
    let mut tables: Set = page
        .lines()
        .filter_map(|line| line.strip_prefix("## `[")?.split(['.', ']']).next().map(str::to_owned))
        .collect();
    tables.insert("site".to_owned());
    assert_eq!(tables, expected("nonsense = 1"));
    for (table, backends) in [
        ("roles", None),
        ("keys", None),
        ("keystores", Some("pkcs12")),
        ("receivers", Some("directory")),
        ("flows", Some("local")),
    ] {
        let told = section(&page, &format!("## `[{table}.NAME]`"));
        let Some(backend) = backends else {
            assert_eq!(keys(told), expected(&format!("[{table}.n]\nnonsense = 1")), "{table}");
            continue;
        };
        let mut wanted = expected(&format!("[{table}.n]\nbackend = \"{backend}\"\nnonsense = 1"));
        wanted.insert("backend".to_owned());
        assert_eq!(keys(told), wanted, "{table}");
        // A command has the same keys wherever it stands, and a section of its own.
        let of_commands = expected(&format!("[{table}.n]\nbackend = \"command\"\nnonsense = 1"));
        let own = keys(section(&page, "## Commands"));
        assert!(own.is_subset(&of_commands), "{table}");
        assert_eq!(of_commands.difference(&own).cloned().collect::<Set>(), own_of(table), "{table}");
        let row = rows(told).into_iter().find(|row| row[0] == "`backend`").unwrap();
        let named: Set = quoted(row[2]).map(|name| name.trim_matches('"').to_owned()).collect();
        assert_eq!(named, expected(&format!("[{table}.n]\nbackend = \"nonsense\"")), "{table}");
    }
}

/// What a command is told beside the keys of all commands.
fn own_of(table: &str) -> Set {
    let capacity = (table == "receivers").then(|| "capacity".to_owned());
    capacity.into_iter().collect()
}

#[test]
fn the_site_page_has_every_key_of_a_signature() {
    let page = read("docs/site.md");
    let told = section(&page, "## `[flows.NAME.signature]`");
    let site = "[flows.n]\nbackend = \"local\"\npath = \"p\"\n[flows.n.signature]\nnonsense = 1";
    assert_eq!(keys(told), expected(site));
}

/// What a link to a heading is called: small letters, hyphens for blanks, no other punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Whether a page has a heading of that name.
fn has_heading(page: &str, wanted: &str) -> bool {
    let prose = blocks(page).1;
    let headings = prose.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|rest| rest.trim_start_matches('#').trim()).any(|heading| anchor(heading) == wanted)
}

/// The links and paths of a page that lead nowhere.
fn astray(page: &str, text: &str) -> String {
    let prose = blocks(text).1;
    let mut astray = String::new();
    let here = root().join(page);
    for target in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let (file, heading) = target.split_once('#').map_or((target, None), |(f, h)| (f, Some(h)));
        let path = here.parent().unwrap().join(file);
        let there = |heading: &str| match file {
            "" => has_heading(text, heading),
            _ => std::fs::read_to_string(&path).is_ok_and(|page| has_heading(&page, heading)),
        };
        let found = target.starts_with("https://") || (path.exists() && heading.is_none_or(there));
        if !found {
            astray = astray + target + "\n";
        }
    }
    for path in quoted(&prose) {
        let first = path.split('/').next().unwrap();
        let ours = path.contains('/')
            && ["src", "tests", "plans", "grammar", "docs", ".ci", "examples"].contains(&first);
        if ours && !root().join(path).exists() {
            astray = astray + path + "\n";
        }
    }
    astray
}

#[test]
fn no_link_leads_nowhere() {
    for page in pages() {
        assert_eq!(astray(&page, &read(&page)), "", "{page}");
    }
    let wrong = "[a](nothing.md) [b](#nowhere) `src/nothing` [c](LICENSE-MIT) `src/cli`\n## There\n[d](#there) \
        [e](docs/site.md#nothing) [f](docs/site.md#the-site)\n";
    assert_eq!(astray("README.md", wrong), "nothing.md\n#nowhere\ndocs/site.md#nothing\nsrc/nothing\n");
}

#[test]
fn every_room_is_on_the_map() {
    let readme = read("README.md");
    let map = section(&readme, "## The corridor");
    let told: Set = rows(map).iter().flat_map(|row| quoted(row[0])).map(str::to_owned).collect();
    for room in crate::rooms::rooms().filter(|room| root().join("src").join(room).is_dir()) {
        assert!(told.contains(&format!("src/{room}")), "`src/{room}` is not on the map");
    }
}
