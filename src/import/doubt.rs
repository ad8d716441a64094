//! The doubts of a draft: those that were written, and one for each finding of the checks that none of
//! them names.

use std::collections::BTreeMap;

use crate::{
    check,
    plan::given::Given,
    source::{Source, is_advice},
};

use super::sheet::{DOUBT, plain};

/// A doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its line in the draft, from one.
    pub line: usize,
    /// The line of the prose that it is about, from one; none where it is about the whole.
    pub prose: Option<usize>,
    /// What is open, and with what it may be filled.
    pub text: String,
}

/// A draft with a doubt above each line for which the checks refuse it, where no doubt says so yet.
pub(super) fn checked(text: &str) -> String {
    let source = Source::new("", text);
    let Err(refusal) = check::read(&source, &Given::default()) else { return text.to_owned() };
    let lines: Vec<&str> = text.lines().collect();
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for finding in refusal.findings.iter().filter(|finding| !is_advice(finding.as_ref())) {
        let at = finding.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
        let line = starts.partition_point(|start| *start <= at).saturating_sub(1);
        let code = finding.code().map(|code| code.to_string()).unwrap_or_default();
        let code = code.strip_prefix("keyroll::").unwrap_or(&code).to_owned();
        if !is_named(&lines, line, &code) {
            found.entry(line).or_default().push(format!("{finding} ({code})"));
        }
    }
    let mut out = String::with_capacity(text.len());
    for (number, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        for doubt in found.remove(&number).unwrap_or_default() {
            out.push_str(line.get(..indent).unwrap_or_default());
            out.push_str(DOUBT);
            out.push_str(&plain(&format!("the checks refuse this: {doubt}"), 400));
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Whether a doubt in the same paragraph names the code.
fn is_named(lines: &[&str], line: usize, code: &str) -> bool {
    let code = format!("({code})");
    let says = |line: &&&str| line.trim_start().starts_with(DOUBT.trim_end()) && line.contains(&code);
    let within = |line: &&&str| !line.is_empty();
    let before = lines.get(..line).unwrap_or_default().iter().rev().take_while(within);
    let after = lines.get(line..).unwrap_or_default().iter().take_while(within);
    before.chain(after).take(200).any(|line| says(&line))
}

/// The doubts of a draft. `from` has the lines of the prose of those that were written with it.
pub(super) fn listed(text: &str, from: &[Option<usize>]) -> Vec<Doubt> {
    let mut from = from.iter().copied();
    let found = text.lines().enumerate().filter_map(|(number, line)| {
        let text = line.trim_start().strip_prefix(DOUBT)?;
        // One that the checks add is about a line of the draft.
        let prose = if text.starts_with("the checks refuse this: ") { None } else { from.next().flatten() };
        Some(Doubt { line: number + 1, prose, text: text.to_owned() })
    });
    found.collect()
}
