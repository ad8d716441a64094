//! Every document that the program prints fits the schema that is published for it, and a document
//! that is a little otherwise does not.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use keyroll::cli::schema::{INPUTS, SCHEMAS, SENT};
use serde_json::{Value, json};

use super::tool;
use crate::{
    answers::JOINED,
    commands::Shop,
    runs::{Place, plan},
};

/// The published schema of a name.
pub(crate) fn published(name: &str) -> Value {
    let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// `keyroll schema NAME > docs/schemas/NAME.json` writes one anew.
#[test]
fn the_published_schemas_are_those_of_the_program() {
    let folder = format!("{}/docs/schemas", env!("CARGO_MANIFEST_DIR"));
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.collect();
    let all = || SCHEMAS.iter().chain(SENT).chain(INPUTS);
    let names: BTreeSet<String> = all().map(|row| format!("{}.json", row.name)).collect();
    assert_eq!(files, names);
    for row in all() {
        assert_eq!(published(row.name), (row.make)(), "docs/schemas/{}.json", row.name);
        let printed = super::said(&mut super::keyroll(&["schema", row.name])).1;
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), (row.make)());
        let listed = super::said(&mut super::keyroll(&["schema"])).1;
        assert!(listed.contains(&format!("keyroll/{}/{} ", row.name, row.version)), "{listed}");
    }
}

/// The schema with every object closed: a field that it does not list is refused. Parts that are
/// laid over each other stay open, and what they lie in is closed.
fn closed(mut schema: Value) -> Value {
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for (word, value) in object.iter_mut() {
        match word.as_str() {
            "properties" | "$defs" => value.as_object_mut().unwrap().values_mut().for_each(close),
            "items" | "additionalProperties" => close(value),
            "oneOf" | "anyOf" | "allOf" => value.as_array_mut().unwrap().iter_mut().for_each(layer),
            _ => {}
        }
    }
    if object.contains_key("properties") || object.contains_key("oneOf") {
        object.entry("unevaluatedProperties").or_insert(json!(false));
    }
}

fn layer(schema: &mut Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(close);
    }
}

/// What is wrong with each document by the published schema that it names, closed.
pub(crate) fn wrong(documents: &[Value]) -> Vec<String> {
    let mut input = String::new();
    for document in documents {
        let mark = document["schema"].as_str().unwrap_or_else(|| panic!("no schema is named: {document}"));
        let name = mark.strip_prefix("keyroll/").and_then(|rest| rest.rsplit_once('/')).unwrap().0;
        input += &format!("{}\n", json!({"schema": closed(published(name)), "document": document}));
    }
    let script = format!("{}/tests/oracles/schema.py", env!("CARGO_MANIFEST_DIR"));
    let said = tool(Command::new("python3").arg(script), &input);
    let wrong: Vec<String> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(wrong.len(), documents.len());
    wrong
}

/// Everything that commands have printed.
#[derive(Default)]
struct Heard(Vec<Value>);

impl Heard {
    /// Each line of standard output is a document.
    #[track_caller]
    fn hear(&mut self, place: &Place, exit: i32, line: &str) {
        let said = place.keyroll(&format!("{line} --format json")).ends(exit);
        assert!(!said.out.is_empty(), "{line} prints nothing");
        for text in said.out.lines() {
            let document = serde_json::from_str(text).unwrap_or_else(|e| panic!("{line}: {e}: {text}"));
            self.0.push(document);
        }
    }

    /// Whether events of a kind are among them.
    fn kinds(&self) -> BTreeSet<&str> {
        self.0.iter().filter_map(|document| document["event"].as_str()).collect()
    }
}

const QUICK: &str = "--messages 20 --rate 50 --key-type ec-p256";

