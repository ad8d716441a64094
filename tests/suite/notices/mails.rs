//! Mails by a real server.

use std::{fs, time::Duration};

use super::{OPS, PARTNER, another_day, notices, place, servers::Server};
use crate::runs::Place;

/// A channel of mails to a server on this machine.
pub(super) fn channel(port: u16) -> String {
    format!(
        "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none-on-loopback\"\nfrom = \"keyroll@example.org\""
    )
}

pub(super) fn by(server: &Server) -> Place {
    place(&channel(server.port))
}

#[test]
fn a_role_is_told_what_waits_for_it_until_it_is_done_and_once_a_day() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.run().ends(3);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to(), [PARTNER]);
    assert_eq!(server.seen(0)["to"], serde_json::json!([PARTNER]));
    assert_eq!(server.seen(0)["from"], "keyroll@example.org");
    assert_eq!(mail.header("from"), "keyroll <keyroll@example.org>");
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    assert_eq!(mail.header("mime-version"), "1.0");
    assert_eq!(mail.header("subject"), "xml-signature-two-keys: provide_certificate waits for you");
    assert!(mail.header("message-id").ends_with(".keyroll@example.org>"), "{}", mail.said);
    assert_eq!(mail.types(), ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]);
    let run = place.keyroll("status --format json").ends(0).out;
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    let run = run["run"].as_str().unwrap();
    let command = format!("keyroll confirm provide_certificate --as receiver_admin --run {run}");
    for kind in ["text/plain", "text/html"] {
        let text = mail.part(kind);
        assert!(text.contains(&command), "{text}");
        assert!(text.contains("take the message: provide new to receiver_admin"), "{text}");
        assert!(text.contains("trust_both waits for it"), "{text}");
    }
    place
        .keyroll("why provide_certificate")
        .ends(0)
        .says("notice (asked) to receiver_admin by post: sent 20");
    place.keyroll("status").ends(0).says("notice (asked) to receiver_admin by post: sent 20");

    // Whatever comes up on that day waits for the next.
    place.keyroll("run plan.renewal").ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    assert_eq!(server.count("eml"), 1);
    place.keyroll("why confirm_trust").ends(0).says("notice (asked) to receiver_admin by post: not sent yet");
    another_day(&place);
    place.run().ends(3);
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    let text = mails[1].part("text/plain");
    assert!(text.contains("confirm_trust") && !text.contains("provide_certificate"), "{text}");
    assert!(!text.contains("asked before"), "{text}");

    // It is told again on each day, until it is done.
    another_day(&place);
    place.run().ends(3);
    place.run().ends(3);
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert!(mails[2].part("text/plain").contains("(asked before)"), "{}", mails[2].said);
    let ids: std::collections::BTreeSet<&str> = mails.iter().map(|mail| mail.header("message-id")).collect();
    assert_eq!(ids.len(), 3);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    another_day(&place);
    place.run().ends(3);
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    let text = mails[3].part("text/plain");
    assert!(text.contains("announce_exchange") && !text.contains("confirm_trust"), "{text}");
    assert!(!text.contains("No longer needed"), "what the role has done itself is no news to it: {text}");
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
    place.run().ends(0);
    let mails = server.mails();
    assert_eq!((mails.len(), mails[4].to()), (5, vec![OPS]));
    assert!(mails[4].part("text/plain").contains("The run is done"), "{}", mails[4].said);
    another_day(&place);
    place.run().ends(0);
    assert_eq!(server.count("eml"), 5, "nothing is asked of anybody any more");
}

#[test]
fn a_server_that_refuses_or_is_not_there_is_tried_again_and_changes_nothing() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    let states = [
        ("451", "not delivered, 1 attempt, refused for now (451)"),
        ("554", "not delivered, 2 attempts, refused (554)"),
    ];
    for (mode, words) in states {
        server.answers(mode);
        place.run().ends(3);
        let said = place.keyroll("why provide_certificate").ends(0).says(words);
        assert!(!said.out.contains("hunter2"), "a stranger's words are not repeated: {}", said.out);
        // It is not due yet.
        place.run().ends(3);
        place.keyroll("why provide_certificate").ends(0).says(words);
        another_day(&place);
    }
    server.answers("take");
    place.run().ends(3);
    assert_eq!(server.count("eml"), 1);
    let told = &notices(&place)[0];
    assert_eq!((&told["attempts"], told.get("fault"), told.get("due")), (&3.into(), None, None), "{told}");

    let place = super::place(&channel(server.port));
    let port = server.port;
    drop(server);
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for receiver_admin"), "{}", said.out);
    place.keyroll("why").ends(0).says("not delivered, 1 attempt, cannot be reached");
    // So it ends as without: to the last step, with nobody there.
    for step in ["provide_certificate", "confirm_trust", "announce_exchange"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run().ends(if step == "announce_exchange" { 0 } else { 3 });
    }
    assert!(place.read("site.toml").contains(&port.to_string()));
}

