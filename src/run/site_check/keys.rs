//! The keys that are in use: where they lie, under which aliases else, how long they last, and whether their
//! flows can sign with them.

use std::collections::BTreeMap;

use crate::{
    backend::{
        bench::Material,
        file::bounded::{self, CERTIFICATE_LIMIT},
        keystore::{Entry, EntryKind},
    },
    run::{opening, site::KeystoreBinding, time::to_the_second, validity::too_short, weak::weak},
    transition::state::State,
    world::{
        id::{KeyId, PlaceId},
        material::Certificate,
    },
};

use super::{
    complaint::Kind,
    keystores::Opened,
    sheet::{Row, Sheet},
};

/// The certificates of the keys in use, and what is known of those that will be made.
#[derive(Debug)]
pub(super) struct InUse {
    pub(super) certificates: BTreeMap<KeyId, Certificate>,
    pub(super) material: Material,
    /// Whether each of them was seen.
    pub(super) is_whole: bool,
}

/// Looks at each key that the plan starts with.
pub(super) fn examine(sheet: &mut Sheet<'_>, opened: &Opened) -> InUse {
    let plan = sheet.plan();
    let mut certificates: BTreeMap<KeyId, Certificate> = BTreeMap::new();
    let mut is_whole = true;
    for (place, key) in plan.places_in_use() {
        match certificate(sheet, opened, (place, key)) {
            Some((row, certificate)) => {
                validity(sheet, row, key, &certificate);
                twins(sheet, row, (place, &certificate), opened);
                certificates.entry(key).or_insert(certificate);
            }
            None => is_whole = false,
        }
    }
    others(sheet, opened);
    let mut state = State::new(sheet.look.checked);
    for (key, certificate) in &certificates {
        state.certificates.insert(*key, certificate.pem());
    }
    let material = opening::material(sheet.look.checked, sheet.look.site, &state, sheet.look.now);
    lasting(sheet, &material);
    InUse { certificates, material, is_whole }
}

/// The certificate of a key at its place, and the row that speaks of it.
fn certificate(
    sheet: &mut Sheet<'_>,
    opened: &Opened,
    (place, key): (PlaceId, KeyId),
) -> Option<(Row, Certificate)> {
    let plan = sheet.plan();
    let name = &plan.landscape.keys[key];
    let row = &plan.landscape.places[place];
    let at = plan.landscape.place_name(place);
    if let Some(file) = sheet.look.site.keys.get(name).and_then(|key| key.certificate.as_ref()) {
        let path = sheet.look.folder.join(file);
        let on = sheet.row("keys", name, "file");
        let read = bounded::read(&path, CERTIFICATE_LIMIT).map_err(|error| error.to_string());
        return match read.and_then(|bytes| Certificate::from_pem(&bytes).map_err(|error| error.to_string())) {
            Ok(certificate) => Some((on, certificate)),
            Err(error) => {
                let help = "name its certificate as a PEM file; the path begins at the site's folder";
                sheet.refuse(on, Kind::Unreachable, format!("{}: {error}", path.display()), help);
                None
            }
        };
    }
    let store = &plan.landscape.stores[row.store].name;
    match opened.get(&row.store) {
        Some(entries) => {
            let entry = entries.iter().find(|entry| entry.alias.same_entry(&row.alias));
            if let Some(certificate) = entry.and_then(Entry::certificate) {
                let on = sheet.row("keys", name, "seen");
                sheet.say(on, at);
                return Some((on, certificate.clone()));
            }
            let on = sheet.row_of("keystores", store)?;
            let what = match entry {
                Some(_) => format!("{at} is to be {name}, and what lies there has no certificate"),
                None => format!("{at} is to be {name}, and nothing lies there"),
            };
            let help = "correct the alias, in the plan or in `[parameters]`, or the keystore";
            sheet.refuse(on, Kind::KeyMissing, what, help);
            None
        }
        None => {
            let is_manual = matches!(sheet.look.site.keystores.get(store), Some(KeystoreBinding::Manual {}));
            if is_manual {
                let on = sheet.row("keys", name, "manual");
                sheet.say(on, "not seen: name its certificate in `[keys.NAME]` to have it looked at");
            }
            None
        }
    }
}

