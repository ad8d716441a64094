//! The schema of `site.toml` takes every site that the reader takes, knows every key that it knows, and refuses what
//! it refuses for its shape.

use std::collections::BTreeSet;
use std::process::Command;

use keyroll::{run::site::Site, source::Source};
use serde_json::{Value, json};

use super::{schemas::published, tool};
use crate::{
    own_facts::PLAN,
    readme::{blocks, pages, read, root},
    runs::Place,
};

/// What is wrong with each site by the published schema.
fn wrong(sites: &[String]) -> Vec<String> {
    let schema = published("site");
    let mut input = String::new();
    for site in sites {
        let document: Value = toml::from_str(site).unwrap_or_else(|error| panic!("{error}: {site}"));
        input += &format!("{}\n", json!({"schema": schema, "document": document}));
    }
    let script = format!("{}/tests/oracles/schema.py", env!("CARGO_MANIFEST_DIR"));
    let said = tool(Command::new("python3").arg(script), &input);
    let wrong: Vec<String> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(wrong.len(), sites.len());
    wrong
}

fn reads(site: &str) -> bool {
    Site::read(&Source::new("site.toml", site)).is_ok()
}

/// Every site that stands somewhere: in the pages, the examples, the golden faults, and what sandboxes write.
fn all() -> Vec<String> {
    let mut sites: Vec<String> = Vec::new();
    for page in pages() {
        let text = read(&page);
        let found = blocks(&text).0.into_iter().filter(|block| block.fence.starts_with("toml"));
        sites.extend(found.map(|block| block.text.to_owned()).filter(|text| text.contains("site = 1")));
    }
    for folder in ["tests/golden/refused", "examples/commands"] {
        for file in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "toml") {
                sites.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for place in [Place::two_keys(), Place::one_key(), Place::of(PLAN)] {
        sites.push(place.read("site.toml"));
    }
    sites.retain(|site| toml::from_str::<Value>(site).is_ok());
    sites
}

#[test]
fn every_site_that_reads_fits_the_schema() {
    let (good, bad): (Vec<String>, Vec<String>) = all().into_iter().partition(|site| reads(site));
    assert!(good.len() > 15, "{}", good.len());
    // Bounds of values are told by the schema too, so it may refuse what only the comparison with a plan does.
    let lies_in_bounds = |wrong: &str| {
        wrong.is_empty()
            || wrong.contains("days")
            || wrong.contains("command")
            || wrong.contains("environment")
            || wrong.contains("oneOf")
            || wrong.contains("is not valid under any")
    };
    let judged = wrong(&good);
    let refused = good.iter().zip(&judged).filter(|(_, wrong)| !wrong.is_empty());
    for (site, wrong) in refused {
        let is_golden = all_golden_bounds().iter().any(|golden| golden == site);
        assert!(is_golden && lies_in_bounds(wrong), "{wrong}\n{site}");
    }
    assert!(judged.iter().filter(|wrong| wrong.is_empty()).count() > 12);
    for (site, wrong) in bad.iter().zip(wrong(&bad)) {
        assert_ne!(wrong, "", "the reader refuses it, and the schema does not: {site}");
    }
}

/// Golden sites that read, and whose values are out of bounds.
fn all_golden_bounds() -> Vec<String> {
    // The reader takes a channel that asks, and what is told by it is found afterwards.
    let names = ["bad_binding", "bad_command", "bad_channel.asked"];
    let files =
        std::fs::read_dir(root().join("tests/golden/refused")).unwrap().map(|file| file.unwrap().path());
    let bounds = files.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(".toml") && names.iter().any(|start| name.starts_with(start))
    });
    bounds.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// A site in which one thing is otherwise than it may be: the reader and the schema both refuse it.
