//! What is taken down, and when: with the event, and not without it.

use rusqlite::Connection;

use super::{another_day, mails::by, notices, servers::Server};

#[test]
fn what_is_told_is_taken_down_with_the_event_and_sent_by_run_alone() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    place.keyroll("reject confirm_trust --as receiver_admin --because wrong-file").ends(0);
    let told: Vec<(String, String)> = notices(&place)
        .iter()
        .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["role"].as_str().unwrap_or("-").to_owned()))
        .collect();
    assert!(told.contains(&("stopped".to_owned(), "-".to_owned())), "{told:?}");
    assert_eq!(server.count("eml"), 1, "`reject` sends nothing");
}

#[test]
fn what_is_asked_no_more_is_taken_back() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.run().ends(3);
    another_day(&place);
    place.keyroll("abort --as tenant_admin --person Ann --because because --yes").ends(0);
    place.run();
    let mails = server.mails();
    let text: String = mails.iter().map(|mail| mail.part("text/plain")).collect();
    assert!(text.contains("No longer needed:\n\n* provide_certificate"), "{text}");
    assert!(text.contains("the run was called off by Ann") && text.contains("because"), "{text}");
}

/// A journal of a program that knew of no notices: nothing was told, and nothing is missing.
#[test]
fn a_journal_without_letters_reads_and_goes_on() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.run().ends(3);
    let journal = Connection::open(place.folder.join("keyroll.db")).unwrap();
    journal.execute_batch("DROP TABLE notice; DROP TABLE letter;").unwrap();
    let version: String =
        journal.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0)).unwrap();
    assert_eq!(version, "1", "an earlier program goes on with it");
    drop(journal);
    assert_eq!(notices(&place), Vec::<serde_json::Value>::new());
    place.keyroll("dry-run plan.renewal");
    place.run().ends(3);
    assert_eq!(server.count("eml"), 2);
}
