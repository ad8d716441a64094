//! Figures for monitoring: read by the parsers of Prometheus, true, and with nothing in them that is hostile or secret.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{
    output::tool,
    runs::{Place, plan},
};

/// The figures of a file, by their name and labels: each sample once.
#[derive(Debug)]
struct Figures(BTreeMap<(String, BTreeMap<String, String>), i64>);

impl Figures {
    /// What both parsers read in a text.
    #[track_caller]
    fn of(text: &str) -> Self {
        let script = format!("{}/tests/oracles/openmetrics.py", env!("CARGO_MANIFEST_DIR"));
        let said = tool(Command::new("python3").arg(script), text);
        let read: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(read["wrong"], Value::Null, "{text}");
        assert!(text.ends_with("\n# EOF\n"), "{text}");
        for family in read["families"].as_array().unwrap() {
            // The collector of node_exporter knows no other of them.
            assert_eq!(family[1], "gauge", "{family}");
            let name = family[0].as_str().unwrap();
            assert!(name.starts_with("keyroll_"), "{name}");
            assert_eq!(family[2], if name.ends_with("_seconds") { "seconds" } else { "" }, "{name}");
        }
        let figures = read["samples"].as_array().unwrap().iter().map(|sample| {
            let labels = serde_json::from_value(sample[1].clone()).unwrap();
            let value = sample[2].as_f64().unwrap();
            ((sample[0].as_str().unwrap().to_owned(), labels), value as i64)
        });
        Self(figures.collect())
    }

    #[track_caller]
    fn read(place: &Place, name: &str) -> Self {
        Self::of(&place.read(name))
    }

    /// The figures of a name.
    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a BTreeMap<String, String>, i64)> {
        self.0
            .iter()
            .filter(move |((found, _), _)| found == name)
            .map(|((_, labels), value)| (labels, *value))
    }

    /// The only figure of a name whose labels have this value.
    #[track_caller]
    fn one(&self, name: &str, label: &str, value: &str) -> i64 {
        let mut found =
            self.named(name).filter(|(labels, _)| labels.get(label).is_some_and(|is| is == value));
        let one = found.next().unwrap_or_else(|| panic!("no {name} of {label} {value} in {self:?}")).1;
        assert!(found.next().is_none(), "{name} of {label} {value} is there twice");
        one
    }

    /// The state that a run is told to be in.
    #[track_caller]
    fn state(&self) -> &str {
        let mut so = self.named("keyroll_run_state").filter(|(_, value)| *value == 1);
        let state = &so.next().unwrap().0["state"];
        assert!(so.next().is_none());
        state
    }
}