#[test]
fn what_the_reader_refuses_for_its_shape_the_schema_refuses_too() {
    let whole = "site = 1\n[parameters]\nalias = \"a\"\n[answers]\nq = \"yes\"\n\
        [roles.r]\nautomatic = true\npause = \"5m\"\nanswers_within = \"5d\"\npeople = [\"Ann\"]\n\
        [keystores.k]\nbackend = \"pkcs12\"\npath = \"k.p12\"\npassword = \"env:P\"\npairs = { path = \"p.p12\", password = \"file:p\" }\n\
        [receivers.v]\nbackend = \"directory\"\npath = \"t\"\ncapacity = 2\n\
        [receivers.w]\nbackend = \"command\"\ncommand = [\"w\"]\ncapacity = 2\ntimeout = \"1m30s\"\nenvironment = [\"URL\"]\nkeep_output = true\n\
        [flows.f]\nbackend = \"local\"\npath = \"f\"\nstand_in = true\n\
        [flows.f.signature]\ntype = \"enveloping\"\nalgorithm = \"rsa-sha256\"\ndigest = \"sha512\"\nc14n = \"inclusive-1.1\"\nkey_info = \"key-value, ski\"\nprefix = \"sig\"\n\
        [facts.c]\nbackend = \"file\"\npath = \"c\"\n[facts.d]\nbackend = \"manual\"\n\
        [keys.n]\ntype = \"ec-p256\"\nsubject = \"CN=a\"\ncertificate = \"n.pem\"\ndays = 365\n\
        [notices.m]\nkind = \"smtp\"\nhost = \"h\"\nport = 2525\ntls = \"starttls\"\nuser = \"u\"\npassword = \"env:M\"\nca = \"ca.pem\"\nfrom = \"a@example.org\"\n\
        [notices.w]\nkind = \"webhook\"\nurl = \"https://example.org/in\"\nsecret = \"file:s\"\n\
        [notices.s]\nkind = \"spool\"\npath = \"out\"\nfrom = \"b@example.org\"\n\
        [partners]\nfirst = [\"r\"]\nat_once = 8\nstop_after = 2\n\
        [coordinator]\nnotify = [\"w\"]\nmail = \"c@example.org\"\n";
    assert!(reads(whole));
    assert_eq!(wrong(&[whole.to_owned()]), [""]);
    let changes = [
        ("site = 1", "site = 2"),
        ("site = 1\n", ""),
        ("site = 1", "site = \"1\""),
        ("alias = \"a\"", "alias = 1"),
        ("q = \"yes\"", "q = \"perhaps\""),
        ("q = \"yes\"", "q = true"),
        ("automatic = true", "automatic = \"yes\""),
        ("automatic = true", "automatik = true"),
        ("pause = \"5m\"", "pause = \"soon\""),
        ("pause = \"5m\"", "pause = \"\""),
        ("pause = \"5m\"", "pause = 5"),
        ("answers_within = \"5d\"", "answers_within = \"later\""),
        ("people = [\"Ann\"]", "people = \"Ann\""),
        ("people = [\"Ann\"]", "people = [1]"),
        ("backend = \"pkcs12\"", "backend = \"pkcs11\""),
        ("backend = \"pkcs12\"\n", ""),
        ("path = \"k.p12\"\n", ""),
        ("path = \"k.p12\"", "path = 1"),
        ("password = \"env:P\"\n", ""),
        ("password = \"env:P\"", "password = \"hunter2\""),
        ("password = \"env:P\"", "password = \"env:\""),
        ("password = \"env:P\"", "password = \"credential:a/b\""),
        ("password = \"env:P\"", "password = \"credential:..\""),
        ("password = \"file:p\"", "password = \"prompt\""),
        ("pairs = { path = \"p.p12\", ", "pairs = { "),
        ("backend = \"directory\"", "backend = \"folder\""),
        ("path = \"t\"\ncapacity = 2", "path = \"t\""),
        ("path = \"t\"\ncapacity = 2", "path = \"t\"\ncapacity = -2"),
        ("path = \"t\"\ncapacity = 2", "path = \"t\"\ncapacity = 2.5"),
        ("command = [\"w\"]\ncapacity = 2", "command = [\"w\"]"),
        ("command = [\"w\"]", "command = \"w\""),
        ("command = [\"w\"]\n", ""),
        ("timeout = \"1m30s\"", "timeout = 90"),
        ("timeout = \"1m30s\"", "timeout = \"1 minute\""),
        ("environment = [\"URL\"]", "environment = \"URL\""),
        ("keep_output = true", "keep_output = 1"),
        ("keep_output = true", "keep = true"),
        ("stand_in = true", "stand_in = \"yes\""),
        ("path = \"f\"\n", ""),
        ("type = \"enveloping\"", "type = \"beside\""),
        ("algorithm = \"rsa-sha256\"", "algorithm = \"rsa-sha1\""),
        ("digest = \"sha512\"", "digest = \"md5\""),
        ("c14n = \"inclusive-1.1\"", "c14n = \"c14n\""),
        ("key_info = \"key-value, ski\"", "key_info = \"none,ski\""),
        ("key_info = \"key-value, ski\"", "key_info = \"\""),
        ("prefix = \"sig\"", "prefix = \"xmlsig\""),
        ("prefix = \"sig\"", "position = \"head\""),
        ("path = \"c\"\n", ""),
        ("[facts.d]\nbackend = \"manual\"", "[facts.d]\nbackend = \"manual\"\npath = \"d\""),
        ("days = 365", "days = -1"),
        ("days = 365", "days = \"365\""),
        ("subject = \"CN=a\"", "subject = [\"CN=a\"]"),
        ("kind = \"smtp\"", "kind = \"sendmail\""),
        ("kind = \"smtp\"\n", ""),
        ("host = \"h\"\n", ""),
        ("port = 2525", "port = 70000"),
        ("port = 2525", "port = \"25\""),
        ("tls = \"starttls\"", "tls = \"none\""),
        ("tls = \"starttls\"\n", ""),
        ("password = \"env:M\"", "password = \"hunter2\""),
        ("from = \"a@example.org\"", "from = \"a\""),
        ("from = \"a@example.org\"", "from = \"A <a@example.org>\""),
        ("from = \"a@example.org\"", "from = \"a@example.org\\r\\nBcc: b@example.org\""),
        ("url = \"https://example.org/in\"", "url = \"ftp://example.org/in\""),
        ("url = \"https://example.org/in\"", "url = \"https://u:p@example.org/in\""),
        ("secret = \"file:s\"", "secret = \"whsec_abc\""),
        ("path = \"out\"\n", ""),
        ("from = \"b@example.org\"", "from = \"b@example.org\"\nto = \"c@example.org\""),
        ("notify = [\"w\"]", "notify = \"w\""),
        ("mail = \"c@example.org\"", "mail = \"c@example.org, d@example.org\""),
        ("first = [\"r\"]", "first = \"r\""),
        ("first = [\"r\"]", "last = [\"r\"]"),
        ("at_once = 8", "at_once = 0"),
        ("at_once = 8", "at_once = \"8\""),
        ("stop_after = 2", "stop_after = 0"),
        ("stop_after = 2", "stop_after = -1"),
        ("[partners]", "[partners.p]"),
        ("[coordinator]", "[coordinator.c]"),
        ("[keys.n]", "[key.n]"),
        ("[keys.n]", "[keys.n.more]"),
    ];
    let sites: Vec<String> = changes.iter().map(|(from, to)| whole.replacen(from, to, 1)).collect();
    for (site, (from, to)) in sites.iter().zip(&changes) {
        assert_ne!(site, whole, "{from} is not there");
        assert!(!reads(site), "the reader takes {to}");
    }
    for ((from, to), wrong) in changes.iter().zip(wrong(&sites)) {
        assert_ne!(wrong, "", "the schema takes `{to}` in the place of `{from}`");
    }
}

