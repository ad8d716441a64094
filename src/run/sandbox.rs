//! A world of its own to rehearse in: real stores, a real receiver and a real flow, made for one
//! plan, and a site that binds them. Nothing outside its folder is read or changed.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::{
    backend::{
        bench::ActError,
        deployer::{Deployer, FlowState},
        directory::TrustFolder,
        fact_file::FactFile,
        fact_keeper::FactKeeper,
        file,
        key_pair::imitation::Imitator,
        keystore::{KeySpec, Keystore},
        local_flow::FlowSwitch,
        pkcs12::Pkcs12Keystore,
        receiver::Receiver,
        secret::SecretReference,
        xml_dsig::XmlVerifier,
    },
    name::Alias,
    plan::Plan,
    world::{
        id::{AcceptorId, ChannelId, KeyId, OwnFactId, StoreId},
        key_kind::KeyKind,
        landscape::Stamp,
        material::{Certificate, KeyType},
        weakness::Weakness,
    },
};

use super::{
    bind::created,
    hands::{generates, imports},
    origin::Origin,
    rebuild::{RebuildError, Rebuilt},
    site::{
        Answer, FactBinding, FlowBinding, KeyBinding, KeystoreBinding, Length, PairStore, ReceiverBinding,
        RoleBinding, Site,
    },
};

/// How old the certificates in use are, in days, of the year for which they are made.
const AGE: i64 = 330;

/// The file of the pairs that stand in for what receivers make.
const PAIRS: &str = "pairs.p12";

/// A sandbox.
#[derive(Debug)]
pub struct Sandbox {
    folder: PathBuf,
    site: Site,
    certificates: BTreeMap<KeyId, Certificate>,
    notes: Vec<String>,
}

/// Why no sandbox could be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The folder is not empty.
    #[error("the folder {} is not empty: choose another one", .0.display())]
    NotEmpty(PathBuf),
    /// The operating system refused.
    #[error("cannot write {}: {cause}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system answered.
        cause: std::io::Error,
    },
    /// A backend refused.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The site has no likeness.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// There is no randomness to make a password of.
    #[error("cannot make a password for the keystores of the sandbox")]
    Password(#[source] openssl::error::ErrorStack),
    /// The site has no form as a file.
    #[error("cannot write the site of the sandbox: {0}")]
    Site(toml::ser::Error),
}

/// What a sandbox is made to.
#[derive(Clone, Copy, Debug)]
pub struct Props {
    /// The kind of the keys in use.
    pub key_type: KeyType,
    /// When the rehearsal begins, on its own clock.
    pub start: Timestamp,
    /// How long each role takes before it acts.
    pub pause: Duration,
}

impl Sandbox {
    /// Builds the world that a plan starts from, in a folder that is new or empty.
    ///
    /// # Errors
    /// When the folder cannot be used or a backend refuses.
    pub fn build(plan: &Plan, folder: &Path, props: &Props) -> Result<Self, SandboxError> {
        Self::made(plan, folder, props, None)
    }

    /// Builds the likeness of a site that is as the plan starts from, with fresh key pairs, in a
    /// folder that is new or empty.
    ///
    /// # Errors
    /// When the folder cannot be used, a key has no likeness, or a backend refuses.
    pub fn rebuild(plan: &Plan, folder: &Path, props: &Props, origin: &Origin) -> Result<Self, SandboxError> {
        Self::made(plan, folder, props, Some(origin))
    }

