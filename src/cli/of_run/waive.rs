//! `keyroll waive PARTNER --because WHY`

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    check::{self, Checked},
    invariant::Hazard,
    journal::Host,
    plan::{Plan, given::Given},
    rest::waived::{NotLeftOut, Without, without_partner},
    run::{casting::Casting, due::Due, partner::partners, time::to_the_second, wait::waits},
    source::{Refusal, Source, shown},
    transition::{event::Bound, late::deadline},
    world::{
        id::{ChannelId, RoleId, StepId},
        landscape::Landscape,
    },
};

use crate::cli::{
    at_site::{AtSite, Attached},
    confirm::unknown,
    exit::Exit,
    json::Format,
    of_run::{
        abort::acting,
        amend::{How, Move, Waives, moves},
    },
    screen::Screen,
};

/// Go on without a partner that is not ready, if what is left of the plan is proved without it from where the run
/// stands.
///
/// Its steps are left out, and what others need of it. Its flows stay, and so does what is promised of them: where
/// their messages could be rejected it is refused, unless the plan says `waive FLOW rejected`. Without --yes it
/// shows what would be, and changes nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The role of the partner
    partner: String,
    /// Another step that is left out with it, such as the one that removes the old pair
    #[arg(long, value_name = "STEP")]
    without: Vec<String>,
    #[command(flatten)]
    how: How,
    /// Waive it although it is not due yet; --because says why
    #[arg(long)]
    early: bool,
    /// Take it down
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match waived(arguments, screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn waived(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let mut attached = arguments.at.attach(true, screen)?;
    let partner = partner(&attached.checked, arguments, screen)?;
    let beside = beside(&attached, &arguments.without, screen)?;
    let plan = attached.checked.plan();
    let due = due(&attached, partner);
    if let Some(due) = due.filter(|due| !due.is_over && !arguments.early) {
        screen.talk(format_args!(
            "not taken down: {} is not due until {}; where it is to be waived before, add --early and say why",
            shown(&arguments.partner),
            to_the_second(due.at)
        ));
        return Err(Exit::Refused);
    }
    let given = Given::kept(&attached.pinned.parameters);
    let without = without_partner(plan, &given, attached.host.state(), (partner, &beside));
    let without = without.map_err(|why| refused(&arguments.partner, why, screen))?;
    let kept = without.parameters.clone();
    let given = Given::parameters(kept.clone());
    let new = read(&without.source, &given, screen)?;
    let asked = without.asked.as_ref().map(|source| read(source, &given, screen)).transpose()?;
    let flows = flows(new.plan(), &arguments.partner);
    let (first, partner_name) = (flows.first().cloned(), arguments.partner.clone());
    let run = attached.pinned.run.clone();
    let Without { steps, not_asked, .. } = without;
    let waives = Waives {
        partner: partner_name,
        left_out: steps,
        not_asked,
        due: due.map(|due| told(due, WallClock.now())),
        early: due.is_some_and(|due| !due.is_over),
        flows: flows.into_iter().map(|flow| flow.told).collect(),
    };
    let to = Move { new, kept, bound: Bound::Waived, waives: Some(waives), asked, takes: arguments.yes };
    let exit = moves((&arguments.at, &mut attached), to, &arguments.how, screen)?;
    if exit == Exit::Refused
        && let Some(Flow { name, alias, own, .. }) = first
    {
        screen.talk(format_args!(
            "split {name} off, which signs with what {alias} names: in another plan `repoint {name} to ...` lets it sign with an \
             alias of its own, as in `repoint {name} to {own}`, and `keyroll amend {} NEWPLAN` moves the run there; or accept \
             there what may come of it: `waive {name} rejected because \"...\"`; and what can no longer be so at the end, \
             such a plan does not ask for",
            shown(&run)
        ));
    }
    Ok(exit)
}

/// The partner that is meant: somebody else says so.
fn partner(checked: &Checked, arguments: &Arguments, screen: &mut Screen) -> Result<RoleId, Exit> {
    let role = acting(checked, &arguments.partner, screen)?;
    if acting(checked, arguments.how.role(), screen)? == role {
        screen.talk("not taken down: nobody waives itself; whoever coordinates does");
        return Err(Exit::Usage);
    }
    let known = partners(checked.plan());
    if !known.contains(&role) {
        let roles = &checked.plan().landscape.roles;
        let names: Vec<&str> = known.iter().map(|role| roles[*role].as_str()).collect();
        let (partner, names) = (shown(&arguments.partner), shown(&names.join(", ")));
        screen
            .talk(format_args!("`{partner}` is no partner: that is who owns a receiver or a flow ({names})"));
        return Err(Exit::Usage);
    }
    Ok(role)
}

fn beside(attached: &Attached, names: &[String], screen: &mut Screen) -> Result<BTreeSet<StepId>, Exit> {
    let find = |name: &String| {
        let step = attached.checked.plan().step(name);
        step.ok_or_else(|| unknown(&attached.checked, name, screen))
    };
    names.iter().map(find).collect()
}

fn read(source: &Source, given: &Given, screen: &mut Screen) -> Result<Checked, Exit> {
    check::read(source, given).map_err(|refusal| {
        screen.page(&refusal);
        screen.talk("not taken down: without the steps of this partner the plan is refused");
        Exit::Refused
    })
}

fn refused(partner: &str, why: NotLeftOut, screen: &mut Screen) -> Exit {
    let partner = shown(partner);
    match why {
        NotLeftOut::Nothing => {
            screen.talk(format_args!("not taken down: {partner} has nothing left to do"));
            Exit::Usage
        }
        NotLeftOut::Begun(step) => {
            let step = shown(&step);
            screen.talk(format_args!(
                "not taken down: `{step}` was begun and is not done; run it to its end first"
            ));
            Exit::Usage
        }
        NotLeftOut::Refused(source, findings) => {
            screen.page(&Refusal::new(source, findings));
            screen.talk("not taken down: without the steps of this partner the plan is refused");
            Exit::Refused
        }
    }
}

/// When a partner is due: the first moment by which it is to have answered, or a step of it that is still to be done had to
/// begin; nothing where neither the site nor the plan says one.
fn due(attached: &Attached, partner: RoleId) -> Option<Due> {
    let Attached { checked, host, site, .. } = attached;
    let (plan, state, now) = (checked.plan(), host.state(), WallClock.now());
    let asked = waits(checked, &Casting::of(plan, site), state, now).into_iter();
    let asked = asked.filter(|wait| wait.cause.role() == Some(partner)).filter_map(|wait| wait.due);
    let own = plan.steps.iter().filter(|(_, row)| row.role.value == partner);
    let begun = own.filter_map(|(step, _)| deadline(checked, state, step));
    let begun =
        begun.map(|deadline| Due { at: deadline.at, is_over: deadline.has_passed(now.max(state.now)) });
    asked.chain(begun).min_by_key(|due| due.at)
}

/// When a partner was or is due, in words.
fn told(due: Due, now: Timestamp) -> String {
    let at = to_the_second(due.at);
    if !due.is_over {
        return format!("not due until {at}");
    }
    let hours = now.duration_since(due.at).as_hours();
    let late = match hours / 24 {
        0 => "less than a day late".to_owned(),
        1 => "1 day late".to_owned(),
        days => format!("{days} days late"),
    };
    format!("was due {at}, {late}")
}

/// A flow that is the partner's or leads to it.
#[derive(Clone, Debug)]
struct Flow {
    name: String,
    /// Under which alias its pair lies.
    alias: String,
    /// An alias of its own, as one might call it.
    own: String,
    /// What becomes of it.
    told: String,
}

/// What becomes of each flow that is the partner's or leads to it, where what is left is proved.
fn flows(plan: &Plan, partner: &str) -> Vec<Flow> {
    let land = &plan.landscape;
    let is_meant = |flow: &ChannelId| owners(land, *flow).into_iter().any(|role| land.roles[role] == partner);
    let told = |flow: ChannelId| {
        let name = shown(&land.channels[flow].name);
        let waived = |hazard| plan.waivers.iter().find(|one| one.flow == flow && one.hazard == hazard);
        let rejected = match waived(Hazard::Rejected) {
            Some(waiver) => format!("its messages may be rejected: {}", shown(&waiver.because)),
            // Each flow is judged, whether something is promised of it or not.
            None => "none of its messages is rejected".to_owned(),
        };
        let is_promised =
            plan.promises.iter().any(|promise| promise.value.hazard() == (flow, Hazard::Interrupted));
        let interrupted = match waived(Hazard::Interrupted) {
            Some(waiver) => format!("it may stand still: {}", shown(&waiver.because)),
            None if is_promised => "it stands still no more than is promised".to_owned(),
            None => "nothing is promised of it standing still".to_owned(),
        };
        let place = &land.places[land.channels[flow].alias];
        let (store, alias) = (shown(&land.stores[place.store].name), shown(place.alias.as_str()));
        Flow {
            told: format!("{name}: {rejected}, and {interrupted}"),
            alias: format!("{store}[\"{alias}\"]"),
            own: format!("{store}[\"{alias}-{name}\"]"),
            name,
        }
    };
    land.channels.ids().filter(is_meant).map(told).collect()
}

fn owners(land: &Landscape, flow: ChannelId) -> [RoleId; 2] {
    let row = &land.channels[flow];
    [row.owner, land.acceptors[row.acceptor].owner]
}
