//! `keyroll keystore import STORE --alias ALIAS`

use std::path::{Path, PathBuf};

use crate::{
    backend::{
        file::bounded::{self, CERTIFICATE_LIMIT},
        key_pair::{KeyPair, certificates, private_key::PrivateKey},
        keystore::{Keystore, KeystoreError},
        pkcs12::{Deed, Hand, Pkcs12Keystore},
    },
    cli::{at_site::shown_path, exit::Exit, json::Format, screen::Screen},
    name::Alias,
    source::shown,
    world::material::Certificate,
};

use super::{
    at_store::{AtStore, alias, entry},
    fault::complain,
    outcome::{Became, tell},
    password,
};

/// Put a key pair or a certificate under a free alias, or the answer of an authority to a pair.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The alias: a free one, or with --answer that of the pair
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    #[command(flatten)]
    what: What,
    /// More certificates of the pair, if they are not in its file
    #[arg(long, value_name = "FILE", requires = "pair")]
    chain: Option<PathBuf>,
    /// Where the passphrase of the private key in --pair comes from, if it is encrypted
    #[arg(long, value_name = "SOURCE", requires = "pair")]
    pair_password: Option<String>,
    /// The alias in the other keystore, if that has more than one pair
    #[arg(long, value_name = "ALIAS", value_parser = alias, requires = "from")]
    from_alias: Option<Alias>,
    /// Where the password of the other keystore comes from, as for --password
    #[arg(long, value_name = "SOURCE", requires = "from")]
    from_password: Option<String>,
    /// Make the keystore when there is none
    #[arg(long, conflicts_with = "answer")]
    new_store: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What comes in.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// A private key (PKCS#8 or older, PEM or DER) with its certificates
    #[arg(long, value_name = "FILE")]
    pair: Option<PathBuf>,
    /// A certificate that is trusted, PEM or DER
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// What an authority answered to a request: PEM, DER or PKCS#7
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// Another PKCS#12 keystore, from which a key pair is taken
    #[arg(long, value_name = "STORE")]
    from: Option<PathBuf>,
}

/// What was read, before the keystore is touched.
enum Material {
    Pair(KeyPair),
    Certificate(Certificate),
    Answer(Vec<Certificate>),
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, .. } = arguments;
    let material = read(arguments, screen)?;
    let deed = Deed { command: "import", aliases: vec![alias.clone()], may_make: arguments.new_store };
    let hand = at.hand(deed, screen)?;
    if matches!(material, Material::Answer(_)) {
        entry(hand.entry(alias), (alias, &at.store), || hand.entries(), screen)?;
    }
    let (outcome, own) = put(hand, alias, &material).map_err(|error| complain(&error, screen))?;
    let became = vec![Became::of(alias, own.as_ref())];
    Ok(tell((at, arguments.format), "import", outcome, became, screen))
}

type Put = (crate::backend::Outcome, Option<Certificate>);

fn put(hand: Hand, alias: &Alias, material: &Material) -> Result<Put, KeystoreError> {
    hand.change(|store| match material {
        Material::Pair(pair) => Ok((store.import_pair(alias, pair)?, pair.chain().first().cloned())),
        Material::Certificate(own) => Ok((store.import_certificate(alias, own)?, Some(own.clone()))),
        Material::Answer(answer) => {
            let (outcome, chain) = store.import_answer(alias, answer)?;
            Ok((outcome, chain.into_iter().next()))
        }
    })
}

fn read(arguments: &Arguments, screen: &mut Screen) -> Result<Material, Exit> {
    let What { pair, certificate, answer, from } = &arguments.what;
    if let Some(path) = pair {
        return of_files(arguments, path, screen).map(Material::Pair);
    }
    if let Some(path) = answer {
        return read_certificates(path).map(Material::Answer).map_err(|why| unread(path, &why, screen));
    }
    if let Some(path) = certificate {
        let found = read_certificates(path).map_err(|why| unread(path, &why, screen))?;
        return match <[Certificate; 1]>::try_from(found) {
            Ok([own]) => Ok(Material::Certificate(own)),
            Err(several) => {
                let why = format!("there are {} certificates in it, and one is wanted", several.len());
                Err(unread(path, &why, screen))
            }
        };
    }
    let path = from.as_deref().unwrap_or(Path::new(""));
    of_keystore(arguments, path, screen).map(Material::Pair)
}

fn of_files(arguments: &Arguments, path: &Path, screen: &mut Screen) -> Result<KeyPair, Exit> {
    let bytes = bounded::read_secret(path, CERTIFICATE_LIMIT);
    let bytes = bytes.map_err(|error| unread(path, &error.to_string(), screen))?;
    let passphrase = match &arguments.pair_password {
        Some(source) => Some(password::fetch(Some(source), path, screen)?),
        None => None,
    };
    let key = PrivateKey::read(&bytes, passphrase.as_ref().map(|text| text.as_str()));
    let key = key.map_err(|error| unread(path, &error.to_string(), screen))?;
    let found = match &arguments.chain {
        Some(chain) => {
            let mut found = read_certificates(chain).map_err(|why| unread(chain, &why, screen))?;
            found.extend(certificates::read(&bytes).unwrap_or_default());
            found
        }
        None => certificates::read(&bytes).map_err(|error| unread(path, &error.to_string(), screen))?,
    };
    KeyPair::new(key, &found).map_err(|error| unread(path, &error.to_string(), screen))
}

fn of_keystore(arguments: &Arguments, path: &Path, screen: &mut Screen) -> Result<KeyPair, Exit> {
    if !path.exists() {
        return Err(complain(&KeystoreError::Missing(path.to_owned()), screen));
    }
    let password = password::fetch(arguments.from_password.as_deref(), path, screen)?;
    let other = Pkcs12Keystore::open(path, password);
    if let Some(alias) = &arguments.from_alias {
        entry(other.entry(alias), (alias, path), || other.entries(), screen)?;
        return other.key_pair(alias).map_err(|error| complain(&error, screen));
    }
    match other.only_key_pair() {
        Ok(Some(pair)) => Ok(pair),
        Ok(None) => Err(unread(path, "it has no key pair, or several: name one with --from-alias", screen)),
        Err(error) => Err(complain(&error, screen)),
    }
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let bytes = bounded::read(path, CERTIFICATE_LIMIT).map_err(|error| error.to_string())?;
    certificates::read(&bytes).map_err(|error| error.to_string())
}

fn unread(path: &Path, why: &str, screen: &mut Screen) -> Exit {
    screen.talk(format_args!("cannot import {}: {}", shown_path(path), shown(why)));
    Exit::Usage
}
