//! Forty partners verify with one key: three are silent, two have a freeze, and the board says exactly that.

use std::{collections::BTreeMap, fmt::Write as _, process::Command};

use serde_json::Value;

use super::{Driven, at, certificate};
use crate::{
    report::{after, browsed, needs, shape},
    runs::Said,
};

/// One key under one alias, and forty partners who verify with it.
fn plan() -> String {
    let mut rows = String::new();
    for number in 1..=40 {
        writeln!(rows, "  p{number:02}, \"Partner {number} Ltd\"").unwrap();
    }
    format!(
        r#"keyroll 1

plan forty-partners
  "Renew the key that forty partners verify with"

table partner with title : text {{
{rows}}}

role tenant_admin "Tenant administrator"

key old
key new

keystore tenant of tenant_admin {{
  alias "orders-signer" is old
}}

for each partner {{
  role $partner-admin "Administrator of $title"

  receiver gate-$partner of $partner-admin {{
    accepts old
    accepts at most 2
  }}

  flow orders-$partner of tenant_admin {{
    signs xml with tenant["orders-signer"]
    sends to gate-$partner
    delivers within 24h
    deployed
  }}
}}

step create_key by tenant_admin {{
  takes 1h
  create new in tenant as "orders-signer-next"
}}

step provide_certificate by tenant_admin {{
  after create_key
  provide new to $partner-admin for each partner
}}

for each partner {{
  step trust-$partner by $partner-admin {{
    after provide_certificate
    takes 5d
    accept new at gate-$partner
  }}

  step confirm-$partner by $partner-admin {{
    after trust-$partner
    inform tenant_admin
  }}
}}

step try_p01 by tenant_admin {{
  after confirm-p01
  takes 1h
  test orders-p01 with new
}}

step exchange_key by tenant_admin {{
  after confirm-$partner for each partner
  after try_p01
  needs gate-$partner accepts new for each partner
  takes 1h
  exchange tenant["orders-signer"] for new
}}

step announce_exchange by tenant_admin {{
  after exchange_key
  inform $partner-admin for each partner
}}

for each partner {{
  step retire-$partner by $partner-admin {{
    after announce_exchange
    needs orders-$partner drained of old
    takes 2d
    retire old at gate-$partner
  }}

  step report-$partner by $partner-admin {{
    after retire-$partner
    inform tenant_admin
  }}
}}

for each partner {{
  promise orders-$partner never rejected
}}

finally tenant["orders-signer"] is new
"#
    )
}

const FREEZE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Freeze//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
    DTSTAMP:20260101T000000Z\r\nDTSTART:20261219T000000Z\r\nDTEND:20270107T000000Z\r\nSUMMARY:Year-end freeze\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";

const SITE: &str = "site = 1\n\n[roles.p33-admin]\ncalendars = [\"freeze\"]\n\n[roles.p34-admin]\n\
    calendars = [\"freeze\"]\n\n[calendars.freeze]\npath = \"freeze.ics\"\n";

/// Has not taken the certificate; has taken it, and no more; has not said that it accepts it.
const SILENT: [&str; 3] = ["p07", "p21", "p40"];

const FROZEN: [&str; 2] = ["p33", "p34"];

/// The run, in a folder of its own.
struct Forty {
    folder: tempfile::TempDir,
}

impl Forty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("freeze.ics", FREEZE);
        write("site.toml", SITE);
        write("plan.renewal", &plan());
        let journal = folder.path().join("keyroll.db");
        // Three days and an hour are needed from the exchange to the end: an hour, 24 hours, two days.
        let old = certificate(at("2027-01-17T18:00:00Z"));
        let known = BTreeMap::from([("old".to_owned(), old)]);
        let mut run = Driven::begin(&journal, &plan(), "2026-11-30T08:00:00Z", known);
        run.on("2026-11-30T09:00:00Z").does("create_key");
        run.on("2026-12-01T08:00:00Z").says("tenant_admin", "provide_certificate");
        let all: Vec<String> = (1..=40).map(|number| format!("p{number:02}")).collect();
        let role = |partner: &str| format!("{partner}-admin");
        run.on("2026-12-02T07:00:00Z");
        for partner in all.iter().filter(|partner| *partner != SILENT[0]) {
            run.takes(&role(partner), "provide_certificate");
        }
        run.on("2026-12-03T08:00:00Z");
        let acting = |partner: &&String| {
            !FROZEN.contains(&partner.as_str()) && !SILENT[..2].contains(&partner.as_str())
        };
        for partner in all.iter().filter(acting) {
            match partner.as_str() {
                // A backend of this one can be reached.
                "p01" => run.does("trust-p01"),
                _ => run.says(&role(partner), &format!("trust-{partner}")),
            };
        }
        run.on("2026-12-04T08:00:00Z");
        for partner in all.iter().filter(acting).filter(|partner| *partner != SILENT[2]) {
            let step = format!("confirm-{partner}");
            run.says(&role(partner), &step).takes("tenant_admin", &step);
        }
        run.on("2026-12-05T08:00:00Z").does("try_p01");
        Self { folder }
    }

    fn keyroll(&self, line: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(line.split(' ')).current_dir(self.folder.path()).env("TZ", "UTC").env_remove("COLUMNS");
        Said::of(command.output().unwrap())
    }

    fn json(&self, time: &str) -> Value {
        let said = self.keyroll(&format!("board plan.renewal --format json --at {time}")).ends(0);
        serde_json::from_str::<Value>(&said.out).unwrap()["boards"][0].clone()
    }

    /// The same run, gone on with.
    fn goes_on(&self) -> Driven {
        let checked = super::checked(&plan());
        let store = keyroll::journal::sqlite::Store::open(&self.folder.path().join("keyroll.db")).unwrap();
        let host = store.attach(&checked, "forty-partners-20261130-00000001", true).unwrap();
        let clock = keyroll::backend::clock::SetClock::new(at("2026-12-20T08:00:00Z"));
        Driven { checked, host, clock }
    }
}