/// How long a certificate lasts.
fn validity(sheet: &mut Sheet<'_>, row: Row, key: KeyId, certificate: &Certificate) {
    let (name, now) = (&sheet.plan().landscape.keys[key], sheet.look.now);
    let short = certificate.fingerprint().short();
    if certificate.text().is_some() {
        sheet.say(row, format!("opaque, {}, fingerprint {short}", certificate.subject()));
        return;
    }
    let kind = certificate.key_type().map_or_else(|| "of an unknown kind".to_owned(), |k| k.to_string());
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let days = until.duration_since(now).as_hours() / 24;
    sheet.say(row, format!("{kind}, {}, certificate {short}", certificate.subject()));
    sheet.say(row, format!("valid until {} ({days} days)", to_the_second(until)));
    if until < now {
        let help = "whoever looks at validity rejects what is signed with it already: renew it at once";
        sheet.advise(row, Kind::Ends, format!("{name} ended on {}", to_the_second(until)), help);
    } else if from > now {
        let help = "look at the clock of this machine, or wait";
        sheet.advise(row, Kind::Ends, format!("{name} is valid from {} on only", to_the_second(from)), help);
    }
}

/// Where the pair of a key lies beside its place.
fn twins(sheet: &mut Sheet<'_>, row: Row, (place, certificate): (PlaceId, &Certificate), opened: &Opened) {
    let land = &sheet.plan().landscape;
    let here = &land.places[place];
    let digest = |one: &Certificate| one.public_key_digest().unwrap_or_else(|_| one.fingerprint());
    let own = digest(certificate);
    for (store, entries) in opened {
        for entry in entries {
            let is_here = *store == here.store && entry.alias.same_entry(&here.alias);
            if is_here || land.entry(*store, &entry.alias).is_some() {
                continue;
            }
            // A certificate alone signs nothing.
            let is_pair = matches!(entry.kind, EntryKind::KeyPair { .. });
            if is_pair && entry.certificate().is_some_and(|other| digest(other) == own) {
                let (at, other) = (land.place_name(place), &land.stores[*store].name);
                let what = format!(
                    "the pair at {at} also lies at {other}[\"{}\"], of which the plan does not speak",
                    entry.alias
                );
                let help = "let the plan speak of whoever uses that alias, or remove the entry";
                sheet.advise(row, Kind::AliasShared, what, help);
            }
        }
    }
}

/// Who uses the aliases of the plan, and what else lies in its keystores.
fn others(sheet: &mut Sheet<'_>, opened: &Opened) {
    let plan = sheet.plan();
    let land = &plan.landscape;
    for (store, entries) in opened {
        let Some(row) = sheet.row_of("keystores", &land.stores[*store].name) else { continue };
        for (id, place) in land.places.iter().filter(|(_, place)| place.store == *store && place.of.is_none())
        {
            let flows =
                land.channels.rows().filter(|channel| channel.alias == id || channel.beside == Some(id));
            let mut users: Vec<String> = flows.map(|channel| channel.name.clone()).collect();
            let said = plan.other_uses.said.iter().filter(|other| other.place == id);
            users.extend(said.map(|other| format!("\"{}\"", other.by)));
            if !users.is_empty() {
                sheet.say(row, format!("\"{}\" is used by {}", place.alias, users.join(", ")));
            }
        }
        let strange = entries.iter().filter(|entry| land.entry(*store, &entry.alias).is_none());
        let names: Vec<String> = strange.map(|entry| format!("\"{}\"", entry.alias)).collect();
        if !names.is_empty() {
            let more = names.len().saturating_sub(LISTED);
            let mut listed = names.into_iter().take(LISTED).collect::<Vec<_>>().join(", ");
            if more > 0 {
                listed.push_str(&format!(" and {more} more"));
            }
            sheet.say(row, format!("the plan does not speak of {listed}"));
        }
    }
}

/// How many entries are listed of which the plan does not speak.
const LISTED: usize = 12;

/// Whether the certificates last as long as the plan may, and which are weak.
fn lasting(sheet: &mut Sheet<'_>, material: &Material) {
    let plan = sheet.plan();
    let ends = too_short(sheet.look.checked, &plan.start, material, sheet.look.now);
    let ends = ends.into_iter().map(|line| (Kind::Ends, line));
    let weak = weak(plan, material).into_iter().map(|line| (Kind::Weak, line));
    for (kind, line) in ends.chain(weak) {
        // Each of these sentences begins with the name of its key.
        let name = line.split([' ', ':']).next().unwrap_or_default().to_owned();
        let row = sheet.row_of("keys", &name);
        let row = row.unwrap_or_else(|| sheet.row("keys", &name, "new"));
        let help = match kind {
            Kind::Ends => "begin sooner, or shorten what the steps take",
            _ => "let the new key be of a type that is strong enough",
        };
        sheet.advise(row, kind, line, help);
    }
}
