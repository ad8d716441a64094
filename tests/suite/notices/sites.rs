//! What a site says of notices: trusted first, no part of an approval, looked at by `site check`.

use std::{fs, os::unix::fs::PermissionsExt};

use keyroll::{run::site::Site, source::Source};

use super::{PARTNER, hooks::SECRET, mails::by, place, servers::Server};

#[test]
fn nothing_is_sent_for_a_site_that_nobody_trusts() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    let shown = place.keyroll("site show").ends(0);
    for line in [
        "sends     notices by post: smtp 127.0.0.1:",
        "sends     receiver_admin is told by post at partner@example.net",
        "sends     coordinator is told by post at ops@example.org",
    ] {
        assert!(shown.out.contains(line), "{}", shown.out);
    }
    place.edit("site.toml", PARTNER, "eve@example.com");
    let said = place.run().ends(6);
    assert!(said.err.contains("eve@example.com is new since"), "{}", said.err);
    fs::remove_file(place.folder.join("site.toml.trust")).unwrap();
    let said = place.run().ends(1);
    assert!(
        said.err.contains("keyroll::untrusted") && said.err.contains("sends notices out"),
        "{}",
        said.err
    );
    assert_eq!(server.count("eml"), 0);
    assert!(!place.folder.join("keyroll.db").exists());
}

#[test]
fn another_address_leaves_an_approval_and_a_run_as_they_are() {
    let server = Server::of_mail(&[]);
    let place = by(&server);
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    place.edit("site.toml", PARTNER, "deputy@example.net");
    crate::commands::trust(&place.folder);
    place.keyroll("run plan.renewal --approved approval.json").ends(3);
    place.edit("site.toml", "deputy@example.net", PARTNER);
    crate::commands::trust(&place.folder);
    place.run().ends(3);
    place.keyroll("run").ends(3);
    assert_eq!(server.mails()[0].to(), ["deputy@example.net"]);
    assert_eq!(server.mails()[1].to(), [PARTNER], "and the one who has come is asked");
}

#[test]
fn who_is_told_is_no_part_of_the_digest() {
    let digest =
        |text: &str| Site::read(&Source::new("site.toml", format!("site = 1\n{text}"))).unwrap().digest();
    let spool = "[notices.a]\nkind = \"spool\"\npath = \"out\"\nfrom = \"a@example.org\"\n";
    let bare = digest("");
    assert_eq!(digest(spool), bare);
    assert_eq!(digest(&format!("{spool}[coordinator]\nnotify = [\"a\"]\nmail = \"b@example.org\"\n")), bare);
    assert_eq!(digest(&format!("{spool}[roles.r]\nnotify = [\"a\"]\nmail = \"b@example.org\"\n")), bare);
    assert_ne!(digest("[roles.r]\nautomatic = true\n"), bare);
    assert_eq!(
        digest(&format!("{spool}[roles.r]\nautomatic = true\nnotify = [\"a\"]\n")),
        digest("[roles.r]\nautomatic = true\n")
    );
}

#[test]
fn what_is_wrong_with_a_channel_is_told_before_a_run() {
    let channel = "kind = \"webhook\"\nurl = \"https://hooks.example.org/in?token=x\"\nsecret = \"file:secret\"\n\
                   [notices.folder]\nkind = \"spool\"\npath = \"out\"\nfrom = \"a@example.org\"";
    let place = place(channel);
    let said = place.keyroll("site check plan.renewal").ends(1);
    for words in ["keyroll::site_password", "keyroll::site_unreachable", "out is not there"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    place.write("secret", "too short, and no Base64");
    fs::set_permissions(place.folder.join("secret"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::create_dir(place.folder.join("out")).unwrap();
    let said = place.keyroll("site check plan.renewal").ends(1);
    for words in ["keyroll::site_open", "keyroll::site_password", "24 to 64 bytes in Base64"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert!(!said.err.contains("token=x") && !said.out.contains("token=x"), "{}", said.out);
    fs::set_permissions(place.folder.join("secret"), fs::Permissions::from_mode(0o600)).unwrap();
    place.write("secret", SECRET);
    let said = place.keyroll("site check plan.renewal").ends(0);
    assert!(said.out.contains("https://hooks.example.org, not asked"), "{}", said.out);
}
