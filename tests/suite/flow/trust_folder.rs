//! What only the folder promises: files, modes, moments.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use keyroll::backend::Outcome;
use keyroll::backend::directory::TrustFolder;
use keyroll::backend::receiver::{Judgement, Receiver, ReceiverError};

use super::keys::{KeyVerifier, pair, pairs, signed};

struct Scratch {
    root: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("trust")).unwrap();
        Self { root }
    }

    fn trust(&self) -> PathBuf {
        self.root.path().join("trust")
    }

    fn receiver(&self, capacity: usize) -> TrustFolder {
        TrustFolder::new(self.trust(), capacity, Box::<KeyVerifier>::default())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.trust().join(name), bytes).unwrap();
    }

    /// Names, modes and contents of all that lies in the folder.
    fn contents(&self) -> Vec<(String, u32, Vec<u8>)> {
        contents(&self.trust())
    }

    /// What lies beside the folder, locks apart.
    fn beside(&self) -> Vec<String> {
        let names = self.root.path().read_dir().unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "trust" && !name.ends_with(".lock")).collect()
    }
}

fn contents(folder: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let mut all: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            let mode = entry.metadata().unwrap().permissions().mode();
            (entry.file_name().into_string().unwrap(), mode, bytes)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let scratch = Scratch::new();
    let [a, b, c, d, e, ..] = pairs() else { panic!("too few pairs") };
    let pem = |pair: &super::keys::Pair| pair.certificate.pem();
    scratch.put("partner.crt", format!("# the partner\r\n{}trailing words", pem(a)));
    let mode = std::fs::Permissions::from_mode(0o640);
    scratch.put("both.pem", format!("one\n{}two\n{}three\n", pem(b), pem(c)));
    std::fs::set_permissions(scratch.trust().join("both.pem"), mode).unwrap();
    scratch.put("der.cer", d.certificate.der());
    scratch.put("README", "not a certificate");
    std::fs::create_dir(scratch.trust().join("archive.pem")).unwrap();
    scratch.put("archive.pem/old", "kept");
    std::os::unix::fs::symlink("partner.crt", scratch.trust().join("zz-link.pem")).unwrap();
    std::fs::set_permissions(scratch.trust(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let before = scratch.contents();

    let mut receiver = scratch.receiver(4);
    let order: Vec<_> = receiver.accepted().unwrap().iter().map(|held| held.fingerprint()).collect();
    assert_eq!(order, [b, c, d, a].map(super::keys::Pair::fingerprint), "by file name, each once");
    let new = std::slice::from_ref(&e.certificate);
    assert!(matches!(receiver.change(new, &[]), Err(ReceiverError::Full { capacity: 4, wanted: 5 })));
    assert_eq!(scratch.contents(), before);
    assert_eq!(receiver.change(new, &[b.fingerprint()]).unwrap(), Outcome::Changed);

    let name = format!("orders-signer-4-{}.pem", e.fingerprint().short());
    let after = scratch.contents();
    for (file, mode, bytes) in &before {
        let now = after.iter().find(|(other, ..)| other == file);
        let (_, now_mode, now_bytes) = now.unwrap_or_else(|| panic!("`{file}` is gone"));
        assert_eq!(now_mode, mode, "{file}");
        if file == "both.pem" {
            assert_eq!(String::from_utf8_lossy(now_bytes), format!("one\ntwo\n{}three\n", pem(c)));
        } else {
            assert_eq!(now_bytes, bytes, "{file}");
        }
    }
    assert_eq!(after.len(), before.len() + 1);
    let added = scratch.trust().join(name);
    assert_eq!(std::fs::read_to_string(&added).unwrap(), pem(e));
    assert_eq!(added.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(scratch.trust().metadata().unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read(scratch.trust().join("archive.pem/old")).unwrap(), b"kept");
    assert!(scratch.trust().join("zz-link.pem").symlink_metadata().unwrap().is_symlink());
    assert_eq!(scratch.beside(), [] as [String; 0]);

    // The last certificate of a file takes the file along, and with it the link of the same content.
    receiver.change(&[], &[a.fingerprint(), d.fingerprint()]).unwrap();
    let names: Vec<_> = scratch.contents().into_iter().map(|(name, ..)| name).collect();
    assert!(!names.contains(&"partner.crt".into()) && !names.contains(&"zz-link.pem".into()), "{names:?}");
    assert!(!names.contains(&"der.cer".into()) && names.contains(&"README".into()), "{names:?}");
}

#[test]
fn a_file_with_a_key_beside_the_certificate_keeps_the_key() {
    let scratch = Scratch::new();
    let pair = &pairs()[0];
    let key = String::from_utf8(pair.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    scratch.put("pair.pem", format!("{}{key}", pair.certificate.pem()));
    scratch.receiver(1).change(&[], &[pair.fingerprint()]).unwrap();
    assert_eq!(scratch.receiver(1).accepted().unwrap(), []);
    assert_eq!(std::fs::read_to_string(scratch.trust().join("pair.pem.kept")).unwrap(), key);
}

#[test]
fn a_damaged_file_is_named_and_stops_every_change() {
    let pair = &pairs()[0];
    let pem = pair.certificate.pem();
    let half: String = pem.chars().take(pem.len() / 2).collect();
    let turned = pem.replacen("MII", "AAA", 1);
    let swapped = pem.replace("END CERTIFICATE", "END CRL");
    for damaged in
        [half.as_str(), turned.as_str(), swapped.as_str(), "", "words", "-----END CERTIFICATE-----\n"]
    {
        let scratch = Scratch::new();
        scratch.put("good.pem", &pem);
        scratch.put("partner\u{202e}.pem", damaged);
        let mut receiver = scratch.receiver(9);
        let refusals = [
            receiver.accepted().map(drop),
            receiver.change(&[], &[pair.fingerprint()]).map(drop),
            receiver.judge(&mut signed(pair, b"an order")).map(drop),
        ];
        for refused in refusals {
            let Err(ReceiverError::NoCertificate(path)) = refused else { panic!("{refused:?}: {damaged}") };
            assert_eq!(path, scratch.trust().canonicalize().unwrap().join("partner\u{202e}.pem"));
        }
        assert_eq!(std::fs::read_to_string(scratch.trust().join("good.pem")).unwrap(), pem);
    }
}

#[test]
fn a_change_by_hand_is_never_missed() {
    let scratch = Scratch::new();
    let [a, b, ..] = pairs() else { panic!("too few pairs") };
    let mut receiver = scratch.receiver(3);
    let mut message = signed(a, b"an order");
    // Two certificates of one length, so that no size tells them apart, in one file kept in place.
    let length = a.certificate.pem().len().max(b.certificate.pem().len());
    let padded = |pair: &super::keys::Pair| format!("{:<length$}", pair.certificate.pem());
    for _ in 0..300 {
        scratch.put("one.pem", padded(a));
        assert_eq!(receiver.judge(&mut message).unwrap(), Judgement::Accepted(a.fingerprint()));
        scratch.put("one.pem", padded(b));
        assert!(matches!(receiver.judge(&mut message).unwrap(), Judgement::Rejected(_)));
    }
}

#[test]
fn an_old_reading_is_kept_and_still_misses_nothing() {
    let scratch = Scratch::new();
    let [a, b, ..] = pairs() else { panic!("too few pairs") };
    scratch.put("one.pem", a.certificate.pem());
    // Older than any step of a file clock: only from here on a reading is kept.
    std::thread::sleep(std::time::Duration::from_millis(4_500));
    let mut receiver = scratch.receiver(3);
    let (mut old, mut new) = (signed(a, b"an order"), signed(b, b"an order"));
    for _ in 0..3 {
        assert_eq!(receiver.judge(&mut old).unwrap(), Judgement::Accepted(a.fingerprint()));
    }
    receiver.change(std::slice::from_ref(&b.certificate), &[a.fingerprint()]).unwrap();
    assert!(matches!(receiver.judge(&mut old).unwrap(), Judgement::Rejected(_)));
    assert_eq!(receiver.judge(&mut new).unwrap(), Judgement::Accepted(b.fingerprint()));
}

struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_judge_sees_one_set_or_the_other() {
    let scratch = Scratch::new();
    let [a, b, c, ..] = pairs() else { panic!("too few pairs") };
    let (ca, cb) = (std::slice::from_ref(&a.certificate), std::slice::from_ref(&b.certificate));
    let mut writer = scratch.receiver(2);
    scratch.put("bystander.pem", c.certificate.pem());
    writer.change(ca, &[]).unwrap();
    let over = AtomicBool::new(false);
    let (reads, both) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let receiver = scratch.receiver(2);
            let (mut reads, mut seen) = (0, [false, false]);
            while !over.load(Ordering::Relaxed) {
                let keys: Vec<_> = receiver.accepted().unwrap().iter().map(|c| c.fingerprint()).collect();
                let held = [a, b].map(|pair| keys.contains(&pair.fingerprint()));
                assert_ne!(held[0], held[1], "neither or both are accepted");
                assert!(keys.contains(&c.fingerprint()), "the bystander is gone for a moment");
                seen[usize::from(held[1])] = true;
                reads += 1;
            }
            (reads, seen == [true, true])
        });
        let other = scope.spawn(|| {
            // A second writer, who must not tear the first one's changes.
            let d = pair("Other");
            let mut receiver = scratch.receiver(9);
            for _ in 0..20 {
                receiver.change(std::slice::from_ref(&d.certificate), &[]).unwrap();
                receiver.change(&[], &[d.fingerprint()]).unwrap();
            }
        });
        // Said on the way out, so that a failing writer does not leave the reader behind.
        let ended = Ended(&over);
        let mut writer = scratch.receiver(9);
        for _ in 0..40 {
            assert_eq!(writer.change(cb, &[a.fingerprint()]).unwrap(), Outcome::Changed);
            assert_eq!(writer.change(ca, &[b.fingerprint()]).unwrap(), Outcome::Changed);
        }
        other.join().unwrap();
        drop(ended);
        reader.join().unwrap()
    });
    assert!(reads > 10 && both, "{reads} readings");
    assert_eq!(scratch.beside(), [] as [String; 0]);
}

