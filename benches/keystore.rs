//! Exchanging one alias in a large keystore, against keytool.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyroll::{
    backend::{
        keystore::{KeySpec, Keystore},
        pkcs12::Pkcs12Keystore,
    },
    name::Alias,
    world::material::KeyType,
};
use zeroize::Zeroizing;

use super::{
    figure::{Demand, Figure},
    measure::{cpu_of, pair, shown, wall_of},
};

type Failed = Box<dyn Error>;

const PASSWORD: &str = "correct horse";

/// At least twenty times as fast as `keytool -changealias`, and the same for few keys and for many.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (ours, theirs) = (folder.path().join("ours.p12"), folder.path().join("theirs.p12"));
    let many = store(10_000, 0)?;
    let sides = pair(
        5,
        || {
            std::fs::copy(&many, &ours)?;
            wall_of(&mut exchanging(&ours))
        },
        || {
            std::fs::copy(&many, &theirs)?;
            let mut keytool = Command::new("keytool");
            keytool.args(["-changealias", "-alias", "staged", "-destalias", "other", "-storepass", PASSWORD]);
            wall_of(keytool.arg("-keystore").arg(&theirs))
        },
    )?;
    tell(Figure {
        subject: "exchange one alias of 10,000, whole process".to_owned(),
        ours: shown(sides.ours),
        against: format!("keytool -changealias: {}", shown(sides.theirs)),
        ratio: sides.ratio.recip(),
        demand: Demand::AtLeast(20.0),
    });
    // As many entries, so that the files are of one size, but few of them are keys.
    let few = store(10, 9_990)?;
    let other = folder.path().join("few.p12");
    let sides = pair(
        9,
        || {
            std::fs::copy(&many, &ours)?;
            cpu_of(&mut exchanging(&ours))
        },
        || {
            std::fs::copy(&few, &other)?;
            cpu_of(&mut exchanging(&other))
        },
    )?;
    tell(Figure {
        subject: "exchange one alias: 10,000 keys".to_owned(),
        ours: shown(sides.ours),
        against: format!("10 keys, 9,990 certificates: {}", shown(sides.theirs)),
        ratio: sides.ratio,
        demand: Demand::AtMost(2.0),
    });
    Ok(())
}

/// `staged` comes to lie under `current`, and what lay there under `current-backup`.
fn exchanging(store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(["keystore", "exchange", "--alias", "current", "--with", "staged"]);
    command.args(["--password", "env:STORE_PASSWORD"]).env("STORE_PASSWORD", PASSWORD).arg(store);
    command
}

/// A store with two key pairs, and so many entries in all. Java makes it, once.
fn store(keys: usize, certificates: usize) -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("keys-{keys}-{certificates}.p12"));
    if path.exists() {
        return Ok(path);
    }
    let pairs = tempfile::tempdir_in(folder)?;
    let seed = pairs.path().join("pairs.p12");
    let mut store = Pkcs12Keystore::create_empty(&seed, Zeroizing::new(PASSWORD.to_owned()))?;
    for alias in ["current", "staged"] {
        let subject = vec![("CN".to_owned(), alias.to_owned())];
        let not_before = jiff::Timestamp::now();
        let spec = KeySpec { key_type: KeyType::EcP256, subject, not_before, days: 30 };
        store.create_key_pair(&Alias::new(alias)?, &spec)?;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/Store.java");
    let begun = pairs.path().join("begun.p12");
    let mut java = Command::new("java");
    java.arg("-Dkeystore.pkcs12.keyPbeIterationCount=2000").arg(source).arg(&seed).arg(&begun);
    wall_of(java.args([PASSWORD, &keys.to_string(), &certificates.to_string()]))?;
    std::fs::rename(&begun, &path)?;
    Ok(path)
}
