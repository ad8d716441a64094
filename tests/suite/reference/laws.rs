//! What can be said of a plan without its moments: the laws that its checks keep.

use std::collections::BTreeSet;

use keyroll::{
    action::{SpeechKind, certifying::Certifying},
    condition::Asks,
    invariant::course::Course,
    plan::{Plan, Step},
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, PlaceId, RoleId, StepId},
        landscape::{Fact, Value},
    },
};

use super::{
    Told,
    knowledge::{Grounds, written},
};

/// The laws that a plan breaks, by the codes of their findings; the three codes of a need that its
/// role may not rely on count as one.
pub(crate) fn broken(plan: &Plan) -> BTreeSet<&'static str> {
    let told = Told::of(plan);
    let mut broken = BTreeSet::new();
    if plan.steps.ids().any(|step| told.is_before(step, step)) {
        return BTreeSet::from(["cycle"]);
    }
    let mut made: BTreeSet<KeyId> = plan.start.places.rows().copied().flatten().collect();
    let mut generated: BTreeSet<KeyId> = made.clone();
    let mut agreed = BTreeSet::new();
    for (step, row) in plan.steps.iter() {
        let role = row.role.value;
        for effect in row.action.value.effects() {
            for (fact, _) in changed(&effect) {
                if plan.landscape.owner(fact).is_some_and(|owner| owner != role) {
                    broken.insert("role_without_authority");
                }
            }
            if let Effect::Try { channel, .. } = effect
                && plan.landscape.channels[channel].owner != role
            {
                broken.insert("role_without_authority");
            }
            if let Effect::Put { key, .. } = effect
                && !made.insert(key)
            {
                broken.insert("created_twice");
            }
            // What is made where it is accepted comes into no keystore, and is made once all the same.
            if let (Effect::Accept { key, .. }, true) = (effect, row.action.value.makes().is_some())
                && !generated.insert(key)
            {
                broken.insert("created_twice");
            }
        }
        // Who is asked for an act, or allowed it, is whose act it is.
        let to = row.speech.as_ref().map(|speech| speech.to.as_slice()).unwrap_or_default();
        let owners = row.action.value.asks_for().into_iter().filter_map(|fact| plan.landscape.owner(fact));
        if owners.into_iter().any(|owner| to.iter().all(|asked| *asked != owner)) {
            broken.insert("role_without_authority");
        }
        if let Some(SpeechKind::Proposal(window)) = row.speech.as_ref().map(|s| s.kind)
            && !agreed.insert(window)
        {
            broken.insert("agreed_twice");
        }
        let foreign = |earlier: StepId| plan.steps[earlier].role.value != role;
        if row.after.iter().any(|earlier| foreign(earlier.value) && !told.knows(step, earlier.value)) {
            broken.insert("unannounced_step");
        }
        if row.needs.iter().any(|need| told.grounds(step, &need.value.asks()) == Grounds::None) {
            broken.insert("unlicensed");
        }
        if used(plan, step).is_some_and(|key| !has_certificate(plan, &told, step, role, key)) {
            broken.insert("key_not_provided");
        }
    }
    if races(plan, &told) {
        broken.insert("race");
    }
    if changes_under_a_flow(plan, &told) {
        broken.insert("alias_changed");
    }
    if sees_a_gap(plan, &told) {
        broken.insert("gap_observed");
    }
    if plan.promised(Course::CanAbort).is_some() && cannot_be_taken_back(plan) {
        broken.insert("cannot_abort");
    }
    if cannot_come_late(plan, &told) {
        broken.insert("cannot_come_late");
    }
    for known in &plan.known {
        let asks = plan.finals[known.value.what].value.asks();
        if known.value.roles.iter().any(|role| !knows_at_the_end(plan, &told, *role, &asks)) {
            broken.insert("not_known_at_end");
        }
    }
    broken
}

/// The codes of findings in the words of [`broken`]; those that are not about these laws are left out.
pub(crate) fn named(codes: &[String]) -> BTreeSet<&'static str> {
    let laws = [
        "agreed_twice",
        "alias_changed",
        "cannot_abort",
        "cannot_come_late",
        "created_twice",
        "cycle",
        "gap_observed",
        "key_not_provided",
        "not_known_at_end",
        "race",
        "role_without_authority",
        "unannounced_step",
    ];
    let unlicensed = ["stale_need", "unknowable_need", "unstable_drain"];
    let mut named: BTreeSet<&'static str> =
        laws.into_iter().filter(|law| codes.iter().any(|c| c == law)).collect();
    if codes.iter().any(|code| unlicensed.contains(&code.as_str())) {
        named.insert("unlicensed");
    }
    named
}

