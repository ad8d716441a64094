//! Partners that a run goes on without: only where the rest is proved, with all that is theirs in the proof.

use serde_json::Value;

use crate::{
    observed::by_hand,
    runs::{Place, Said, plan},
};

const HOW: &str = "--as tenant_admin --person Dana --because nobody-answers";

fn json(said: &Said) -> Value {
    serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
}

fn run_of(place: &Place) -> String {
    json(&place.keyroll("status --format json").ends(0))["run"].as_str().unwrap().to_owned()
}

/// A run of a stock plan that waits for delta, who does by hand what it is asked for.
fn waiting(text: &str) -> Place {
    let place = Place::of(text);
    by_hand(&place, "receivers.gate-delta");
    place.run().ends(3);
    place
}

fn waves() -> String {
    plan("shared-alias-in-waves.renewal")
}

/// Its flow stays on the old alias, and the old pair has to go: so that is refused, whatever is left out.
#[test]
fn the_flow_of_the_partner_stays_in_the_proof() {
    let place = waiting(&waves());
    let before = (run_of(&place), place.files());
    let line = format!("waive admin-delta {HOW} --not-done trust-delta");
    for more in ["", " --yes", " --without destroy_old", " --without destroy_old --yes"] {
        let refused = place.keyroll(&format!("{line}{more}")).ends(1);
        assert!(!refused.out.contains("none of its messages is rejected"), "{more}: {}", refused.out);
        assert!(refused.err.contains("orders-"), "{more}: {}", refused.err);
    }
    assert_eq!((run_of(&place), place.files()), before);
}

/// The plan without its last step, and without the end that this step brings about.
fn without_removal() -> String {
    let text = waves();
    let (head, tail) = text.split_once("# Nobody signs with the old alias any more").unwrap();
    let tail = tail.split_once("for each partner {").unwrap().1;
    format!("{head}for each partner {{{tail}").replace("finally tenant[$alias] empty\n", "")
}

#[test]
fn what_was_waived_is_on_record_and_on_the_board() {
    let place = waiting(&without_removal());
    let run = run_of(&place);
    let line = format!("waive admin-delta {HOW} --not-done trust-delta");
    // What would be is shown, and nothing is changed.
    let before = (run_of(&place), place.files());
    let said = place.keyroll(&line).ends(0);
    for words in [
        "admin-delta",
        "trust-delta, confirm-delta, repoint-delta, announce-delta, retire-delta, report-delta",
        "gate-delta accepts only new",
        "orders-delta: none of its messages is rejected, and it stands still no more than is promised",
        "nothing was changed; --yes takes it down",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert_eq!((run_of(&place), place.files()), before);
    let said = place.keyroll(&format!("{line} --yes --format json")).ends(0);
    let told = json(&said);
    assert_eq!(told["waives"]["partner"], "admin-delta");
    assert_eq!(told["waives"]["left_out"].as_array().unwrap().len(), 6);
    assert_eq!(told["part"], format!("{run}.2"));
    let said = place.keyroll("status").ends(0);
    let words = "admin-delta waived by Dana (tenant_admin): nobody-answers";
    assert!(said.out.contains(words) && said.out.contains("goes on without a partner"), "{}", said.out);
    let status = json(&place.keyroll("status --format json").ends(0));
    assert_eq!(status["waived"][0]["partner"], "admin-delta");
    let board = place.keyroll("board").ends(0).out;
    let row = |name: &str| board.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row("admin-delta").matches("waived").count() >= 4, "{board}");
    assert!(!row("admin-acme").contains("waived"), "{board}");
    assert!(
        board.contains("admin-delta: accepts new waived: by Dana (tenant_admin): nobody-answers"),
        "{board}"
    );
    // An earlier keyroll does not open it.
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    let version: String =
        journal.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0)).unwrap();
    assert_eq!(version, "5");
    drop(journal);
    // It goes on to its end without it, and a later waiver leaves this one as it is.
    place.keyroll("run").ends(0);
    assert_eq!(std::fs::read_dir(place.folder.join("gate-acme-trust")).unwrap().count(), 1);
    let again = place.keyroll(&format!("{line} --yes"));
    assert_eq!(again.exit, 2, "{} {}", again.out, again.err);
}

