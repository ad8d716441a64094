//! `keyroll keystore create STORE --alias ALIAS --subject NAME`

use crate::{
    backend::{
        clock::{Clock, WallClock},
        keystore::{KeySpec, Keystore},
        pkcs12::Deed,
    },
    cli::{exit::Exit, json::Format, screen::Screen},
    name::Alias,
    run::site,
    world::material::KeyType,
};

use super::{
    at_store::{AtStore, alias},
    fault::complain,
    outcome::{Became, tell},
};

/// Generate a key pair with a self-signed certificate under a free alias.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The alias, which must be free
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// The subject of the certificate, as in "CN=orders, O=Example"
    #[arg(long, value_name = "NAME", value_parser = subject)]
    subject: Subject,
    /// The kind of the key, such as ec-p256 or rsa-3072
    #[arg(long, default_value = "ec-p256", value_name = "TYPE", value_parser = key_type)]
    key_type: KeyType,
    /// Days of validity, from now on
    #[arg(long, default_value_t = 365, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Make the keystore when there is none
    #[arg(long)]
    new_store: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A name, part by part.
#[derive(Clone, Debug)]
struct Subject(Vec<(String, String)>);

fn subject(text: &str) -> Result<Subject, String> {
    site::subject(text).map(Subject).ok_or_else(|| "write it as CN=orders, O=Example".to_owned())
}

/// Reads the name of a key type.
///
/// # Errors
/// Which there are.
pub fn key_type(text: &str) -> Result<KeyType, String> {
    let known = || KeyType::ALL.map(|kind| kind.to_string()).join(", ");
    site::key_type(text).ok_or_else(|| format!("one of {}", known()))
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, .. } = arguments;
    let deed = Deed { command: "create", aliases: vec![alias.clone()], may_make: arguments.new_store };
    let hand = at.hand(deed, screen)?;
    let spec = KeySpec {
        key_type: arguments.key_type,
        subject: arguments.subject.0.clone(),
        not_before: WallClock.now(),
        days: arguments.days,
    };
    let done = hand.change(|store| store.create_key_pair(alias, &spec));
    let (outcome, own) = done.map_err(|error| complain(&error, screen))?;
    let became = vec![Became::of(alias, Some(&own))];
    Ok(tell((at, arguments.format), "create", outcome, became, screen))
}
