//! Webhooks, judged by another implementation of their signature.

use serde_json::{Value, json};

use super::{another_day, notices, place, servers::Server};
use crate::{
    output::{schemas::published, tool},
    runs::Place,
};

/// 32 bytes.
pub(super) const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn by(server: &Server, scheme: &str, more: &str) -> Place {
    let url = format!("{scheme}://127.0.0.1:{}/in?token=x", server.port);
    let place = place(&format!("kind = \"webhook\"\nurl = \"{url}\"\nsecret = \"file:secret\"\n{more}"));
    place.write("secret", SECRET);
    place
}

#[test]
fn each_thing_is_posted_once_signed_and_by_its_schema() {
    let server = Server::of_hooks(SECRET);
    let place = by(&server, "http", "");
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    another_day(&place);
    place.run().ends(3);
    assert_eq!(server.count("json"), 2, "no day, and no mail, holds a webhook up; it is told once");
    let mut input = String::new();
    for number in 0..2 {
        let seen = server.seen(number);
        assert_eq!(seen["genuine"], true, "{seen}");
        assert_eq!((&seen["path"], &seen["body"]["type"]), (&json!("/in?token=x"), &json!("keyroll.asked")));
        assert_eq!(seen["headers"]["webhook-id"], seen["body"]["id"]);
        assert_eq!(seen["headers"]["content-type"], "application/json");
        input += &format!("{}\n", json!({"schema": published("notice"), "document": seen["body"]}));
    }
    let script = format!("{}/tests/oracles/schema.py", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(tool(std::process::Command::new("python3").arg(script), &input), "\"\"\n\"\"\n");
    assert_eq!(server.seen(1)["body"]["data"]["step"], "confirm_trust");
}

#[test]
fn a_webhook_that_does_not_take_it_is_told_again_under_the_same_id() {
    let server = Server::of_hooks(SECRET);
    let place = by(&server, "http", "");
    let states = [
        ("redirect", "it is sent on to another address (302), and no such answer is followed"),
        ("500", "refused for now (500)"),
        ("404", "refused (404)"),
        ("talk", "no answer that can be understood"),
        ("hang", "no answer within 10 s"),
    ];
    for (attempts, (mode, words)) in (1..).zip(states) {
        server.answers(mode);
        place.run().ends(3);
        let attempts = if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
        place.keyroll("why provide_certificate").ends(0).says(&format!("not delivered, {attempts}, {words}"));
        another_day(&place);
    }
    server.answers("200");
    place.run().ends(3);
    assert_eq!(server.count("json"), states.len() + 1);
    let ids: std::collections::BTreeSet<String> =
        (0..server.count("json")).map(|number| server.seen(number)["body"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    let all = (0..server.count("json")).map(|number| server.seen(number));
    assert!(all.into_iter().all(|seen: Value| seen["path"] == "/in?token=x" && seen["genuine"] == true));
    assert_eq!(notices(&place)[0]["attempts"], states.len() + 1);
}

#[test]
fn a_webhook_elsewhere_is_spoken_to_by_tls_with_a_certificate_that_is_trusted() {
    let server = Server::of_secure_hooks(SECRET);
    let trusted = by(&server, "https", &format!("ca = \"{}\"", server.authority()));
    // What the environment says of proxies is not asked.
    let mut command = trusted.program(&["run", "plan.renewal"]);
    command.env("HTTPS_PROXY", "http://127.0.0.1:1").env("ALL_PROXY", "http://127.0.0.1:1");
    crate::runs::Said::of(command.output().unwrap()).ends(3);
    assert_eq!(server.count("json"), 1, "{:?}", notices(&trusted));
    assert_eq!(server.seen(0)["genuine"], true);
    let stranger = by(&server, "https", "");
    let mut command = stranger.program(&["run", "plan.renewal"]);
    command.env("SSL_CERT_FILE", server.authority());
    crate::runs::Said::of(command.output().unwrap()).ends(3);
    stranger.keyroll("why").ends(0).says("no TLS with a certificate that is trusted");
    assert_eq!(server.count("json"), 1, "the environment says nothing of whom to trust");
}
