//! Who is told by which channel: each role that says so, and whoever looks after the run.

use serde::{Deserialize, Serialize};

use crate::{
    backend::post::{address::Address, endpoint::is_loopback, smtp::Secrecy},
    plan::suggest::nearest,
    run::{bind::place, site::Site},
    source::{Finding, Source, Span, shown},
};

use super::{
    channel::Channel,
    finding::{bad, unknown},
};

/// Somebody who is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// By which channels of the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// At which address, where the channel is one of mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Address>,
}

/// One end at which somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// By which channel.
    pub channel: String,
    /// At which address; empty where the channel has one end only.
    pub address: String,
}

impl Contact {
    /// The ends at which somebody is told, each once.
    #[must_use]
    pub fn ends(&self, site: &Site) -> Vec<End> {
        let mut ends: Vec<End> = Vec::new();
        for name in &self.notify {
            let Some(channel) = site.notices.get(name) else { continue };
            let address = match (channel.sender(), &self.mail) {
                (None, _) => String::new(),
                (Some(_), Some(mail)) => mail.as_str().to_owned(),
                (Some(_), None) => continue,
            };
            let end = End { channel: name.clone(), address };
            if !ends.contains(&end) {
                ends.push(end);
            }
        }
        ends
    }
}

/// To whom a site sends by which server, a line each: the servers, and who is told by one. What stays on this
/// machine's disk is not in it.
#[must_use]
pub fn sends(site: &Site) -> Vec<String> {
    let servers = site.notices.iter().filter_map(|(name, channel)| Some((name, channel.server()?)));
    let mut lines: Vec<String> =
        servers.clone().map(|(name, server)| format!("notices by {}: {server}", shown(name))).collect();
    let roles = site.roles.iter().map(|(role, binding)| {
        let contact = Contact { notify: binding.notify.clone(), mail: binding.mail.clone() };
        (shown(role), contact)
    });
    let looks_after = site.coordinator.iter().map(|contact| ("coordinator".to_owned(), contact.clone()));
    for (who, contact) in roles.chain(looks_after) {
        for End { channel, address } in contact.ends(site) {
            if servers.clone().any(|(name, _)| *name == channel) {
                let at = if address.is_empty() { String::new() } else { format!(" at {address}") };
                lines.push(format!("{who} is told by {}{at}", shown(&channel)));
            }
        }
    }
    lines
}

/// Compares channels and contacts of a site with each other.
///
/// # Errors
/// Every finding about them.
pub fn examine(site: &Site, text: &Source) -> Result<(), Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, channel) in &site.notices {
        let at = place(text, "notices", name);
        if channel.asks() {
            let help = "name where its secret comes from: `env:NAME`, `file:PATH` or `credential:NAME`";
            let why = "people are told while nobody is there who could be asked for its secret";
            findings.push(bad(name, why.to_owned(), help, at));
        }
        let Channel::Smtp(smtp) = channel else { continue };
        if smtp.tls == Secrecy::NoneOnLoopback && !is_loopback(&smtp.host) {
            let help =
                "write `tls = \"required\"` or `tls = \"starttls\"`: nothing leaves the machine in the clear";
            findings.push(bad(name, "its server is not on this machine".to_owned(), help, at));
        }
        if smtp.user.is_some() != smtp.password.is_some() {
            let help = "give both `user` and `password`, or neither";
            findings.push(bad(name, "a login is a user and a password".to_owned(), help, at));
        }
    }
    let roles = site.roles.iter().map(|(role, binding)| {
        let contact = Contact { notify: binding.notify.clone(), mail: binding.mail.clone() };
        (contact, place(text, "roles", role))
    });
    let looks_after = site.coordinator.iter().map(|contact| (contact.clone(), coordinator(text)));
    for (contact, at) in roles.chain(looks_after) {
        judge(site, &contact, at, &mut findings);
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

fn judge(site: &Site, contact: &Contact, at: Span, findings: &mut Vec<Finding>) {
    let known: Vec<String> = site.notices.keys().cloned().collect();
    for name in &contact.notify {
        match site.notices.get(name) {
            None => {
                let near = nearest(name, known.iter().map(String::as_str));
                let help = match near {
                    Some(near) => format!("did you mean `{}`?", shown(near)),
                    None if known.is_empty() => {
                        "declare it: a table `[notices.NAME]` with its kind".to_owned()
                    }
                    None => format!("the site has `{}`", shown(&known.join("`, `"))),
                };
                findings.push(unknown(name, help, at));
            }
            Some(channel) if channel.sender().is_some() && contact.mail.is_none() => {
                let help = "say at which address, as in `mail = \"ops@example.org\"`";
                findings.push(bad(name, "it sends mails, and no address is given".to_owned(), help, at));
            }
            Some(_) => {}
        }
    }
}

fn coordinator(text: &Source) -> Span {
    let header = "[coordinator]";
    text.text.find(header).map_or_else(Span::default, |at| Span::new(at, at + header.len()))
}
