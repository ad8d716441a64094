//! Random plans with facts of their own, woven into those without.

use std::fmt::Write;

use super::generated::{Chance, in_time, lately};

/// The names of the facts, and whose each is.
const FACTS: [(&str, usize); 2] = [("g", 0), ("h", 1)];

/// The text of one random plan with facts of its own. In one of eight some steps may come late.
pub(crate) fn plan(seed: u64) -> String {
    let text = woven(seed, &in_time(seed, false));
    if seed % 8 == 5 { lately(seed, text) } else { text }
}

/// A plan into which facts are woven: steps set and clear them, some wait for them, promises and ends speak of
/// them.
pub(crate) fn woven(seed: u64, text: &str) -> String {
    let mut weaver = Weaver { chance: Chance::new(seed ^ 0x00FA_C700), last: [None, None], made: 0 };
    let often = weaver.chance.of(&[15, 30, 50]);
    let mut out = String::new();
    let mut step: Option<(String, usize)> = None;
    for line in text.lines() {
        let line = weaver.act(line, step.as_ref().map(|(_, role)| *role));
        writeln!(out, "{line}").unwrap();
        if line == "plan random" {
            for (name, owner) in FACTS {
                let set = if weaver.chance.percent(30) { " set" } else { "" };
                writeln!(out, "fact {name} of r{owner}{set}").unwrap();
            }
        }
        if let Some(begun) = line.strip_prefix("step ") {
            let (name, role) = begun.trim_end_matches(" {").split_once(" by r").unwrap();
            let role: usize = role.parse().unwrap();
            if weaver.chance.percent(20) {
                let need = weaver.need(role);
                writeln!(out, "{need}").unwrap();
            }
            step = Some((name.to_owned(), role));
        }
        if line == "}"
            && let Some((name, role)) = step.take()
            && weaver.chance.percent(often)
        {
            out.push_str(&weaver.change(&name, role));
        }
    }
    if weaver.chance.percent(60) {
        weaver.gate(&mut out);
    }
    for _ in 0..weaver.chance.of(&[0, 0, 1, 1, 2]) {
        let said = weaver.statement();
        writeln!(out, "{said}").unwrap();
    }
    out
}

struct Weaver {
    chance: Chance,
    /// The last step that changes each fact, and to what.
    last: [Option<(String, &'static str)>; 2],
    /// How many steps were made.
    made: usize,
}

impl Weaver {
    /// An act in place of another one, now and then; seldom by somebody who may not.
    fn act(&mut self, line: &str, role: Option<usize>) -> String {
        let is_said =
            ["  inform ", "  accept ", "  retire ", "  undeploy "].iter().any(|act| line.starts_with(act));
        match role {
            Some(role) if is_said && self.chance.percent(5) => {
                let other = self.chance.below(2);
                let fact = FACTS[if self.chance.percent(85) { role.min(1) } else { other }].0;
                format!("  {} {fact}", self.chance.of(&["set", "clear"]))
            }
            _ => line.to_owned(),
        }
    }

    /// What a step of a role needs: mostly what the last step before it that changed its fact has made so.
    fn need(&mut self, role: usize) -> String {
        let own = FACTS.iter().position(|fact| fact.1 == role);
        let known = own.and_then(|number| Some((FACTS[number].0, self.last[number].clone()?)));
        match known.filter(|_| self.chance.percent(75)) {
            Some((fact, (step, word))) if self.chance.percent(85) => {
                format!("  after {step}\n  needs {fact} {word}")
            }
            Some((fact, (_, word))) => format!("  needs {fact} {word}"),
            None => format!("  needs {}", self.condition()),
        }
    }

    fn condition(&mut self) -> String {
        format!("{} {}", self.chance.of(&["g", "g", "h"]), self.chance.of(&["set", "set", "clear"]))
    }

    /// A step that changes the fact of a role behind one of its steps, mostly after the last one that did.
    fn change(&mut self, after: &str, role: usize) -> String {
        let Some(number) = FACTS.iter().position(|fact| fact.1 == role) else { return String::new() };
        let name = format!("y{}", self.made);
        self.made += 1;
        let mut before = vec![after.to_owned()];
        if let Some((last, _)) = self.last[number].take() {
            before.extend(Some(last).filter(|_| self.chance.percent(85)));
        }
        if self.chance.percent(10) {
            before.remove(0);
        }
        let word = self.chance.of(&["set", "set", "clear"]);
        self.last[number] = Some((name.clone(), word));
        let mut text = format!("step {name} by r{role} {{\n");
        if !before.is_empty() {
            writeln!(text, "  after {}", before.join(", ")).unwrap();
        }
        writeln!(text, "  {word} {}\n}}", FACTS[number].0).unwrap();
        text
    }

    /// An approval by the one role for which a step of the other one waits, told as it must be, or not quite.
    fn gate(&mut self, text: &mut String) {
        let steps = text.lines().filter(|line| line.starts_with("step x")).count();
        let at = self.chance.below(steps.max(1));
        let begin = format!("step x{at} by r0 {{\n");
        if self.chance.percent(80) && text.contains(&begin) {
            let after = if self.chance.percent(90) { "  after told_h\n" } else { "" };
            let need = if self.chance.percent(85) { "  needs h set\n" } else { "" };
            *text = text.replace(&begin, &format!("{begin}{after}{need}"));
        }
        let teller = self.chance.of(&[1, 1, 1, 1, 1, 0]);
        let before = self.last[1].take().map(|(last, _)| format!("  after {last}\n")).unwrap_or_default();
        write!(text, "step set_h by r1 {{\n{before}  set h\n}}\n").unwrap();
        writeln!(text, "step told_h by r{teller} {{\n  after set_h\n  inform r{}\n}}", 1 - teller).unwrap();
        if self.chance.percent(20) {
            let after = self.chance.of(&["  after told_h\n", "  after set_h\n", ""]);
            writeln!(text, "step clear_h by r1 {{\n{after}  clear h\n}}").unwrap();
        }
    }

    fn statement(&mut self) -> String {
        let (one, other) = (self.condition(), self.condition());
        let facts = ["f0 deployed", "f0 undeployed", "p accepts new", "s[\"a\"] is new", "s[\"a\"] is old"];
        let fact = self.chance.of(&facts);
        match self.chance.below(8) {
            0 | 1 => format!("finally {one}"),
            2 => format!("finally {one} known to r{}", self.chance.below(2)),
            3 => format!("promise never {fact} while {one}"),
            4 => format!("promise always {one} while {fact}"),
            5 => format!("promise {one} before {fact}"),
            6 => format!("promise {one} before {other}"),
            _ => format!("promise never {one} while {other}"),
        }
    }
}
