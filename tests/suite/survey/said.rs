//! Who may answer, what is shown of it, and that nothing in it steers a terminal.

use super::{PLAN, count, json, place};

#[test]
fn only_the_role_that_is_asked_answers() {
    let place = place("  answers within 14d\n");
    place
        .keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin"))
        .ends(2)
        .says("there is no journal");
    place.run().ends(3);
    for (line, told) in [
        (
            format!("answer {PLAN} holds_two=yes --as tenant_admin"),
            "not taken down: this is asked of `receiver_admin`",
        ),
        (format!("answer {PLAN} holds_too=yes --as receiver_admin"), "did you mean `holds_two`"),
        (format!("answer {PLAN} holds_two=yes holds_two=no --as receiver_admin"), "with yes and with no"),
        (format!("answer {PLAN} holds_two=maybe --as receiver_admin"), "NAME=yes or NAME=no"),
        ("answer other holds_two=yes --as receiver_admin".to_owned(), "nobody is asked anything for other"),
    ] {
        place.keyroll(&line).ends(2).says(told);
        assert_eq!(count(&place, "answer"), 0, "{line}");
    }
    // By the name of the run, and by the file.
    let run = json(&place, "status", 0)["run"].as_str().unwrap().to_owned();
    let said = json(&place, &format!("answer {run} holds_two=yes --as receiver_admin --person Ann"), 0);
    assert_eq!((&said["new"], &said["run"]), (&true.into(), &run.as_str().into()));
    assert_eq!(said["survey"]["questions"][0]["answers"][0]["person"], "Ann");
    place.keyroll("answer plan.renewal holds_two=yes --as receiver_admin").ends(0).says("taken down before");
}

#[test]
fn hostile_words_are_tame_in_every_output() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    let evil = "\u{1b}[31mred\u{7}\nsecond \u{202e}line";
    let words =
        ["answer", PLAN, "holds_two=yes", "--as", "receiver_admin", "--person", evil, "--because", evil];
    let output = place.program(&words).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let is_tame = |line: &str| {
        let said = place.keyroll(line);
        for text in [&said.out, &said.err] {
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{line}: {text}");
        }
        said
    };
    for line in [
        "status",
        "why",
        "inbox --as receiver_admin",
        "board",
        "board plan.renewal",
        "status --format json",
        "dry-run plan.renewal",
        "run plan.renewal",
        "status",
        "why",
        "board",
    ] {
        is_tame(line);
    }
    assert!(is_tame("status").out.contains("\\u{1b}[31mred"), "it is shown, and escaped");
}

#[test]
fn a_run_that_has_not_begun_is_told_of() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    place
        .keyroll("status")
        .ends(0)
        .says("not begun: its roles are asked since 20")
        .says("waits for receiver_admin until");
    place.keyroll("why create_key").ends(0).says("the run has not begun");
    let inbox = json(&place, "inbox --as receiver_admin", 0);
    assert_eq!(inbox["questions"][0]["question"], "holds_two");
    place.keyroll("inbox --as tenant_admin").ends(0).says("nothing waits for tenant_admin");
    let cells = |place: &crate::runs::Place| {
        let board = json(place, "board plan.renewal", 0);
        let row = board["boards"][0]["partners"].as_array().unwrap().iter();
        let row = row.into_iter().find(|row| row["role"] == "receiver_admin").unwrap().clone();
        let cell = |name: &str| {
            let mut cells = row["cells"].as_array().unwrap().iter();
            let cell = cells.find(|cell| cell["column"] == name).unwrap();
            (
                cell["state"].as_str().unwrap().to_owned(),
                cell["questions"][0].as_str().unwrap_or("").to_owned(),
            )
        };
        (cell("asked"), cell("answered"))
    };
    let of = |state: &str| (state.to_owned(), "holds_two".to_owned());
    assert_eq!(cells(&place), (of("done"), of("waits")));
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
    assert_eq!(cells(&place), (of("done"), of("done")));
    place.run().ends(3);
    assert_eq!(cells(&place), (of("done"), of("done")));
    place.keyroll("watch plan.renewal").ends(0);
}

/// A journal that an earlier program wrote gets its tables, and keeps its version until somebody is asked.
#[test]
fn the_version_is_raised_by_the_first_survey() {
    let place = place("  answers within 14d\n");
    let version = || -> String {
        let sql = "SELECT value FROM meta WHERE name = 'schema'";
        super::journal(&place).query_row(sql, [], |row| row.get(0)).unwrap()
    };
    place.keyroll("run plan.renewal --answer holds_two=yes").ends(3);
    assert_eq!(version(), "1");
    // As an earlier program left it.
    super::journal(&place)
        .execute_batch("DROP TABLE answer; DROP TABLE question; DROP TABLE survey")
        .unwrap();
    place.keyroll("status").ends(0).says("create_key");
    super::journal(&place).execute_batch("DELETE FROM outbox; DELETE FROM record; DELETE FROM run").unwrap();
    place.run().ends(3).says("to answer holds_two");
    assert_eq!(version(), "6");
}

#[test]
fn a_time_that_was_changed_is_told_and_has_one_form() {
    let place = place("  answers within 14d\n");
    let one_line = "  answers within 14d\n  silence means no\n";
    place.edit(
        "plan.renewal",
        one_line,
        "  answers within $time holds for 730d silence means no\n\nparam time : duration = 168h\n",
    );
    place.keyroll("fmt plan.renewal").ends(0);
    let text = place.read("plan.renewal");
    assert!(text.contains("\n  answers within $time\n  holds for 730d\n  silence means no\n"), "{text}");
    place.write("old.renewal", super::asks("  answers within 14d\n"));
    let said = place.keyroll("compare old.renewal plan.renewal --answer holds_two=yes").ends(0);
    let said = said.says("`holds_two` is to be answered within 7d; it was 14d");
    said.says("an answer to `holds_two` holds for 730d; it was not said");
    place.keyroll("compare plan.renewal plan.renewal --answer holds_two=yes").ends(0).says("are those of");
    place.run().ends(3).says("waits for receiver_admin until");
    let asked = json(&place, "status", 0)["survey"]["questions"][0].clone();
    let moment = |name: &str| asked[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(moment("due").duration_since(moment("asked")).as_hours(), 168);
    // It holds for no other part of the sentence, and in no other order.
    for wrong in ["silence means no\n  answers within 14d\n", "answers within soon\n  silence means no\n"] {
        place.write("wrong.renewal", super::asks("").replace("silence means no\n", wrong));
        place.keyroll("check wrong.renewal").ends(1);
    }
}