    fn made(
        plan: &Plan,
        folder: &Path,
        props: &Props,
        origin: Option<&Origin>,
    ) -> Result<Self, SandboxError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |cause| SandboxError::Io { path, cause }
        };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        if std::fs::read_dir(folder).map_err(io(folder))?.next().is_some() {
            return Err(SandboxError::NotEmpty(folder.to_owned()));
        }
        let rebuilt = origin.map(|origin| {
            // What is left of a validity is so at the beginning of the rehearsal as it is now.
            Rebuilt::of(plan, origin, Imitator::new(props.start.duration_since(origin.seen)))
        });
        let rebuilt = rebuilt.transpose()?;
        let origin = origin.map(|origin| &origin.site);
        // One that was there already may have been open to others.
        std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(io(folder))?;
        let password = password()?;
        let answer = |yes: bool| if yes { Answer::Yes } else { Answer::No };
        let answers = plan.questions.iter().filter(|question| question.given);
        let given = plan.parameters.iter().filter(|parameter| parameter.given);
        let mut sandbox = Self {
            folder: folder.to_owned(),
            site: Site {
                site: 1,
                // Whoever goes on here needs the values that the plan was read with.
                parameters: given.map(|one| (one.name.clone(), one.value.to_string())).collect(),
                answers: answers.map(|one| (one.name.value.clone(), answer(one.yes))).collect(),
                roles: BTreeMap::new(),
                calendars: BTreeMap::new(),
                opened: BTreeMap::new(),
                keystores: BTreeMap::new(),
                receivers: BTreeMap::new(),
                flows: BTreeMap::new(),
                facts: BTreeMap::new(),
                notices: BTreeMap::new(),
                partners: None,
                coordinator: None,
                keys: stood_in(
                    plan,
                    props,
                    origin.map_or_else(|| first_of_their_kind(plan, props), |site| keys(site, props)),
                ),
            },
            certificates: rebuilt.as_ref().map(|r| r.certificates().clone()).unwrap_or_default(),
            notes: rebuilt.as_ref().map(|r| r.notes().to_vec()).unwrap_or_default(),
        };
        sandbox.write("password", password.as_bytes())?;
        if plan.landscape.acceptors.ids().any(|receiver| generates(plan, receiver)) {
            Pkcs12Keystore::create_empty(folder.join(PAIRS), password.clone()).map_err(ActError::from)?;
        }
        for role in plan.landscape.roles.rows() {
            let binding =
                RoleBinding { automatic: true, pause: Some(Length(props.pause)), ..RoleBinding::default() };
            sandbox.site.roles.insert(role.clone(), binding);
        }
        for store in plan.landscape.stores.ids() {
            sandbox.keystore(plan, store, (&password, rebuilt.as_ref()), props)?;
        }
        for receiver in plan.landscape.acceptors.ids() {
            sandbox.receiver(plan, receiver, (origin, rebuilt.as_ref()))?;
        }
        for flow in plan.landscape.channels.ids() {
            sandbox.flow(plan, flow, props.start)?;
        }
        for fact in plan.landscape.own_facts.ids() {
            sandbox.fact(plan, fact)?;
        }
        let text = toml::to_string(&sandbox.site).map_err(SandboxError::Site)?;
        sandbox.write("site.toml", text.as_bytes())?;
        sandbox.write("plan.renewal", plan.source.text.as_bytes())?;
        for (name, text) in &plan.files {
            let path = sandbox.folder.join(name);
            let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.map_err(|cause| SandboxError::Io { path, cause })?;
            sandbox.write(name, text.as_bytes())?;
        }
        Ok(sandbox)
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The site that binds it.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// The certificates of the keys that are in use at the start.
    #[must_use]
    pub const fn certificates(&self) -> &BTreeMap<KeyId, Certificate> {
        &self.certificates
    }

    /// What was made anew, kept and left out of the site that it is the likeness of, a line each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Writes a file of the sandbox, 0600.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), SandboxError> {
        let path = self.folder.join(name);
        file::replace_own(&path, bytes, Some(0o600)).map_err(|cause| SandboxError::Io { path, cause })
    }

    fn keystore(
        &mut self,
        plan: &Plan,
        store: StoreId,
        (password, rebuilt): (&Zeroizing<String>, Option<&Rebuilt>),
        props: &Props,
    ) -> Result<(), SandboxError> {
        let name = &plan.landscape.stores[store].name;
        let path = PathBuf::from(format!("{name}.p12"));
        let mut keystore = Pkcs12Keystore::create_empty(self.folder.join(&path), password.clone())
            .map_err(ActError::from)?;
        let filled = rebuilt.map(|r| r.fill(store, &mut keystore)).transpose().map_err(ActError::from)?;
        let mine = plan.places_in_use().filter(|(place, _)| plan.landscape.places[*place].store == store);
        for (place, key) in mine.filter(|_| filled != Some(true)) {
            let alias: &Alias = &plan.landscape.places[place].alias;
            if let Some(pair) = rebuilt.and_then(|r| r.pair(key)) {
                keystore.import_pair(alias, pair).map_err(ActError::from)?;
                continue;
            }
            let (_, certificate) =
                keystore.create_key_pair(alias, &spec(alias, props)).map_err(ActError::from)?;
            self.certificates.insert(key, certificate);
        }
        let password = SecretReference::File(PathBuf::from("password"));
        let pairs = imports(plan, store).then(pairs);
        self.site.keystores.insert(name.clone(), KeystoreBinding::Pkcs12 { path, password, pairs });
        Ok(())
    }

    fn receiver(
        &mut self,
        plan: &Plan,
        receiver: AcceptorId,
        (origin, rebuilt): (Option<&Site>, Option<&Rebuilt>),
    ) -> Result<(), SandboxError> {
        let row = &plan.landscape.acceptors[receiver];
        let path = PathBuf::from(format!("{}-trust", row.name));
        let folder = self.folder.join(&path);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(|cause| SandboxError::Io { path: folder.clone(), cause })?;
        let capacity = match origin.and_then(|site| site.receivers.get(&row.name)) {
            Some(ReceiverBinding::Directory { capacity, .. }) => *capacity,
            Some(ReceiverBinding::Command(bound)) => bound.capacity,
            _ => row.capacity.unwrap_or_else(|| plan.landscape.own_keys().count()),
        };
        let declared = plan.start.accepted[receiver].iter();
        let accepted = match rebuilt.and_then(|r| r.accepted(receiver)) {
            Some(accepted) => accepted.to_vec(),
            None => declared.filter_map(|key| self.certificates.get(&key).cloned()).collect(),
        };
        TrustFolder::new(folder, capacity, Box::new(XmlVerifier::default()))
            .change(&accepted, &[])
            .map_err(ActError::from)?;
        let pairs = generates(plan, receiver).then(pairs);
        self.site.receivers.insert(row.name.clone(), ReceiverBinding::Directory { path, capacity, pairs });
        Ok(())
    }

    fn flow(&mut self, plan: &Plan, flow: ChannelId, now: Timestamp) -> Result<(), SandboxError> {
        let name = &plan.landscape.channels[flow].name;
        let stand_in = plan.landscape.channels[flow].stamp == Stamp::Other;
        let path = PathBuf::from(format!("{name}-flow"));
        let mut switch = FlowSwitch::open(self.folder.join(&path)).map_err(ActError::from)?;
        let state = if plan.start.running[flow] { FlowState::Deployed } else { FlowState::Undeployed };
        switch.bring_to(state, now).map_err(ActError::from)?;
        self.site.flows.insert(name.clone(), FlowBinding::Local { path, signature: None, stand_in });
        Ok(())
    }

    /// A file stands in for whoever keeps the fact.
    fn fact(&mut self, plan: &Plan, fact: OwnFactId) -> Result<(), SandboxError> {
        let name = &plan.landscape.own_facts[fact].name;
        let path = PathBuf::from(format!("{name}-fact"));
        let mut keeper = FactFile::at(self.folder.join(&path));
        keeper.bring_to(plan.start.set[fact]).map_err(ActError::from)?;
        self.site.facts.insert(name.clone(), FactBinding::File { path });
        Ok(())
    }
}