#[test]
fn what_a_crash_left_beside_the_folder_is_cleared_and_its_subfolders_come_back() {
    let scratch = Scratch::new();
    let [a, b, ..] = pairs() else { panic!("too few pairs") };
    scratch.put("a.pem", a.certificate.pem());
    let next = scratch.root.path().join(".trust.next");
    std::fs::create_dir_all(next.join("archive")).unwrap();
    std::fs::write(next.join("archive/old"), "kept").unwrap();
    std::fs::write(next.join("half.pem"), "-----BEGIN CERT").unwrap();
    let mut receiver = scratch.receiver(2);
    assert_eq!(receiver.change(std::slice::from_ref(&a.certificate), &[]).unwrap(), Outcome::AlreadySo);
    assert_eq!(scratch.beside(), [] as [String; 0]);
    assert_eq!(std::fs::read(scratch.trust().join("archive/old")).unwrap(), b"kept");
    receiver.change(std::slice::from_ref(&b.certificate), &[]).unwrap();
    assert_eq!(std::fs::read(scratch.trust().join("archive/old")).unwrap(), b"kept");
    assert_eq!(receiver.accepted().unwrap().len(), 2);
}

#[test]
fn a_linked_folder_stays_a_link() {
    let scratch = Scratch::new();
    let link = scratch.root.path().join("link");
    std::os::unix::fs::symlink("trust", &link).unwrap();
    let mut receiver = TrustFolder::new(&link, 2, Box::<KeyVerifier>::default());
    let pair = &pairs()[0];
    receiver.change(std::slice::from_ref(&pair.certificate), &[]).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(scratch.receiver(2).accepted().unwrap(), std::slice::from_ref(&pair.certificate));
    // Turned to another folder, the link is followed there at once.
    std::fs::create_dir(scratch.root.path().join("empty")).unwrap();
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("empty", &link).unwrap();
    assert!(matches!(receiver.judge(&mut signed(pair, b"an order")).unwrap(), Judgement::Rejected(_)));
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    let pair = &pairs()[0];
    scratch.put("file", "");
    for path in
        [scratch.root.path().join("none"), scratch.trust().join("file/trust"), scratch.trust().join("file")]
    {
        let mut receiver = TrustFolder::new(&path, 2, Box::<KeyVerifier>::default());
        let refusals = [
            receiver.accepted().map(drop),
            receiver.change(std::slice::from_ref(&pair.certificate), &[]).map(drop),
            receiver.judge(&mut signed(pair, b"an order")).map(drop),
        ];
        for refused in refusals {
            let Err(ReceiverError::Io { path: named, .. }) = refused else { panic!("{refused:?}") };
            assert!(named.ends_with(path.file_name().unwrap()) || named.starts_with(&path), "{named:?}");
        }
    }
}

#[test]
fn a_certificate_whose_name_is_hostile_gets_a_plain_file_name() {
    let scratch = Scratch::new();
    let hostile = pair("../../\u{202e}\u{1b}[2J Ünïts & Co./");
    scratch.receiver(1).change(std::slice::from_ref(&hostile.certificate), &[]).unwrap();
    let contents = scratch.contents();
    let (name, ..) = contents.first().unwrap();
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.'), "{name:?}");
    assert_eq!(contents.len(), 1);
    assert_eq!(scratch.trust().metadata().unwrap().nlink(), 2);
}