/// A person plays, agrees, declines; a window opens; backends fail; the world moves.
fn heard() -> Heard {
    let mut heard = Heard::default();
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.write("order.txt", "no step is numbered\n");
    place.write("broken.renewal", "keyroll 1\nplan p\n");
    place.write("loose.renewal", "keyroll 1\n\n\n\nplan   p\n");
    let undrained = plan("two-keys.renewal").replace("  needs orders drained of old\n", "");
    place.write("undrained.renewal", undrained);
    heard.hear(&place, 0, "check plan.renewal");
    heard.hear(&place, 1, "check broken.renewal");
    heard.hear(&place, 2, "check nothing.renewal");
    heard.hear(&place, 1, "fmt --check plan.renewal loose.renewal broken.renewal");
    heard.hear(&place, 0, "fmt loose.renewal plan.renewal");
    heard.hear(&place, 0, "explain");
    heard.hear(&place, 0, "explain undrained");
    heard.hear(&place, 2, "explain undraind");
    heard.hear(&place, 0, "prove plan.renewal");
    heard.hear(&place, 1, "prove undrained.renewal");
    heard.hear(&place, 1, "prove undrained.renewal --library");
    heard.hear(&place, 1, "check .");
    heard.hear(&place, 1, "prove undrained.renewal --all --story story.json");
    heard.0.push(serde_json::from_str(&place.read("story.json")).unwrap());
    heard.hear(&place, 4, "rehearse undrained.renewal --story story.json --key-type ec-p256");
    heard.hear(&place, 1, "rehearse plan.renewal --story story.json");
    heard.hear(&place, 0, "repair undrained.renewal");
    heard.hear(&place, 0, "repair plan.renewal");
    for (scenario, exit) in [("two-keys", 0), ("one-key", 0), ("one-key-no-downtime", 1)] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/scenarios");
        let text = std::fs::read_to_string(path.join(format!("{scenario}.renewal"))).unwrap();
        place.write(&format!("{scenario}.renewal"), text);
        heard.hear(&place, exit, &format!("synthesize {scenario}.renewal"));
    }
    heard.hear(&place, 0, "synthesize two-keys.renewal --output found.renewal");
    heard.hear(&place, 8, "synthesize one-key.renewal --budget 20");
    heard.hear(&place, 1, "synthesize plan.renewal");
    heard.hear(&place, 1, "compare plan.renewal undrained.renewal");
    heard.hear(&place, 0, "prove plan.renewal --engine explicit");
    heard.hear(&place, 8, "prove plan.renewal --engine explicit --budget 5");
    for engine in ["cuts", "explicit"] {
        let line = format!("prove plan.renewal --engine {engine} --certificate proof.json");
        heard.hear(&place, 0, &line);
        heard.0.push(serde_json::from_str(&place.read("proof.json")).unwrap());
        heard.hear(&place, 0, "verify-proof plan.renewal proof.json");
    }
    heard.hear(&place, 1, "verify-proof undrained.renewal proof.json");
    heard.hear(&place, 0, "graph plan.renewal");
    place.write("steps.md", "1. Tenant administrator: creates a new key pair.\n");
    heard.hear(&place, 0, "import steps.md");
    heard.hear(&place, 0, "import steps.md --output drafted.renewal");
    heard.hear(&place, 2, "import steps.md --output drafted.renewal");
    heard.hear(&place, 1, "import order.txt");
    heard.hear(&place, 0, &format!("rehearse plan.renewal {QUICK}"));
    heard.hear(&place, 4, &format!("rehearse undrained.renewal --unproved {QUICK}"));
    heard.hear(&place, 1, "rehearse undrained.renewal");
    heard.hear(&place, 0, "rehearse plan.renewal --keep staged --stage");
    heard.hear(&place, 0, "dry-run plan.renewal");
    heard.hear(&place, 0, "site check plan.renewal");
    heard.hear(&place, 0, "site show");
    heard.hear(&place, 2, "site trust 12");
    heard.hear(&place, 0, "watch plan.renewal --within 1");
    heard.hear(&place, 2, "status");
    heard.hear(&place, 3, "run plan.renewal");
    heard.hear(&place, 0, "status");
    heard.hear(&place, 0, "why");
    heard.hear(&place, 0, "why retire_old");
    heard.hear(&place, 2, "why retire_odl");
    heard.hear(&place, 0, "new --list");
    heard.hear(&place, 0, "new --from xml-signature/two-keys");
    heard.hear(&place, 0, "new --from xml-signature/two-keys --output begun.renewal");
    heard.hear(&place, 2, "new --from xml-signature/two-keys --output begun.renewal");
    heard.hear(&place, 1, "new --from nothing");
    heard.hear(&place, 0, "board");
    heard.hear(&place, 0, "board plan.renewal undrained.renewal");
    heard.hear(&place, 0, "inbox --as receiver_admin");
    heard.hear(&place, 0, "inbox --as tenant_admin");
    heard.hear(&place, 0, "confirm provide_certificate --as receiver_admin --person Pia");
    heard.hear(&place, 0, "confirm provide_certificate --as receiver_admin");
    heard.hear(&place, 3, "confirm announce_exchange --as receiver_admin");
    heard.hear(&place, 3, "run plan.renewal");
    heard.hear(&place, 0, "reject confirm_trust --as receiver_admin --because no");
    heard.hear(&place, 0, "status");
    heard.hear(&place, 0, "why confirm_trust");
    heard.hear(&place, 0, "retry confirm_trust --as receiver_admin");
    heard.hear(&place, 0, "handover --to Ben --person Ada --as tenant_admin");
    let run = heard.0.last().unwrap()["run"].as_str().unwrap().to_owned();
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    heard.hear(&place, 0, &format!("pause --until {soon} --as tenant_admin --person Ada --because moving"));
    heard.hear(&place, 0, "status");
    heard.hear(&place, 0, "why");
    heard.hear(&place, 0, "watch plan.renewal");
    heard.hear(&place, 3, "run plan.renewal");
    heard.hear(&place, 1, "pause --until 2020-01-01 --as tenant_admin --because moving");
    heard.hear(&place, 0, "resume --as tenant_admin --because ready");
    let who = "--as tenant_admin --person Ada --because agreed";
    heard.hear(&place, 0, &format!("amend {run} plan.renewal {who}"));
    heard.hear(&place, 0, "abort --as tenant_admin");
    heard.hear(&place, 0, &format!("abort {who} --yes"));
    heard.hear(&place, 0, "status");
    let talk = place.keyroll("status -v --log-format json").ends(0).err;
    heard.0.extend(talk.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    place.edit("site.toml", "site = 1", "site = 2");
    heard.hear(&place, 1, "run plan.renewal");
    let place = Place::one_key();
    heard.hear(&place, 0, "run plan.renewal");
    heard.hear(&place, 0, "run plan.renewal");
    heard.hear(&place, 0, "status");
    heard.hear(&place, 6, "dry-run plan.renewal");
    heard.hear(&place, 6, "run plan.renewal --again");
    by_hand(&mut heard);
    asked(&mut heard);
    let place = Place::two_keys();
    place.write("password", "wrong");
    heard.hear(&place, 5, "run plan.renewal");
    heard.hear(&place, 1, "site check plan.renewal");
    heard.hear(&place, 5, "watch plan.renewal");
    let shop = Shop::new();
    shop.write("tokens.sh", "#!/bin/sh\n");
    let said = shop.keyroll("site show --format json").ends(0).out;
    heard.0.push(serde_json::from_str(&said).unwrap());
    heard
}

