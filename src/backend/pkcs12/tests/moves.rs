//! Any changes one after the other, against a map.
#![cfg(test)]

use super::*;

#[derive(Clone, Debug)]
enum Move {
    Create(u8),
    Trust(u8),
    Discard(u8),
    Exchange(u8, u8, Option<u8>),
    Remove(u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let name = || 0..5_u8;
    let one = prop_oneof![
        3 => name().prop_map(Move::Create),
        3 => (name(), name(), prop::option::of(name())).prop_map(|(a, b, c)| Move::Exchange(a, b, c)),
        1 => name().prop_map(Move::Remove),
        1 => name().prop_map(Move::Trust),
        1 => name().prop_map(Move::Discard),
    ];
    prop::collection::vec(one, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_moves_agree_with_a_simple_map(moves in moves(), kind in 0..4_usize, has_mac in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let bystander = pair("bystander");
        let trusted = pair("trusted").1;
        let scheme = [quick_scheme(), elder(oid::PBE_TRIPLE_DES), elder(oid::PBE_RC2_40), elder(oid::PBE_MD5_DES)]
            .into_iter().nth(kind).unwrap();
        let key = bystander.0.private_key_to_pkcs8().unwrap();
        let sealed = (&scheme, Password::new(PASSWORD, false));
        let bags = vec![
            odd_bag(0),
            Bag::of_key(&key, &bystander.1, &alias("bystander"), 0, sealed).unwrap(),
            Bag::of_certificate(&bystander.1, &alias("bystander"), 1).unwrap(),
            odd_bag(1),
        ];
        let parts = vec![Part::new(None), Part::new(Some(scheme.clone()))];
        let start = Safe { parts, bags: shared(bags), mac: has_mac.then(quick_mac), is_without_password: false };
        let mut store = open(folder.path(), &start.write(PASSWORD).unwrap());
        let weak = store.remarks().unwrap();
        let mut map = BTreeMap::from([("bystander".to_owned(), print(&bystander))]);
        let unknown = Fingerprint::of(b"unknown");
        for one in moves {
            let before = read(&store);
            let name = |number: u8| alias(&format!("Name{number}"));
            let held = |map: &BTreeMap<String, Fingerprint>, alias: &Alias| map.get(&alias.folded()).copied();
            let touched: Vec<Alias> = match &one {
                Move::Create(a) | Move::Remove(a) | Move::Trust(a) | Move::Discard(a) => vec![name(*a)],
                Move::Exchange(a, b, c) => [Some(*a), Some(*b), *c].into_iter().flatten().map(name).collect(),
            };
            match one {
                Move::Trust(a) => {
                    let known = held(&map, &name(a));
                    match (store.import_certificate(&name(a), &trusted), known) {
                        (Ok(outcome), None) => {
                            prop_assert_eq!(outcome, Outcome::Changed);
                            map.insert(name(a).folded(), trusted.fingerprint());
                        }
                        (Ok(outcome), Some(own)) => {
                            prop_assert_eq!((outcome, own), (Outcome::AlreadySo, trusted.fingerprint()));
                        }
                        (Err(_), known) => prop_assert!(known.is_some_and(|own| own != trusted.fingerprint())),
                    }
                }
                Move::Discard(a) => {
                    if let Some(entry) = store.entry(&name(a)).unwrap() {
                        prop_assert_eq!(store.remove_entry(&entry).unwrap(), Outcome::Changed);
                        prop_assert_eq!(store.remove_entry(&entry).unwrap(), Outcome::AlreadySo);
                        prop_assert!(map.remove(&name(a).folded()).is_some());
                    }
                }
                Move::Create(a) if held(&map, &name(a)) == Some(trusted.fingerprint()) => {
                    prop_assert!(store.create_key_pair(&name(a), &spec("same")).is_err());
                }
                Move::Create(a) => {
                    let (outcome, own) = store.create_key_pair(&name(a), &spec("same")).unwrap();
                    let known = held(&map, &name(a));
                    prop_assert_eq!(outcome == Outcome::AlreadySo, known.is_some());
                    prop_assert!(known.is_none_or(|known| known == own.fingerprint()));
                    map.insert(name(a).folded(), own.fingerprint());
                }
                Move::Exchange(a, b, c) => {
                    let (live, staged, backup) = (name(a), name(b), c.map(name));
                    let (old, new) = (held(&map, &live), held(&map, &staged));
                    let done = store.exchange(&Exchange {
                        alias: &live,
                        expected: &old.unwrap_or(unknown),
                        staged: &staged,
                        wanted: &new.unwrap_or(unknown),
                        backup: backup.as_ref(),
                    });
                    let is_free = backup.as_ref().is_none_or(|backup| held(&map, backup).is_none());
                    let is_pair = [old, new].iter().all(|own| *own != Some(trusted.fingerprint()));
                    match (old, new) {
                        (Some(old), Some(new)) if old != new && is_free && is_pair => {
                            prop_assert_eq!(done.unwrap(), Outcome::Changed);
                            map.remove(&staged.folded());
                            map.insert(live.folded(), new);
                            backup.into_iter().for_each(|backup| { map.insert(backup.folded(), old); });
                        }
                        _ => prop_assert!(done.is_err()),
                    }
                }
                Move::Remove(a) => {
                    let known = held(&map, &name(a));
                    let done = store.remove(&name(a), &known.unwrap_or(unknown)).unwrap();
                    prop_assert_eq!(done == Outcome::Changed, known.is_some());
                    map.remove(&name(a).folded());
                }
            }
            let after = read(&store);
            let others = |safe: &Safe| -> Vec<Vec<u8>> {
                let untouched = safe.bags.iter().filter(|bag| !touched.iter().any(|own| bag.answers_to(own)));
                untouched.map(|bag| bag.raw.to_vec()).collect()
            };
            prop_assert_eq!(others(&before), others(&after));
            let shown: BTreeMap<_, _> = store.entries().unwrap().iter().map(|entry| {
                (entry.alias.folded(), entry.certificate().unwrap().fingerprint())
            }).collect();
            prop_assert_eq!(&shown, &map);
            let is_kind = |remark: &Remark| !matches!(remark, Remark::WeakKeys(..));
            let kept = |remarks: Vec<Remark>| remarks.into_iter().filter(is_kind).collect::<Vec<_>>();
            prop_assert_eq!(kept(store.remarks().unwrap()), kept(weak.clone()), "its strength is kept");
            let pairs = store.entries().unwrap().into_iter();
            for entry in pairs.filter(|entry| matches!(entry.kind, EntryKind::KeyPair { .. })) {
                let (key, own) = store.private_key(&entry.alias).unwrap();
                prop_assert!(own.public_key().unwrap().public_eq(&key));
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(safe_of(&bytes, PASSWORD).is_err());
    }

    /// Under a true integrity check even a hostile content must be read without a panic.
    #[test]
    fn any_mutation_under_a_true_check_is_read_without_a_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let bytes = store(both(&pair("one"), "one"));
        let mut fields = Reader::new(&bytes, 0).any().unwrap().reader();
        let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
        let mut typed = info.reader();
        typed.any().unwrap();
        let mut content = typed.any().unwrap().reader().any().unwrap().content.to_vec();
        for (at, byte) in cuts {
            *at.get_mut(&mut content) = byte;
        }
        let mac = quick_mac().over(&content, Password::new(PASSWORD, false)).unwrap();
        let octets = element(CONTEXT_0, &[&element(OCTET_STRING, &[&content])]);
        let info = element(SEQUENCE, &[&element(OID, &[oid::DATA]), &octets]);
        let forged = element(SEQUENCE, &[version.raw, &info, &mac]);
        if let Ok(safe) = safe_of(&forged, PASSWORD) {
            let inventory = Inventory::of(&safe, PASSWORD).unwrap();
            let pairs = inventory.entries(&safe).into_iter().filter(|entry: &Entry| {
                matches!(entry.kind, EntryKind::KeyPair { .. })
            });
            prop_assert!(pairs.count() <= 1);
        }
    }
}
