//! What others write meanwhile, and what was read before.
#![cfg(test)]

use super::*;

#[test]
fn what_another_tool_wrote_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let refused = store.change(&[], |content| {
        fs::write(store.path(), "by another tool").unwrap();
        store.write(Edit::new(&content.safe, &content.inventory, PASSWORD), ())
    });
    assert!(matches!(refused, Err(KeystoreError::Locked(_))), "{refused:?}");
    assert_eq!(fs::read(store.path()).unwrap(), b"by another tool");
}

#[test]
fn a_change_by_hand_that_another_tool_wrote_over_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &store(both(&pair("live"), "live")));
    let path = store.path().to_owned();
    let elder = fs::read(&path).unwrap();
    for is_overwritten in [false, true] {
        let name = alias(if is_overwritten { "second" } else { "first" });
        let deed = Deed { command: "create", aliases: vec![name.clone()], may_make: false };
        let hand = Hand::on(&path, Zeroizing::new(PASSWORD.to_owned()), deed).unwrap();
        let done = hand.change(|store| {
            let made = store.create_key_pair(&name, &spec("new"))?;
            if is_overwritten {
                fs::write(&path, &elder).unwrap();
            }
            Ok(made)
        });
        assert_eq!(matches!(done, Err(KeystoreError::Locked(_))), is_overwritten, "{done:?}");
        assert_eq!(names(&store).contains(&"first".to_owned()), !is_overwritten);
        let kept = Record::read(&path).unwrap();
        let last = kept.lines.last().unwrap().line.as_ref().unwrap();
        assert_eq!(last.note.stage, if is_overwritten { Stage::Failed } else { Stage::Done });
    }
}

#[test]
fn the_same_bytes_are_parsed_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), &store(both(&pair("live"), "live")));
    let first = store.content().unwrap();
    let bytes = fs::read(store.path()).unwrap();
    // Young, so that nothing but the bytes tells that it is the same.
    fs::write(store.path(), bytes).unwrap();
    assert!(Arc::ptr_eq(&first, &store.content().unwrap()));
    store.create_key_pair(&alias("new"), &spec("new")).unwrap();
    let written = store.content().unwrap();
    assert!(!Arc::ptr_eq(&first, &written) && Arc::ptr_eq(&written, &store.content().unwrap()));
    assert_eq!(names(&store).len(), 2);
}

#[test]
fn what_was_read_is_kept_only_while_the_file_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| store(both(&pair(name), name)));
    let store = open(folder.path(), &one);
    while !store.stamp().unwrap().is_settled() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    for _ in 0..2 {
        assert_eq!(names(&store), ["one"]);
    }
    fs::write(store.path(), two).unwrap();
    assert_eq!(names(&store), ["two"]);
    fs::remove_file(store.path()).unwrap();
    assert!(matches!(store.entries(), Err(KeystoreError::Missing(_))));
}
