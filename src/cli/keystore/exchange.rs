//! `keyroll keystore exchange STORE --alias ALIAS --with STAGED`

use crate::{
    action::exchange::backup_alias,
    backend::{
        keystore::{Entry, EntryKind, Exchange, Keystore, KeystoreError},
        pkcs12::{Deed, Hand},
    },
    cli::{exit::Exit, json::Format, screen::Screen},
    name::Alias,
    world::material::Certificate,
};

use super::{
    at_store::{AtStore, alias, entry},
    fault::complain,
    outcome::{Became, tell},
};

/// Let an alias name another key pair of the keystore, and keep the old one under a backup alias, in
/// one act.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The alias that is kept
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// The alias under which the new pair waits; it is free afterwards
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    with: Alias,
    /// The alias under which the old pair stays, or none to drop it; otherwise the kept alias and
    /// -backup
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    backup: Option<Alias>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, with: staged, .. } = arguments;
    let backup = match &arguments.backup {
        Some(backup) if backup.as_str() == "none" => None,
        Some(backup) => Some(backup.clone()),
        None => match backup_alias(alias) {
            Some(backup) => Some(backup),
            None => {
                screen.talk(format_args!(
                    "`{alias}-backup` is too long for an alias: choose one with --backup"
                ));
                return Err(Exit::Usage);
            }
        },
    };
    if alias.same_entry(staged)
        || backup.as_ref().is_some_and(|b| b.same_entry(alias) || b.same_entry(staged))
    {
        screen
            .talk("an exchange needs different aliases: the kept one, that of the new pair, and the backup");
        return Err(Exit::Usage);
    }
    let places = [Some(alias), Some(staged), backup.as_ref()].into_iter().flatten();
    let deed = Deed { command: "exchange", aliases: places.cloned().collect(), may_make: false };
    let hand = at.hand(deed, screen)?;
    let (old, new) = (pair(&hand, (alias, at), screen)?, pair(&hand, (staged, at), screen)?);
    let exchange = Exchange {
        alias,
        expected: &old.fingerprint(),
        staged,
        wanted: &new.fingerprint(),
        backup: backup.as_ref(),
    };
    let done = hand.change(|store| store.exchange(&exchange));
    let outcome = done.map_err(|error| complain(&error, screen))?;
    let mut became = vec![Became::of(alias, Some(&new)), Became::of(staged, None)];
    became.extend(backup.as_ref().map(|backup| Became::of(backup, Some(&old))));
    Ok(tell((at, arguments.format), "exchange", outcome, became, screen))
}

/// The certificate of the pair under an alias.
fn pair(hand: &Hand, (alias, at): (&Alias, &AtStore), screen: &mut Screen) -> Result<Certificate, Exit> {
    let found = entry(hand.entry(alias), (alias, &at.store), || hand.entries(), screen)?;
    match (&found.kind, Entry::certificate(&found)) {
        (EntryKind::KeyPair { .. }, Some(own)) => Ok(own.clone()),
        _ => Err(complain(&KeystoreError::NoKeyPair(alias.clone()), screen)),
    }
}