/// A role is asked before a run, answers, and is asked no more.
fn asked(heard: &mut Heard) {
    let place = Place::two_keys();
    let silence = "  silence means no\n";
    place.write("plan.renewal", JOINED.replace(silence, &format!("  answers within 14d\n{silence}")));
    let answer = "answer plan.renewal holds_two=yes --as receiver_admin --person Ann --because tried";
    for (exit, line) in [
        (3, "run plan.renewal"),
        (0, "status"),
        (0, "why"),
        (0, "inbox --as receiver_admin"),
        (0, "board plan.renewal"),
        (2, "answer plan.renewal holds_two=yes --as tenant_admin"),
        (0, answer),
        (0, "status"),
        (0, "abort --as tenant_admin --person Ada --because later --yes"),
    ] {
        heard.hear(&place, exit, line);
    }
}

/// A keystore is made and changed by hand, and documents are verified.
fn by_hand(heard: &mut Heard) {
    let place = Place::two_keys();
    let with = "--password file:password";
    place.write("order.xml", "<order/>");
    heard.hear(&place, 0, &format!("keystore create d.p12 --new-store --alias a --subject CN=a {with}"));
    heard.hear(&place, 0, &format!("keystore create d.p12 --alias b --subject CN=b {with}"));
    heard.hear(&place, 0, &format!("sign order.xml --keystore d.p12 --alias a {with} --output signed.xml"));
    heard.hear(&place, 0, &format!("keystore export d.p12 --alias a {with} --output a.pem"));
    heard.hear(&place, 0, &format!("keystore request d.p12 --alias a {with} --output a.csr"));
    heard.hear(&place, 2, &format!("keystore request d.p12 --alias a {with}"));
    heard.hear(&place, 2, &format!("keystore export d.p12 --alias a {with} --output -"));
    heard.hear(&place, 2, &format!("sign order.xml --keystore d.p12 --alias a {with}"));
    heard.hear(&place, 0, "verify signed.xml --trust a.pem");
    heard.hear(&place, 1, "verify order.xml --trust a.pem");
    heard.hear(&place, 0, &format!("keystore exchange d.p12 --alias a --with b {with}"));
    heard.hear(&place, 0, &format!("keystore list d.p12 {with}"));
    heard.hear(&place, 0, &format!("keystore show d.p12 --alias a {with}"));
    heard.hear(&place, 0, "keystore record d.p12");
    heard.hear(&place, 0, &format!("keystore remove d.p12 --alias a-backup {with}"));
    heard.hear(&place, 5, "keystore list d.p12 --password file:a.pem");
    heard.hear(&place, 5, &format!("keystore list nothing.p12 {with}"));
    place.played_by_a_person("receiver_admin");
    heard.hear(&place, 3, "run plan.renewal");
    heard.hear(&place, 0, "dry-run plan.renewal");
    heard.hear(&place, 0, &format!("keystore list tenant.p12 {with}"));
    let held = heard.0.last().unwrap()["held"][0].clone();
    assert_eq!(held["aliases"].as_array().unwrap().len(), 3, "{held}");
    let run = held["run"].as_str().unwrap();
    heard.hear(&place, 0, &format!("keystore release tenant.p12 --run {run} --because over"));
    heard.hear(&place, 2, &format!("keystore release tenant.p12 --run {run} --because over"));
}

