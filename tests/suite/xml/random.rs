//! Documents made at random, from a seed, that are well-formed and as mean as chance makes them.

use std::{collections::HashSet, fmt::Write};

/// A small generator of numbers (xorshift64*), so that every run makes the same documents.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const PREFIXES: &[&str] = &["", "a", "b", "ds", "n0", "z"];
const NAMESPACES: &[&str] =
    &["urn:a", "urn:b", "http://x/?a=1;b=%20#c", "http://www.w3.org/2000/09/xmldsig#"];
const NAMES: &[&str] = &["e", "f", "B", "item", "x-1", "é", "_"];
const TEXTS: &[&str] = &[
    "text",
    "\r\n",
    "\r",
    "\n  ",
    "\t",
    "&lt;",
    "&gt;",
    "&amp;",
    "&quot;",
    "'",
    "\"",
    "&#13;",
    "&#10;",
    "&#9;",
    "😀",
    "é",
    ">",
    "]]",
    "]",
    "&#x1F600;",
    " ",
    "<![CDATA[<&>\r\n]]>",
    "<![CDATA[]]>",
    "<!-- c -->",
    "<?pi?>",
    "<?pi  data\r\n?>",
];
const VALUES: &[&str] = &[
    "v", "\r\n", "\r", "\n", "\t", "&lt;", "&gt;", ">", "&amp;", "&quot;", "&apos;", "&#13;", "&#10;",
    "&#9;", "😀", " ",
];
const AROUND: &[&str] = &["", "\n", "<!-- c -->", "<?p?>", "<?p d?>\r\n", " <?p  d ?><!-- c -->\n"];

/// A document of its own for each seed.
pub(super) fn document(seed: u64) -> String {
    let mut chance = Chance::new(seed);
    let mut out = String::new();
    out.push_str(chance.of(&[
        "",
        "<?xml version='1.0'?>",
        "\u{FEFF}",
        "<?xml version=\"1.0\" encoding='utf-8'?>\r\n",
    ]));
    out.push_str(chance.of(AROUND));
    element(&mut out, &mut chance, &[], 0);
    out.push_str(chance.of(AROUND));
    out
}

/// A root element alone, for each seed.
pub(super) fn root(seed: u64) -> String {
    let mut out = String::new();
    element(&mut out, &mut Chance::new(seed), &[], 0);
    out
}

type Scope<'a> = Vec<(&'a str, &'a str)>;

fn lookup<'a>(scope: &[(&str, &'a str)], prefix: &str) -> Option<&'a str> {
    scope.iter().rev().find(|(known, _)| *known == prefix).map(|(_, name)| *name)
}

fn element(out: &mut String, chance: &mut Chance, outer: &[(&'static str, &'static str)], depth: usize) {
    let (mut scope, mut here, mut attributes): (Scope<'static>, _, _) =
        (outer.to_vec(), HashSet::new(), Vec::new());
    for _ in 0..chance.below(4) {
        let prefix = chance.of(PREFIXES);
        if !here.insert(prefix) {
            continue;
        }
        let name = if prefix.is_empty() && chance.below(3) == 0 { "" } else { chance.of(NAMESPACES) };
        scope.push((prefix, name));
        let colon = if prefix.is_empty() { "" } else { ":" };
        attributes.push(format!("xmlns{colon}{prefix}='{name}'"));
    }
    let usable: Vec<&'static str> =
        PREFIXES.iter().copied().filter(|p| p.is_empty() || lookup(&scope, p).is_some()).collect();
    let mut taken = HashSet::new();
    for _ in 0..chance.below(6) {
        let prefix = if chance.below(6) == 0 { "xml" } else { chance.of(&usable) };
        let local = chance.of(NAMES);
        let namespace = if prefix.is_empty() { "" } else { lookup(&scope, prefix).unwrap_or(prefix) };
        if !taken.insert((namespace, local)) {
            continue;
        }
        let colon = if prefix.is_empty() { "" } else { ":" };
        let value: String = (0..chance.below(5)).map(|_| chance.of(VALUES)).collect();
        let quote = chance.of(&["'", "\""]);
        attributes
            .push(format!("{prefix}{colon}{local}{}={quote}{value}{quote}", chance.of(&["", " ", "\r\n"])));
    }
    let (prefix, local) = (chance.of(&usable), chance.of(NAMES));
    let name = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
    for at in (1..attributes.len()).rev() {
        attributes.swap(at, chance.below(at + 1));
    }
    write!(out, "<{name}").unwrap();
    for attribute in attributes {
        write!(out, "{}{attribute}", chance.of(&[" ", "\n", "\t ", "\r\n"])).unwrap();
    }
    if chance.below(5) == 0 {
        out.push_str(chance.of(&["/>", " />"]));
        return;
    }
    out.push_str(chance.of(&[">", " >"]));
    for _ in 0..chance.below(7) {
        if depth < 5 && chance.below(2) == 0 {
            element(out, chance, &scope, depth + 1);
        } else {
            text(out, chance);
        }
    }
    write!(out, "</{name}{}>", chance.of(&["", " "])).unwrap();
}

/// A bit of text that does not make `]]>` together with the one before.
fn text(out: &mut String, chance: &mut Chance) {
    let part = chance.of(TEXTS);
    if !(out.ends_with(']') && part.starts_with([']', '>'])) {
        out.push_str(part);
    }
}

const SPLINTERS: &[&str] = &[
    "<",
    ">",
    "/>",
    "</",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "]",
    "<?",
    "?>",
    "&",
    ";",
    "&#",
    "&#x41;",
    "&lt;",
    "=",
    "'",
    "\"",
    " ",
    ":",
    "xmlns=''",
    " xmlns='urn:a'",
    " xmlns:a='urn:a'",
    " xmlns:b=''",
    "\r",
    "\n",
    "\u{FEFF}",
    "é",
    "<e/>",
    "<a:e/>",
    "</e>",
    "<e>",
    " e='1'",
    " id='1'",
    "\u{1}",
    "\u{FFFE}",
    "xml",
    "<?xml?>",
    "1",
    "\u{B7}",
];

/// A document with a few faults, most of which make it ill-formed, and some of which do not.
pub(super) fn damaged(seed: u64) -> String {
    let mut chance = Chance::new(seed ^ 0xDA3A);
    let mut text: Vec<char> = document(seed).chars().collect();
    for _ in 0..=chance.below(2) {
        let at = chance.below(text.len());
        match chance.below(3) {
            0 => drop(text.splice(at..at, chance.of(SPLINTERS).chars())),
            1 => drop(text.remove(at)),
            _ => {
                let to = (at + chance.below(8)).min(text.len());
                let piece: Vec<char> = text[at..to].to_vec();
                let elsewhere = chance.below(text.len());
                drop(text.splice(elsewhere..elsewhere, piece));
            }
        }
        if text.is_empty() {
            text.push('x');
        }
    }
    text.into_iter().collect()
}
