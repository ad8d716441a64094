//! Answers are facts with a date: what they are worth when the same is asked again.

use super::{PLAN, count, pass, place};
use crate::runs::Place;

/// A run that is called off before it began, for which an answer was taken down.
fn last_year(times: &str) -> Place {
    let place = place(times);
    place.run().ends(3);
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin --person Ann")).ends(0);
    place.keyroll("abort --as tenant_admin --person Ada --because later --yes").ends(0);
    place
}

#[test]
fn an_answer_that_holds_is_not_asked_for_again() {
    for (days, holds) in [(700, true), (729, true), (731, false)] {
        let place = last_year("  answers within 14d\n  holds for 730d\n");
        pass(&place, days);
        let said = place.run().ends(3);
        assert_eq!(said.err.contains("which still holds"), holds, "{days}: {}", said.err);
        assert_eq!(said.out.contains("waits for receiver_admin until"), !holds, "{days}: {}", said.out);
        assert_eq!(count(&place, "run"), i64::from(holds), "{days}");
        if holds {
            assert!(
                said.err.contains("holds_two is yes: answered by Ann (receiver_admin) on 20"),
                "{}",
                said.err
            );
            // It begins with it, and goes on with it.
            place.run().ends(3).says("create_key");
            place.keyroll("status").ends(0).says("trust_both");
        }
        // The fact stays what it was, and is no other one.
        assert_eq!(count(&place, "answer"), 1);
    }
}

#[test]
fn without_a_time_it_is_shown_and_asked_for_again() {
    let place = last_year("  answers within 14d\n");
    pass(&place, 365);
    let said = place.run().ends(3).out;
    assert!(said.contains("waits for receiver_admin until"), "{said}");
    let told = "the last time it was yes: answered by Ann (receiver_admin) on 20";
    for line in ["status", "why"] {
        place.keyroll(line).ends(0).says(told);
    }
    place.keyroll("inbox --as receiver_admin").ends(0).says("silence is taken as no; answered yes on 20");
    place.keyroll(&format!("answer {PLAN} holds_two=no --as receiver_admin")).ends(0);
    place.run().ends(3).says("holds_two is no: answered by receiver_admin");
}

#[test]
fn an_answer_of_another_role_or_to_other_words_or_from_the_future_counts_for_nothing() {
    let times = "  answers within 14d\n  holds for 730d\n";
    for change in ["role = 'tenant_admin'", "text = 'Can you accept three?'", "at = '2999-01-01T00:00:00Z'"] {
        let place = last_year(times);
        super::journal(&place).execute(&format!("UPDATE answer SET {change}"), []).unwrap();
        place.run().ends(3).says("waits for receiver_admin until");
        assert_eq!(count(&place, "run"), 0, "{change}");
    }
    last_year(times).run().ends(3).says("which still holds");
}