/// Where the pairs are that stand in for what receivers make.
fn pairs() -> PairStore {
    PairStore { path: PathBuf::from(PAIRS), password: SecretReference::File(PathBuf::from("password")) }
}

/// What is generated for keys that take the place of no other one, of which it could be told.
fn first_of_their_kind(plan: &Plan, props: &Props) -> BTreeMap<String, KeyBinding> {
    let alone = created(plan).filter(|key| !plan.predecessors.contains_key(key));
    let bound = alone.map(|key| {
        let name = &plan.landscape.keys[key];
        // A common name has at most 64 characters (RFC 5280).
        let common: String = name.chars().take(64).collect();
        let binding = KeyBinding {
            key_type: plan.key_kind(key).is_none().then(|| props.key_type.to_string()),
            subject: Some(format!("CN={common}, O=keyroll rehearsal")),
            certificate: None,
            days: None,
        };
        (name.clone(), binding)
    });
    bound.collect()
}

/// The same, with a key pair in the place of each that is to be of a type with which no flow of a sandbox signs,
/// or that is too weak to be made.
fn stood_in(
    plan: &Plan,
    props: &Props,
    mut keys: BTreeMap<String, KeyBinding>,
) -> BTreeMap<String, KeyBinding> {
    let signs = |kind: KeyKind| {
        let is_signing = |kind| !matches!(kind, KeyType::Ed25519 | KeyType::Opaque);
        Weakness::of_kind(kind).is_none() && kind.handled().is_some_and(is_signing)
    };
    for key in created(plan).filter(|key| plan.key_kind(*key).is_some_and(|kind| !signs(kind))) {
        let binding = keys.entry(plan.landscape.keys[key].clone()).or_default();
        binding.key_type.get_or_insert_with(|| props.key_type.to_string());
    }
    keys
}

/// What a site says of keys, without the certificates that it names: in a likeness they are others.
/// For a credential that is no key pair a key pair stands in.
fn keys(site: &Site, props: &Props) -> BTreeMap<String, KeyBinding> {
    let opaque = KeyType::Opaque.to_string();
    let fresh = |key: &KeyBinding| {
        let kind =
            key.key_type.clone().map(|kind| if kind == opaque { props.key_type.to_string() } else { kind });
        KeyBinding { certificate: None, key_type: kind, ..key.clone() }
    };
    site.keys.iter().map(|(name, key)| (name.clone(), fresh(key))).collect()
}

fn spec(alias: &Alias, props: &Props) -> KeySpec {
    let age = SignedDuration::from_hours(24 * AGE);
    // A common name has at most 64 characters (RFC 5280, upper bound ub-common-name).
    let name: String = alias.as_str().chars().take(64).collect();
    KeySpec {
        key_type: props.key_type,
        subject: vec![("CN".to_owned(), name), ("O".to_owned(), "keyroll rehearsal".to_owned())],
        not_before: props.start.checked_sub(age).unwrap_or(props.start),
        days: 365,
    }
}

/// A fresh password for the stores of one sandbox.
fn password() -> Result<Zeroizing<String>, SandboxError> {
    let mut bytes = Zeroizing::new([0u8; 18]);
    openssl::rand::rand_bytes(bytes.as_mut_slice()).map_err(SandboxError::Password)?;
    Ok(Zeroizing::new(openssl::base64::encode_block(bytes.as_slice())))
}
