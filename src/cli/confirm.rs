//! `keyroll confirm STEP --as ROLE`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        file::bounded::{self, CERTIFICATE_LIMIT},
    },
    check::Checked,
    journal::{Host, sqlite::SqliteHost},
    run::{
        casting::Casting,
        claims::Claims,
        time::{self, to_the_second},
        window::overrun,
    },
    source::shown,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, Why, next},
        people::{is_same, lacking},
        ready::Blocker,
        state::{State, Status},
    },
    world::{
        id::StepId,
        key_kind::KeyKind,
        material::{Certificate, Fingerprint},
    },
};

use super::{
    at_site::{AtSite, Attached, failed},
    claimed,
    compared::{self, Claim, joined, stopped},
    exit::Exit,
    granted,
    json::{Document, Format},
    screen::Screen,
};

/// Say that an act of a role is done, that its message was received, or yes to a proposal.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step that is done, whose message was received, or that proposes
    step: String,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// When the window opens that the step proposes, as in 2026-12-01T20:00:00+01:00; otherwise at once
    #[arg(long, value_name = "TIME", value_parser = time::moment)]
    opens: Option<Timestamp>,
    /// The certificate of the key that the step created by hand, as a PEM file; of one that it issued,
    /// what the authority answered: PEM, DER or PKCS#7, with its issuers
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// SHA-256 of the certificate that comes to be accepted by the step, computed from the file that was installed; it is
    /// compared with the one that was sent
    #[arg(long, value_name = "HEX", value_parser = compared::fingerprint)]
    fingerprint: Option<Fingerprint>,
    /// Let the step begin although its deadline has passed; it says --because
    #[arg(long, requires = "because")]
    late: bool,
    /// Why it begins late, for the journal
    #[arg(long, requires = "late", value_name = "REASON")]
    because: Option<String>,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// An act of a role that is in the journal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Act {
    /// The run.
    run: String,
    /// The step.
    step: String,
    /// The role.
    role: String,
    /// Whether it is new; otherwise it was taken down before, and nothing changed.
    new: bool,
    /// Whether the fingerprint of the certificate was compared with it, and is that of the one that was sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    compared: bool,
}

impl Document for Act {
    const NAME: &'static str = "act";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let Attached { checked, mut host, site, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let Some(step) = plan.step(&arguments.step) else {
        return unknown(&checked, &arguments.step, screen);
    };
    let mine = plan.landscape.roles[plan.steps[step].role.value] == arguments.role;
    let casting = Casting::of(plan, &site);
    let (by_site, two) = (casting.is_by_backend(plan, step), plan.steps[step].extra().two_people.is_some());
    if mine
        && two
        && let Some(why) = stranger(&casting.role(plan.steps[step].role.value).people, arguments)
    {
        screen.talk(format_args!("not taken down: {why}"));
        return Exit::Usage;
    }
    if arguments.late && !mine {
        let role = shown(&plan.landscape.roles[plan.steps[step].role.value]);
        screen.talk(format_args!("not taken down: only {role} lets `{}` begin late", shown(&arguments.step)));
        return Exit::Usage;
    }
    if mine && by_site && !two && !arguments.late {
        screen.talk(format_args!("not taken down: the site does `{}` by itself", shown(&arguments.step)));
        return Exit::Usage;
    }
    let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
    let agrees = mine && two && (by_site || host.state().steps[step].people.is_empty());
    let late = arguments.because.clone().filter(|_| arguments.late);
    let late = late.map(|because| Event::Extended { step: arguments.step.clone(), by: by.clone(), because });
    let claim = Claim { checked: &checked, casting: &casting, state: host.state(), step, agrees, by: &by };
    let named =
        claim.is_named(arguments.certificate.is_some()).and_then(|()| claim.named(arguments.fingerprint));
    // What the site does by itself it goes on with.
    let act = named.map_err(|why| format!("not taken down: {why}")).and_then(|named| {
        match late.is_some() && by_site && !two {
            true => Ok(Vec::new()),
            false => act((&checked, &casting), &host, (step, agrees), arguments, by.clone())
                .map(|act| joined(act, named)),
        }
    });
    match act {
        Ok(events) => {
            let events: Vec<Event> = late.into_iter().chain(events).collect();
            let exit = submit(&checked, &mut host, events, (&arguments.step, &arguments.role), screen);
            if exit == Exit::Broken {
                stopped(&checked, &host.state().substituted, &arguments.at.options(), screen);
            }
            if !host.state().is_finished() {
                return exit;
            }
            // Nobody has to run it once more to free what it held.
            let folder = arguments.at.folder();
            let given_back = claimed::holder(&arguments.at, host.run(), screen).and_then(|holder| {
                let claims = Claims { plan, site: &site, folder: &folder, holder: &holder };
                claimed::give_back(&claims, screen)
            });
            given_back.map_or_else(|exit| exit, |()| exit)
        }
        Err(why) => {
            screen.talk(why);
            Exit::Usage
        }
    }
}