/// Whether a role has learned, when every message has arrived, what is so: in every order some step
/// of which it learned is followed by none that makes it otherwise.
fn knows_at_the_end(plan: &Plan, told: &Told<'_>, role: RoleId, asks: &Asks) -> bool {
    let says = |step: StepId| plan.steps[step].speech.as_ref();
    let learned = |t: StepId| {
        let mine = plan.steps[t].role.value == role;
        let asked =
            says(t).is_some_and(|s| matches!(s.kind, SpeechKind::Proposal(_)) && s.to.contains(&role));
        mine || asked
            || plan.steps.ids().any(|m| {
                let report = |s: &keyroll::action::Speech| s.kind == SpeechKind::Report && told.knows(m, t);
                says(m).is_some_and(|s| s.to.contains(&role) && (m == t || report(s)))
            })
    };
    // What the last effect of a step on a fact makes of it: of the backup alias of an exchange, no plan says what.
    let writes = |step: StepId, fact: Fact| {
        let effects = plan.steps[step].action.value.effects();
        let last = effects.iter().flat_map(changed).rfind(|(f, _)| *f == fact);
        last.map(|(_, value)| value)
    };
    match asks {
        Asks::Facts(facts) => facts.iter().all(|(fact, value)| {
            let untouched = || plan.steps.ids().all(|step| writes(step, *fact).is_none());
            let stays = |step: StepId| {
                let undoes = |other: StepId| {
                    writes(other, *fact).is_some_and(|v| v != Some(*value)) && !told.is_before(other, step)
                };
                writes(step, *fact) == Some(Some(*value)) && !plan.steps.ids().any(undoes)
            };
            plan.landscape.owner(*fact) == Some(role)
                || (untouched() && plan.start.value(&plan.landscape, *fact) == *value)
                || plan.steps.ids().any(|step| stays(step) && learned(step))
        }),
        Asks::Open(window) => plan
            .steps
            .ids()
            .any(|t| says(t).is_some_and(|s| s.kind == SpeechKind::Proposal(*window)) && learned(t)),
        Asks::Drained(..) => false,
    }
}

/// What an effect changes, and to what; nothing where only the world can tell.
pub(super) fn changed(effect: &Effect) -> Vec<(Fact, Option<Value>)> {
    let mut facts: Vec<_> = written(effect).into_iter().map(|(fact, value)| (fact, Some(value))).collect();
    if let Effect::Exchange { backup, .. } = *effect {
        facts.push((Fact::Place(backup), None));
    }
    facts
}

fn races(plan: &Plan, told: &Told<'_>) -> bool {
    let of =
        |step: StepId| plan.steps[step].action.value.effects().iter().flat_map(changed).collect::<Vec<_>>();
    let unordered = |a, b| a != b && !told.is_before(a, b) && !told.is_before(b, a);
    let pairs = plan.steps.ids().flat_map(|a| plan.steps.ids().map(move |b| (a, b)));
    pairs.filter(|(a, b)| unordered(*a, *b)).any(|(a, b)| {
        let theirs = of(b);
        of(a).iter().any(|(fact, value)| {
            theirs.iter().any(|(other, their)| fact == other && (value.is_none() || value != their))
        })
    })
}

/// The aliases between which a flow is repointed, and the steps that do it.
fn pointed(plan: &Plan, own: PlaceId) -> (BTreeSet<PlaceId>, Vec<(StepId, PlaceId)>) {
    let mut turns = Vec::new();
    for (step, row) in plan.steps.iter() {
        for effect in row.action.value.effects() {
            if let Effect::Repoint { own: of, alias, .. } = effect
                && of == own
            {
                turns.push((step, alias));
            }
        }
    }
    let flow = plan.landscape.places[own].of.unwrap();
    let first = plan.landscape.channels[flow].alias;
    (turns.iter().map(|(_, alias)| *alias).chain([first]).collect(), turns)
}

