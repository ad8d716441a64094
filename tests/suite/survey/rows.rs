//! Many partners are asked at once, each for its row of a table.

use std::fmt::Write as _;

use super::{count, json, pass};
use crate::{
    by_row::{apart, many},
    runs::Place,
};

/// So many partners: too many for every way to answer to be judged as a whole.
const ROWS: usize = 12;

const PLAN: &str = "xml-signature-shared-alias-asked";

fn place() -> Place {
    let place = Place::two_keys();
    place.write("plan.renewal", many(ROWS));
    let mut site = "site = 1\n[keystores.tenant]\nbackend = \"manual\"\n".to_owned();
    for row in 0..ROWS {
        for kind in ["receivers.gate", "flows.orders"] {
            writeln!(site, "[{kind}-p{row}]\nbackend = \"manual\"").unwrap();
        }
    }
    place.write("site.toml", site);
    place
}

#[test]
fn every_partner_is_asked_and_the_run_begins_with_what_each_answered() {
    let place = place();
    let said = place.run().ends(3);
    assert_eq!(said.out.matches("to answer two-p").count(), ROWS, "{}", said.out);
    assert_eq!((count(&place, "question"), count(&place, "run")), (ROWS as i64, 0));
    let answer = |row: usize, word: &str| {
        place.keyroll(&format!("answer {PLAN} two-p{row}={word} --as admin-p{row} --person P{row}"))
    };
    // Nobody answers for another one.
    place.keyroll(&format!("answer {PLAN} two-p0=yes --as admin-p1")).ends(2);
    answer(0, "yes").ends(0);
    answer(1, "yes").ends(0);
    answer(2, "no").ends(0);
    let told = json(&place, "status", 0);
    let questions = told["survey"]["questions"].as_array().unwrap();
    assert_eq!(questions.iter().filter(|question| question["open"] == true).count(), ROWS - 3);
    let board = place.keyroll("board").ends(0).out;
    let row = |name: &str| board.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row("admin-p1 ").contains("said") && !row("admin-p1 ").contains("waits"), "{board}");
    assert!(row("admin-p3 ").contains("waits 0 d"), "{board}");
    pass(&place, 14);
    let said = place.run().ends(3);
    assert!(said.err.contains("the survey is over"), "{}", said.err);
    assert!(said.err.contains("two-p1 is yes: answered by P1 (admin-p1) on 20"), "{}", said.err);
    assert!(said.err.contains("two-p11 is no: silence of admin-p11 until 20"), "{}", said.err);
    let status = json(&place, "status", 0);
    let answers: Vec<&str> =
        status["answers"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert_eq!(answers.len(), ROWS);
    assert!(answers.contains(&"two-p0 is yes: answered") && answers.contains(&"two-p2 is no: answered"));
    assert!(answers.contains(&"two-p3 is no: silence taken as no"), "{answers:?}");
    // Who can hold two trusts both before the exchange; who cannot agrees on a downtime.
    let steps: Vec<&str> =
        status["steps"].as_array().unwrap().iter().filter_map(|step| step["step"].as_str()).collect();
    assert!(steps.contains(&"trust-p0") && !steps.contains(&"trust-p2"), "{steps:?}");
}

#[test]
fn what_was_answered_last_year_is_not_asked_again_where_it_holds() {
    let place = place();
    place.run().ends(3);
    place.keyroll(&format!("answer {PLAN} two-p4=yes --as admin-p4 --person Dee")).ends(0);
    place.keyroll("abort --as tenant_admin --person Ada --because later --yes").ends(0);
    pass(&place, 400);
    let said = place.run().ends(3);
    assert_eq!(said.out.matches("to answer two-p").count(), ROWS - 1, "{}", said.out);
    assert!(!said.out.contains("to answer two-p4"), "{}", said.out);
}

/// A plan that is not proved for each way to answer asks nobody, whether a variant of the whole shows it or a row alone.
#[test]
fn nobody_is_asked_where_some_answer_is_not_proved() {
    let place = place();
    let text = many(ROWS);
    let hasty = text.replace("    needs orders-$partner drained of old\n    replace", "    replace");
    assert_ne!(hasty, text);
    place.write("plan.renewal", hasty);
    place.run().ends(1).says("nobody is asked: the plan is not proved where");
    // No variant of the whole that is looked at shows this, and a row alone does.
    place.write("plan.renewal", apart(ROWS));
    let said = place.run().ends(8);
    assert!(
        said.err.contains("nobody is asked: the plan is not proved row by row: with `p5` alone"),
        "{}",
        said.err
    );
    // A step names a thing of one row outside of it.
    let entangled =
        format!("{text}\nstep also by tenant_admin {{\n  after create_key\n  inform admin-p3\n}}\n");
    place.write("plan.renewal", entangled);
    let said = place.run().ends(1);
    assert!(said.err.contains("keyroll::rows_entangled"), "{}", said.err);
    assert!(!place.folder.join("keyroll.db").exists() || count(&place, "question") == 0);
}
