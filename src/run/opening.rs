//! The first look at the world: which certificates the plan's keys are.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::{
    backend::{
        bench::{Backends, Material},
        file::bounded::{self, CERTIFICATE_LIMIT},
        keystore::KeySpec,
        xml_dsig::algorithm_for,
    },
    check::Checked,
    plan::Plan,
    transition::state::State,
    world::{
        effect::Effect,
        id::KeyId,
        key_kind::KeyKind,
        material::{Certificate, KeyType},
    },
};

use super::{
    bind::created,
    error::RunError,
    site::{FlowBinding, Site, VALIDITY, subject},
};

/// Days of validity where the certificate that is replaced does not say.
const DAYS: u32 = 365;

/// The certificates of the keys that are in use at the start: read from their aliases, or from the
/// file that the site names.
///
/// # Errors
/// When a certificate is nowhere to be seen.
pub fn certificates(
    checked: &Checked,
    site: &Site,
    folder: &Path,
    backends: &Backends,
) -> Result<BTreeMap<String, String>, RunError> {
    let plan = checked.plan();
    let mut found = BTreeMap::new();
    for (place, key) in plan.places_in_use() {
        let name = plan.landscape.keys[key].clone();
        let fail = |why: String| RunError::Start { key: name.clone(), why };
        let file = site.keys.get(&name).and_then(|k| k.certificate.as_ref());
        let row = &plan.landscape.places[place];
        let certificate = match (file, backends.keystores[row.store].backend()) {
            (Some(file), _) => {
                let path = folder.join(file);
                let read = bounded::read(&path, CERTIFICATE_LIMIT);
                let bytes = read.map_err(|e| fail(format!("{}: {e}", path.display())))?;
                Some(Certificate::from_pem(&bytes).map_err(|e| fail(format!("{}: {e}", path.display())))?)
            }
            (None, Some(keystore)) => {
                let entry = keystore.entry(&row.alias).map_err(|e| RunError::Observe(e.into()))?;
                let certificate = entry.as_ref().and_then(|e| e.certificate()).cloned();
                if certificate.is_none() {
                    return Err(fail(format!("the alias `{}` names nothing with a certificate", row.alias)));
                }
                certificate
            }
            (None, None) => None,
        };
        if let Some(certificate) = certificate {
            let signs_xml = certificate.public_key().is_ok_and(|public| algorithm_for(&*public).is_some());
            if let Some(flow) = signs(plan, site, key).filter(|_| !signs_xml) {
                let kind =
                    certificate.key_type().map_or("a key of another kind".to_owned(), |k| k.to_string());
                return Err(RunError::Unfit { flow: flow.to_owned(), key: name, kind });
            }
            found.insert(name, certificate.pem());
        }
    }
    Ok(found)
}

/// The keys that sign XML, for people.
pub(super) const XML_KEYS: &str = "an RSA key from 2048 bits, or an EC key on P-256, P-384 or P-521";

/// The flow that is tested with a key, or signs with it, or with one that it replaces or is replaced by,
/// where keyroll does the signing.
pub(super) fn signs<'a>(plan: &'a Plan, site: &Site, key: KeyId) -> Option<&'a str> {
    let is_local = |name: &str| matches!(site.flows.get(name), Some(FlowBinding::Local { .. }));
    let tests =
        plan.steps.rows().flat_map(|step| step.action.value.effects()).filter_map(|effect| match effect {
            Effect::Try { channel, key: tried } if tried == key => {
                Some(&plan.landscape.channels[channel].name)
            }
            _ => None,
        });
    if let Some(name) = tests.into_iter().find(|name| is_local(name)) {
        return Some(name);
    }
    let channels = plan.landscape.channels.rows().filter(|channel| is_local(&channel.name));
    let mut signing = channels.flat_map(|channel| {
        channel.aliases().filter_map(move |place| Some((channel, plan.start.places[place]?)))
    });
    let mut forebears = vec![key];
    while let Some(old) = forebears.last().and_then(|key| plan.predecessors.get(key))
        && !forebears.contains(old)
    {
        forebears.push(*old);
    }
    signing.find(|(_, first)| forebears.contains(first)).map(|(channel, _)| channel.name.as_str())
}

/// The material of a run as recorded, with what is to be generated.
#[must_use]
pub fn material(checked: &Checked, site: &Site, state: &State, now: Timestamp) -> Material {
    let mut material = Material::default();
    checked.plan().may_be_weak().into_iter().for_each(|key| material.let_be_weak(key));
    for (key, pem) in &state.certificates {
        material.learn(*key, pem);
    }
    for key in created(checked.plan()) {
        if let Some(spec) = specification(checked, site, &material, key, now) {
            material.specify(key, spec);
        }
    }
    material
}

/// What is generated for a key: as the site says, or the plan, and otherwise as the key that it replaces.
fn specification(
    checked: &Checked,
    site: &Site,
    material: &Material,
    key: KeyId,
    now: Timestamp,
) -> Option<KeySpec> {
    let plan = checked.plan();
    let binding = site.keys.get(&plan.landscape.keys[key]);
    let old = plan.predecessors.get(&key).and_then(|old| material.certificate(*old));
    let said_type =
        binding.and_then(|b| b.key_type.as_deref()).and_then(KeyKind::named).and_then(KeyKind::handled);
    let said_subject = binding.and_then(|b| b.subject.as_deref()).and_then(subject);
    let key_type: KeyType = match (said_type, plan.key_kind(key)) {
        (Some(said), _) => said,
        // A type that is made by hand alone is not that of the old key.
        (None, Some(kind)) => kind.handled()?,
        (None, None) => old.and_then(Certificate::key_type)?,
    };
    let subject = said_subject.or_else(|| old.and_then(subject_of)).filter(|s| !s.is_empty());
    // What is no certificate needs no subject.
    let subject = if key_type == KeyType::Opaque { subject.unwrap_or_default() } else { subject? };
    let days = binding.and_then(|b| b.days).or_else(|| old.map(days_of)).unwrap_or(DAYS);
    Some(KeySpec { key_type, subject, not_before: now, days })
}

/// The subject of a certificate; nothing when some part of it has no short name or is no text: then
/// a successor would get another subject, and the site has to say which.
fn subject_of(certificate: &Certificate) -> Option<Vec<(String, String)>> {
    let entries = certificate.x509()?.subject_name().entries();
    let pair = |entry: &openssl::x509::X509NameEntryRef| {
        let name = entry.object().nid().short_name().ok()?.to_owned();
        Some((name, entry.data().to_string().ok()?))
    };
    entries.map(pair).collect()
}

fn days_of(certificate: &Certificate) -> u32 {
    if certificate.text().is_some() {
        return DAYS;
    }
    let length = certificate.not_after().duration_since(certificate.not_before());
    u32::try_from(length.as_hours() / 24).unwrap_or(DAYS).clamp(*VALIDITY.start(), *VALIDITY.end())
}
