//! Which rows and columns a board has, and what it says of a site that really runs.

use std::{collections::BTreeMap, path::PathBuf};

use keyroll::{board::text, transition::state::State};

use super::{at, board, checked};
use crate::runs::Place;

fn of_plan(text: &str) -> keyroll::board::Boards {
    let checked = checked(text);
    board((&checked, &State::new(&checked), &[]), "site = 1\n", at("2026-12-01T08:00:00Z"))
}

fn rows(text: &str) -> Vec<String> {
    of_plan(text).boards[0].partners.iter().map(|partner| partner.name.clone()).collect()
}

fn columns(text: &str) -> Vec<&'static str> {
    of_plan(text).boards[0].columns.iter().map(|head| head.title).collect()
}

const OWN: &str = r#"keyroll 1
plan own
role ops
key old
key new
keystore store of ops {
  alias "signer" is old
}
receiver east of ops {
  accepts old
  accepts at most 2
}
receiver west of ops {
  accepts old
  accepts at most 2
}
flow to_east of ops {
  signs xml with store["signer"]
  sends to east
  delivers within 1h
  deployed
}
flow to_west of ops {
  signs xml with store["signer"]
  sends to west
  delivers within 1h
  deployed
}
step create by ops {
  create new in store as "signer-next"
}
step trust_east by ops {
  after create
  accept new at east
}
step trust_west by ops {
  after create
  accept new at west
}
step exchange by ops {
  after trust_east, trust_west
  exchange store["signer"] for new
}
promise to_east never rejected
promise to_west never rejected
"#;

