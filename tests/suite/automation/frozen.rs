//! The contract: exit codes keep their numbers, and fields of JSON their names and types. What is new may be added;
//! what is written down in `tests/golden/automation/frozen.txt` stays.
//!
//! `INSTA_UPDATE=always` writes down what was added, and takes nothing out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keyroll::cli::{exit::Exit, schema::SCHEMAS};
use serde_json::Value;

/// Fields by where they are, each with its type and whether it is always there.
type Fields = BTreeMap<String, String>;

/// The fields of a schema, from the root on.
fn fields(schema: &Value) -> Fields {
    let mut found = Fields::new();
    walk(schema, (schema, "", &BTreeSet::new()), &mut found);
    found
}

/// What a schema calls the type of a value.
fn kind(schema: &Value, root: &Value) -> String {
    let schema = resolved(schema, root).0;
    if let Some(fixed) = schema.get("const") {
        return format!("is {fixed}");
    }
    let mut words: BTreeSet<String> = match &schema["type"] {
        Value::String(word) => [word.clone()].into(),
        Value::Array(words) => words.iter().map(|word| word.as_str().unwrap().to_owned()).collect(),
        _ => BTreeSet::new(),
    };
    for one in ["oneOf", "anyOf"].iter().filter_map(|word| schema[*word].as_array()).flatten() {
        words.insert(kind(one, root));
    }
    let format = schema["format"].as_str().map(|format| format!("({format})")).unwrap_or_default();
    words.into_iter().collect::<Vec<_>>().join("|") + &format
}

/// What a reference leads to, and its name.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> (&'a Value, Option<&'a str>) {
    match schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
        Some(name) => (&root["$defs"][name], Some(name)),
        None => (schema, None),
    }
}