#[test]
fn a_run_is_told_in_figures_from_its_begin_to_its_end() {
    let place = Place::two_keys();
    place.edit("plan.renewal", "  exchange tenant", "  not after 2099-12-31\n  exchange tenant");
    place.played_by_a_person("receiver_admin");
    place.keyroll("run plan.renewal --metrics keyroll.prom").ends(3);
    let mode = place.folder.join("keyroll.prom").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "whoever collects it is another user");
    let figures = Figures::read(&place, "keyroll.prom");
    assert_eq!(figures.state(), "waiting");
    assert_eq!(figures.named("keyroll_run_exit_code").next().unwrap().1, 3);
    assert_eq!(figures.one("keyroll_run_steps", "state", "done"), 2);
    let steps: i64 = figures.named("keyroll_run_steps").map(|(_, value)| value).sum();
    assert_eq!(steps, 7);
    assert_eq!(figures.named("keyroll_run_failures").next().unwrap().1, 0);
    // The same as `status` says, in seconds of 1970.
    let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    let at = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    let waiting = status["waiting"].as_array().unwrap();
    assert!(!waiting.is_empty());
    for wait in waiting.iter().filter(|wait| wait["since"].is_string()) {
        let of = figures.named("keyroll_waiting_since_timestamp_seconds");
        let mut of = of.filter(|(labels, _)| {
            wait["step"] == labels["step"].as_str() && wait["role"] == labels["role"].as_str()
        });
        assert_eq!(of.next().unwrap().1, at(&wait["since"]), "{wait}");
    }
    let deadline = figures.one("keyroll_deadline_timestamp_seconds", "step", "exchange_key");
    assert_eq!(deadline, "2099-12-31T23:59:59Z".parse::<jiff::Timestamp>().unwrap().as_second());
    let looked = figures.named("keyroll_run_looked_timestamp_seconds").next().unwrap().1;
    let left = figures.one("keyroll_deadline_left_seconds", "step", "exchange_key");
    assert!((looked + left - deadline).abs() <= 1, "{looked} {left} {deadline}");
    // The certificate ends when another reader of it says so.
    let store = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nokeys", "-clcerts"];
    let pem = place.tool("openssl", &store).out;
    let first = pem.split("-----BEGIN").nth(1).unwrap().split("-----END").next().unwrap();
    place.write("old.pem", format!("-----BEGIN{first}-----END CERTIFICATE-----\n"));
    let told =
        place.tool("openssl", &["x509", "-in", "old.pem", "-noout", "-enddate", "-dateopt", "iso_8601"]);
    let ends = told.out.trim().trim_start_matches("notAfter=").replace(' ', "T");
    let ends = ends.parse::<jiff::Timestamp>().unwrap().as_second();
    let expiries: Vec<i64> =
        figures.named("keyroll_certificate_expiry_timestamp_seconds").map(|(_, value)| value).collect();
    assert!(expiries.len() == 2 && expiries.contains(&ends), "{expiries:?} {ends}");

    // `status` tells the same, but for how a call of `run` ended.
    place.keyroll("status --metrics status.prom").ends(0);
    let again = Figures::read(&place, "status.prom");
    assert_eq!((again.state(), again.named("keyroll_run_exit_code").count()), ("waiting", 0));
    for act in ["provide_certificate", "confirm_trust"] {
        place.keyroll(&format!("confirm {act} --as receiver_admin")).ends(0);
        place.run().ends(3);
    }
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
    place.keyroll("run --metrics keyroll.prom").ends(0);
    for line in ["run plan.renewal --metrics keyroll.prom", "run --metrics keyroll.prom"] {
        let figures = Figures::read(&place, "keyroll.prom");
        assert_eq!(figures.state(), "done");
        assert_eq!(figures.named("keyroll_run_exit_code").next().unwrap().1, 0);
        assert!(figures.named("keyroll_waiting_since_timestamp_seconds").next().is_none());
        assert!(figures.named("keyroll_run_success_timestamp_seconds").next().unwrap().1 > 0);
        // One that is done says so anew, so that nobody takes the file for stale.
        std::fs::remove_file(place.folder.join("keyroll.prom")).unwrap();
        place.keyroll(line).ends(0);
    }
}

#[test]
fn what_fails_and_what_moved_is_told() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    std::fs::rename(place.folder.join("partner-trust"), place.folder.join("gone")).unwrap();
    place.keyroll("run plan.renewal --metrics keyroll.prom").ends(5);
    let figures = Figures::read(&place, "keyroll.prom");
    assert_eq!((figures.state(), figures.named("keyroll_run_exit_code").next().unwrap().1), ("failed", 5));
    std::fs::create_dir(place.folder.join("partner-trust")).unwrap();
    // It accepts nothing now, and messages are under way.
    place.keyroll("run plan.renewal --metrics keyroll.prom").ends(4);
    let figures = Figures::read(&place, "keyroll.prom");
    assert_eq!((figures.state(), figures.named("keyroll_run_exit_code").next().unwrap().1), ("broken", 4));
}