/// With one moment for all an exchange would let its messages be rejected.
#[test]
fn a_partner_whose_messages_would_be_rejected_is_not_waived() {
    let place = waiting(&plan("shared-alias-one-moment.renewal"));
    let run = run_of(&place);
    let line = format!("waive admin-delta {HOW} --not-done trust-delta --yes");
    let said = place.keyroll(&line).ends(1);
    assert!(
        said.err.contains("what is left is not proved") && said.err.contains("orders-delta"),
        "{}",
        said.err
    );
    assert!(said.err.contains("`repoint orders-delta to ...`"), "{}", said.err);
    assert!(!said.out.contains("none of its messages is rejected"), "{}", said.out);
    assert_eq!(run_of(&place), run);
    assert!(!place.keyroll("status").ends(0).out.contains("waived"));
}

/// Where the plan accepts that itself, it is said what the partner will suffer.
#[test]
fn a_plan_that_accepts_it_says_what_the_messages_suffer() {
    let text = split(&plan("shared-alias-one-moment.renewal"));
    let place = waiting(&text);
    let line = format!("waive admin-delta {HOW} --not-done trust-delta");
    let said = place.keyroll(&line).ends(0);
    assert!(said.out.contains("orders-delta: its messages may be rejected: delta closes"), "{}", said.out);
    place.keyroll(&format!("{line} --yes")).ends(0);
    place.keyroll("run").ends(0);
}

/// The promise for all but delta, of whom the plan waives it.
fn split(text: &str) -> String {
    let promise = "  promise orders-$partner never rejected\n";
    assert!(text.contains(promise), "{text}");
    let text = text.replace(promise, "");
    format!(
        "{text}\nfor each partner where partner is not delta {{\n{promise}}}\n\nwaive orders-delta rejected because \"delta \
         closes\"\n"
    )
}

/// Who was asked may do it all the same: that is proved too.
#[test]
fn what_a_partner_may_still_do_is_reckoned_with() {
    // Here to accept the new key is to accept the old one no more, at any moment once the certificate is there.
    let text = TWO;
    let place = Place::of(text);
    by_hand(&place, "receivers.two");
    place.run().ends(3);
    // All that is left is that `right` retires the old key, and it was told that it may: without that step the rest is
    // proved, and with it at any moment too.
    let line = "waive right --as lead --person Dana --because late --not-done drop";
    place.keyroll(line).ends(0).says("nothing was changed");
    // Before the exchange it may not: nobody has told it, so that is not reckoned with.
    let place = Place::of(text);
    by_hand(&place, "receivers.one");
    by_hand(&place, "receivers.two");
    place.run().ends(3);
    let said = place.keyroll("waive right --as lead --person Dana --because late --not-done trust").ends(0);
    assert!(said.out.contains("drop"), "{}", said.out);
    // And `left` is waited for by the exchange.
    place
        .keyroll("waive left --as lead --person Dana --because late --not-done trust")
        .ends(1)
        .says("to-one");
}

