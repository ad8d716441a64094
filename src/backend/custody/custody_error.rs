//! Why a keystore may not be changed, or the change not be written down.

use std::{io, path::PathBuf};

use super::Hold;
use crate::name::Alias;

/// Why not. Never holds a password or key material.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// A run holds the alias, or another journal the whole store.
    #[error("run {} holds {} of {}", hold.run, what(alias.as_ref()), store.display())]
    Held {
        /// Which keystore.
        store: PathBuf,
        /// Which alias; `None` when it is the store as such.
        alias: Option<Alias>,
        /// What the run holds.
        hold: Box<Hold>,
        /// Its journal.
        journal: PathBuf,
    },
    /// A run changes what it does not hold any more: its claim was released.
    #[error("run {run} does not hold {alias} of {} any more", store.display())]
    Lost {
        /// Which keystore.
        store: PathBuf,
        /// Which alias.
        alias: Alias,
        /// Which run.
        run: String,
    },
    /// The claim cannot be understood, so nobody knows what it allows.
    #[error("the claim {} cannot be read: {why}", path.display())]
    BadClaim {
        /// The claim's file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The system refused.
    #[error("{doing} {}: {cause}", path.display())]
    Io {
        /// What was attempted, as in `cannot write the record`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },
}

fn what(alias: Option<&Alias>) -> String {
    alias.map_or_else(|| "aliases".to_owned(), |alias| format!("the alias `{alias}`"))
}
