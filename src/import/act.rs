//! The steps of a procedure: who does what, in the order of the prose.

use super::{
    clause::{Clause, clauses},
    deed::{Context, Deed, deed},
    fault::MOST_STEPS,
    lexicon::{Meaning, has, speaks_of_keys},
    prose::Procedure,
    role::Roles,
    sentence::sentences,
    subject::{labelled, met, signed, taken},
    word::words,
};

/// A step.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// The number of the prose.
    pub(super) number: String,
    /// Its line, from one.
    pub(super) line: usize,
    /// Who does it; nobody where it is not said.
    pub(super) actor: Option<usize>,
    /// What is done.
    pub(super) deed: Deed,
    /// The clause.
    pub(super) text: String,
    /// What is doubtful in it.
    pub(super) doubts: Vec<String>,
    /// The whole prose of it, where it is the first of its number.
    pub(super) prose: Option<String>,
    /// Whether prose speaks of messages that must arrive first, or of a time to wait.
    pub(super) waits: bool,
}

/// A clause with its place.
struct Placed {
    item: usize,
    line: usize,
    actor: Option<usize>,
    clause: Clause,
    doubts: Vec<String>,
    is_first: bool,
}

/// The roles of a procedure and its steps.
///
/// Prose that says more than [`MOST_STEPS`] things is read no further.
pub(super) fn acts(procedure: &Procedure) -> (Roles, Vec<Act>) {
    let roles = roles(procedure);
    let placed = placed(procedure, &roles);
    let mut context = context(&placed, &roles);
    let mut acts: Vec<Act> = Vec::new();
    let mut last = None;
    let mut pending: Vec<String> = Vec::new();
    for one in placed {
        let Some(item) = procedure.items.get(one.item) else { continue };
        let (deed, doubt) = match one.actor {
            Some(actor) => deed(&one.clause, actor, &roles, &context),
            None => deed_of_nobody(&one.clause, &roles, &context),
        };
        let minor = !one.is_first && matches!(deed, Deed::Unknown(_));
        if minor {
            // It stays in the prose above its step, and is told there.
            let left = format!("this is not taken over: {}", one.clause.text);
            match acts.last_mut().filter(|act| act.number == item.number) {
                Some(act) => {
                    act.doubts.push(left);
                    act.waits |= one.clause.meaning == Some(Meaning::Wait);
                }
                None => pending.push(left),
            }
            continue;
        }
        context.created |= deed == Deed::Create;
        if let Some(actor) = one.actor.filter(|_| deed == Deed::Exchange) {
            context.exchanged.insert(actor);
        }
        context.stopped = deed == Deed::Undeploy || (context.stopped && deed != Deed::Deploy);
        let mut doubts = one.doubts;
        doubts.append(&mut pending);
        doubts.extend(doubt.map(str::to_owned));
        doubts.extend(
            one.clause
                .when
                .map(|when| format!("only the order says when this is due; the prose says: {when}")),
        );
        if last == Some(one.item) {
            doubts.push(format!(
                "step {} of the prose does more than one thing: this is one of them",
                item.number
            ));
        }
        if item.is_cut && last != Some(one.item) {
            doubts.push("more is said below this step than was read".to_owned());
        }
        let prose = (last != Some(one.item)).then(|| whole(procedure, one.item));
        let waits = prose.as_ref().is_some_and(|prose| speaks_of_waiting(prose));
        acts.push(Act {
            number: item.number.clone(),
            line: one.line,
            actor: one.actor,
            deed,
            text: one.clause.text,
            doubts,
            prose,
            waits,
        });
        last = Some(one.item);
    }
    (roles, acts)
}

/// Who is named anywhere in the steps.
fn roles(procedure: &Procedure) -> Roles {
    let mut roles = Roles::default();
    for item in &procedure.items {
        if let Some((names, _)) = labelled(&item.text) {
            taken(&mut roles, &names);
        } else if let Some((name, _)) = signed(&item.text) {
            taken(&mut roles, &name);
        }
    }
    for item in &procedure.items {
        let text = labelled(&item.text).map_or(item.text.as_str(), |(_, rest)| rest);
        for sentence in sentences(text) {
            // Behind a label only those to whom is spoken are new.
            let sentence = if labelled(&item.text).is_some() { format!("it {sentence}") } else { sentence };
            met(&mut roles, &sentence);
        }
    }
    roles
}