/// What the reading of a site names in the place of what it does not know.
fn expected(site: &str) -> BTreeSet<String> {
    let refused = Site::read(&Source::new("site.toml", format!("site = 1\n{site}"))).unwrap_err();
    let known = refused.help().unwrap().to_string();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A key that one of the two knows is known to the other.
#[test]
fn the_schema_has_every_key_of_the_reader() {
    let schema = published("site");
    let keys = |table: &Value| -> BTreeSet<String> {
        table["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let mut top = keys(&schema);
    assert_eq!(top, expected("nonsense = 1"));
    top.remove("site");
    for table in ["roles", "keys"] {
        let each = &schema["properties"][table]["additionalProperties"];
        assert_eq!(keys(each), expected(&format!("[{table}.n]\nnonsense = 1")), "{table}");
    }
    for table in ["keystores", "receivers", "flows", "facts"] {
        let kinds = schema["properties"][table]["additionalProperties"]["oneOf"].as_array().unwrap();
        let names: BTreeSet<String> = kinds
            .iter()
            .map(|kind| kind["properties"]["backend"]["const"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, expected(&format!("[{table}.n]\nbackend = \"nonsense\"")), "{table}");
        for kind in kinds {
            let backend = kind["properties"]["backend"]["const"].as_str().unwrap();
            let mut own = keys(kind);
            own.remove("backend");
            let site = format!("[{table}.n]\nbackend = \"{backend}\"\nnonsense = 1");
            assert_eq!(own, expected(&site), "{table} {backend}");
        }
    }
    assert_eq!(keys(&schema["properties"]["partners"]), expected("[partners]\nnonsense = 1"));
    let local = &schema["properties"]["flows"]["additionalProperties"]["oneOf"][0];
    let site = "[flows.n]\nbackend = \"local\"\npath = \"p\"\n[flows.n.signature]\nnonsense = 1";
    assert_eq!(keys(&local["properties"]["signature"]), expected(site));
}