/// Whether a step may have its turn that changes what lies under the alias to which a flow points that steps
/// repoint, or two steps may repoint one in either order: every set of steps that can be done is looked at.
fn changes_under_a_flow(plan: &Plan, told: &Told<'_>) -> bool {
    let land = &plan.landscape;
    land.repointed().any(|(flow, own)| {
        let (aliases, turns) = pointed(plan, own);
        // Of the others only the order counts that they make among these.
        let is_concerned = |step: &StepId| {
            let effects = plan.steps[*step].action.value.effects();
            let writes = |fact| matches!(fact, Fact::Place(place) if aliases.contains(&place));
            turns.iter().any(|(turn, _)| turn == step)
                || effects.iter().flat_map(changed).any(|(fact, _)| writes(fact))
        };
        let all: Vec<StepId> = plan.steps.ids().filter(is_concerned).collect();
        assert!(all.len() < 20, "too many sets of steps");
        let apart = |a: StepId, b: StepId| a != b && !told.is_before(a, b) && !told.is_before(b, a);
        if turns.iter().any(|(a, _)| turns.iter().any(|(b, _)| apart(*a, *b))) {
            return true;
        }
        (0..1u32 << all.len()).any(|set| {
            let is_in =
                |step: StepId| all.iter().position(|s| *s == step).is_some_and(|at| set >> at & 1 == 1);
            let ready = |step: StepId| all.iter().all(|s| !told.is_before(*s, step) || is_in(*s));
            if !all.iter().all(|step| !is_in(*step) || ready(*step)) {
                return false;
            }
            let done: Vec<_> = turns.iter().filter(|(step, _)| is_in(*step)).collect();
            let last = done.iter().find(|(a, _)| done.iter().all(|(b, _)| !told.is_before(*a, *b)));
            let points = last.map_or(land.channels[flow].alias, |(_, alias)| *alias);
            all.iter().any(|step| {
                let effects = plan.steps[*step].action.value.effects();
                let writes = effects.iter().flat_map(changed).any(|(fact, _)| fact == Fact::Place(points));
                writes && !is_in(*step) && ready(*step)
            })
        })
    })
}

/// Whether anything asks for what lies under an alias to which an exchange in two acts moves the old pair
/// half-way: a promise, or a step that need not wait for the second act.
fn sees_a_gap(plan: &Plan, told: &Told<'_>) -> bool {
    let land = &plan.landscape;
    plan.steps.iter().any(|(exchange, row)| {
        row.action.value.effects().into_iter().any(|effect| {
            let Effect::Exchange { place, staged, backup, .. } = effect else { return false };
            let none = Value::Key(None);
            let shows = |(fact, value): &(Fact, Value)| {
                *fact == Fact::Place(backup)
                    || (*fact == Fact::Place(place) || *fact == Fact::Place(staged)) && *value == none
            };
            let asks = |asks: Asks| matches!(asks, Asks::Facts(facts) if facts.iter().any(shows));
            let waits = plan.steps.iter().any(|(step, row)| {
                let late = step == exchange || told.is_before(exchange, step);
                !late && row.needs.iter().any(|need| asks(need.value.asks()))
            });
            let promises = plan.statements.iter().any(|stated| {
                asks(stated.value.what().asks()) || stated.value.during().is_some_and(|d| asks(d.asks()))
            });
            land.stores[land.places[place].store].has_gap && (waits || promises)
        })
    })
}

/// Whether a step removes a key, or may do late what was taken back, or something is promised of facts while a window is
/// open that the plan agrees on.
fn cannot_be_taken_back(plan: &Plan) -> bool {
    let is_agreed = |asks: Asks| match asks {
        Asks::Open(window) => {
            plan.steps.ids().any(|step| plan.proposal(step).is_some_and(|(w, _)| w == window))
        }
        Asks::Facts(_) | Asks::Drained(..) => false,
    };
    let of_window = plan.statements.iter().map(|stated| &stated.value).any(|stated| {
        let during = stated.during().is_some_and(|during| is_agreed(during.asks()));
        !stated.is_before() && (during || !stated.is_always() && is_agreed(stated.what().asks()))
    });
    let mut effects = plan.steps.rows().flat_map(|row| row.action.value.effects());
    let mut late = plan.steps.rows().filter(|row| row.extra().comes_late.is_some());
    let comes_again = late.any(|row| row.action.value.effects().iter().any(|e| !changed(e).is_empty()));
    effects.any(|effect| matches!(effect, Effect::Remove { .. })) || of_window || comes_again
}

/// The key whose certificate a step needs.
fn used(plan: &Plan, step: StepId) -> Option<KeyId> {
    let row = &plan.steps[step];
    let trusted = row.action.value.effects().into_iter().find_map(|effect| match effect {
        // What is made there needs no certificate.
        Effect::Accept { key, .. } if row.action.value.makes() == Some(key) => None,
        Effect::Accept { key, .. } | Effect::Replace { new: key, .. } => Some(key),
        _ => None,
    });
    trusted.or_else(|| match row.speech.as_ref()?.kind {
        SpeechKind::Provision(key) => Some(key),
        _ => None,
    })
}

/// Whether a step issues the certificate of a key, or installs it.
pub(super) fn issued(row: &Step, key: KeyId) -> bool {
    let certifying = row.action.value.certifies();
    certifying == Some(Certifying::Certify(key))
        || matches!(certifying, Some(Certifying::Install(of, _)) if of == key)
}

