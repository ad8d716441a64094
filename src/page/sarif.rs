//! Findings as SARIF 2.1.0 (OASIS), which code scanners and editors show beside the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::explanation::Explanation;

use super::{
    findings::{Entry, Findings, Place, Severity},
    fix::Fix,
};

/// What a log tells beside its findings.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The exit code.
    pub exit: u8,
    /// What kept the program from looking at all; nothing when it looked.
    pub errors: &'a [String],
}

/// A log of one run of the program: a result for each finding, a rule for each code among them.
#[must_use]
pub fn log(found: &[Findings], explanations: &[Explanation], invocation: Invocation<'_>) -> Value {
    let entries = || found.iter().flat_map(|findings| &findings.findings);
    let codes: BTreeSet<&str> = entries().filter_map(|entry| entry.code.as_deref()).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code, explanations)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = found
        .iter()
        .flat_map(|findings| findings.findings.iter().map(move |entry| (findings, entry)))
        .map(|(findings, entry)| {
            let print = fingerprint(findings, entry, &mut seen);
            result(entry, codes.iter().position(|code| Some(*code) == entry.code.as_deref()), &print)
        })
        .collect();
    let notifications: Vec<Value> =
        invocation.errors.iter().map(|error| json!({"level": "error", "message": {"text": error}})).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "keyroll",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "exitCode": invocation.exit,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn rule(code: &str, explanations: &[Explanation]) -> Value {
    let name = code.strip_prefix("keyroll::").unwrap_or(code);
    match explanations.iter().find(|explanation| explanation.code == name) {
        Some(found) => json!({
            "id": code,
            "shortDescription": {"text": found.title},
            "help": {"text": found.text.trim_end()},
        }),
        None => json!({"id": code}),
    }
}

fn result(entry: &Entry, rule: Option<usize>, print: &str) -> Value {
    let mut result = json!({
        "level": match entry.severity {
            Severity::Error => "error",
            Severity::Advice => "note",
        },
        "message": {"text": match &entry.help {
            Some(help) => format!("{}\nhelp: {help}", entry.message),
            None => entry.message.clone(),
        }},
        "locations": entry.spans.first().map(|place| location(place, None)).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": {"keyroll/1": print},
    });
    let beside = entry.spans.iter().skip(1).map(|place| location(place, None));
    let related = entry.related.iter().filter_map(|part| Some(location(part.spans.first()?, Some(part))));
    let related: Vec<Value> = beside.chain(related).collect();
    if let Some(result) = result.as_object_mut() {
        if let (Some(code), Some(rule)) = (&entry.code, rule) {
            result.insert("ruleId".to_owned(), json!(code));
            result.insert("ruleIndex".to_owned(), json!(rule));
        }
        if !related.is_empty() {
            result.insert("relatedLocations".to_owned(), json!(related));
        }
        if let Some(fix) = &entry.fix {
            result.insert("fixes".to_owned(), json!([edit(fix)]));
        }
        if !entry.story.is_empty() {
            let moments = entry.story.iter().map(|place| json!({"location": location(place, None)}));
            let moments: Vec<Value> = moments.collect();
            result.insert("codeFlows".to_owned(), json!([{"threadFlows": [{"locations": moments}]}]));
        }
    }
    result
}

/// An edit: what comes in the place of a region.
fn edit(fix: &Fix) -> Value {
    let replacement = json!({"deletedRegion": region(&fix.at), "insertedContent": {"text": fix.text}});
    let change = json!({"artifactLocation": {"uri": uri(&fix.at.file)}, "replacements": [replacement]});
    json!({"description": {"text": fix.says}, "artifactChanges": [change]})
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "byteOffset": place.start,
        "byteLength": place.end - place.start,
    })
}

fn location(place: &Place, said: Option<&Entry>) -> Value {
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&place.file)},
        "region": region(place),
    }});
    let words = said.map(|entry| &entry.message).or(place.label.as_ref());
    if let (Some(location), Some(words)) = (location.as_object_mut(), words) {
        location.insert("message".to_owned(), json!({"text": words}));
    }
    location
}

/// A path as a URI reference (RFC 3986): everything but plain characters percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _written = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// What stays the same while lines move: code and message, and which of several alike it is.
fn fingerprint(findings: &Findings, entry: &Entry, seen: &mut BTreeMap<String, usize>) -> String {
    let code = entry.code.as_deref().unwrap_or_default();
    let text = format!("{}\n{code}\n{}", findings.file.as_deref().unwrap_or_default(), entry.message);
    let number = seen.entry(text.clone()).or_default();
    *number += 1;
    let digest = openssl::sha::sha256(format!("{text}\n{number}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("plans/a b.renewal"), "plans/a%20b.renewal");
        assert_eq!(uri("/tmp/ü"), "file:///tmp/%C3%BC");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
