//! The store as a [`Keystore`].

use super::{Pkcs12Keystore, edit::Edit, store::Act};
use crate::{
    backend::{
        Outcome, key_pair,
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError, moved},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

impl Keystore for Pkcs12Keystore {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        self.content()?.entry(alias)
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        let content = self.content()?;
        Ok(content.inventory.entries(&content.safe))
    }

    fn remarks(&self) -> Result<Vec<String>, KeystoreError> {
        Ok(Self::remarks(self)?.iter().map(ToString::to_string).collect())
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.change(&[alias], |content| {
            if let Some(found) = content.inventory.find(alias)? {
                let entry = found.entry(&content.safe);
                let own = entry.as_ref().and_then(Entry::certificate);
                if found.certificate.is_some() && own.is_some_and(|own| key_pair::is_made_to(own, spec)) {
                    let (_, own) = self.pair(content, found)?;
                    return Ok(Act::Rest((Outcome::AlreadySo, own)));
                }
            }
            if !content.is_free(alias) {
                return Err(KeystoreError::Occupied(alias.clone()));
            }
            let (key, certificate) = key_pair::generate(spec)?;
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.add(alias, &key, std::slice::from_ref(&certificate)).map_err(self.flaw())?;
            edit.expect(alias, Some(certificate.fingerprint()));
            self.write(edit, (Outcome::Changed, certificate))
        })
    }

    fn install(&mut self, alias: &Alias, answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        self.import_answer(alias, answer).map(|(outcome, _)| outcome)
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        let Exchange { alias, expected, staged, wanted, backup } = *exchange;
        let aliases: Vec<&Alias> = [Some(alias), Some(staged), backup].into_iter().flatten().collect();
        self.change(&aliases, |content| {
            let holds = |alias: &Alias, meant: &Fingerprint| -> Result<_, KeystoreError> {
                let found = content.pair(alias, meant)?;
                Ok(found.ok_or(moved(alias, meant, content.entry(alias)?.as_ref())))
            };
            if let (Some(found), None) = (content.pair(alias, wanted)?, content.inventory.find(staged)?) {
                self.pair(content, found)?;
                return Ok(Act::Rest(Outcome::AlreadySo));
            }
            let old = holds(alias, expected)??;
            let new = holds(staged, wanted)??;
            if old == new {
                return Err(moved(staged, wanted, content.entry(staged)?.as_ref()));
            }
            if let Some(backup) = backup.filter(|backup| !content.is_free(backup)) {
                return Err(KeystoreError::Occupied(backup.clone()));
            }
            self.pair(content, new)?;
            self.check_leaving(content, old)?;
            let written = old.alias.as_ref().unwrap_or(alias);
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.rename(new, written).map_err(self.flaw())?;
            match backup {
                Some(backup) => edit.rename(old, backup).map_err(self.flaw())?,
                None => edit.drop(old).map_err(self.flaw())?,
            }
            edit.expect(alias, Some(*wanted));
            edit.expect(staged, None);
            backup.into_iter().for_each(|backup| edit.expect(backup, Some(*expected)));
            self.write(edit, Outcome::Changed)
        })
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.change(&[alias], |content| {
            let Some(found) = content.inventory.find(alias)? else {
                return Ok(Act::Rest(Outcome::AlreadySo));
            };
            let entry = found.entry(&content.safe);
            let own = entry.as_ref().and_then(Entry::certificate);
            if own.is_none_or(|own| own.fingerprint() != *meant) {
                return Err(moved(alias, meant, entry.as_ref()));
            }
            if matches!(entry.map(|entry| entry.kind), Some(EntryKind::KeyPair { .. })) {
                self.check_leaving(content, found)?;
            }
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.drop(found).map_err(self.flaw())?;
            edit.expect(alias, None);
            self.write(edit, Outcome::Changed)
        })
    }
}