/// Says that the plan has no such step.
pub fn unknown(checked: &Checked, step: &str, screen: &mut Screen) -> Exit {
    let names: Vec<String> = checked.plan().steps.rows().map(|s| s.name.value.clone()).collect();
    let help = crate::plan::suggest::did_you_mean(step, "step", &names).text;
    screen.talk(format_args!("the plan has no step `{}`: {help}", shown(step)));
    Exit::Usage
}

/// Submits events; each is durable before the next, and before a word is said.
/// `about` is the step and the role.
pub fn submit(
    checked: &Checked,
    host: &mut SqliteHost,
    events: Vec<Event>,
    about: (&str, &str),
    screen: &mut Screen,
) -> Exit {
    let at = WallClock.now();
    let records: Vec<Record> = events.into_iter().map(|event| Record { at, event }).collect();
    // An act that does not count takes nothing down, not even the messages that it quotes.
    let mut ahead = host.state().clone();
    for record in &records {
        if let Verdict::Refused(why) = next(checked, &mut ahead, record) {
            return refused(&why, screen);
        }
    }
    let mut new = false;
    for record in &records {
        match host.submit(checked, record) {
            Ok(Verdict::Applied(_)) => new = true,
            Ok(Verdict::Duplicate) => {}
            Ok(Verdict::Refused(why)) => return refused(&why, screen),
            Err(error) => return failed(&error, screen),
        }
    }
    // What stood still for too long is on record with the act that ends it, whether somebody runs it again or not.
    for what in overrun(checked, host.state(), at) {
        let record = Record { at, event: Event::Broken { what: what.clone() } };
        if !host.state().broken.contains(&what)
            && let Err(error) = host.submit(checked, &record)
        {
            return failed(&error, screen);
        }
    }
    if matches!(records.last(), Some(Record { event: Event::Compared { .. }, .. })) {
        return Exit::Broken;
    }
    let compared = records.iter().any(|record| matches!(record.event, Event::Compared { .. }));
    let (step, role) = about;
    if screen.is_text() {
        let agreed = matches!(records.last(), Some(Record { event: Event::Agreed { .. }, .. }));
        let open = checked.plan().step(step).is_some_and(|id| lacking(checked, host.state(), id) > 0);
        screen.result(if new && agreed && open {
            "taken down; another person of the role confirms it too"
        } else if new && compared {
            "taken down, and the fingerprint is that of the certificate that was sent; `keyroll run` goes on from here"
        } else if new {
            "taken down; `keyroll run` goes on from here"
        } else {
            "this was taken down before; nothing changed"
        });
    } else {
        let (step, role) = (step.to_owned(), role.to_owned());
        screen.document(&Act { run: host.run().to_owned(), step, role, new, compared });
    }
    Exit::Done
}

fn refused(why: &Why, screen: &mut Screen) -> Exit {
    screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
    match why {
        Why::NotYet { blockers, .. } if blockers.iter().any(|one| matches!(one, Blocker::Substituted(_))) => {
            Exit::Broken
        }
        Why::NotYet { .. } | Why::Early(_) | Why::Late { .. } => Exit::Waiting,
        _ => Exit::Usage,
    }
}

/// Why a person is none of those who play a role at the site, where it names them.
fn stranger(people: &[String], arguments: &Arguments) -> Option<String> {
    let person = arguments.person.as_deref()?;
    let is_known = people.is_empty() || people.iter().any(|other| is_same(other, person));
    let (person, role) = (shown(person), shown(&arguments.role));
    (!is_known).then(|| format!("{person} is none of the people of {role}: {}", shown(&people.join(", "))))
}

/// Whether a moment lies back; a clock that is a minute ahead of ours is let pass.
fn is_past(moment: Timestamp) -> bool {
    WallClock.now().duration_since(moment) > SignedDuration::from_mins(1)
}