#[test]
fn a_server_that_hangs_is_left_after_a_while() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    server.answers("hang");
    place.run().ends(3);
    place.keyroll("why provide_certificate").ends(0).says("not delivered, 1 attempt, no answer within 10 s");
    assert_eq!(server.count("eml"), 1);
}

#[test]
fn a_mail_that_is_sent_again_after_a_crash_is_known_by_its_id() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    server.answers("hang");
    let mut child = place.program(&["run", "plan.renewal"]).spawn().unwrap();
    while server.count("eml") == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it delivered");
        std::thread::sleep(Duration::from_millis(10));
    }
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    server.answers("take");
    place.run().ends(3);
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    for name in ["message-id", "date", "subject", "to"] {
        assert_eq!(mails[0].header(name), mails[1].header(name), "{name}");
    }
    assert_eq!(mails[0].part("text/plain"), mails[1].part("text/plain"));
    place.run().ends(3);
    assert_eq!(server.count("eml"), 2, "it is taken, and goes no more");
}

/// Whoever refused it at first, and took it in truth, knows it again.
#[test]
fn a_mail_that_was_refused_at_first_is_the_same_when_it_is_taken() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    for code in ["451", "452"] {
        server.answers(code);
        place.run().ends(3);
        another_day(&place);
    }
    let refused = server.refused();
    server.answers("take");
    place.run().ends(3);
    let [taken] = &server.mails()[..] else { panic!("one is taken") };
    for name in ["message-id", "date", "subject", "from", "to"] {
        assert_eq!(refused.header(name), taken.header(name), "{name}");
    }
    for kind in ["text/plain", "text/html"] {
        assert_eq!(refused.part(kind), taken.part(kind));
    }
    assert_eq!(notices(&place)[0]["attempts"], 3);
}

#[test]
fn whoever_looks_after_a_run_is_told_once_a_day_that_it_stopped() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.run().ends(3);
    for file in fs::read_dir(place.folder.join("partner-trust")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    place.run().ends(4);
    place.run().ends(4);
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "one for the partner, and one for whoever looks after it");
    assert_eq!(mails[1].to(), [OPS]);
    assert_eq!(mails[1].header("subject"), "xml-signature-two-keys: the run has stopped");
    let text = mails[1].part("text/plain");
    assert!(text.contains("a promise is broken in the world: orders never rejected: "), "{text}");
}

#[test]
fn mails_go_by_tls_to_a_server_whose_certificate_is_trusted() {
    for (how, tls) in [("--tls", "required"), ("--starttls", "starttls")] {
        let server = Server::of_secure_mail(how);
        let of = |tls: &str, more: &str| channel(server.port).replace("none-on-loopback", tls) + "\n" + more;
        let trusted = super::place(&of(tls, &format!("ca = \"{}\"", server.authority())));
        trusted.run().ends(3);
        assert_eq!(server.count("eml"), 1, "{how}: {:?}", notices(&trusted));
        let stranger = super::place(&of(tls, ""));
        stranger.run().ends(3);
        stranger.keyroll("why").ends(0).says("no TLS with a certificate that is trusted");
        assert_eq!(server.count("eml"), 1, "{how}");
    }
    // A server that does not offer it gets nothing, in the clear least of all.
    let server = Server::of_mail(&[]);
    let place = super::place(&channel(server.port).replace("none-on-loopback", "starttls"));
    place.run().ends(3);
    place.keyroll("why").ends(0).says("it offers no TLS, or no login that is asked for");
    assert_eq!(server.count("eml"), 0);
}