/// An attempt that fails is counted.
#[test]
fn failures_are_counted() {
    let place = Place::two_keys();
    // The receiver holds a certificate of a stranger: it has no room for the new one.
    let with = "--password env:PASSWORD";
    let stranger = format!("keystore create s.p12 --new-store --alias s --subject CN=stranger {with}");
    let export = format!("keystore export s.p12 --alias s {with} --output partner-trust/s.pem");
    for line in [stranger, export] {
        let words: Vec<&str> = line.split(' ').collect();
        let made = place.program(&words).env("PASSWORD", "of-a-stranger").output().unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    for attempt in 1..3 {
        place.keyroll("run plan.renewal --metrics keyroll.prom").ends(5);
        let figures = Figures::read(&place, "keyroll.prom");
        assert_eq!(figures.state(), "failed");
        assert_eq!(figures.named("keyroll_run_failures").next().unwrap().1, attempt);
        assert_eq!(figures.one("keyroll_run_steps", "state", "failed"), 1);
    }
}

#[test]
fn plans_that_wait_are_told() {
    let place = Place::two_keys();
    place.keyroll("watch plan.renewal --within 1 --metrics w.prom").ends(0);
    let figures = Figures::read(&place, "w.prom");
    assert_eq!(figures.one("keyroll_plan_outlook", "state", "fine"), 1);
    assert_eq!(figures.one("keyroll_plan_exit_code", "file", "plan.renewal"), 0);
    place.keyroll("watch plan.renewal --within 36500 --metrics w.prom").ends(1);
    let figures = Figures::read(&place, "w.prom");
    assert_eq!(figures.one("keyroll_plan_outlook", "state", "will_fail"), 1);
    assert!(figures.named("keyroll_plan_fails_timestamp_seconds").next().is_some());
    std::fs::remove_dir_all(place.folder.join("partner-trust")).unwrap();
    place.keyroll("watch plan.renewal nothing.renewal --metrics w.prom").ends(5);
    let figures = Figures::read(&place, "w.prom");
    assert_eq!(figures.one("keyroll_plan_exit_code", "file", "plan.renewal"), 5);
    assert_eq!(figures.one("keyroll_plan_exit_code", "file", "nothing.renewal"), 2);
}

/// A run that stays writes its figures when it lies down, and again when somebody has acted.
#[test]
fn a_run_that_stays_keeps_its_figures_fresh() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let words = ["run", "plan.renewal", "--follow", "--metrics", "keyroll.prom"];
    let mut child = place.program(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let path = place.folder.join("keyroll.prom");
    while !path.exists() {
        assert_eq!(child.try_wait().unwrap(), None);
    }
    let done = || Figures::read(&place, "keyroll.prom").one("keyroll_run_steps", "state", "done");
    assert_eq!(done(), 2);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    while done() == 2 {
        assert_eq!(child.try_wait().unwrap(), None);
    }
    super::follow::end(&mut child);
    let figures = Figures::read(&place, "keyroll.prom");
    assert_eq!(
        (figures.state(), figures.named("keyroll_run_exit_code").next().unwrap().1),
        ("interrupted", 143)
    );
}

#[test]
fn nothing_else_is_written_over() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.write("notes.txt", "mine\n");
    let before = place.files();
    for line in ["run plan.renewal", "watch plan.renewal"] {
        place.keyroll(&format!("{line} --metrics notes.txt")).ends(2).says("holds no figures of keyroll");
    }
    assert_eq!(place.files(), before, "and nothing has begun");
    place.run().ends(3);
    place.keyroll("status --metrics notes.txt").ends(2);
    assert_eq!(place.read("notes.txt"), "mine\n");
    symlink("notes.txt", place.folder.join("link.prom")).unwrap();
    place.keyroll("status --metrics link.prom").ends(5).says("cannot write link.prom");
    assert_eq!(place.read("notes.txt"), "mine\n");
    place.keyroll("run plan.renewal --metrics no/such/folder.prom").ends(5).says("cannot write");
}

/// Names that an author chose stand in labels, and none of them ends one.
#[test]
fn hostile_names_and_secrets_are_kept_out() {
    let text = plan("two-keys.renewal");
    let place = Place::of(&text);
    place.played_by_a_person("receiver_admin");
    let hostile = "a\"} 1\n# EOF \u{202e}\u{1b}[31m\\.renewal";
    place.write(hostile, &text);
    let words = ["watch", hostile, "--metrics", "w.prom", "--within", "1"];
    assert!(place.program(&words).output().unwrap().status.success());
    let written = place.read("w.prom");
    assert!(!written.contains(['\u{202e}', '\u{1b}']), "{written}");
    let figures = Figures::of(&written);
    let file = "a\"} 1\\u{a}# EOF \\u{202e}\\u{1b}[31m\\.renewal";
    assert_eq!(figures.one("keyroll_plan_exit_code", "file", file), 0);
    let secret = place.read("password");
    place.keyroll("run plan.renewal --metrics r.prom").ends(3);
    let written = place.read("r.prom");
    assert!(!written.contains(secret.trim()) && !written.contains("-----BEGIN"), "{written}");
}

/// The reader is one that can refuse.
#[test]
fn a_file_that_is_none_is_seen() {
    for text in [
        "keyroll_a 1\n",
        "# TYPE keyroll_a gauge\nkeyroll_a{b=\"c} 1\n# EOF\n",
        "# TYPE keyroll_a gauge\nkeyroll_a 1\nkeyroll_a 2\n# EOF\n",
        "# TYPE keyroll_a gauge\nkeyroll_a 1\n# EOF\nkeyroll_b 1\n",
    ] {
        assert!(std::panic::catch_unwind(|| Figures::of(text)).is_err(), "{text}");
    }
}
