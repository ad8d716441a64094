//! A file that tells what is not so is refused, whichever field is changed.

use keyroll::{
    check::Checked,
    proof::story::{form::StoryFile, refused::Refused, replay::replay},
};
use serde_json::{Value, json};

use super::{ONE_KEY, TWO_KEYS, drainless, golden, refuted};

/// Whether a document is believed as a story of the plan.
fn believed(checked: &Checked, document: &Value) -> Result<(), Refused> {
    let file = StoryFile::read(document.to_string().as_bytes())?;
    replay(checked, &file).map(drop)
}

/// The pointers to every value in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                pointers(field, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(rows) => {
            for (number, row) in rows.iter().enumerate() {
                pointers(row, &format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// Other values in the place of one.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => vec![
            json!(format!("{text}x")),
            json!(""),
            json!(text.replace("old", "new")),
            json!("receiver_admin"),
            json!("rejected"),
            json!("interrupted"),
            json!("act"),
            json!("answer"),
            Value::Null,
        ],
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            vec![json!(number + 1), json!(0), json!(-1), json!(format!("{number}"))]
        }
        Value::Array(rows) => {
            let mut more = vec![json!([])];
            if let [first, ..] = rows.as_slice() {
                more.push([rows.as_slice(), std::slice::from_ref(first)].concat().into());
                more.push(rows[1..].to_vec().into());
                more.push(rows.iter().rev().cloned().collect::<Vec<_>>().into());
            }
            more
        }
        _ => vec![json!({}), Value::Null],
    }
}

fn every_change_is_refused(name: &str, text: &str) -> usize {
    let refuted = refuted(text);
    let written = StoryFile::of(&refuted.checked, &refuted.story).text();
    let whole: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(believed(&refuted.checked, &whole), Ok(()), "{name}");
    let (mut places, mut tried) = (Vec::new(), 0);
    pointers(&whole, "", &mut places);
    for place in places {
        let was = whole.pointer(&place).unwrap().clone();
        for other in others(&was).into_iter().filter(|other| *other != was) {
            let mut forged = whole.clone();
            *forged.pointer_mut(&place).unwrap() = other.clone();
            let said = believed(&refuted.checked, &forged);
            assert!(said.is_err(), "{name}: {place} was {was} and is {other}");
            tried += 1;
        }
        // The same without it, and with one more.
        let (parent, field) = place.rsplit_once('/').unwrap();
        let mut forged = whole.clone();
        let around = if parent.is_empty() { Some(&mut forged) } else { forged.pointer_mut(parent) };
        if let Some(Value::Object(fields)) = around {
            fields.remove(field).unwrap();
            assert!(believed(&refuted.checked, &forged).is_err(), "{name}: {place} is not missed");
            let mut forged = whole.clone();
            let around = if parent.is_empty() { Some(&mut forged) } else { forged.pointer_mut(parent) };
            around.unwrap().as_object_mut().unwrap().insert("more".to_owned(), json!(1));
            assert!(believed(&refuted.checked, &forged).is_err(), "{name}: {place} has more beside it");
        }
    }
    tried
}

#[test]
fn a_story_with_any_field_changed_is_refused() {
    let tried = every_change_is_refused("two-keys", &drainless(TWO_KEYS))
        + every_change_is_refused("one-key", &drainless(ONE_KEY));
    assert!(tried > 500, "{tried}");
    for name in ["goal_missed", "interrupted", "over_capacity", "promise_broken", "cannot_finish"] {
        let all = golden();
        let (_, text) = all.iter().find(|(stem, _)| stem == name).unwrap();
        assert!(every_change_is_refused(name, text) > 20, "{name}");
    }
}

/// A story without a moment, with one twice, or with two exchanged.
#[test]
fn a_story_whose_moments_are_moved_is_refused() {
    let refuted = refuted(&drainless(TWO_KEYS));
    let whole: Value = serde_json::from_str(&StoryFile::of(&refuted.checked, &refuted.story).text()).unwrap();
    let moments = whole["moments"].as_array().unwrap().clone();
    let with = |moments: Vec<Value>| {
        let mut forged = whole.clone();
        forged["moments"] = moments
            .into_iter()
            .enumerate()
            .map(|(index, mut moment)| {
                moment["number"] = json!(index + 1);
                moment
            })
            .collect();
        believed(&refuted.checked, &forged)
    };
    assert_eq!(with(moments.clone()), Ok(()));
    for index in 0..moments.len() {
        let mut fewer = moments.clone();
        fewer.remove(index);
        assert!(with(fewer).is_err(), "without moment {}", index + 1);
        let mut more = moments.clone();
        more.insert(index, moments[index].clone());
        assert!(with(more).is_err(), "moment {} twice", index + 1);
        if index > 0 {
            let mut other = moments.clone();
            other.swap(index - 1, index);
            assert!(with(other).is_err(), "moments {} and {} exchanged", index, index + 1);
        }
    }
}

/// The rules see more than one message: the plan that waits for its drain has no such story.
#[test]
fn a_story_of_the_mended_plan_is_of_another_plan() {
    let hasty = refuted(&drainless(TWO_KEYS));
    let mut file = StoryFile::of(&hasty.checked, &hasty.story);
    let whole = super::read(TWO_KEYS).unwrap();
    assert!(matches!(replay(&whole, &file), Err(Refused::Foreign(_))));
    // Even with the right digest it cannot be: the step waits.
    file.digest = whole.plan().digest();
    assert_eq!(
        replay(&whole, &file),
        Err(Refused::Untrue { moment: 11, why: "it cannot happen then".to_owned() })
    );
}
