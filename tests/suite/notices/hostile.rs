//! Texts of others make no header, no markup and no line of their own.

use super::{OPS, another_day, mails::by, servers::Server};
use crate::runs::{Place, Said};

const HOSTILE: &str =
    "x\r\nBcc: victim@example.com\r\n\r\n.\r\n<script>alert(1)</script> & \u{202e}\u{1b}[31m; BEGIN:VEVENT";

/// Brings a run to where its partner may decline.
fn to_be_declined(place: &Place) {
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
}

#[test]
fn a_reason_stays_a_reason() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    to_be_declined(&place);
    let words =
        ["reject", "confirm_trust", "--as", "receiver_admin", "--because", HOSTILE, "--person", HOSTILE];
    Said::of(place.program(&words).output().unwrap()).ends(0);
    place.run();
    let mails = server.mails();
    let mail = mails.iter().find(|mail| mail.to() == [OPS]).unwrap();
    let names: Vec<&str> =
        mail.said["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
    for name in
        ["to", "from", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"]
    {
        assert_eq!(names.iter().filter(|one| **one == name).count(), 1, "{names:?}");
    }
    assert_eq!(names.len(), 8, "{names:?}");
    assert_eq!(mail.types(), ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]);
    let (text, page) = (mail.part("text/plain"), mail.part("text/html"));
    assert!(text.contains("victim@example.com"), "it is told: {text}");
    assert!(!text.contains("\nBcc"), "{text}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;") && !page.contains("<script"),
        "{page}"
    );
    assert!(![text, page].iter().any(|text| text.contains('\u{202e}') || text.contains('\u{1b}')));
    for number in 0..server.count("json") {
        assert!(!server.seen(number)["to"].to_string().contains("victim"));
    }
}

#[test]
fn a_reason_without_an_end_is_cut() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    to_be_declined(&place);
    let long = "y".repeat(100_000);
    let words = ["reject", "confirm_trust", "--as", "receiver_admin", "--because", &long];
    Said::of(place.program(&words).output().unwrap()).ends(0);
    another_day(&place);
    place.run();
    let mails = server.mails();
    let mail = mails.iter().find(|mail| mail.to() == [OPS]).unwrap();
    let why = mail.part("text/plain").lines().find_map(|line| line.strip_prefix("  why     ")).unwrap();
    assert_eq!((why.chars().count(), why.ends_with("yyy ...")), (304, true), "{why}");
}