/// A document that is a little otherwise, in ways that its schema must refuse.
fn mutants(document: &Value) -> Vec<(String, Value)> {
    let mut mutants = Vec::new();
    for field in document.as_object().unwrap().keys() {
        let mut other = document.clone();
        other[field] = match &document[field] {
            Value::Object(_) => json!(7),
            _ => json!({"nobody": "knows"}),
        };
        mutants.push((format!("`{field}` is of another type"), other));
    }
    let mut more = document.clone();
    more["unlisted"] = json!(1);
    mutants.push(("a field is not listed".to_owned(), more));
    let mut unmarked = document.clone();
    unmarked["schema"] = json!("keyroll/nothing/1");
    mutants.push(("another schema".to_owned(), unmarked));
    mutants
}

#[test]
fn what_every_command_prints_fits_its_schema() {
    let heard = heard();
    let by_schema: BTreeMap<&str, &Value> =
        heard.0.iter().map(|document| (document["schema"].as_str().unwrap(), document)).collect();
    for row in SCHEMAS {
        let mark = format!("keyroll/{}/{}", row.name, row.version);
        assert!(by_schema.contains_key(&*mark), "no command printed {mark}");
    }
    // What was written is told with its length and its certificate, and findings about no text name none.
    let of = |mark: &str| heard.0.iter().filter(|d| d["schema"] == mark).collect::<Vec<_>>();
    let written = of("keyroll/written/1");
    assert_eq!(written.iter().map(|d| &d["command"]).collect::<Vec<_>>(), ["sign", "export", "request"]);
    assert!(written.iter().all(|d| d["bytes"].as_u64() > Some(100) && d["subject"] == "CN=a"), "{written:?}");
    let named: Vec<bool> = of("keyroll/findings/1").iter().map(|d| d.get("file").is_some()).collect();
    assert!(named.contains(&true) && named.contains(&false), "{named:?}");
    assert!(of("keyroll/findings/1").iter().all(|d| d["file"] != ""));
    for (document, wrong) in heard.0.iter().zip(wrong(&heard.0)) {
        assert_eq!(wrong, "", "{document:#}");
    }
    let kinds =
        ["answered", "begun", "confirmed", "drained", "ended", "opened", "received", "started", "summary"];
    for kind in kinds {
        assert!(heard.kinds().contains(kind), "{kind} is not in {:?}", heard.kinds());
    }
    println!("{} documents of {} schemas fit", heard.0.len(), by_schema.len());

    // One of each schema, made wrong in every field.
    let seeded: Vec<(String, Value)> = by_schema.values().flat_map(|document| mutants(document)).collect();
    // The mark leads to the schema, so the one that lies about it is judged by the true one.
    let documents: Vec<Value> = seeded.iter().map(|(_, document)| document.clone()).collect();
    let mut judged = documents.clone();
    for (judged, whole) in
        judged.iter_mut().zip(by_schema.values().flat_map(|d| mutants(d).into_iter().map(|_| *d)))
    {
        if judged["schema"] != whole["schema"] {
            *judged = json!({"schema": whole["schema"], "mark": judged["schema"]});
        }
    }
    for ((how, document), wrong) in seeded.iter().zip(wrong(&judged)) {
        assert_ne!(wrong, "", "{how} is not seen: {document:#}");
    }
}

