//! Keystores whose password nobody wrote down: whoever starts a command is asked for it, before anything is done.

use std::path::{Path, PathBuf};

use crate::{
    backend::secret::{Asked, SecretReference},
    source::{Finding, Source},
};

use super::{
    notices::channel::Channel,
    site::{KeystoreBinding, PairStore, ReceiverBinding, Site},
    site_check::complaint::nobody_to_ask,
};

/// A store whose password is asked for.
#[derive(Debug)]
pub struct Question<'a> {
    /// The table of the site that speaks of it.
    pub table: &'static str,
    /// What the plan calls it, or whose pairs lie in it.
    pub name: &'a str,
    /// Its file, as the site names it.
    pub path: &'a Path,
    answer: &'a mut Asked,
}

impl Question<'_> {
    /// Takes the answer down, in memory.
    pub fn answer(self, answer: &Asked) {
        *self.answer = answer.clone();
    }
}

fn question<'a>(
    (table, name): (&'static str, &'a str),
    path: &'a Path,
    password: &'a mut SecretReference,
) -> Option<Question<'a>> {
    match password {
        SecretReference::Ask(answer) => Some(Question { table, name, path, answer }),
        _ => None,
    }
}

/// The stores whose password is asked for, in the order of their names; one that is named twice comes twice.
pub fn questions(site: &mut Site) -> Vec<Question<'_>> {
    let mut found = Vec::new();
    for (name, binding) in &mut site.keystores {
        let KeystoreBinding::Pkcs12 { path, password, pairs } = binding else { continue };
        found.extend(question(("keystores", name), path, password));
        if let Some(PairStore { path, password }) = pairs {
            found.extend(question(("keystores", name), path, password));
        }
    }
    for (name, binding) in &mut site.receivers {
        if let ReceiverBinding::Directory { pairs: Some(PairStore { path, password }), .. } = binding {
            found.extend(question(("receivers", name), path, password));
        }
    }
    found
}

/// The files of those stores, in the folder of the site.
#[must_use]
pub fn stores(site: &mut Site, folder: &Path) -> Vec<PathBuf> {
    questions(site).iter().map(|question| folder.join(question.path)).collect()
}

/// A finding for each of them, where there is no terminal at which somebody could be asked.
#[must_use]
pub fn unanswered(site: &mut Site, text: &Source) -> Vec<Finding> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for Question { table, name, .. } in questions(site) {
        if !found.iter().any(|one| *one == (table, name.to_owned())) {
            found.push((table, name.to_owned()));
        }
    }
    found.iter().map(|(table, name)| nobody_to_ask((table, name), text)).collect()
}

/// Whether a service manager starts keyroll at this site: it hands over one of the secrets.
#[must_use]
pub fn is_started_by_a_service(site: &Site) -> bool {
    let is_handed_over = |secret: &SecretReference| matches!(secret, SecretReference::Credential(_));
    let stores = site.keystores.values().any(|bound| match bound {
        KeystoreBinding::Pkcs12 { password, pairs, .. } => {
            is_handed_over(password) || pairs.as_ref().is_some_and(|pairs| is_handed_over(&pairs.password))
        }
        KeystoreBinding::Command(_) | KeystoreBinding::Manual {} => false,
    });
    let receivers = site.receivers.values().any(|bound| match bound {
        ReceiverBinding::Directory { pairs: Some(pairs), .. } => is_handed_over(&pairs.password),
        _ => false,
    });
    let channels = site.notices.values().any(|channel| match channel {
        Channel::Smtp(smtp) => smtp.password.as_ref().is_some_and(is_handed_over),
        Channel::Webhook(hook) => is_handed_over(&hook.secret),
        Channel::Spool(_) => false,
    });
    stores || receivers || channels
}
