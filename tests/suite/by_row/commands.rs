//! What is told of a plan that asks in rows.

use std::fmt::Write as _;

use crate::runs::Place;

use super::{ENTANGLED, apart, entangled::written, many};

fn place(rows: usize) -> Place {
    let place = Place::two_keys();
    place.write("asked.renewal", many(rows));
    place
}

#[test]
fn the_verdict_of_forty_rows_is_honest_and_short() {
    let place = place(40);
    let said = place.keyroll("prove asked.renewal").ends(0);
    let line = "proved, whatever the 40 rows of `partner` answer: row by row, 80 plans of one row; and 10 of the whole\n";
    assert!(said.out.contains(line), "{}", said.out);
    place.keyroll("check asked.renewal").ends(0).says("row by row, 80 plans of one row; and 10 of the whole");
    let json = place.keyroll("prove asked.renewal --format json").ends(0);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["outcome"], "proved");
    let rows = serde_json::json!({"table": "partner", "rows": 40, "questions": 40, "plans": 80, "whole": 10});
    assert_eq!(told["row_by_row"], rows);
    assert_eq!(told["variants"], serde_json::Value::Null);
    let json = place.keyroll("check asked.renewal --format json").ends(0);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["row_by_row"], rows);
    // A search looks at no row alone.
    place.keyroll("prove asked.renewal --engine explicit --budget 10").ends(8);
    std::fs::create_dir(place.folder.join("many")).unwrap();
    place.write("many/asked.renewal", many(12));
    place
        .keyroll("prove --library many")
        .ends(0)
        .says("row by row, 24 plans of one row; and 10 of the whole");
}

#[test]
fn an_answer_that_is_given_is_asked_no_more() {
    let place = place(8);
    let all = (0..5).map(|row| format!(" --answer two-p{row}=yes")).collect::<String>();
    let said = place.keyroll(&format!("prove asked.renewal{all}")).ends(0);
    assert!(said.out.contains("proved, in all 8 variants"), "{}", said.out);
    let said = place.keyroll("prove asked.renewal --answer two-p0=yes").ends(0);
    assert!(said.out.contains("15 plans of one row"), "{}", said.out);
    let slip = place.keyroll("prove asked.renewal --answer two-q0=yes").ends(1);
    assert!(slip.err.contains("keyroll::unknown_question"), "{}", slip.err);
    // One plan is asked for once, however many questions are open.
    let said = place.keyroll("runbook asked.renewal").ends(1);
    assert_eq!(said.err.matches("keyroll::not_answered").count(), 1, "{}", said.err);
    let words = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("7 more times, in other rows"), "{}", said.err);
    // A plan of the library is judged in the same way when another one is begun with it.
    place.keyroll("new --from xml-signature/shared-alias-asked --output begun.renewal").ends(0);
    place.keyroll("prove begun.renewal").ends(0).says("16 plans of one row");
}

#[test]
fn a_run_takes_its_answers_for_each_row() {
    let place = place(8);
    // Nobody is asked by keyroll: silence counts as soon as the run begins.
    place.write("asked.renewal", many(8).replace("    answers within 14d\n", ""));
    let mut site =
        "site = 1\n[answers]\n\"two-p1\" = \"yes\"\n[keystores.tenant]\nbackend = \"manual\"\n".to_owned();
    for row in 0..8 {
        for kind in ["receivers.gate", "flows.orders"] {
            writeln!(site, "[{kind}-p{row}]\nbackend = \"manual\"").unwrap();
        }
    }
    place.write("by_hand.toml", site);
    let at = "--site by_hand.toml --journal by_hand.db";
    place.keyroll(&format!("run asked.renewal {at} --answer two-p2=yes")).ends(3);
    let status = place.keyroll(&format!("status {at}")).ends(0);
    assert!(status.out.contains("two-p1 is yes: answered"), "{}", status.out);
    assert!(status.out.contains("two-p2 is yes: answered"), "{}", status.out);
    assert!(status.out.contains("two-p3 is no: silence taken as no"), "{}", status.out);
}

#[test]
fn what_is_refused_says_where() {
    let place = place(8);
    // A fault of the rows that answer no shows in a variant of the whole, and is told of that.
    let text = many(8);
    let hasty = text.replace("    needs orders-$partner drained of old\n    replace", "    replace");
    assert_ne!(hasty, text);
    place.write("hasty.renewal", hasty);
    let said = place.keyroll("prove hasty.renewal").ends(1);
    assert!(said.out.contains("where all 8 answers are no: refused"), "{}", said.out);
    assert!(said.out.contains("not every way to answer is proved, so it is not proved"), "{}", said.out);
    let json = place.keyroll("prove hasty.renewal --format json").ends(1);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (&told["outcome"], &told["findings"][0]["code"]),
        (&"refused".into(), &"keyroll::undrained".into())
    );
    place.write("apart.renewal", apart(8));
    let said = place.keyroll("prove apart.renewal");
    assert_ne!(said.exit, 0, "{}", said.out);
    assert!(format!("{}{}", said.out, said.err).contains("p5"), "{}{}", said.out, said.err);
}

/// Where the rows are entangled and few are open, each way to answer is judged as a whole, as ever.
#[test]
fn few_open_questions_are_judged_as_a_whole() {
    let place = place(2);
    for one in ENTANGLED.iter().filter(|one| !one.is_refused) {
        place.write("few.renewal", one.text());
        let said = place.keyroll("prove few.renewal").ends(0);
        assert!(said.out.contains("proved, in all 4 variants"), "{}: {}", one.name, said.out);
    }
    // More than six questions of one row are too many.
    let asks: String = (0..6)
        .map(|n| format!("  ask more{n}-$partner of admin-$partner\n    \"So?\"\n    silence means no\n"))
        .collect();
    let all = (0..6).map(|n| format!("more{n}-$partner")).collect::<Vec<_>>().join(" and ");
    let step = format!(
        "  step tell-$partner by ops {{\n    only if {all} and q-$partner\n    inform admin-$partner\n  }}\n"
    );
    place.write("more.renewal", written(["acme", "bolt"], (&format!("{asks}{step}"), "", "")));
    let said = place.keyroll("prove more.renewal").ends(1);
    assert!(said.err.contains("keyroll::too_many_questions"), "{}", said.err);
}