/// Events that no run prints by itself, or only when it fails: each kind by its name.
#[test]
fn every_kind_of_event_fits_the_schema() {
    use keyroll::{
        backend::Outcome,
        cli::json::line,
        transition::event::{Actor, Bound, Drain, Event, Record},
        world::material::Fingerprint,
    };
    let standing = json!({
        "started": true, "places": {"tenant[\"a\"]": "old"}, "accepted": {"partner": ["old"]}, "deployed": ["orders"],
        "under_way": {"orders": ["old"]}, "windows": {"w": ["open", null]}, "received": [["create", "ops"]],
        "steps": {"create": {"status": "open", "attempts": 0}}, "certificates": {"old": "pem"},
        "stopped": [["orders", "old", "1970-01-01T00:00:00Z"]], "broken": [], "now": "1970-01-01T00:00:00Z"
    });
    let standing = Box::new(serde_json::from_value(standing).unwrap());
    let by = |person: Option<&str>| Actor {
        role: "ops".to_owned(),
        person: person.map(str::to_owned),
        automatic: person.is_none(),
    };
    let (step, at) = ("create".to_owned(), jiff::Timestamp::UNIX_EPOCH);
    let certificates: BTreeMap<String, String> = [("new".to_owned(), "pem".to_owned())].into();
    let digest = Fingerprint::of(b"");
    let events = [
        Event::Started { plan: digest, site: digest, certificates: certificates.clone() },
        Event::Continued {
            plan: digest,
            site: digest,
            from: "run".to_owned(),
            bound: Bound::Back,
            by: by(Some("Ann")),
            because: "why".to_owned(),
            proof: "how".to_owned(),
            start: digest,
            standing,
        },
        Event::Left { to: None, bound: Bound::Amended, by: by(Some("Ann")), because: "why".to_owned() },
        Event::Left {
            to: Some("run.2".to_owned()),
            bound: Bound::Skipped,
            by: by(Some("Ann")),
            because: "why".to_owned(),
        },
        Event::Left { to: None, bound: Bound::Waived, by: by(Some("Ann")), because: "why".to_owned() },
        Event::NoWayBack { by: by(Some("Ann")), because: "why".to_owned() },
        Event::Retried { step: step.clone(), by: by(Some("Ann")) },
        Event::HandedOver { to: "Ben".to_owned(), by: by(Some("Ann")) },
        Event::Begun { step: step.clone(), attempt: 1 },
        Event::Ended {
            step: step.clone(),
            attempt: 1,
            outcome: Outcome::Changed,
            certificates: certificates.clone(),
        },
        Event::Ended {
            step: step.clone(),
            attempt: 2,
            outcome: Outcome::AlreadySo,
            certificates: BTreeMap::new(),
        },
        Event::Failed { step: step.clone(), attempt: 1, cause: "no".to_owned() },
        Event::Confirmed { step: step.clone(), by: by(Some("Ann")), opens: Some(at), certificates },
        Event::Confirmed { step: step.clone(), by: by(None), opens: None, certificates: BTreeMap::new() },
        Event::Compared {
            step: step.clone(),
            named: Fingerprint::of(b"one"),
            known: Fingerprint::of(b"other"),
            by: by(Some("Ann")),
        },
        Event::Resolved { step: step.clone(), by: by(Some("Ann")), because: "why".to_owned() },
        Event::Agreed { step: step.clone(), by: by(Some("Ann")) },
        Event::Declined { step: step.clone(), by: by(Some("Ann")), because: "no".to_owned() },
        Event::Extended { step: step.clone(), by: by(Some("Ann")), because: "why".to_owned() },
        Event::Answered { step: step.clone(), by: by(None), yes: true, because: None },
        Event::Answered { step: step.clone(), by: by(None), yes: false, because: Some("no".to_owned()) },
        Event::Received { step, by: by(None) },
        Event::Opened { window: "w".to_owned() },
        Event::Drained { flow: "f".to_owned(), key: "old".to_owned(), how: Drain::Waited },
        Event::Drained { flow: "f".to_owned(), key: "old".to_owned(), how: Drain::Seen },
        Event::Broken { what: "a promise".to_owned() },
        Event::Paused { until: at, role: None, by: by(Some("Ann")), because: "why".to_owned() },
        Event::Paused { until: at, role: Some("ops".to_owned()), by: by(None), because: "why".to_owned() },
        Event::Resumed { role: None, by: by(Some("Ann")), because: "why".to_owned() },
    ];
    let documents: Vec<Value> =
        events.into_iter().map(|event| serde_json::from_str(&line(&Record { at, event })).unwrap()).collect();
    for (document, wrong) in documents.iter().zip(wrong(&documents)) {
        assert_eq!(wrong, "", "{document:#}");
    }
    let kinds: BTreeSet<&str> = documents.iter().map(|d| d["event"].as_str().unwrap()).collect();
    let schema = published("event");
    let listed = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["properties"]["event"]["const"].as_str().unwrap());
    assert_eq!(kinds, listed.collect::<BTreeSet<&str>>());
    // A time that is none, and a kind that is not listed.
    let mut wrong_time = documents[6].clone();
    wrong_time["at"] = json!(0);
    let mut unknown = documents[6].clone();
    unknown["event"] = json!("exploded");
    assert!(wrong(&[wrong_time, unknown]).iter().all(|wrong| !wrong.is_empty()));
}
