//! `docs/library.md`: every plan that comes with the project, as its text and its proof tell of it.
//! `INSTA_UPDATE=always cargo test library` writes it anew.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use keyroll::{
    check::{self, Checked},
    invariant::Hazard,
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    source::Source,
    syntax::tree::Item,
    template::Still,
};

const HEAD: &str = "# The plans that come with it

Each of these is a text under `plans/`, to be taken as it is or as a beginning. A plan *as documented* follows its source to the letter
and is refused for the hazard that is named; the plan before it is the safe one. `keyroll new` [begins with one of them](new.md),
under your names. `keyroll prove --library plans` proves and refuses
them all.

Under *stands still* is how long the flows do not run in the worst case: in acts where the plan does not say how long its steps take,
for that is the user's to say.
";

struct Told {
    fields: BTreeMap<String, Vec<String>>,
    hazards: usize,
    proved: usize,
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn plans(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(plans(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// How long the flows of a plan stand still.
fn still(checked: &Checked) -> String {
    let said = Still::of(checked);
    let waived = [Hazard::Rejected, Hazard::Interrupted]
        .iter()
        .any(|hazard| !checked.plan().waived(*hazard).is_empty());
    if waived { format!("{}; a hazard is waived", said.word()) } else { said.word().to_owned() }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn told() -> Told {
    let mut told = Told { fields: BTreeMap::new(), hazards: 0, proved: 0 };
    for path in plans(&project().join("plans")) {
        let within = path.strip_prefix(project().join("plans")).unwrap();
        let field = within.parent().unwrap().display().to_string();
        if ["scenarios", "std"].contains(&field.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let source = Source::new(within.display().to_string(), text).in_folder(path.parent().unwrap());
        let (tree, _) = keyroll::syntax::parse(&source);
        let head = tree.items.iter().find_map(|line| match &line.node {
            Item::Plan(head) => Some(head.clone()),
            _ => None,
        });
        let head = head.unwrap_or_else(|| panic!("{} has no head", path.display()));
        let expected = tree.items.iter().find_map(|line| match &line.node {
            Item::Expect(expect) => Some((expect.code.value.clone(), expect.because.value.clone())),
            _ => None,
        });
        let count = |is: fn(&Item) -> bool| tree.items.iter().filter(|line| is(&line.node)).count();
        let parts = count(|item| matches!(item, Item::Inner(_)));
        let (roles, mut steps) =
            (count(|item| matches!(item, Item::Role(_))), count(|item| matches!(item, Item::Step(_))));
        let (still, verdict) = match check::read(&source, &Given { silence: true, ..Given::default() }) {
            Err(refusal) => (String::new(), Err(refusal.error_codes())),
            Ok(checked) => {
                let still = still(&checked);
                // Those of its parts are its own.
                if parts > 0 {
                    steps = checked.plan().steps.len();
                }
                let start = checked.plan().start.clone();
                match prove(checked, &start, BUDGET) {
                    Verdict::Proven(_) => (still, Ok(())),
                    Verdict::Refuted(refuted) => {
                        let code = refuted.finding.code().unwrap().to_string();
                        (String::new(), Err(vec![code.trim_start_matches("keyroll::").to_owned()]))
                    }
                    Verdict::NotProven(_) => panic!("{} is neither", path.display()),
                }
            }
        };
        let hazard = match (expected, verdict) {
            (None, Ok(())) => {
                told.proved += 1;
                "proved".to_owned()
            }
            (Some((code, because)), Err(codes)) if codes.contains(&code) => {
                told.hazards += 1;
                format!("refused, `{code}`: {}", cell(&because))
            }
            (expected, verdict) => panic!("{}: {expected:?} {verdict:?}", path.display()),
        };
        let title = head.title.map(|title| cell(&title.value)).unwrap_or_default();
        let from = head.source.map(|source| format!("; *{}*", cell(&source.value))).unwrap_or_default();
        let name = within.file_stem().unwrap().to_str().unwrap();
        told.fields
            .entry(field)
            .or_default()
            .push(format!("| `{name}` | {title}{from} | {roles} | {steps} | {still} | {hazard} |"));
    }
    told
}

#[test]
fn the_page_of_the_library_is_up_to_date() {
    let told = told();
    assert!(told.proved >= 45 && told.hazards >= 30, "{} {}", told.proved, told.hazards);
    let mut page = HEAD.to_owned();
    for (field, rows) in &told.fields {
        writeln!(page, "\n## {field}\n\n| plan | what for | roles | steps | stands still | verdict |")
            .unwrap();
        writeln!(page, "|---|---|---|---|---|---|").unwrap();
        rows.iter().for_each(|row| writeln!(page, "{row}").unwrap());
    }
    let path = project().join("docs/library.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "write docs/library.md anew");
}
