//! A keystore that a program keeps.

use serde_json::{Value, json};

use crate::{
    backend::{
        Outcome, key_pair,
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint, KeyType},
};

use super::{
    ask::{Asked, Fields, Unanswered, fields},
    fault::{Code, CommandError},
    half,
    program::Program,
};

/// A keystore behind a program. A credential in it is a key pair with its certificate, or anything
/// else of which a public text says which one it is.
#[derive(Debug)]
pub struct CommandKeystore(Asked);

impl CommandKeystore {
    /// The keystore that the plan calls `name`, kept by a program.
    #[must_use]
    pub fn new(name: &str, program: Program) -> Self {
        Self(Asked { name: name.to_owned(), face: "keystore", program })
    }

    fn fit<T>(&self, act: &'static str, read: Result<T, &'static str>) -> Result<T, KeystoreError> {
        read.map_err(|what| self.0.misfit(act, what).into())
    }

    /// Asks for a change; `meant` are the aliases that an error may be about, the first one if the
    /// program does not say which.
    fn change(
        &self,
        act: &'static str,
        request: Fields,
        meant: &[(&Alias, &Fingerprint)],
    ) -> Result<Fields, KeystoreError> {
        self.0.ask(act, request).map_err(|unanswered| refused(unanswered, meant))
    }
}

/// What a refusal of the program is called among keystores.
fn refused(unanswered: Unanswered, meant: &[(&Alias, &Fingerprint)]) -> KeystoreError {
    let named = unanswered.alias.as_ref().and_then(|alias| Alias::new(alias.as_str()).ok());
    let about = meant.iter().find(|(alias, _)| named.as_ref().is_some_and(|named| named.same_entry(alias)));
    match (unanswered.code(), about.or(meant.first())) {
        (Some(Code::Occupied), Some((alias, _))) => KeystoreError::Occupied((*alias).clone()),
        (Some(Code::Moved), Some((alias, expected))) => KeystoreError::Moved {
            alias: (*alias).clone(),
            expected: format!("the one expected ({})", expected.short()),
            found: "something else".to_owned(),
        },
        _ => CommandError::from(unanswered).into(),
    }
}

impl From<CommandError> for KeystoreError {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}

/// Reads one entry.
fn entry(value: &Value) -> Result<Entry, &'static str> {
    let object = value.as_object().ok_or("an entry is no object")?;
    let alias = object.get("alias").and_then(Value::as_str).ok_or("an entry has no `alias`")?;
    let alias = Alias::new(alias).map_err(|_| "the `alias` of an entry is none that keyroll can hold")?;
    let public = object.get("public").filter(|public| !public.is_null()).map(half::of).transpose()?;
    let kind = match (object.get("kind").map(Value::as_str), public) {
        (Some(Some("credential")) | None, Some(public)) => EntryKind::KeyPair { chain: vec![public] },
        (Some(Some("trusted")), Some(public)) => EntryKind::Certificate(public),
        (Some(Some("secret")), None) => EntryKind::Secret,
        (Some(Some("credential" | "trusted")) | None, None) => return Err("an entry has no `public` half"),
        (Some(Some("secret")), Some(_)) => return Err("an entry of the kind `secret` has a `public` half"),
        _ => return Err("the `kind` of an entry is none of `credential`, `trusted` and `secret`"),
    };
    Ok(Entry { alias, kind })
}

/// Whether a public half is what was to be made.
fn is_made_to(half: &Certificate, spec: &KeySpec) -> bool {
    match spec.key_type {
        KeyType::Opaque => half.text().is_some(),
        _ => key_pair::is_made_to(half, spec),
    }
}

impl Keystore for CommandKeystore {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        let ok =
            self.0.ask("entry", fields([("alias", alias.as_str().into())])).map_err(CommandError::from)?;
        let found = match ok.get("entry") {
            None => Err("`entry` is missing"),
            Some(Value::Null) => Ok(None),
            Some(value) => entry(value).map(Some),
        };
        let found = self.fit("entry", found)?;
        match found {
            Some(found) if !found.alias.same_entry(alias) => {
                Err(self.0.misfit("entry", "the entry has another alias").into())
            }
            found => Ok(found),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        let ok = self.0.ask("entries", Fields::new()).map_err(CommandError::from)?;
        let list = ok.get("entries").and_then(Value::as_array).ok_or("`entries` is missing");
        self.fit("entries", list.and_then(|list| list.iter().map(entry).collect()))
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        let subject: Vec<[&str; 2]> = spec.subject.iter().map(|(n, v)| [n.as_str(), v.as_str()]).collect();
        let wanted = json!({
            "type": spec.key_type.to_string(),
            "subject": subject,
            "not_before": spec.not_before.to_string(),
            "days": spec.days,
        });
        let request = fields([("alias", alias.as_str().into()), ("spec", wanted)]);
        let nothing = Fingerprint::of(&[]);
        let ok = self.change("create", request, &[(alias, &nothing)])?;
        let outcome = self.fit("create", half::outcome(&ok))?;
        let public = ok.get("public").ok_or("`public` is missing").and_then(half::of);
        let public = self.fit("create", public)?;
        match (is_made_to(&public, spec), outcome) {
            (true, _) => Ok((outcome, public)),
            // Something that was there before, and is not what was asked for.
            (false, Outcome::AlreadySo) => Err(KeystoreError::Occupied(alias.clone())),
            (false, Outcome::Changed) => {
                Err(self.0.misfit("create", "what it made is not of the type and subject asked for").into())
            }
        }
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        let Exchange { alias, expected, staged, wanted, backup } = *exchange;
        let request = fields([
            ("alias", alias.as_str().into()),
            ("expected", expected.to_string().into()),
            ("staged", staged.as_str().into()),
            ("wanted", wanted.to_string().into()),
            ("backup", backup.map(Alias::as_str).into()),
        ]);
        let mut meant = vec![(alias, expected), (staged, wanted)];
        meant.extend(backup.map(|backup| (backup, expected)));
        let ok = self.0.ask("exchange", request).map_err(|unanswered| match (unanswered.code(), backup) {
            // Only the alias for the old one can be occupied.
            (Some(Code::Occupied), Some(backup)) => KeystoreError::Occupied(backup.clone()),
            _ => refused(unanswered, &meant),
        })?;
        self.fit("exchange", half::outcome(&ok))
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        let request = fields([("alias", alias.as_str().into()), ("meant", meant.to_string().into())]);
        let ok = self.change("remove", request, &[(alias, meant)])?;
        self.fit("remove", half::outcome(&ok))
    }
}
