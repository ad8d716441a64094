//! When what is asked of people is due.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::runs::Place;

fn json(place: &Place, line: &str) -> Value {
    serde_json::from_str(place.keyroll(line).ends(0).out.lines().last().unwrap()).unwrap()
}

#[test]
fn what_is_asked_of_a_role_is_due_when_its_site_says_so() {
    let lines = ["inbox --as receiver_admin", "status", "why"];
    for (within, word, over) in [("5d", "due", false), ("0s", "overdue since", true)] {
        let place = Place::two_keys();
        let role = "[roles.receiver_admin]\nautomatic = false\n";
        place.edit("site.toml", "[roles.receiver_admin]\nautomatic = true\n", role);
        place.run().ends(3);
        let open = json(&place, "inbox --as receiver_admin --format json")["waits"][0].clone();
        assert!(open["due"].is_null() && open["overdue"].is_null(), "nothing is said: {open}");
        let place = Place::two_keys();
        let role = format!("{role}answers_within = \"{within}\"\n");
        place.edit("site.toml", "[roles.receiver_admin]\nautomatic = true\n", &role);
        place.run().ends(3);
        let open = json(&place, "inbox --as receiver_admin --format json")["waits"][0].clone();
        let (since, due) = (open["since"].as_str().unwrap(), open["due"].as_str().unwrap());
        let time = due.parse::<Timestamp>().unwrap().duration_since(since.parse::<Timestamp>().unwrap());
        let expected = if over { SignedDuration::ZERO } else { SignedDuration::from_hours(120) };
        assert_eq!(time, expected, "{open}");
        assert_eq!(open["overdue"], if over { Value::Bool(true) } else { Value::Null });
        let day = due.split('T').next().unwrap();
        for line in lines {
            let said = place.keyroll(line).ends(0).out;
            // The message waits, and is no step that `status` tells of.
            assert!(line == "status" || said.contains(&format!(", {word} {day}")), "{line}: {said}");
        }
        // A due date lets nobody off, and nothing go on.
        place.run().ends(3).says(&format!(", {word} {day}"));
        place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
        place.run().ends(3);
        place.keyroll("status").ends(0).says(&format!(", {word} "));
    }
    let place = Place::two_keys();
    place.edit(
        "site.toml",
        "[roles.receiver_admin]\n",
        "[roles.receiver_admin]\nanswers_within = \"soon\"\n",
    );
    place.run().ends(1).says("answers_within");
}
