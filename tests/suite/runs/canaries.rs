//! Secrets come out nowhere.

use std::{collections::BTreeMap, fs, path::Path};

use openssl::{pkcs12::Pkcs12, pkey::Id};

use super::{Place, Said, gather};

/// What of a secret would betray it, by name.
pub(crate) type Canaries = Vec<(&'static str, Vec<u8>)>;

/// The secrets of a store: its password, and all that shows a private key.
fn canaries(place: &Place) -> Canaries {
    let words = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nodes", "-nocerts"];
    of_store(&place.read("password"), &place.tool("openssl", &words).out)
}

/// The secrets of a store with this password, whose private keys are these.
pub(crate) fn of_store(password: &str, pem: &str) -> Canaries {
    let mut found: Canaries = vec![("password", password.as_bytes().to_vec())];
    for part in pem.split("-----BEGIN PRIVATE KEY-----").skip(1) {
        let body = part.split("-----END").next().unwrap();
        let text = format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----\n");
        let key = openssl::pkey::PKey::private_key_from_pem(text.as_bytes()).unwrap();
        // Without the first and last line: a head is the same in every key.
        let lines: Vec<&str> = body.lines().filter(|line| line.len() > 40).skip(1).collect();
        found.extend(lines.iter().map(|line| ("a line of PEM", line.as_bytes().to_vec())));
        let secrets = if key.id() == Id::RSA {
            let rsa = key.rsa().unwrap();
            vec![rsa.d().to_vec(), rsa.p().unwrap().to_vec(), rsa.q().unwrap().to_vec()]
        } else {
            vec![key.ec_key().unwrap().private_key().to_vec()]
        };
        for secret in secrets {
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            let middle = &secret[4..secret.len() - 4];
            found.push(("a number", middle.to_vec()));
            found.push(("a number in hex", hex.as_bytes()[8..40].to_vec()));
            found.push(("a number in HEX", hex[8..40].to_uppercase().into_bytes()));
        }
    }
    found
}

pub(crate) fn betrays(bytes: &[u8], canaries: &Canaries) -> Option<&'static str> {
    let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
    canaries.iter().find(|(_, secret)| holds(secret)).map(|(name, _)| *name)
}

#[track_caller]
fn quiet(said: &Said, canaries: &Canaries) {
    for text in [&said.out, &said.err] {
        assert_eq!(betrays(text.as_bytes(), canaries), None, "{text}");
    }
}

/// Which files hold a secret in the clear.
fn traitors(folder: &Path, canaries: &Canaries) -> BTreeMap<String, &'static str> {
    let mut files = BTreeMap::new();
    gather(folder, &mut files);
    let named = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    files.iter().filter_map(|(path, (bytes, _))| Some((named(path), betrays(bytes, canaries)?))).collect()
}

const PASSWORD_FILE: [(&str, &str); 1] = [("password", "password")];

#[test]
fn password_and_private_keys_come_out_nowhere() {
    for kind in ["ec-p256", "rsa-2048"] {
        let place = Place::two_keys();
        place.edit("site.toml", "[keys]", &format!("[keys.new]\ntype = \"{kind}\""));
        place.played_by_a_person("receiver_admin");
        let old = canaries(&place);
        assert!(old.len() > 4);
        let lines = [
            "dry-run plan.renewal --save approval.json",
            "dry-run plan.renewal --format json",
            "dry-run plan.renewal --junit results.xml",
            "run plan.renewal --format json",
            "run plan.renewal -v --log-format json --metrics figures.prom",
            "status --format json",
            "board plan.renewal",
            "board --format json",
            "board --format html",
            "why",
            "inbox --as receiver_admin",
            "confirm provide_certificate --as receiver_admin",
            "run plan.renewal",
            "confirm confirm_trust --as receiver_admin",
            "run plan.renewal",
            "confirm announce_exchange --as receiver_admin",
            "run plan.renewal",
            "status",
        ];
        let mut words: Vec<Said> = lines.iter().map(|line| place.keyroll(line)).collect();
        assert!(words.iter().all(|said| [0, 3].contains(&said.exit)), "{words:?}");
        words.push(place.keyroll("answer xml-signature-two-keys holds_two=yes --as receiver_admin"));
        let both = canaries(&place);
        assert!(both.len() > old.len());
        let whole = fs::read(place.folder.join("tenant.p12")).unwrap();
        place.write("tenant.p12", &whole[..whole.len() - 7]);
        words.push(place.run().ends(0));
        words.push(place.keyroll("status --watch").ends(0));
        words.push(place.keyroll("run plan.renewal --again").ends(5));
        place.write("tenant.p12", &whole);
        place.write("password", "another-canary-9");
        words.push(place.keyroll("run plan.renewal --again").ends(5));
        for said in &words {
            quiet(said, &both);
            assert!(!format!("{said:?}").contains("another-canary"));
        }
        place.write("password", &both[0].1);
        assert_eq!(traitors(&place.folder, &both), PASSWORD_FILE.map(|(f, s)| (f.to_owned(), s)).into());
        // It is the test that can see: a PEM that is left lying about, and a store that is open.
        let pem =
            place.tool("openssl", &["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nodes"]);
        assert!(betrays(pem.out.as_bytes(), &both).is_some());
        let store = Pkcs12::from_der(&whole).unwrap().parse2(&place.read("password")).unwrap();
        assert!(betrays(&store.pkey.unwrap().private_key_to_der().unwrap(), &both).is_some());
    }
}

#[test]
fn a_kept_rehearsal_holds_its_password_in_one_file_and_no_payload_beside_its_messages() {
    let place = Place::one_key();
    let said = place
        .keyroll("rehearse plan.renewal --messages 60 --rate 60 --key-type ec-p256 --keep out --format json")
        .ends(0);
    let folder = place.folder.join("out");
    let kept = Place { _scratch: tempfile::tempdir().unwrap(), folder: folder.clone() };
    let secrets = canaries(&kept);
    quiet(&said, &secrets);
    assert_eq!(traitors(&folder, &secrets), PASSWORD_FILE.map(|(f, s)| (f.to_owned(), s)).into());
    let payload: Canaries = vec![("payload", b"to be delivered to gate".to_vec())];
    let holders = traitors(&folder, &payload);
    assert!(holders.len() > 20 && holders.keys().all(|name| name.starts_with("messages/")), "{holders:?}");
    quiet(&said, &payload);
}

#[test]
fn the_likeness_of_a_site_holds_none_of_its_secrets() {
    let place = Place::two_keys();
    let secrets = canaries(&place);
    assert!(secrets.len() > 3);
    let rehearse = "rehearse plan.renewal --site site.toml";
    let staged = place.keyroll(&format!("{rehearse} --stage --keep ../staged")).ends(0);
    let small = "--messages 60 --rate 60 --format json";
    let held = place.keyroll(&format!("{rehearse} {small} --keep ../out")).ends(0);
    for (said, folder) in [(staged, "../staged"), (held, "../out")] {
        quiet(&said, &secrets);
        assert_eq!(traitors(&place.folder.join(folder), &secrets), BTreeMap::new());
    }
    // The site itself is where they are.
    assert_eq!(traitors(&place.folder, &secrets), PASSWORD_FILE.map(|(f, s)| (f.to_owned(), s)).into());
    place.write("password", "another-canary-9");
    let said = place.keyroll(rehearse).ends(5);
    assert!(!format!("{said:?}").contains("another-canary"));
    quiet(&said, &secrets);
}
