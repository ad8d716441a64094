//! A world as it was seen at a site, in words: what is where, a line for each thing of the plan.

use std::collections::BTreeMap;

use crate::{
    backend::observe::Observation,
    plan::Plan,
    source::shown,
    world::{
        id::{KeyId, KeySet},
        landscape::Fact,
        material::Certificate,
    },
};

/// What was seen of each thing, by its name.
pub type Seen = BTreeMap<String, String>;

/// Tells of it, with the certificates that are known of keys.
#[must_use]
pub fn told(plan: &Plan, seen: &Observation, known: &BTreeMap<KeyId, Certificate>) -> Seen {
    let land = &plan.landscape;
    let key = |key: KeyId| {
        let name = shown(&land.keys[key]);
        known.get(&key).map_or_else(
            || name.clone(),
            |own| format!("{name} (certificate {}, {})", own.fingerprint().short(), shown(&own.subject())),
        )
    };
    let names = |set: &KeySet| {
        let names: Vec<String> = set.iter().map(key).collect();
        if names.is_empty() { "no key of the plan".to_owned() } else { names.join(", ") }
    };
    let mut rows = Seen::new();
    for (place, _) in land.places.iter() {
        let foreign = seen.foreign.iter().find(|(fact, _)| *fact == Fact::Place(place));
        let is = match (foreign, seen.world.places[place]) {
            (Some((_, what)), _) => shown(what),
            (None, Some(held)) => key(held),
            (None, None) => "nothing".to_owned(),
        };
        rows.insert(shown(&land.place_name(place)), is);
    }
    for (receiver, row) in land.acceptors.iter() {
        rows.insert(shown(&row.name), names(&seen.world.accepted[receiver]));
    }
    for (flow, row) in land.channels.iter() {
        let word = if seen.world.running[flow] { "deployed" } else { "undeployed" };
        rows.insert(shown(&row.name), word.to_owned());
    }
    for (own, row) in land.own_facts.iter() {
        let word = match (seen.untold.contains(&own), seen.world.set[own]) {
            (true, _) => "not known",
            (false, true) => "set",
            (false, false) => "clear",
        };
        rows.insert(shown(&row.name), word.to_owned());
    }
    rows
}

/// Where two tellings differ, a line each.
#[must_use]
pub fn differences(was: &Seen, is: &Seen) -> Vec<String> {
    let nothing = "not there";
    let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let row = |name: &String| {
        let old = was.get(name).map_or(nothing, String::as_str);
        let new = is.get(name).map_or(nothing, String::as_str);
        (old != new).then(|| format!("  {name}: was {old}, is {new}"))
    };
    names.into_iter().filter_map(row).collect()
}

/// What a document says, as a line for each of its values by the way that leads to it, as in
/// `receivers.partner.capacity`.
#[must_use]
pub fn flattened(document: &serde_json::Value) -> Seen {
    let mut rows = Seen::new();
    flatten(String::new(), document, &mut rows);
    rows
}

fn flatten(way: String, value: &serde_json::Value, rows: &mut Seen) {
    if let serde_json::Value::Object(fields) = value {
        for (name, value) in fields {
            let way = if way.is_empty() { shown(name) } else { format!("{way}.{}", shown(name)) };
            flatten(way, value, rows);
        }
        return;
    }
    rows.insert(way, shown(&value.to_string()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_by_its_name_and_what_does_not_is_left_out() {
        let was = flattened(&json!({"a": {"b": 2, "c": [1]}, "d": "x"}));
        let is = flattened(&json!({"a": {"b": 3, "c": [1]}, "e": null}));
        let lines = ["  a.b: was 2, is 3", "  d: was \"x\", is not there", "  e: was not there, is null"];
        assert_eq!(differences(&was, &is), lines);
        assert_eq!(differences(&was, &was), Vec::<String>::new());
    }
}