/// Every clause that may be a step.
fn placed(procedure: &Procedure, roles: &Roles) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let mut roles = roles.clone();
    for (number, item) in procedure.items.iter().enumerate() {
        if found.len() > MOST_STEPS {
            break;
        }
        let (known, text) = match (labelled(&item.text), signed(&item.text)) {
            (Some((names, rest)), _) => (taken(&mut roles, &names), rest.to_owned()),
            (None, Some((name, rest))) => (taken(&mut roles, &name), rest.to_owned()),
            (None, None) => (Vec::new(), item.text.clone()),
        };
        let has_parts =
            procedure.items.get(number + 1).is_some_and(|next| is_part(&next.number, &item.number));
        let first = found.len();
        let mut who = known.clone();
        for (order, sentence) in sentences(&text).into_iter().enumerate() {
            for clause in clauses(&sentence, &who, &roles) {
                let is_first = found.len() == first;
                if order > 0 && !is_first && !is_step(&clause) {
                    continue;
                }
                if is_first {
                    who.clone_from(&clause.actors);
                }
                push(&mut found, (number, item.line), clause, is_first);
            }
        }
        // `makes ready: it generates ...`: what no verb says goes behind what one does.
        let own = found.get_mut(first..).unwrap_or_default();
        let is_vague = |one: &Placed| !one.clause.meaning.is_some_and(is_strong);
        if own.first().is_some_and(is_vague)
            && let Some(strong) = own.iter().position(|one| !is_vague(one))
        {
            for (number, one) in own.iter_mut().enumerate() {
                one.is_first = number == strong;
            }
        }
        // What only opens its own parts is no step.
        if has_parts {
            let opens = |one: &Placed| {
                one.clause.actors.is_empty() || one.clause.meaning.is_none() || item.text.ends_with(':')
            };
            if found.get(first..).is_some_and(|all| all.iter().all(opens)) {
                found.truncate(first);
                continue;
            }
        }
        if found.len() == first {
            let clause = Clause {
                actors: known,
                meaning: None,
                words: words(&text),
                text,
                is_direct: false,
                when: None,
            };
            push(&mut found, (number, item.line), clause, true);
        }
        for note in &item.notes {
            if found.len() > MOST_STEPS {
                break;
            }
            for sentence in sentences(&note.text) {
                for clause in clauses(&sentence, &[], &roles) {
                    if is_step(&clause) {
                        let before = found.len();
                        push(&mut found, (number, note.line), clause, false);
                        for one in found.iter_mut().skip(before) {
                            one.doubts.push("this sentence has no number in the prose".to_owned());
                        }
                    }
                }
            }
        }
    }
    found
}

/// Whether one number is a part of another.
fn is_part(number: &str, of: &str) -> bool {
    number
        .strip_prefix(of)
        .is_some_and(|rest| rest.starts_with('.') || rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// A later sentence of a step is another one where it says who does what, or goes on with an order. One
/// that begins with `from now on` says how things are then.
fn is_step(clause: &Clause) -> bool {
    clause.is_direct && clause.meaning.is_some_and(is_strong) && !clause.actors.is_empty()
}

const fn is_strong(meaning: Meaning) -> bool {
    !matches!(meaning, Meaning::Other | Meaning::Wait | Meaning::Use | Meaning::Let)
}

/// Puts a clause down, for each of those who act, unless they agree with each other.
fn push(found: &mut Vec<Placed>, (item, line): (usize, usize), clause: Clause, is_first: bool) {
    let is_shared = clause.actors.len() > 1 && clause.meaning != Some(Meaning::Agree);
    let actors: Vec<Option<usize>> = match clause.actors.as_slice() {
        [] => vec![None],
        [first, ..] if !is_shared => vec![Some(*first)],
        all => all.iter().copied().map(Some).collect(),
    };
    for (number, actor) in actors.into_iter().enumerate() {
        let doubts = if is_shared {
            vec!["several roles do this: each has a step of its own".to_owned()]
        } else {
            Vec::new()
        };
        found.push(Placed {
            item,
            line,
            actor,
            clause: clause.clone(),
            doubts,
            is_first: is_first && number == 0,
        });
    }
}

/// What the whole procedure says of its roles.
fn context(placed: &[Placed], roles: &Roles) -> Context {
    let made = placed.iter().find(|one| one.clause.meaning == Some(Meaning::Create));
    let mut context = Context { creator: made.and_then(|one| one.actor), ..Context::default() };
    let first = context.clone();
    for one in placed {
        let Some(actor) = one.actor else { continue };
        if matches!(deed(&one.clause, actor, roles, &first).0, Deed::Accept | Deed::Replace) {
            context.accepting.insert(actor);
        }
    }
    context
}

fn deed_of_nobody(clause: &Clause, roles: &Roles, context: &Context) -> (Deed, Option<&'static str>) {
    match deed(clause, roles.len(), roles, context) {
        (
            found @ (Deed::Undeploy | Deed::Deploy | Deed::Create | Deed::Inform(_) | Deed::Provide(_)),
            doubt,
        ) => (found, doubt),
        _ => (Deed::Unknown("who does it is not said"), None),
    }
}

/// All that the prose says of a step.
fn whole(procedure: &Procedure, item: usize) -> String {
    let Some(item) = procedure.items.get(item) else { return String::new() };
    let notes = item.notes.iter().map(|note| note.text.as_str());
    std::iter::once(item.text.as_str()).chain(notes).collect::<Vec<_>>().join(" / ")
}

/// Whether prose speaks of messages that must arrive first, or of a time.
fn speaks_of_waiting(prose: &str) -> bool {
    let words = words(prose);
    has(
        &words,
        &[
            "wait",
            "waits",
            "queue",
            "queued",
            "arrived",
            "arrive",
            "drained",
            "delivery",
            "delivered",
            "retried",
            "period",
            "date",
        ],
    ) && (has(&words, &["message", "messages", "payload", "payloads", "period", "date", "time"])
        || speaks_of_keys(&words))
}

/// Whether a step is done only under a condition.
pub(super) fn is_conditional(prose: &str) -> bool {
    let words = words(prose);
    has(&words, &["if", "unless", "optionally", "optional", "necessary"])
}