/// Who was asked to open something may still do that, when it is to be closed.
#[test]
fn who_may_still_break_a_promise_is_not_waived() {
    let text = "keyroll 1\n\nplan p\n\nrole lead\nrole left\nrole right\n\nkey old\nkey new\n\n\
        keystore store of lead {\n  alias \"a\" is old\n}\n\n\
        receiver one of left {\n  accepts old\n  accepts at most 2\n}\n\n\
        flow to-one of lead {\n  signs xml with store[\"a\"]\n  sends to one\n  delivers immediately\n  deployed\n}\n\n\
        receiver two of right {\n  accepts old\n  accepts at most 2\n}\n\n\
        flow to-two of lead {\n  signs xml with store[\"a\"]\n  sends to two\n  delivers immediately\n  deployed\n}\n\n\
        fact gate of left \"The gate is open\"\n\n\
        step create by lead {\n  create new in store as \"a-next\"\n}\n\n\
        step give by lead {\n  after create\n  provide new to left, right\n}\n\n\
        step trust by left {\n  after give\n  accept new at one\n}\n\n\
        step told by left {\n  after trust\n  inform lead\n}\n\n\
        step trust2 by right {\n  after give\n  accept new at two\n}\n\n\
        step told2 by right {\n  after trust2\n  inform lead\n}\n\n\
        step ask by lead {\n  after told\n  inform left, right\n}\n\n\
        step open by left {\n  after ask\n  set gate\n}\n\n\
        step close by left {\n  after open\n  clear gate\n}\n\n\
        step closed by left {\n  after close\n  inform lead\n}\n\n\
        step switch by lead {\n  after closed, told2\n  needs one accepts new\n  exchange store[\"a\"] for new\n}\n\n\
        promise to-one never rejected\npromise never gate set while store[\"a\"] is new\n";
    let place = Place::of(text);
    by_hand(&place, "facts.gate");
    place.run().ends(3);
    let run = run_of(&place);
    // Without its steps the gate is never open. But it was asked to open it, and may do so after the exchange.
    let line = "waive left --as lead --person Dana --because late --not-done open --yes";
    let said = place.keyroll(line).ends(1);
    assert!(said.err.contains("the partner may still do what it was asked for, and then"), "{}", said.err);
    assert_eq!(run_of(&place), run);
    // Where nothing speaks of it, it does no harm.
    let place = Place::of(&text.replace("promise never gate set while store[\"a\"] is new\n", ""));
    by_hand(&place, "facts.gate");
    place.run().ends(3);
    place.keyroll(line).ends(0);
    place.keyroll("run").ends(0);
}

#[test]
fn who_waives_whom_is_looked_at() {
    let place = waiting(&without_removal());
    let before = (run_of(&place), place.files());
    let refused = |line: &str, exit: i32, words: &str| {
        place.keyroll(line).ends(exit).says(words);
    };
    refused("waive admin-delta --as admin-delta --person D --because x", 2, "nobody waives itself");
    refused("waive tenant_admin --as admin-acme --person D --because x", 2, "is no partner");
    refused(&format!("waive admin-dleta {HOW}"), 2, "did you mean `admin-delta`");
    refused(&format!("waive admin-acme {HOW}"), 2, "has nothing left to do");
    refused(&format!("waive admin-delta {HOW} --without nothing"), 2, "no step `nothing`");
    // Only a person knows whether it was done.
    let said = place.keyroll(&format!("waive admin-delta {HOW} --yes")).ends(3);
    assert!(said.out.contains("trust-delta"), "{}", said.out);
    assert_eq!((run_of(&place), place.files()), before);
}

/// Two partners, one of whom accepts the new key from the start.
const TWO: &str = "keyroll 1\n\nplan p\n\nrole lead\nrole left\nrole right\n\nkey old\nkey new\n\n\
        keystore store of lead {\n  alias \"a\" is old\n}\n\n\
        receiver one of left {\n  accepts old\n  accepts at most 2\n}\n\n\
        receiver two of right {\n  accepts old\n  accepts new\n  accepts at most 2\n}\n\n\
        flow to-one of lead {\n  signs xml with store[\"a\"]\n  sends to one\n  delivers immediately\n  deployed\n}\n\n\
        flow to-two of lead {\n  signs xml with store[\"a\"]\n  sends to two\n  delivers immediately\n  deployed\n}\n\n\
        step create by lead {\n  create new in store as \"a-next\"\n}\n\n\
        step give by lead {\n  after create\n  provide new to left, right\n}\n\n\
        step trust by left {\n  after give\n  accept new at one\n}\n\n\
        step told by left {\n  after trust\n  inform lead\n}\n\n\
        step switch by lead {\n  after create, told\n  needs one accepts new\n  exchange store[\"a\"] for new\n}\n\n\
        step say by lead {\n  after switch\n  inform left, right\n}\n\n\
        step drop by right {\n  after say\n  retire old at two\n}\n\n\
        promise to-one never rejected\npromise to-two never rejected\n";

