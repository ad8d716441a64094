//! A run keeps the rows with which it began.

use keyroll::{check, plan::given::Given, source::Source};

use super::{Place, plan};

/// The stock plan, whose receiver is a row of a file.
fn plan_with_a_file() -> String {
    let stock = plan("two-keys.renewal");
    let at = stock.find("receiver partner of").unwrap();
    let end = at + stock[at..].find("\n}\n").unwrap() + 3;
    let receiver = stock[at..end].replace("receiver partner of", "receiver $gate of");
    format!(
        "{}table gate from \"rows/gates.csv\"\n\nfor each gate {{\n{receiver}}}\n{}",
        &stock[..at],
        &stock[end..]
    )
}

#[test]
fn a_run_goes_on_with_the_rows_with_which_it_began() {
    let place = Place::two_keys();
    let text = plan_with_a_file();
    place.write("plan.renewal", &text);
    place.keyroll("check plan.renewal").ends(1).says("table_file");
    std::fs::create_dir(place.folder.join("rows")).unwrap();
    place.write("rows/gates.csv", "gate\npartner\n");
    place.keyroll("check plan.renewal").ends(0);
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);

    // Another row is another plan; the run goes on with its own.
    place.write("rows/gates.csv", "gate\npartner\nspare\n");
    let refused = place.run();
    assert_ne!(refused.exit, 3, "{}", refused.out);
    place.write("rows/gates.csv", "gate\n");
    place.keyroll("status").ends(0).says("trust_both");
    place.keyroll("why").ends(0).says("receiver_admin");
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.write("rows/gates.csv", "gate\npartner\n");
    place.run().ends(3);

    // What the journal keeps is part of what the run is bound to.
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    let kept: String = journal.query_row("SELECT text FROM file", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "gate\npartner\n");
    journal.execute_batch("UPDATE file SET text = 'gate\npartner\n\n'").unwrap();
    place.keyroll("status").ends(5).says("was changed from outside");
}

#[test]
fn a_rehearsal_that_is_kept_has_the_rows_too() {
    let place = Place::two_keys();
    place.write("plan.renewal", plan_with_a_file());
    std::fs::create_dir(place.folder.join("rows")).unwrap();
    place.write("rows/gates.csv", "gate\npartner\n");
    let quick = "--messages 20 --rate 50 --key-type ec-p256";
    place.keyroll(&format!("rehearse plan.renewal {quick} --keep ./out")).ends(0);
    assert_eq!(place.read("out/rows/gates.csv"), "gate\npartner\n");
    place.keyroll("check out/plan.renewal").ends(0);
}

/// An edit leaves the table alone, and the edited plan reads the same rows.
#[test]
fn a_plan_with_a_table_is_repaired() {
    let place = Place::two_keys();
    let text = plan_with_a_file();
    let hasty: String =
        text.lines().filter(|line| !line.contains("drained")).fold(String::new(), |a, l| a + l + "\n");
    place.write("hasty.renewal", &hasty);
    std::fs::create_dir(place.folder.join("rows")).unwrap();
    place.write("rows/gates.csv", "gate\npartner\n");
    place.keyroll("prove hasty.renewal").ends(1);
    place.keyroll("repair hasty.renewal --apply").ends(0);
    place.keyroll("prove hasty.renewal").ends(0);
    let read = |text: &str| {
        let files = [("rows/gates.csv".to_owned(), "gate\npartner\n".to_owned())].into();
        check::read(&Source::new("p", text).with_files(files), &Given::default()).unwrap()
    };
    assert_eq!(read(&place.read("hasty.renewal")).plan().steps.len(), read(&text).plan().steps.len());
}