const NOW: &str = "2026-12-20T08:00:00Z";

/// Compares with the page of this name in `tests/golden/board`.
fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../golden/board");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_board_names_the_three_that_are_silent_and_the_two_that_are_frozen() {
    let forty = Forty::new();
    let said = forty.keyroll(&format!("board --at {NOW}")).ends(0);
    let sentence = "exchange possible for 35 of 40; blocked by p07-admin (silent 19 days), p21-admin (silent 18 \
                    days), p40-admin (silent 17 days), p33-admin (freeze until 2027-01-07 00:00:00 UTC) and p34-admin \
                    (freeze until 2027-01-07 00:00:00 UTC); latest safe start 2027-01-14 17:00:00 UTC";
    let folded = said.out.replace("\n  ", " ");
    assert!(folded.contains(sentence), "{}", said.out);
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{}", said.out);
    golden("forty.txt", &said.out);

    let board = forty.json(NOW);
    let blocked = board["awaited"][0]["blocked"].as_array().unwrap();
    let because = |one: &Value| {
        let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
        (text("partner"), text("because"), one["days"].as_i64(), text("until"))
    };
    let mut told: Vec<_> = blocked.iter().map(because).collect();
    told.sort();
    let freeze = "2027-01-07T00:00:00Z";
    let row = |partner: &str, because: &str, days, until: &str| {
        (format!("{partner}-admin"), because.to_owned(), days, until.to_owned())
    };
    assert_eq!(
        told,
        [
            row("p07", "silent", Some(19), ""),
            row("p21", "silent", Some(18), ""),
            row("p33", "freeze", None, freeze),
            row("p34", "freeze", None, freeze),
            row("p40", "silent", Some(17), ""),
        ]
    );
    assert_eq!(board["awaited"][0]["latest"]["at"], "2027-01-14T17:00:00Z");
    assert_eq!(board["awaited"].as_array().unwrap().len(), 1, "{board:#}");
    // On whose word it is: one was seen and tried, the others have said so.
    let cell = |partner: usize, column: &str| {
        let cells = board["partners"][partner]["cells"].as_array().unwrap();
        cells.iter().find(|cell| cell["column"] == column).unwrap().clone()
    };
    assert_eq!(
        (&cell(0, "accepts_new")["how"], &cell(0, "tested")["how"]),
        (&"seen".into(), &"tested".into())
    );
    assert_eq!(
        (&cell(1, "accepts_new")["how"], &cell(1, "tested")["state"]),
        (&"said".into(), &"absent".into())
    );
    assert_eq!(cell(6, "certificate")["state"], "waits");
    assert_eq!(cell(32, "accepts_new")["until"], freeze);
    let columns: Vec<&str> =
        board["columns"].as_array().unwrap().iter().map(|head| head["column"].as_str().unwrap()).collect();
    let expected = [
        "certificate",
        "accepts_new",
        "holds_both",
        "tested",
        "confirmed",
        "exchanged",
        "told",
        "old_gone",
        "gone_confirmed",
    ];
    assert_eq!(columns, expected);
}

#[test]
fn the_board_is_of_its_moment() {
    let forty = Forty::new();
    let possible = |time: &str| {
        let board = forty.json(time);
        let awaited = &board["awaited"][0];
        let because = |word: &str| {
            awaited["blocked"].as_array().unwrap().iter().filter(|one| one["because"] == word).count()
        };
        (awaited["possible"].as_u64().unwrap(), because("silent"), because("freeze"), because("turn"))
    };
    // Before anybody was told, before the freeze, in it, and behind it.
    assert_eq!(possible("2026-11-30T08:30:00Z"), (0, 0, 0, 40));
    assert_eq!(possible("2026-12-01T09:00:00Z"), (0, 40, 0, 0));
    assert_eq!(possible("2026-12-18T09:00:00Z"), (35, 5, 0, 0));
    assert_eq!(possible("2026-12-19T00:00:00Z"), (35, 3, 2, 0));
    assert_eq!(possible("2027-01-07T00:00:00Z"), (35, 5, 0, 0));
    let forty_late = forty.json("2027-01-15T00:00:00Z");
    assert_eq!(forty_late["awaited"][0]["latest"]["passed"], true);
    assert_eq!(forty.json("2026-11-30T07:00:00Z")["standing"], "not_begun");
    // The exchange may not begin while the coordinator's own calendar is closed.
    let site = SITE
        .replace("[roles.p33-admin]", "[roles.tenant_admin]\ncalendars = [\"late\"]\n\n[roles.p33-admin]")
        + "\n[calendars.late]\npath = \"late.ics\"\n";
    std::fs::write(forty.folder.path().join("site.toml"), site).unwrap();
    let late = FREEZE
        .replace("20261219T000000Z", "20270112T200000Z")
        .replace("20270107T000000Z", "20270120T000000Z");
    std::fs::write(forty.folder.path().join("late.ics"), late).unwrap();
    assert_eq!(forty.json(NOW)["awaited"][0]["latest"]["at"], "2027-01-12T20:00:00Z");
}