/// A run that waits for `right` alone, who retires the old key by hand.
fn waiting_for_right(text: &str, site: impl FnOnce(&Place)) -> Place {
    let place = Place::of(text);
    by_hand(&place, "receivers.two");
    site(&place);
    place.run().ends(3);
    place
}

const RIGHT: &str = "waive right --as lead --person Dana --because nobody-answers --not-done drop";

/// Before it is due a partner is waived by an act that says so, and the journal keeps it.
#[test]
fn a_partner_that_is_not_due_yet_is_waived_early_or_not_at_all() {
    let place = waiting_for_right(TWO, |place| {
        place.edit("site.toml", "[roles.right]\n", "[roles.right]\nanswers_within = \"5d\"\n");
    });
    for more in ["", " --yes"] {
        let said = place.keyroll(&format!("{RIGHT}{more}")).ends(1);
        assert!(said.err.contains("right is not due until ") && said.err.contains("--early"), "{}", said.err);
    }
    let said = place.keyroll(&format!("{RIGHT} --early")).ends(0);
    assert!(said.out.contains("due         not due until "), "{}", said.out);
    place.keyroll(&format!("{RIGHT} --early --yes")).ends(0);
    place.keyroll("status").ends(0).says("right waived by Dana (lead): early, not due until ");
    // Where nobody says a date nothing is said of one.
    let place = waiting_for_right(TWO, |_| {});
    let said = place.keyroll(RIGHT).ends(0);
    assert!(!said.out.contains("due"), "{}", said.out);
}

#[test]
fn how_late_a_partner_is_is_said_first() {
    let late = TWO.replace("step drop by right {\n", "step drop by right {\n  not after 2026-01-01\n");
    let place = waiting_for_right(&late, |_| {});
    let told = json(&place.keyroll(&format!("{RIGHT} --yes --format json")).ends(0));
    let due = told["waives"]["due"].as_str().unwrap();
    assert!(due.starts_with("was due 2026-01-01 23:59:59 UTC, ") && due.ends_with(" days late"), "{due}");
    assert!(told["waives"]["early"].is_null());
    assert!(!place.keyroll("status").ends(0).out.contains("early"));
}

/// The answers of a run say which of its variants goes on, and so do the values of its parameters.
#[test]
fn a_partner_of_a_plan_with_questions_is_waived_too() {
    let asks = "ask quick of left\n  \"May it be quick?\"\n  silence means no\n\nparam next : alias = \"a-next\"\n\nkey old\n";
    let text = TWO.replacen("key old\n", asks, 1).replace("as \"a-next\"", "as \"$next\"");
    let hurry = "step drop by right {";
    let text = text.replace(
        hurry,
        &format!("step hurry by lead {{\n  only if quick\n  after say\n  inform left\n}}\n\n{hurry}"),
    );
    for (answer, steps) in [("yes", true), ("no", false)] {
        let place = waiting_for_right(TWO, |place| {
            place.write("plan.renewal", &text);
            place.write(
                "site.toml",
                format!("{}\n[answers]\nquick = \"{answer}\"\n", place.read("site.toml")),
            );
        });
        let told = json(&place.keyroll(&format!("{RIGHT} --yes --format json")).ends(0));
        assert_eq!(told["waives"]["left_out"], serde_json::json!(["drop"]));
        let is_done = told["done"].as_array().unwrap().contains(&"hurry".into());
        assert_eq!(is_done, steps, "{told}");
        place.keyroll("run").ends(0);
        let status = place.keyroll("status").ends(0).out;
        assert!(status.contains("right waived by Dana") && !status.contains("drop"), "{status}");
    }
}

/// A plan within another one is written out, and what may come of it is judged as ever: the way out names flow and alias.
#[test]
fn what_stands_in_a_plan_within_is_judged_too() {
    let place = Place::of(&plan("two-partners.renewal"));
    place.played_by_a_person("bolt_admin");
    place.run().ends(3);
    let said =
        place.keyroll("waive bolt_admin --as tenant_admin --person Dana --because nobody-answers").ends(1);
    for words in
        ["what is left is not proved", "`repoint bolt-orders to tenant[\"bolt-signer-bolt-orders\"]`"]
    {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
}
