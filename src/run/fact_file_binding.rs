//! Files that keep facts of the plan's own: each has one of its own, and nothing else lies there.

use std::path::{Component, Path, PathBuf};

use crate::source::{Finding, Source, shown};

use super::{
    bind::place,
    site::{FactBinding, FlowBinding, KeystoreBinding, ReceiverBinding, Site},
    site_fault::bad_binding,
};

/// What is wrong with the files of facts. A path begins at the site's folder.
pub(super) fn faults(site: &Site, text: &Source, folder: &Path) -> Vec<Finding> {
    let mut taken = others(site, folder);
    let mut findings = Vec::new();
    for (name, path) in files(site) {
        let fact = shown(name);
        let mut refuse = |what: String, help: String| {
            findings.push(bad_binding(what, help, place(text, "facts", name)));
        };
        let is_named = matches!(path.components().next_back(), Some(Component::Normal(_)));
        let ends = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if !is_named || ends || folder.join(path).is_dir() {
            let what = format!("`{fact}` is kept in a file, and its path names none");
            refuse(what, format!("name a file, as in `path = \"{fact}-fact\"`; it need not be there yet"));
            continue;
        }
        let real = real(&folder.join(path));
        match taken.iter().find(|(_, known)| *known == real) {
            Some((other, _)) => {
                let what = format!("`{fact}` would be kept in the file of {other}");
                refuse(what, "name another file: each fact has one of its own".to_owned());
            }
            None => taken.push((format!("the fact `{fact}`"), real)),
        }
    }
    findings
}

/// The facts that lie in files.
fn files(site: &Site) -> impl Iterator<Item = (&String, &PathBuf)> {
    site.facts.iter().filter_map(|(name, bound)| match bound {
        FactBinding::File { path } => Some((name, path)),
        FactBinding::Command(_) | FactBinding::Manual {} => None,
    })
}

/// What else lies at a path, and where.
fn others(site: &Site, folder: &Path) -> Vec<(String, PathBuf)> {
    let stores = site.keystores.iter().filter_map(|(name, bound)| match bound {
        KeystoreBinding::Pkcs12 { path, .. } => Some((format!("the keystore `{}`", shown(name)), path)),
        KeystoreBinding::Command(_) | KeystoreBinding::Manual {} => None,
    });
    let receivers = site.receivers.iter().filter_map(|(name, bound)| match bound {
        ReceiverBinding::Directory { path, .. } => Some((format!("the receiver `{}`", shown(name)), path)),
        ReceiverBinding::Command(_) | ReceiverBinding::Manual {} => None,
    });
    let flows = site.flows.iter().filter_map(|(name, bound)| match bound {
        FlowBinding::Local { path, .. } => Some((format!("the flow `{}`", shown(name)), path)),
        FlowBinding::Command(_) | FlowBinding::Manual {} => None,
    });
    let all = stores.chain(receivers).chain(flows);
    all.map(|(what, path)| (what, real(&folder.join(path)))).collect()
}

/// A path without detours, through links as far as it is there.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return plain(path) };
    parent.canonicalize().map_or_else(|_| plain(path), |parent| parent.join(name))
}

/// The same by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_known_by_its_words() {
        for (one, other) in
            [("/nowhere/a", "/nowhere/./a"), ("/nowhere/a", "/nowhere/b/../a"), ("../a", "../a")]
        {
            assert_eq!(plain(Path::new(one)), plain(Path::new(other)), "{one} {other}");
        }
        assert_ne!(plain(Path::new("../a")), plain(Path::new("a")));
    }
}
