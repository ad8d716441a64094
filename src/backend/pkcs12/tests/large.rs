//! Stores so large that the integrity check is computed beside the reading, and what is known of
//! them is not read twice.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use super::*;

/// A pair, and a bag of half a megabyte that nobody knows.
fn large() -> (Vec<Bag>, Vec<u8>) {
    let value = element(CONTEXT_0, &[&element(OCTET_STRING, &[&vec![7; 512 << 10]])]);
    let odd = element(SEQUENCE, &[&element(OID, &[&[0x2A, 4]]), &value]);
    let mut bags = both(&pair("live"), "live");
    bags.insert(0, Bag::written(odd, 0).unwrap());
    let bytes = store(bags.clone());
    (bags, bytes)
}

#[test]
fn a_large_store_is_checked_as_a_small_one_is() {
    let (bags, bytes) = large();
    assert_eq!(raws(&safe_of(&bytes, PASSWORD).unwrap()), raws_of(&bags));
    assert!(matches!(safe_of(&bytes, "wrong"), Err(Flaw::WrongPassword)));
    for at in [200_000, 500_000] {
        let mut tampered = bytes.clone();
        tampered[at] ^= 1;
        assert!(matches!(safe_of(&tampered, PASSWORD), Err(Flaw::Tampered)), "{at}");
    }
    let cut = &bytes[..bytes.len() - 1];
    assert!(matches!(safe_of(cut, PASSWORD), Err(Flaw::Damaged { .. })));
}

#[test]
fn an_empty_password_of_a_large_store_is_found_in_both_forms() {
    for is_none in [false, true] {
        let (bags, _) = large();
        let bags = shared(bags.into_iter().take(1).collect());
        let made =
            Safe { parts: vec![Part::new(None)], bags, mac: Some(quick_mac()), is_without_password: is_none };
        let read = safe_of(&made.write("").unwrap(), "").unwrap();
        assert_eq!(read.is_without_password, is_none);
    }
}

#[test]
fn only_what_is_the_same_is_taken_over() {
    let (mut bags, bytes) = large();
    let bytes = Octets::new(Zeroizing::new(bytes));
    let fresh = Safe::read(&bytes, PASSWORD).unwrap();
    let again = Safe::read_again(&bytes, PASSWORD, &fresh.bags).unwrap();
    assert!(fresh.bags.iter().zip(&again.bags).all(|(one, other)| Arc::ptr_eq(one, other)));
    // Another name, another part, another order: what is written counts.
    bags[1] = bags[1].renamed(&alias("other")).unwrap();
    bags.swap(0, 1);
    bags[2].part = 0;
    let misled = Safe::read_again(&bytes, PASSWORD, &shared(bags)).unwrap();
    assert_eq!(raws(&misled), raws(&fresh));
    for (one, other) in misled.bags.iter().zip(&fresh.bags) {
        assert_eq!((one.part, &one.name), (other.part, &other.name));
    }
}

/// What is removed is wiped at once, and not with the last of its neighbours.
#[test]
fn bags_beside_an_open_secret_share_no_bytes() {
    let shares = |bags: Vec<Bag>| {
        let bags = safe_of(&store(bags), PASSWORD).unwrap().bags;
        let pairs = bags.iter().flat_map(|one| bags.iter().map(move |other| (one, other)));
        pairs.filter(|(one, other)| !Arc::ptr_eq(one, other) && one.raw.is_beside(&other.raw)).count()
    };
    let pairs = ["a", "b"].map(pair);
    let closed = [both(&pairs[0], "a"), both(&pairs[1], "b")].concat();
    assert_eq!(shares(closed.clone()), 4, "two keys of one part, two certificates of the other");
    let plain = pairs[0].0.private_key_to_pkcs8().unwrap();
    let value = element(CONTEXT_0, &[&plain]);
    for part in [0, 1] {
        let open = element(SEQUENCE, &[&element(OID, &[oid::KEY_BAG]), &value]);
        let open = Bag::written(open, part).unwrap();
        assert!(matches!(open.kind, Kind::PlainKey));
        let mut bags = [closed.clone(), vec![open]].concat();
        bags.sort_by_key(|bag| bag.part);
        assert_eq!(shares(bags), 2, "only those of the other part");
    }
}

fn raws_of(bags: &[Bag]) -> Vec<Vec<u8>> {
    bags.iter().map(|bag| bag.raw.to_vec()).collect()
}

/// A large store is put beside the file while it is checked.
#[test]
fn of_a_large_store_that_is_refused_nothing_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (_, bytes) = large();
    let store = open(folder.path(), &bytes);
    for is_meant in [false, true] {
        let begun = AtomicBool::new(false);
        let changed = store.change(&[], |content| {
            let mut edit = Edit::new(&content.safe, &content.inventory, PASSWORD);
            let found = content.inventory.find(&alias("live"))?.unwrap();
            let own = found.entry(&content.safe).unwrap().certificate().unwrap().fingerprint();
            edit.rename(found, &alias("late")).unwrap();
            edit.expect(&alias("live"), None);
            edit.expect(&alias("late"), is_meant.then_some(own));
            let begin = |bytes: &[u8]| {
                begun.store(true, Ordering::Relaxed);
                let mut draft = Draft::beside(store.path())?;
                draft.write_all(bytes).map(|()| draft)
            };
            let written = edit.write(begin).map_err(store.flaw())?;
            Ok(Act::Write(Box::new(written), ()))
        });
        assert!(begun.into_inner());
        assert_eq!(changed.is_ok(), is_meant, "{changed:?}");
        assert_eq!(fs::read(store.path()).unwrap() == bytes, !is_meant);
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".new")), "{left:?}");
    }
}
