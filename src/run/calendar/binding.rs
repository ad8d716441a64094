//! The calendars that a site names, and their files.

use std::{collections::BTreeMap, path::Path, path::PathBuf, sync::Arc};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    backend::file::bounded,
    plan::suggest::{Help, did_you_mean},
    run::{bind::place, site::Site, time::in_utc},
    source::{Finding, Source},
};

use super::{
    Calendar, Closed,
    finding::{bad, unknown},
    read::LAST_YEAR,
};

/// The largest calendar that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// The zone of times that name none.
const UTC: &str = "UTC";

/// A calendar of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarBinding {
    /// Its file in the format of iCalendar (RFC 5545); a relative path begins at the site's folder.
    pub path: PathBuf,
    /// The zone of times in it that name none, and of whole days: `Europe/Vienna`. Without, it is UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Reads the calendars of a site.
///
/// # Errors
/// Every finding about them, and about roles that keep to one that there is not.
pub fn open(
    site: &Site,
    folder: &Path,
    text: &Source,
) -> Result<BTreeMap<String, Arc<Calendar>>, Vec<Finding>> {
    let mut findings: Vec<Finding> = Vec::new();
    let known: Vec<String> = site.calendars.keys().cloned().collect();
    for (role, binding) in &site.roles {
        for name in binding.calendars.iter().filter(|name| !site.calendars.contains_key(*name)) {
            let help = if known.is_empty() {
                Help::say("declare it: a table `[calendars.NAME]` with the path of its file")
            } else {
                did_you_mean(name, "calendar", &known)
            };
            findings.push(unknown(name, help, place(text, "roles", role)));
        }
    }
    let mut calendars = BTreeMap::new();
    for (name, binding) in &site.calendars {
        match one(binding, folder) {
            Ok(calendar) => drop(calendars.insert(name.clone(), Arc::new(calendar))),
            Err((why, help)) => findings.push(bad(name, why, help, place(text, "calendars", name))),
        }
    }
    if findings.is_empty() { Ok(calendars) } else { Err(findings) }
}

fn one(binding: &CalendarBinding, folder: &Path) -> Result<Calendar, (String, &'static str)> {
    let path = folder.join(&binding.path);
    let file = "name a file that a calendar program has exported, as in `path = \"freeze.ics\"`";
    let unread = |error: std::io::Error| (format!("{}: {error}", path.display()), file);
    // Nobody may ever write into a pipe.
    if !path.metadata().map_err(unread)?.is_file() {
        return Err((format!("{} is no file", path.display()), file));
    }
    let bytes = bounded::read(&path, LIMIT).map_err(unread)?;
    if bytes.len() > LIMIT {
        return Err((format!("it has more than {LIMIT} bytes"), file));
    }
    let text = String::from_utf8(bytes).map_err(|_| ("it is not UTF-8".to_owned(), file))?;
    let zone = binding.zone.as_deref().unwrap_or(UTC);
    let help = "put the event right in the calendar program and export it again, or name its zone by `zone`";
    let calendar = Calendar::read(&text, zone).map_err(|why| (why, help))?;
    match calendar.closed.last().filter(|last| is_for_ever(last)) {
        None => Ok(calendar),
        Some(last) => Err((
            format!("from {} on it is closed for ever", in_utc(last.from)),
            "let its last event end, or take it out: a run would wait for ever",
        )),
    }
}

/// Whether a time lasts for more than a year, and to the end of what is followed.
fn is_for_ever(closed: &Closed) -> bool {
    let year = SignedDuration::from_hours(366 * 24);
    let last = closed.until.strftime("%Y").to_string().parse().unwrap_or(LAST_YEAR);
    closed.until.duration_since(closed.from) > year && last >= LAST_YEAR
}
