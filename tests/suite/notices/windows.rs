//! Windows come as entries of a calendar.

use super::{another_day, mails::channel, servers::Server, told};
use crate::runs::Place;

#[test]
fn a_window_comes_as_an_entry_that_becomes_firm() {
    let server = Server::of_mail(&[]);
    let place = told(Place::one_key(), &channel(server.port));
    place.run().ends(3);
    let entry = |number: usize| {
        let mails = server.mails();
        let mail = &mails[number];
        let part = mail.said["parts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|part| part["type"] == "text/calendar")
            .cloned();
        part.unwrap_or_else(|| panic!("{}", mail.said))
    };
    let proposed = entry(0);
    assert_eq!(
        (&proposed["parameters"]["method"], &proposed["name"]),
        (&"PUBLISH".into(), &"window-1.ics".into())
    );
    let value = |entry: &serde_json::Value, name: &str| {
        let text = entry["text"].as_str().unwrap().replace("\r\n", "\n").replace("\n ", "");
        let found: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{name}:")).map(str::to_owned))
            .collect();
        assert_eq!(found.len(), 1, "{name}: {text}");
        found[0].clone()
    };
    assert_eq!(value(&proposed, "STATUS"), "TENTATIVE");
    assert_eq!(value(&proposed, "SEQUENCE"), "0");
    place.keyroll("confirm agree_downtime --as receiver_admin").ends(0);
    another_day(&place);
    place.run();
    let agreed = entry(1);
    assert_eq!(value(&agreed, "STATUS"), "CONFIRMED");
    assert_eq!(value(&agreed, "SEQUENCE"), "1");
    for name in ["UID", "DTSTART", "DTEND", "SUMMARY"] {
        assert_eq!(value(&proposed, name), value(&agreed, name), "{name}");
    }
    assert!(server.mails()[1].part("text/plain").contains("the window downtime is agreed"));
}
