//! Receivers: what they accept, how much more they can hold, and whether that can be changed.

use crate::{
    backend::{
        command::CommandReceiver,
        directory::TrustFolder,
        receiver::{Receiver, ReceiverError},
        xml_dsig::XmlVerifier,
    },
    run::site::ReceiverBinding,
    world::{id::AcceptorId, landscape::Fact, material::Certificate},
};

use super::{
    commands,
    complaint::Kind,
    keys::InUse,
    keystores::examine_pairs,
    rights::{Others, not_exchangeable},
    sheet::{Row, Sheet},
};

/// Looks at all receivers of the plan.
pub(super) fn examine(sheet: &mut Sheet<'_>, in_use: &InUse) {
    let (plan, site) = (sheet.plan(), sheet.look.site);
    for (id, receiver) in plan.landscape.acceptors.iter() {
        match site.receivers.get(&receiver.name) {
            Some(ReceiverBinding::Directory { path, capacity, pairs }) => {
                let row = sheet.row("receivers", &receiver.name, "directory");
                let path = sheet.look.folder.join(path);
                if let Some(pairs) = pairs {
                    examine_pairs(sheet, row, pairs);
                }
                let is_own =
                    |fact: &Fact| matches!(fact, Fact::Accepts(a, _) | Fact::AcceptsOther(a) if *a == id);
                if let Some(why) = not_exchangeable(&path).filter(|_| path.exists() && sheet.changes(is_own))
                {
                    let help = "let the user that runs keyroll write to the folder and to the one above it";
                    sheet.refuse(row, Kind::NotWritable, why, help);
                }
                if let Ok(others) = Others::of(&path) {
                    others.judge(sheet, row, (&format!("the trust folder {}", path.display()), false));
                }
                let folder = TrustFolder::new(&path, *capacity, Box::new(XmlVerifier::default()));
                match folder.accepted() {
                    Ok(accepted) => {
                        sheet.say(row, format!("{}, {} accepted", path.display(), accepted.len()));
                        capacity_left(sheet, row, (id, *capacity), (&accepted, in_use));
                    }
                    Err(error) => complain(sheet, row, &error),
                }
            }
            Some(ReceiverBinding::Command(bound)) => {
                let row = sheet.row("receivers", &receiver.name, "command");
                let Some(program) = commands::examine(sheet, row, &bound.binding()) else { continue };
                match CommandReceiver::new(&receiver.name, bound.capacity, program).accepted() {
                    Ok(accepted) => {
                        sheet.say(row, format!("{} accepted", accepted.len()));
                        capacity_left(sheet, row, (id, bound.capacity), (&accepted, in_use));
                    }
                    Err(error) => commands::failed(sheet, row, &error),
                }
            }
            Some(ReceiverBinding::Manual {}) => {
                let row = sheet.row("receivers", &receiver.name, "manual");
                sheet.say(row, "a person does its steps");
            }
            None => {}
        }
    }
}

fn complain(sheet: &mut Sheet<'_>, row: Row, error: &ReceiverError) {
    let (kind, help) = match error {
        ReceiverError::Io { .. } => {
            (Kind::Unreachable, "correct the path, or let the user that runs keyroll read the folder")
        }
        _ => (Kind::Failed, "let only certificates end in `.pem`, `.crt` or `.cer` there"),
    };
    sheet.refuse(row, kind, error.to_string(), help);
}

/// Whether there is room for as many keys of the plan as it counts on, beside those that it does not name.
fn capacity_left(
    sheet: &mut Sheet<'_>,
    row: Row,
    (id, capacity): (AcceptorId, usize),
    (accepted, in_use): (&[Certificate], &InUse),
) {
    let plan = sheet.plan();
    let receiver = &plan.landscape.acceptors[id];
    if !in_use.is_whole {
        sheet.say(row, "which of them are keys of the plan is not known");
        return;
    }
    let is_of_plan = |one: &&Certificate| {
        in_use.certificates.values().any(|known| known.fingerprint() == one.fingerprint())
    };
    let strange = accepted.iter().filter(|one| !is_of_plan(one)).count();
    let named = receiver.named.keys().len();
    let most = receiver.capacity.map_or(named, |most| most.min(named));
    sheet.say(row, format!("{capacity} at most, {strange} of which the plan does not speak"));
    if strange + most > capacity {
        let what = format!(
            "`{}` holds {strange} certificates of which the plan does not speak, and {most} of the plan's come to it: more than {capacity}",
            receiver.name
        );
        let help = "remove what is there for nothing, or raise `capacity` if it can hold more";
        sheet.refuse(row, Kind::OverCapacity, what, help);
    }
}
