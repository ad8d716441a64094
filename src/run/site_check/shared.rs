//! Names of a plan that lead to one thing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::run::site::{FactBinding, FlowBinding, KeystoreBinding, ReceiverBinding, Site};

use super::{complaint::Kind, sheet::Sheet};

/// Every name that a site binds to a path.
fn paths(site: &Site) -> Vec<(&'static str, &String, &PathBuf)> {
    let stores = site.keystores.iter().filter_map(|(name, bound)| match bound {
        KeystoreBinding::Pkcs12 { path, .. } => Some(("keystores", name, path)),
        _ => None,
    });
    let receivers = site.receivers.iter().filter_map(|(name, bound)| match bound {
        ReceiverBinding::Directory { path, .. } => Some(("receivers", name, path)),
        _ => None,
    });
    let flows = site.flows.iter().filter_map(|(name, bound)| match bound {
        FlowBinding::Local { path, .. } => Some(("flows", name, path)),
        _ => None,
    });
    let facts = site.facts.iter().filter_map(|(name, bound)| match bound {
        FactBinding::File { path } => Some(("facts", name, path)),
        _ => None,
    });
    stores.chain(receivers).chain(flows).chain(facts).collect()
}

/// Where a path leads, whether there is something or not.
fn real(path: &Path) -> PathBuf {
    let in_folder = || {
        let folder = super::rights::parent(path).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| path.to_owned())
}

/// Complains of each name that leads where another one led before.
pub(super) fn examine(sheet: &mut Sheet<'_>) {
    let (site, folder) = (sheet.look.site, sheet.look.folder);
    let mut first: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (table, name, path) in paths(site) {
        let Some(row) = sheet.row_of(table, name) else { continue };
        let (real, own) = (real(&folder.join(path)), format!("{table}.{name}"));
        if let Some(other) = first.get(&real) {
            let what = format!("{own} and {other} are both {}", folder.join(path).display());
            let help = "bind each of them to one of its own: the proof takes them for two";
            sheet.refuse(row, Kind::BoundTwice, what, help);
        } else {
            first.insert(real, own);
        }
    }
}