#[test]
fn a_row_is_a_role_or_one_of_several_receivers() {
    // Nobody else takes part: then its receivers are the rows.
    assert_eq!(rows(OWN), ["east", "west"]);
    // A role that owns both has a row for each.
    let theirs = OWN
        .replace("role ops\n", "role ops\nrole hub\n")
        .replace("receiver east of ops", "receiver east of hub")
        .replace("receiver west of ops", "receiver west of hub")
        .replace("trust_east by ops {\n  after create\n", "trust_east by hub {\n  after tell\n")
        .replace("trust_west by ops {\n  after create\n", "trust_west by hub {\n  after tell\n")
        .replace(
            "step exchange by ops {\n  after trust_east, trust_west",
            "step exchange by ops {\n  after told",
        )
        + "step tell by ops {\n  after create\n  provide new to hub\n}\n\
           step told by hub {\n  after trust_east, trust_west\n  inform ops\n}\n";
    assert_eq!(rows(&theirs), ["east", "west"]);
    let found = of_plan(&theirs);
    let found = &found.boards[0];
    assert_eq!((found.coordinator.as_str(), found.awaited[0].of), ("ops", 2));
    let steps = |partner: usize, column: &str| {
        let cells = found.partners[partner].cells.iter();
        cells
            .filter(|cell| cell.column.title() == column)
            .flat_map(|cell| cell.steps.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (steps(0, "accepts new"), steps(1, "accepts new")),
        (vec!["trust_east".into()], vec!["trust_west".into()])
    );
    assert_eq!((steps(0, "confirmed"), steps(1, "confirmed")), (vec!["told".into()], vec!["told".into()]));
}

#[test]
fn columns_are_those_of_the_acts_of_the_plan() {
    let stock = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let two = ["certificate sent", "accepts new", "holds both", "confirmed", "exchanged", "told", "old gone"];
    assert_eq!(columns(&stock("xml-signature/two-keys.renewal")), two);
    let words = columns(&stock("cms/signer-two-keys.renewal"));
    assert_eq!(words, [&two[..], &["gone confirmed"]].concat(), "in the words of another vocabulary");
    // Who is asked, answers and agrees; the flow is stopped and runs again.
    let one = columns(&stock("xml-signature/one-key.renewal"));
    for title in ["asked", "answered", "stopped", "exchanged", "runs again"] {
        assert!(one.contains(&title), "{title}: {one:?}");
    }
    // Whoever is asked first, and is to accept two keys, is a partner in the words of another field too.
    let uses = stock("provided-keys/two-keys.renewal");
    assert_eq!(rows(&uses), ["receiver_admin", "server_admin"]);
    assert!(columns(&uses).contains(&"asked"));
    assert_eq!(rows(&stock("xml-signature/two-partners.renewal")), ["acme_admin", "bolt_admin"]);
}

/// Of two partners the second one is not asked to accept the new key, and the plan accepts what comes of it.
const WAIVED: &str = r#"keyroll 1
plan waived
role ops
role east_admin
role west_admin
key old
key new
keystore store of ops {
  alias "signer" is old
}
receiver east of east_admin {
  accepts old
  accepts at most 2
}
receiver west of west_admin {
  accepts old
  accepts at most 2
}
flow to_east of ops {
  signs xml with store["signer"]
  sends to east
  delivers within 1h
  deployed
}
flow to_west of ops {
  signs xml with store["signer"]
  sends to west
  delivers within 1h
  deployed
}
step create by ops {
  create new in store as "signer-next"
}
step provide by ops {
  after create
  provide new to east_admin
}
step trust_east by east_admin {
  after provide
  accept new at east
}
step told by east_admin {
  after trust_east
  inform ops
}
step exchange by ops {
  after told
  exchange store["signer"] for new
}
promise to_east never rejected
waive to_west rejected because "nobody listens there"
"#;

#[test]
fn what_a_plan_leaves_out_and_waives_is_told_as_that() {
    let shown = text_of(WAIVED);
    assert!(shown.contains("waived: left out"), "{shown}");
    assert!(shown.contains("west_admin: accepts new waived: nobody listens there"), "{shown}");
    // Without the waiver there is a gap, and no word for it.
    let gap = text_of(&WAIVED.replace("waive to_west rejected because \"nobody listens there\"\n", ""));
    assert!(!gap.contains("waived: left out") && gap.contains("west_admin"), "{gap}");
}

fn text_of(plan: &str) -> String {
    text(&of_plan(plan), 100)
}

#[test]
fn long_names_are_cut_visibly_and_no_line_is_wider_than_was_asked() {
    let long = "a_role_with_a_very_long_name_that_is_cut_on_the_board";
    let plan = crate::runs::plan("one-key.renewal").replace("receiver_admin", long);
    for width in [80, 100, 120] {
        let shown = text(&of_plan(&plan), width);
        let table: Vec<&str> = shown.lines().skip(3).collect();
        assert!(table.iter().all(|line| line.chars().count() <= width), "{width}\n{shown}");
        assert!(shown.contains('…') && !table.iter().any(|line| line.starts_with(long)), "{shown}");
    }
}

/// A site with real backends: what was seen is told as seen, and what a person has said as said.
#[test]
fn the_board_of_a_run_tells_what_was_seen_from_what_was_said() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.keyroll("board").ends(2).says("there is no journal");
    place.keyroll("board plan.renewal").ends(0).says("not begun");
    place.keyroll("board plan.renewal --as receiver_adnim").ends(2).says("did you mean `receiver_admin`");
    place.run().ends(3);
    let files = place.files();
    let line = |place: &Place| {
        let said = place.keyroll("board plan.renewal").ends(0).out;
        said.lines().find(|line| line.starts_with("receiver_admin")).unwrap().to_owned()
    };
    assert!(line(&place).contains("waits 0 d"), "{}", line(&place));
    place
        .keyroll("board")
        .ends(0)
        .says("exchange possible for 0 of 1; blocked by receiver_admin (silent since today)");
    place.keyroll("confirm provide_certificate --as receiver_admin --person Pia").ends(0);
    place.run().ends(3);
    let taken = line(&place);
    assert!(taken.contains("taken ") && taken.contains("seen "), "{taken}");
    place.keyroll("confirm confirm_trust --as receiver_admin --person Pia").ends(0);
    place.keyroll("board plan.renewal plan.renewal").ends(0).says("exchange possible for 1 of 1");
    assert!(line(&place).contains("said "), "{}", line(&place));
    // The board has changed nothing.
    let before = place.files();
    place.keyroll("board --format html -o board.html").ends(0);
    place.keyroll("board --format json").ends(0);
    let mut after = place.files();
    assert!(after.remove(&place.folder.join("board.html")).is_some());
    let names = |files: &BTreeMap<PathBuf, (Vec<u8>, (i64, i64))>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    assert!(files.len() <= before.len());
    // A file that was changed since is told, and the run goes by its own plan.
    place.edit("plan.renewal", "step retire_old", "# more\nstep retire_old");
    place.keyroll("board plan.renewal").ends(0).says("goes on under the plan with which it began");
    place.write("site.toml", "site = 2\n");
    place.keyroll("board").ends(1);
}
