//! Flows: their state, whether they can be stopped and started, and whether they can sign with their keys.

use crate::{
    backend::{
        command::CommandFlow,
        deployer::{Deployer, DeployerError, FlowState},
        local_flow::FlowSwitch,
        xml_dsig::Algorithm,
    },
    run::{
        opening::{XML_KEYS, signs},
        signature_binding::SignatureBinding,
        site::FlowBinding,
    },
    source::shown,
    world::{
        id::{ChannelId, KeyId},
        landscape::Fact,
        material::{Certificate, KeyType},
    },
};

use super::{
    commands,
    complaint::Kind,
    keys::InUse,
    rights::{not_makeable, not_replaceable},
    sheet::{Row, Sheet},
};

/// Looks at all flows of the plan.
pub(super) fn examine(sheet: &mut Sheet<'_>, in_use: &InUse) {
    let (plan, site) = (sheet.plan(), sheet.look.site);
    for (id, flow) in plan.landscape.channels.iter() {
        match site.flows.get(&flow.name) {
            Some(FlowBinding::Local { path, signature, .. }) => {
                let row = sheet.row("flows", &flow.name, "local");
                local(sheet, row, id, &sheet.look.folder.join(path));
                let algorithm = signature.as_ref().and_then(|one| SignatureBinding::profile(one).algorithm);
                key_types(sheet, row, &flow.name, (algorithm, in_use));
            }
            Some(FlowBinding::Command(binding)) => {
                let row = sheet.row("flows", &flow.name, "command");
                let Some(program) = commands::examine(sheet, row, binding) else { continue };
                match CommandFlow::new(&flow.name, program).state() {
                    Ok(state) => sheet.say(row, word(state)),
                    Err(error) => commands::failed(sheet, row, &error),
                }
            }
            Some(FlowBinding::Manual {}) => {
                let row = sheet.row("flows", &flow.name, "manual");
                sheet.say(row, "a person does its steps");
            }
            None => {}
        }
    }
}

const fn word(state: FlowState) -> &'static str {
    match state {
        FlowState::Deployed => "deployed",
        FlowState::Undeployed => "undeployed",
    }
}

fn local(sheet: &mut Sheet<'_>, row: Row, id: ChannelId, path: &std::path::Path) {
    let plan = sheet.plan();
    let is_changed = sheet.changes(|fact| *fact == Fact::Running(id));
    if path.exists() && !path.is_dir() {
        let help = "name the folder in which its `flow.json` lies";
        sheet.refuse(row, Kind::Unreachable, format!("{} is no folder", path.display()), help);
        return;
    }
    if !path.exists() {
        if plan.start.running[id] {
            let what = format!("there is no flow at {}, and the plan starts with one", path.display());
            let help = "correct the path, which begins at the site's folder";
            sheet.refuse(row, Kind::Unreachable, what, help);
        } else {
            sheet.say(row, format!("{} is made when it is deployed first", path.display()));
            if let Some(why) = not_makeable(path).filter(|_| is_changed) {
                sheet.refuse(row, Kind::NotWritable, why, "let the user that runs keyroll write there");
            }
        }
        return;
    }
    match FlowSwitch::at(path).state() {
        Ok(state) => sheet.say(row, format!("{}, {}", path.display(), word(state))),
        Err(error) => {
            let (kind, help) = match &error {
                DeployerError::Io { .. } => (Kind::Unreachable, "let the user that runs keyroll read it"),
                _ => (Kind::Failed, "write its state anew, by deploying or stopping it"),
            };
            sheet.refuse(row, kind, error.to_string(), help);
        }
    }
    let own = plan.landscape.channels[id].stamps;
    let is_repointed = plan.landscape.places[own].of.is_some();
    for (file, is_written) in [("flow.json", is_changed), ("alias.json", is_repointed)] {
        if let Some(why) = not_replaceable(&path.join(file)).filter(|_| is_written) {
            sheet.refuse(row, Kind::NotWritable, why, "let the user that runs keyroll write to its folder");
        }
    }
}

/// The kind of a key: as it is, or as it will be made.
fn kind(in_use: &InUse, key: KeyId) -> Option<KeyType> {
    let seen = in_use.certificates.get(&key).and_then(Certificate::key_type);
    seen.or_else(|| in_use.material.spec(key).map(|spec| spec.key_type))
}

/// Whether a flow can sign with each key that it comes to.
fn key_types(sheet: &mut Sheet<'_>, row: Row, flow: &str, (algorithm, in_use): (Option<Algorithm>, &InUse)) {
    let plan = sheet.plan();
    if let Some(algorithm) = algorithm {
        sheet.say(row, format!("signs by {algorithm}"));
    }
    for key in plan.landscape.own_keys().filter(|key| signs(plan, sheet.look.site, *key) == Some(flow)) {
        let Some(kind) = kind(in_use, key) else { continue };
        let name = shown(&plan.landscape.keys[key]);
        let signs_xml = !matches!(kind, KeyType::Ed25519 | KeyType::Opaque);
        match algorithm {
            _ if !signs_xml => {
                let what = format!("`{flow}` signs xml, and cannot do so with `{name}` ({kind})");
                sheet.refuse(row, Kind::KeyType, what, format!("it takes {XML_KEYS}"));
            }
            Some(algorithm) if !algorithm.fits(kind) => {
                let what = format!("`{flow}` signs by {algorithm}, and `{name}` is {kind}");
                let help = "name an algorithm that fits every key of the flow, or leave `algorithm` out";
                sheet.refuse(row, Kind::KeyType, what, help);
            }
            _ => {}
        }
    }
}