/// What a confirmation means: a receipt, an answer, or an act together with the receipt of the
/// messages that it rests on.
fn act(
    (checked, casting): (&Checked, &Casting),
    host: &SqliteHost,
    (step, agrees): (StepId, bool),
    arguments: &Arguments,
    by: Actor,
) -> Result<Vec<Event>, String> {
    let plan = checked.plan();
    let state = host.state();
    let name = arguments.step.clone();
    let role = &plan.landscape.roles;
    let mine = role[plan.steps[step].role.value] == by.role;
    if let Some((_, other)) = plan.proposal(step)
        && role[other] == by.role
        && state.steps[step].status == Status::Proposed
    {
        return Ok(vec![Event::Answered { step: name, by, yes: true, because: None }]);
    }
    if arguments.opens.is_some() && !(mine && plan.proposal(step).is_some()) {
        return Err(format!("`{}` proposes no window, so there is no time to name", shown(&name)));
    }
    if let Some(opens) = arguments.opens.filter(|opens| is_past(*opens))
        && matches!(
            state.steps[step].status,
            Status::Open | Status::Begun | Status::Failed | Status::Declined
        )
    {
        return Err(format!("{} is past; without --opens the window opens at once", to_the_second(opens)));
    }
    if let Some((window, _)) = plan.proposal(step).filter(|_| mine)
        && let Some(why) = casting.shut(plan, window, arguments.opens.unwrap_or_else(|| WallClock.now()))
    {
        return Err(why);
    }
    let addressed = plan.deliveries_of(step).any(|(_, to)| role[to] == by.role);
    if addressed && !mine {
        return Ok(vec![Event::Received { step: name, by }]);
    }
    let mut events: Vec<Event> = Vec::new();
    // Acting on a message is receiving it.
    for (id, delivery) in plan.deliveries.iter() {
        let open = role[delivery.to] == by.role && state.world.is_done(delivery.step);
        if mine && open && !state.world.is_heard(id) && checked.order().is_before(delivery.step, step) {
            let quoted = plan.steps[delivery.step].name.value.clone();
            events.push(Event::Received { step: quoted, by: by.clone() });
        }
    }
    if agrees {
        if arguments.opens.is_some() || arguments.certificate.is_some() {
            return Err(format!(
                "two people do `{}`: the second one names the time and the certificate",
                shown(&name)
            ));
        }
        events.push(Event::Agreed { step: name, by });
        return Ok(events);
    }
    let certificates = certificates(checked, state, step, arguments.certificate.as_deref())?;
    events.push(Event::Confirmed { step: name, by, opens: arguments.opens, certificates });
    Ok(events)
}

/// The certificates that a person names with what is done.
fn certificates(
    checked: &Checked,
    state: &State,
    step: StepId,
    path: Option<&Path>,
) -> Result<BTreeMap<String, String>, String> {
    let plan = checked.plan();
    let (name, key) = (shown(&plan.steps[step].name.value), plan.certificate_from(step));
    // A backend made the pair, and one installs what is issued for it.
    let made = key.and_then(|key| state.certificates.get(&key));
    let Some(path) = path else {
        return match (key, made) {
            (Some(key), Some(_)) => Err(format!(
                "name what was issued for `{}` by --certificate: the answer of the authority",
                shown(&plan.landscape.keys[key])
            )),
            _ => Ok(BTreeMap::new()),
        };
    };
    let Some(key) = key else {
        return Err(match plan.issued_by(step) {
            Some(later) => {
                let later = shown(&plan.steps[later].name.value);
                format!("the certificate of what `{name}` creates is issued by `{later}`: name it there")
            }
            None => format!("`{name}` creates no key, so there is no certificate to name"),
        });
    };
    let of_file = |why: String| format!("{}: {why}", path.display());
    let bytes = bounded::read(path, CERTIFICATE_LIMIT).map_err(|error| of_file(error.to_string()))?;
    let pem = if plan.issuer(key).is_some() {
        granted::answer(&bytes, made.map(String::as_str), WallClock.now()).map_err(of_file)?
    } else {
        Certificate::from_pem(&bytes).map_err(|error| of_file(error.to_string()))?.pem()
    };
    let seen = Certificate::from_pem(pem.as_bytes()).ok().and_then(|own| KeyKind::of(&own));
    if let Some((said, seen)) = plan.key_kind(key).zip(seen).filter(|(said, seen)| said != seen) {
        let key = shown(&plan.landscape.keys[key]);
        return Err(of_file(format!("the plan says that `{key}` is {said}, and this is {seen}")));
    }
    Ok(BTreeMap::from([(plan.landscape.keys[key].clone(), pem)]))
}
