//! A dry run says what would be told, and tells nobody; a rehearsal tells nobody either.

use super::{OPS, PARTNER, mails::by, servers::Server};

#[test]
fn a_dry_run_says_whom_a_run_would_tell_and_nobody_is_told_before_it_runs() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    let said = place.keyroll("dry-run plan.renewal").ends(0);
    let partner = format!(
        "would tell receiver_admin by post at {PARTNER}: of provide_certificate, confirm_trust, announce_exchange"
    );
    let ops =
        format!("would tell whoever looks after the run by post at {OPS}: when the run stops or is done");
    assert!(said.out.contains(&partner) && said.out.contains(&ops), "{}", said.out);
    place.keyroll("rehearse plan.renewal --site site.toml --messages 20 --rate 50").ends(0);
    place.keyroll("site check plan.renewal").ends(0).says("notices.post");
    place.keyroll("watch plan.renewal").ends(0);
    assert_eq!(server.count("eml"), 0);
    place.run().ends(3);
    assert_eq!(server.count("eml"), 1);
    let said = place.keyroll("dry-run plan.renewal").out;
    assert!(said.contains("of confirm_trust, announce_exchange"), "what is done is told no more: {said}");
}