fn has_certificate(plan: &Plan, told: &Told<'_>, step: StepId, role: RoleId, key: KeyId) -> bool {
    let land = &plan.landscape;
    let owns = |store| land.stores[store].owner == role;
    let lies = plan.start.places.iter().any(|(id, held)| *held == Some(key) && owns(land.places[id].store));
    let trusts =
        land.acceptors.iter().any(|(id, a)| a.owner == role && plan.start.accepted[id].contains(key));
    let got = plan.steps.iter().filter(|(earlier, _)| told.is_before(*earlier, step)).any(|(_, row)| {
        let effects = row.action.value.effects();
        let pair = row.action.value.makes() == Some(key)
            || effects.iter().any(|e| matches!(e, Effect::Put { key: k, .. } if *k == key));
        // What is issued is there from the act that issues it, and in its keystore once it is installed.
        let created = if plan.issuer(key).is_some() { issued(row, key) } else { pair };
        let handed =
            row.speech.as_ref().is_some_and(|s| s.kind == SpeechKind::Provision(key) && s.to.contains(&role));
        (created && row.role.value == role) || handed
    });
    lies || trusts || got
}

/// Whether an attempt may come late, and change something then, that touches a keystore with a gap or lets a
/// flow sign again while somebody counts the time of a drain.
fn cannot_come_late(plan: &Plan, told: &Told<'_>) -> bool {
    let effects = |step: StepId| plan.steps[step].action.value.effects();
    matters(plan, told).into_iter().any(|step| {
        let facts: Vec<_> = effects(step).iter().flat_map(changed).collect();
        let land = &plan.landscape;
        let in_gap = facts.iter().any(
            |(fact, _)| matches!(fact, Fact::Place(place) if land.stores[land.places[*place].store].has_gap),
        );
        let signs = |flow: ChannelId, key: KeyId| {
            facts.iter().any(|(fact, value)| {
                *fact == Fact::Running(flow) && *value == Some(Value::Is(true))
                    || *fact == Fact::Place(land.channels[flow].stamps)
                        && value.is_none_or(|value| value == Value::Key(Some(key)))
                    // What is taken from one alias leaves the other one alone.
                    || land.channels[flow].beside.is_some_and(|beside| {
                        let is_listed = [beside, land.channels[flow].stamps].map(Fact::Place).contains(fact);
                        let may_be = |value| value == Value::Key(Some(key)) || value == Value::Key(None);
                        is_listed && value.is_none_or(may_be)
                    })
            })
        };
        let counts = plan.steps.iter().any(|(other, row)| {
            other != step
                && !told.is_before(other, step)
                && row
                    .needs
                    .iter()
                    .any(|need| matches!(need.value.asks(), Asks::Drained(flow, key) if signs(flow, key)))
        });
        let moves = land.repointed().any(|(_, own)| {
            let (aliases, turns) = pointed(plan, own);
            turns.iter().any(|(turn, _)| *turn == step)
                || facts.iter().any(
                    |(fact, _)| matches!(fact, Fact::Place(at) if !turns.is_empty() && aliases.contains(at)),
                )
        });
        in_gap || counts || moves
    })
}

/// The steps that may come late and whose effect another one can have undone by then: one that does not come
/// before it, or one that may come late and matter too.
fn matters(plan: &Plan, told: &Told<'_>) -> BTreeSet<StepId> {
    let effects = |step: StepId| plan.steps[step].action.value.effects();
    let undoes = |other: StepId, step: StepId| {
        effects(step).iter().any(|effect| effects(other).iter().any(|by| undone(*effect, *by)))
    };
    let mut found: BTreeSet<StepId> = BTreeSet::new();
    loop {
        let fresh = plan.steps.ids().filter(|step| {
            plan.steps[*step].extra().comes_late.is_some()
                && !found.contains(step)
                && plan.steps.ids().any(|other| {
                    let may_follow = !told.is_before(other, *step) || found.contains(&other);
                    other != *step && may_follow && undoes(other, *step)
                })
        });
        let fresh: Vec<StepId> = fresh.collect();
        if fresh.is_empty() {
            return found;
        }
        found.extend(fresh);
    }
}

/// Whether an effect that is there may fit again, and change something, because of another one.
fn undone(effect: Effect, by: Effect) -> bool {
    let removed = |key: KeyId| matches!(by, Effect::Remove { key: other, .. } if other == key);
    let filled = |at, key: KeyId| match by {
        Effect::Put { place, key: put } => place == at && put == key,
        Effect::Exchange { place, key: put, backup, .. } => place == at && put == key || backup == at,
        _ => false,
    };
    match effect {
        // Whoever repoints it too may have led it elsewhere.
        Effect::Repoint { own, .. } => matches!(by, Effect::Repoint { own: other, .. } if other == own),
        Effect::Put { key, .. } => removed(key),
        Effect::Exchange { staged, key, .. } => filled(staged, key),
        Effect::Remove { place, key } => filled(place, key),
        Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => false,
        // What writes a value is undone by what writes another one.
        _ => {
            let theirs = written(&by);
            written(&effect).iter().any(|(fact, value)| theirs.iter().any(|(f, v)| f == fact && v != value))
        }
    }
}
