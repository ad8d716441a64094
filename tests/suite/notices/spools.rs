//! Mails in a folder.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use super::{PARTNER, another_day, place, servers::Mail};
use crate::runs::Place;

const CHANNEL: &str = "kind = \"spool\"\npath = \"out\"\nfrom = \"keyroll@example.org\"";

fn files(place: &Place) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(place.folder.join("out")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn each_mail_is_a_file_for_its_owner_alone_and_needs_no_trust() {
    let place = place(CHANNEL);
    assert!(!place.folder.join("site.toml.trust").exists(), "nothing leaves the machine");
    place.run().ends(3);
    place.keyroll("why").ends(0).says("not delivered, 1 attempt, the folder ./out is not there");
    fs::create_dir(place.folder.join("out")).unwrap();
    another_day(&place);
    place.run().ends(3);
    let found = files(&place);
    assert_eq!(found.len(), 1, "{found:?}");
    let name = found[0].file_stem().unwrap().to_str().unwrap();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    assert_eq!(found[0].metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    let mail = Mail::read(&found[0]);
    assert_eq!(mail.to(), [PARTNER]);
    assert!(mail.header("message-id").contains(name));
    place.run().ends(3);
    assert_eq!(files(&place).len(), 1);
}

#[test]
fn no_link_leads_a_mail_elsewhere() {
    let place = place(CHANNEL);
    fs::create_dir(place.folder.join("out")).unwrap();
    // The name is known before: put together, and not delivered.
    fs::set_permissions(place.folder.join("out"), fs::Permissions::from_mode(0o500)).unwrap();
    fs::rename(place.folder.join("out"), place.folder.join("later")).unwrap();
    place.run().ends(3);
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    let id: String = journal.query_row("SELECT id FROM letter", [], |row| row.get(0)).unwrap();
    drop(journal);
    fs::rename(place.folder.join("later"), place.folder.join("out")).unwrap();
    fs::set_permissions(place.folder.join("out"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink("../theirs", place.folder.join(format!("out/{id}.eml"))).unwrap();
    another_day(&place);
    place.run().ends(3);
    assert!(!place.folder.join("theirs").exists());
    place.keyroll("why").ends(0).says("holds something else under the name of the file");
}