fn walk(schema: &Value, (root, at, above): (&Value, &str, &BTreeSet<String>), found: &mut Fields) {
    let (schema, name) = resolved(schema, root);
    let mut above = above.clone();
    // A part that holds parts of its own kind is told once.
    if name.is_some_and(|name| !above.insert(name.to_owned())) {
        return;
    }
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (field, value) in schema["properties"].as_object().into_iter().flatten() {
        let here = format!("{at}.{field}");
        let always = if required.contains(field.as_str()) { ", always" } else { "" };
        let told = format!("{}{always}", kind(value, root));
        let others = found.entry(here.clone()).or_default();
        if others.is_empty() {
            *others = told;
        } else if !others.split("; ").any(|other| other == told) {
            *others = format!("{others}; {told}");
        }
        walk(value, (root, &here, &above), found);
    }
    if schema["items"].is_object() {
        walk(&schema["items"], (root, &format!("{at}[]"), &above), found);
    }
    if schema["additionalProperties"].is_object() {
        walk(&schema["additionalProperties"], (root, &format!("{at}.*"), &above), found);
    }
    for one in ["oneOf", "anyOf", "allOf"].iter().filter_map(|word| schema[*word].as_array()).flatten() {
        // Of several kinds each is told by itself.
        let kind = one["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .find_map(|(field, value)| Some(format!("{at}<{field}={}>", value["const"].as_str()?)));
        walk(one, (root, kind.as_deref().unwrap_or(at), &above), found);
    }
}

/// The codes, by their names.
const EXITS: [(Exit, u8); 11] = [
    (Exit::Done, 0),
    (Exit::Refused, 1),
    (Exit::Usage, 2),
    (Exit::Waiting, 3),
    (Exit::Broken, 4),
    (Exit::Backend, 5),
    (Exit::Stale, 6),
    (Exit::NotProved, 8),
    (Exit::Bug, 70),
    (Exit::Interrupted, 130),
    (Exit::Terminated, 143),
];

/// Everything, a line each.
fn contract() -> BTreeMap<String, String> {
    let mut lines: BTreeMap<String, String> =
        EXITS.map(|(exit, _)| (format!("exit {exit:?}"), (exit as u8).to_string())).into();
    for row in SCHEMAS {
        let mark = format!("keyroll/{}/{}", row.name, row.version);
        let found = fields(&(row.make)());
        assert!(!found.is_empty(), "{mark}");
        lines.extend(
            found.into_iter().map(|(at, told)| (format!("{mark} {}", at.trim_start_matches('.')), told)),
        );
    }
    lines
}

fn written(lines: &BTreeMap<String, String>) -> String {
    lines.iter().map(|(what, told)| format!("{what}: {told}\n")).collect()
}

fn read(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once(": ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// Whether a field is still what it was: a word may be added to those that it can be, and it may be there more often.
fn is_kept(was: &str, is: &str) -> bool {
    let parts = |told: &str| -> (BTreeSet<String>, bool) {
        let all =
            told.split("; ").flat_map(|one| one.trim_end_matches(", always").split('|')).map(str::to_owned);
        (all.collect(), told.split("; ").all(|one| one.ends_with(", always")))
    };
    let ((was, was_always), (is, is_always)) = (parts(was), parts(is));
    let added = is.difference(&was).all(|one| one.starts_with("is \""));
    was.is_subset(&is) && added && (is_always || !was_always)
}

/// What was taken away or is otherwise now.
fn broken(golden: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let faults = golden.iter().filter_map(|(what, was)| match now.get(what) {
        Some(is) if is_kept(was, is) => None,
        Some(is) => Some(format!("{what}: was {was}, is {is}")),
        None => Some(format!("{what}: was {was}, is gone")),
    });
    faults.collect()
}

#[test]
fn the_contract_is_frozen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/automation/frozen.txt");
    let now = contract();
    let mut golden = read(&std::fs::read_to_string(&path).unwrap_or_default());
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        for (what, told) in &now {
            let kept = golden.entry(what.clone()).or_insert_with(|| told.clone());
            if is_kept(kept, told) {
                kept.clone_from(told);
            }
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, written(&golden)).unwrap();
    }
    assert!(golden.len() > 500, "only {} lines are frozen", golden.len());
    assert_eq!(broken(&golden, &now), Vec::<String>::new());
    for (exit, number) in EXITS {
        assert_eq!(exit as u8, number);
    }
    // The file holds what it is read as, in its order.
    assert_eq!(written(&golden), std::fs::read_to_string(&path).unwrap());
}

/// Each thing that may not happen to a schema is seen.
#[test]
fn what_is_taken_away_or_changed_is_seen() {
    let row = SCHEMAS.iter().find(|row| row.name == "run").unwrap();
    let whole = (row.make)();
    let golden = fields(&whole);
    for field in ["outcome", "run", "messages", "waiting"] {
        assert!(golden.contains_key(&format!(".{field}")), "{field}: {golden:?}");
        let mut less = whole.clone();
        less["properties"].as_object_mut().unwrap().remove(field);
        assert!(!broken(&golden, &fields(&less)).is_empty(), "{field} is gone");
        let mut other = whole.clone();
        other["properties"][field] = serde_json::json!({"type": "boolean"});
        assert!(!broken(&golden, &fields(&other)).is_empty(), "{field} is of another type");
    }
    // Deep within, in a part that is named.
    assert!(golden.contains_key(".waiting[].since"), "{golden:?}");
    let mut deep = whole.clone();
    deep["$defs"]["Waiting"]["properties"].as_object_mut().unwrap().remove("step");
    assert_eq!(broken(&golden, &fields(&deep)).len(), 1);
    let mut optional = whole.clone();
    optional["required"].as_array_mut().unwrap().retain(|field| field != "outcome");
    assert_eq!(broken(&golden, &fields(&optional)).len(), 1, "it is not always there any more");
    // What is added is allowed: a field, and a word.
    let what = "is \"act\"|is \"time\", always";
    assert!(is_kept(what, "is \"act\"|is \"more\"|is \"time\", always"));
    assert!(!is_kept(what, "is \"act\", always") && !is_kept(what, "is \"act\"|is \"time\""));
    assert!(!is_kept("string", "null|string") && is_kept("string", "string, always"));
    let mut more = whole;
    more["properties"]["more"] = serde_json::json!({"type": "string"});
    assert_eq!(broken(&golden, &fields(&more)), Vec::<String>::new());
}
