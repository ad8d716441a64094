//! What is said of a flow.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Arguments,
    explanation::Explanation,
    source::{Span, shown},
    syntax::tree::{Owned, Phrase},
    world::{
        id::RoleId,
        landscape::{Channel, Stamp, Transit},
    },
};

use super::{
    declare::said_twice, duplicate, lines::FLOW_LINES, other_use::StandIn, resolve::Draft, scope::Thing,
};

/// A flow that lacks a sentence.
#[derive(Debug, Diagnostic, Error)]
#[error("the flow `{flow}` does not say {what}")]
#[diagnostic(code(keyroll::incomplete_flow))]
struct IncompleteFlow {
    flow: String,
    what: &'static str,
    #[help]
    help: String,
    #[label("this flow")]
    at: SourceSpan,
}

/// A flow that lists two aliases, and whose runtime keeps keys.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` lists two aliases and keeps keys")]
#[diagnostic(
    code(keyroll::caches_two_aliases),
    help(
        "take `caches keys for ...` out, and let its time be part of `delivers within ...`, or list one alias"
    )
)]
struct CachesTwo {
    flow: String,
    #[label("a runtime may keep what lay under one and look the other up")]
    at: SourceSpan,
    #[label("two aliases")]
    two: SourceSpan,
}

/// A flow that lists one alias as both of its two.
#[derive(Debug, Diagnostic, Error)]
#[error("{place} is listed twice")]
#[diagnostic(code(keyroll::said_twice), help("name another alias after `and`, or leave it out"))]
struct ListedTwice {
    place: String,
    #[label("both are one entry of the keystore")]
    at: SourceSpan,
}

/// What the lines of a flow speak of.
const FLOW_SUBJECTS: [&str; 5] = [
    "what the flow signs or stamps with",
    "where the flow sends",
    "how long a message may be under way",
    "whether the flow runs at the start",
    "how long the flow may keep a key",
];

/// Reads what is said of a flow.
pub(super) fn body(draft: &mut Draft, decl: &Owned<Phrase>, owner: RoleId) {
    let (mut stamps, mut acceptor, mut transit, mut running) = (None, None, None, None);
    let (mut cache, mut two) = (None, None);
    let mut uses: Vec<(String, Span)> = Vec::new();
    let mut said: [Option<Span>; 5] = [None; 5];
    let mut unread = false;
    for line in &decl.body.lines {
        let Some((row, arguments)) = draft.read("a flow's line", &FLOW_LINES, &line.node) else {
            unread = true;
            continue;
        };
        let mut arguments = Arguments::new(arguments);
        let span = line.node.span();
        if row == 10 {
            uses.extend(arguments.text().map(|by| (by, span)));
            continue;
        }
        let subject = match row {
            0 | 7 | 8 | 9 => {
                let stamp = if row == 0 || row == 8 { Stamp::XmlSignature } else { Stamp::Other };
                stamps = arguments.place().map(|place| (place, arguments.place(), stamp));
                if let Some((place, Some(beside), _)) = stamps
                    && place == beside
                {
                    let place = shown(&draft.landscape.place_name(place));
                    draft.findings.push(Box::new(ListedTwice { place, at: span.into() }));
                }
                two = (row > 7).then_some(span);
                0
            }
            1 => {
                acceptor = arguments.receiver();
                1
            }
            2 | 3 => {
                transit = Some((duration_of(row, &mut arguments), span));
                2
            }
            4 | 5 => {
                running = Some(row == 4);
                3
            }
            _ => {
                cache = Some((arguments.duration().unwrap_or_default(), span));
                4
            }
        };
        if let Some(first) = said.get_mut(subject).and_then(|place| place.replace(span)) {
            let what = FLOW_SUBJECTS.get(subject).copied().unwrap_or("this");
            draft.findings.push(said_twice(what.to_owned(), span, first));
        }
    }
    let missing = [
        (stamps.is_none(), "what it signs or stamps with", "signs xml with tenant[$alias]"),
        (acceptor.is_none(), "where it sends", "sends to partner"),
        (transit.is_none(), "how long a message may be under way", "delivers within 24h"),
        (running.is_none(), "whether it runs at the start", "deployed"),
    ];
    // A line that could not be read has its finding already; it may be the missing one.
    for (_, what, example) in missing.into_iter().filter(|(missing, ..)| *missing && !unread) {
        draft.findings.push(Box::new(IncompleteFlow {
            flow: shown(&decl.name.value),
            what,
            help: format!("add a line such as `{example}`"),
            at: decl.name.span.into(),
        }));
    }
    let (Some((stamps, beside, stamp)), Some(acceptor), Some((transit, transit_at))) =
        (stamps, acceptor, transit)
    else {
        draft.lost.insert(decl.name.value.clone());
        return;
    };
    let name = decl.name.value.clone();
    let kept = cache.map(|(time, _)| time).unwrap_or_default();
    let (transit, transit_at) = match cache {
        Some((time, at)) if !time.is_zero() && transit == Transit::Immediately => {
            // What is late then is the lookup of the key.
            (transit.with_moments(), at)
        }
        _ => (transit, transit_at),
    };
    if let (Some(two), Some((time, at))) = (two, cache)
        && !time.is_zero()
    {
        let (flow, at, two) = (shown(&name), at.into(), two.into());
        draft.findings.push(Box::new(CachesTwo { flow, at, two }));
    }
    let channel =
        Channel { name, owner, stamp, alias: stamps, stamps, beside, acceptor, transit, cache: kept };
    let flow = draft.landscape.channels.push(channel);
    for (by, span) in uses {
        draft.stands_for(StandIn { flow, by, span });
    }
    draft.declared.caches.extend(cache.map(|(_, at)| (flow, at)));
    draft.declared.flows.push(decl.name.span);
    draft.declared.transits.push(transit_at);
    draft.start.running.push(running.unwrap_or(false));
    let finding = duplicate::declare(&mut draft.scope, &decl.name, Thing::Flow(flow));
    draft.findings.extend(finding);
}

fn duration_of(row: usize, arguments: &mut Arguments) -> Transit {
    if row == 3 {
        return Transit::Immediately;
    }
    Transit::Within(arguments.duration().unwrap_or_default())
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "incomplete_flow",
        title: "a flow that lacks a sentence",
        text: "\
A flow says what it signs with, where it sends, how long a message may be under way and whether it
runs at the start. The time under way is what the proof needs most: a message that was signed with
the old key may arrive so much later.

Right:
  flow orders of tenant_admin {
    signs xml with tenant[$alias]
    sends to partner
    delivers within 24h
    deployed
  }
",
    },
    Explanation {
        code: "caches_two_aliases",
        title: "a flow lists two aliases and keeps keys",
        text: "\
A runtime that keeps keys may keep what lay under one alias and look the other one up. Its messages
then carry two keys that never lay there together. No proof looks at such messages, so a flow has
two aliases or keeps keys.

Wrong:
  flow orders of tenant_admin {
    stamps with tenant[\"orders\"] and tenant[\"orders-next\"]
    sends to partner
    delivers within 24h
    caches keys for 10m
    deployed
  }

Right:
  flow orders of tenant_admin {
    stamps with tenant[\"orders\"] and tenant[\"orders-next\"]
    sends to partner
    delivers within 24h
    deployed
  }
",
    },
];