#[test]
fn what_comes_after_the_exchange_is_on_the_board_too() {
    let forty = Forty::new();
    let mut run = forty.goes_on();
    run.on("2027-01-08T08:00:00Z").takes("p07-admin", "provide_certificate");
    for partner in ["p07", "p21", "p33", "p34"] {
        run.says(&format!("{partner}-admin"), &format!("trust-{partner}"));
    }
    for partner in ["p07", "p21", "p33", "p34", "p40"] {
        let step = format!("confirm-{partner}");
        run.says(&format!("{partner}-admin"), &step).takes("tenant_admin", &step);
    }
    let ready = forty.json("2027-01-08T09:00:00Z");
    assert_eq!(
        (&ready["awaited"][0]["possible"], &ready["awaited"][0]["blocked"]),
        (&40.into(), &Value::Array(vec![]))
    );
    run.on("2027-01-08T10:00:00Z").does("exchange_key");
    run.on("2027-01-08T11:00:00Z").says("tenant_admin", "announce_exchange");
    run.takes("p01-admin", "announce_exchange");
    let said = forty.keyroll("board --at 2027-01-08T12:00:00Z").ends(0);
    assert!(said.out.contains("exchange done with 40 of 40"), "{}", said.out);
    // With years the table is too wide for one, and goes on below itself.
    let row = |name: &str| said.out.lines().filter(|line| line.starts_with(name)).collect::<String>();
    assert_eq!(said.out.matches("\np01-admin").count(), 2, "{}", said.out);
    let first = row("p01-admin");
    assert!(
        first.contains("seen 01-08") && first.contains("taken 01-08") && first.contains("until 01-09"),
        "{first}"
    );
    let second = row("p02-admin");
    assert!(second.contains("waits 0 d"), "{second}");
}

#[test]
fn a_browser_shows_the_board_and_runs_nothing() {
    let forty = Forty::new();
    forty.keyroll(&format!("board plan.renewal --format html --output board.html --at {NOW}")).ends(0);
    let page = std::fs::read_to_string(forty.folder.path().join("board.html")).unwrap();
    assert!(shape(&page).unwrap().len() > 400);
    assert_eq!(needs(&page), Vec::<String>::new());
    golden("forty.html", &page);
    let (dom, errors) = browsed("board.html", &page);
    assert_eq!(errors, "");
    assert_eq!(dom.matches("<tr>").count(), 41);
    assert_eq!(dom.matches("scope=\"row\"").count(), 40);
    assert_eq!(after(&dom, "<strong>"), "exchange possible for 35 of 40");
    assert!(dom.contains("p07-admin (silent 19 days)"));
    // It stays where it can be looked at.
    let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("board.html");
    std::fs::write(kept, page).unwrap();

    // Of the partners one that is done, one that is silent and one that is frozen.
    let mut board = forty.json(NOW);
    let partners = board["partners"].as_array().unwrap();
    board["partners"] = [0, 6, 32].map(|partner| partners[partner].clone()).to_vec().into();
    golden("forty.json", &format!("{board:#}"));
}

/// What somebody wrote is text wherever it is shown.
#[test]
fn a_hostile_text_breaks_out_of_nothing() {
    use keyroll::transition::event::Event;
    let forty = Forty::new();
    let hostile = "</td><script>document.title='owned'</script>\u{1b}[31m\u{202e}";
    let by = super::person("p21-admin");
    let because = hostile.to_owned();
    let mut run = forty.goes_on();
    run.submit(Event::Declined { step: "trust-p21".to_owned(), by, because });
    let time = "2026-12-20T09:00:00Z";
    let text = forty.keyroll(&format!("board --at {time}")).ends(0).out;
    assert!(text.contains("p21-admin: trust-p21 declined:"), "{text}");
    assert!(text.contains("p21-admin (declined:"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    let page = forty.keyroll(&format!("board --format html --at {time}")).ends(0).out;
    assert!(shape(&page).is_ok() && !page.contains("<script") && !page.contains('\u{202e}'));
    let (dom, errors) = browsed("hostile.html", &page);
    assert_eq!((errors.as_str(), after(&dom, "<title>")), ("", "Board of forty-partners"));
    let json = forty.keyroll(&format!("board --format json --at {time}")).ends(0).out;
    assert!(!json.contains('\u{1b}') && !json.contains('\u{202e}'), "{json}");
}
