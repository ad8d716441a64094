//! Channels by which people are told: whether their secrets can be had, and their folder be filled. No server is
//! spoken to.

use crate::{
    backend::post::{roots, signed::HookSecret},
    run::notices::channel::{Channel, Smtp, Spool, Webhook},
    source::shown,
};

use super::{
    complaint::Kind,
    password,
    rights::{Others, may_fill},
    sheet::{Row, Sheet},
};

/// Looks at all channels.
pub(super) fn examine(sheet: &mut Sheet<'_>) {
    for (name, channel) in &sheet.look.site.notices {
        let row = sheet.row("notices", name, channel.kind());
        match channel {
            Channel::Smtp(Smtp { host, tls, password, ca, .. }) => {
                let port = if let Channel::Smtp(smtp) = channel { smtp.port() } else { 0 };
                sheet.say(row, format!("{}:{port}, tls {}, not asked", shown(host), tls.name()));
                if let Some(reference) = password {
                    let _opens_nothing_here = password::examine(sheet, row, reference);
                }
                ca.iter().for_each(|path| trusted(sheet, row, path));
            }
            Channel::Webhook(Webhook { url, secret, ca }) => {
                sheet.say(row, format!("{}, not asked", shown(&url.origin())));
                if let Some(text) = password::examine(sheet, row, secret)
                    && let Err(error) = HookSecret::read(&text)
                {
                    let help =
                        "write what `openssl rand -base64 32` prints there, and give it to the other side";
                    sheet.refuse(row, Kind::Password, error.to_string(), help);
                }
                ca.iter().for_each(|path| trusted(sheet, row, path));
            }
            Channel::Spool(Spool { path, .. }) => folder(sheet, row, path),
        }
    }
}

fn folder(sheet: &mut Sheet<'_>, row: Row, path: &std::path::Path) {
    let path = sheet.look.folder.join(path);
    sheet.say(row, path.display().to_string());
    if !path.is_dir() {
        let what = format!("the folder {} is not there", path.display());
        sheet.refuse(row, Kind::Unreachable, what, "make it, for the user that runs keyroll");
        return;
    }
    if !may_fill(&path) {
        let what = format!("no file can be put into {}", path.display());
        sheet.refuse(row, Kind::NotWritable, what, "let the user that runs keyroll write there");
    }
    if let Ok(others) = Others::of(&path) {
        others.judge(sheet, row, (&format!("the folder {}", path.display()), false));
    }
}

fn trusted(sheet: &mut Sheet<'_>, row: Row, path: &std::path::Path) {
    let path = sheet.look.folder.join(path);
    if let Ok(others) = Others::of(&path) {
        others.judge(sheet, row, (&format!("the file {}", path.display()), false));
    }
    match roots::read(&path) {
        Ok(found) => sheet.say(row, format!("trusted by {} in {}", found.len(), path.display())),
        Err(error) => {
            let help = "name a PEM file with the certificates of its authority";
            sheet.refuse(row, Kind::Unreachable, error.to_string(), help);
        }
    }
}
