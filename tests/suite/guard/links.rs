//! Where somebody put a symbolic link in the place of a file of keyroll's own.

use std::fs;
use std::os::unix::fs::symlink;

use crate::runs::Place;

/// Puts a link where a file of keyroll's own belongs, and lets a command meet it.
fn met(place: &Place, name: &str, line: &str) {
    let (victim, link) = (place.folder.join("victim"), place.folder.join(name));
    if link.exists() {
        fs::rename(&link, place.folder.join("aside")).unwrap();
    }
    for target in ["victim", "nothing-yet"] {
        fs::write(&victim, "theirs").unwrap();
        symlink(target, &link).unwrap();
        let said = place.keyroll(line);
        assert!(said.exit != 0, "{name}: {line} went through a link\n{}", said.out);
        let told = format!("{}{}", said.out, said.err);
        assert!(told.contains("symbolic link"), "{name}: {line}: {told}");
        assert!(!told.contains("panicked"), "{told}");
        assert!(link.symlink_metadata().unwrap().is_symlink(), "{name}");
        fs::remove_file(&link).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"theirs", "{name}: {line}");
        assert!(!place.folder.join("nothing-yet").exists(), "{name}: {line}");
    }
    if place.folder.join("aside").exists() {
        fs::rename(place.folder.join("aside"), &link).unwrap();
    }
}

#[test]
fn no_file_of_its_own_is_reached_through_a_link() {
    let place = Place::two_keys();
    met(&place, "report.html", "rehearse plan.renewal --key-type ec-p256 --messages 20");
    met(&place, "keyroll.db", "run plan.renewal");
    met(&place, "keyroll.db.lock", "run plan.renewal");
    met(&place, "tenant.p12.lock", "run plan.renewal");
    met(&place, ".partner-trust.lock", "run plan.renewal");
    place.run().ends(0);
}

#[test]
fn an_approval_is_written_through_no_link() {
    let place = Place::two_keys();
    met(&place, "approval.json", "dry-run plan.renewal --save approval.json");
}

/// The keystore is the user's: their link to it stays, and the file behind it is changed.
#[test]
fn a_linked_keystore_is_the_users_own_affair() {
    let place = Place::two_keys();
    fs::create_dir(place.folder.join("elsewhere")).unwrap();
    fs::rename(place.folder.join("tenant.p12"), place.folder.join("elsewhere/real.p12")).unwrap();
    symlink("elsewhere/real.p12", place.folder.join("tenant.p12")).unwrap();
    let before = fs::read(place.folder.join("elsewhere/real.p12")).unwrap();
    place.run().ends(0);
    assert!(place.folder.join("tenant.p12").symlink_metadata().unwrap().is_symlink());
    assert_ne!(fs::read(place.folder.join("elsewhere/real.p12")).unwrap(), before);
}
