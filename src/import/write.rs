//! Writes a draft: what there is, the steps, and a doubt wherever the prose does not say it.

use crate::syntax::{quoted, spelt};

use super::{
    act::{Act, is_conditional},
    deed::Deed,
    name::{Names, snake},
    order::{After, Reason, order, reports},
    prose::Procedure,
    role::Roles,
    setting::Setting,
    sheet::{Sheet, plain},
    time,
};

/// The longest title of a step, in characters.
const TITLE: usize = 90;

/// Writes the draft of a procedure that was read from a file of this name.
pub(super) fn write(procedure: &Procedure, file: &str, (roles, acts): (&Roles, &[Act])) -> Sheet {
    let mut names = Names::default();
    for taken in ["old", "new", "alias"] {
        names.give(taken, taken);
    }
    let mut titles = roles.titles().to_vec();
    if acts.iter().any(|act| act.actor.is_none()) {
        titles.push("Somebody".to_owned());
    }
    let heading = procedure.headings.last().cloned().unwrap_or_default();
    let setting = Setting::of(&titles, acts, &mut names);
    let mut writer =
        Writer { sheet: Sheet::default(), procedure, setting: &setting, acts, nobody: roles.len() };
    writer.head(&heading, file);
    writer.things(&titles);
    let steps = writer.named(&mut names);
    let after = order(acts);
    for place in 0..acts.len() {
        writer.step(place, &steps, &after);
    }
    writer.end();
    writer.sheet
}

struct Writer<'a> {
    sheet: Sheet,
    procedure: &'a Procedure,
    setting: &'a Setting,
    acts: &'a [Act],
    /// The role of whoever is not named.
    nobody: usize,
}

impl Writer<'_> {
    fn head(&mut self, heading: &str, file: &str) {
        let sheet = &mut self.sheet;
        sheet.line("keyroll 1");
        sheet.blank();
        sheet.remark("A draft. A line with DOUBT says what the prose leaves open, or what is a guess: settle it, then take the line out.");
        sheet.doubt(
            "",
            "the names of the plan, of roles, things and steps are made of words of the prose",
            None,
        );
        let name = snake(heading).replace('_', "-");
        let name: String = name.chars().take(50).collect();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !["by", "of", "at", "source"].contains(&name.as_str());
        sheet.line(&format!("plan {}", if is_name { name.trim_end_matches('-') } else { "drafted" }));
        if !heading.is_empty() {
            sheet.line(&format!("  {}", quoted(&text(heading, TITLE))));
        }
        sheet.line(&format!("  source {}", quoted(&as_text(file, TITLE))));
        sheet.blank();
        if let Some(line) = self.procedure.again {
            sheet.doubt(
                "",
                "the numbers of the prose begin again: is this one procedure or two?",
                Some(line),
            );
        }
        if let Some((line, word)) = self.foreign() {
            let text = format!(
                "the prose speaks of {word}, for which the language has no words: its steps are written as if messages were signed"
            );
            self.sheet.doubt("", &text, Some(line));
        }
        if self.setting.stores.is_empty() {
            return;
        }
        let alias = self.alias();
        match &alias {
            Some((line, _)) => self.sheet.doubt("", "that this is the alias in use is a guess", Some(*line)),
            None => self.sheet.doubt("", "the alias in use is not said: give it for fill-in", None),
        }
        let value = alias.map_or("fill-in".to_owned(), |(_, alias)| alias);
        self.sheet.line(&format!("param alias : alias = {}", quoted(&value)));
        self.sheet.blank();
    }

    /// All that the prose says, with its lines.
    fn said(&self) -> impl Iterator<Item = (usize, &str)> {
        let before = self.procedure.before.iter().map(|said| (said.line, said.text.as_str()));
        let items = self.procedure.items.iter().flat_map(|item| {
            let notes = item.notes.iter().map(|note| (note.line, note.text.as_str()));
            std::iter::once((item.line, item.text.as_str())).chain(notes)
        });
        before.chain(items)
    }

    /// Something of which the language does not speak.
    fn foreign(&self) -> Option<(usize, &'static str)> {
        let words = [
            ("encrypt", "encryption"),
            ("decrypt", "encryption"),
            ("pgp", "OpenPGP"),
            ("https", "TLS"),
            ("tls", "TLS"),
            ("sftp", "SSH"),
            ("ssh", "SSH"),
            ("known_hosts", "SSH"),
            ("password", "passwords"),
            ("user ", "users"),
            ("load balancer", "TLS"),
            ("root certificate", "issuers"),
            ("two signatures", "several signatures"),
        ];
        self.said().find_map(|(line, text)| {
            let text = text.to_lowercase();
            words.iter().find(|(word, _)| text.contains(word)).map(|(_, what)| (line, *what))
        })
    }

    /// A word between marks of code or quotes behind the word `alias`.
    fn alias(&self) -> Option<(usize, String)> {
        self.said().find_map(|(line, text)| {
            let at = text.find("alias")?;
            let rest = text.get(at..)?;
            let (open, close) = [('`', '`'), ('"', '"'), ('“', '”'), ('\'', '\'')]
                .into_iter()
                .find(|(open, _)| rest.contains(*open))?;
            let inner = rest.split_once(open)?.1.split_once(close)?.0;
            let fits = inner.len() <= 100
                && inner.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                && !inner.is_empty();
            fits.then(|| (line, inner.to_owned()))
        })
    }

    fn things(&mut self, titles: &[String]) {
        let setting = self.setting;
        for (number, (name, title)) in setting.roles.iter().zip(titles).enumerate() {
            if number == self.nobody {
                self.sheet.doubt("", "who this is is not said", None);
            }
            self.sheet.line(&format!("role {name} {}", quoted(&text(title, TITLE))));
        }
        self.sheet.blank();
        self.sheet.line("key old");
        self.sheet.line("key new");
        self.sheet.blank();
        for (owner, name) in &setting.stores {
            let Some(role) = setting.roles.get(*owner) else { continue };
            self.sheet.doubt(
                "",
                "that there is this keystore, and whose it is, is read out of its steps",
                None,
            );
            self.sheet.line(&format!("keystore {name} of {role} {{\n  alias $alias is old\n}}"));
            self.sheet.blank();
        }
        for (owner, name) in &setting.receivers {
            let Some(role) = setting.roles.get(*owner) else { continue };
            self.sheet.doubt("", "that this accepts keys, and whose it is, is read out of its steps", None);
            self.sheet.line(&format!("receiver {name} of {role} {{\n  accepts old"));
            self.sheet.doubt("  ", "how many keys it can hold is not said: accepts at most ...", None);
            self.sheet.line("}");
            self.sheet.blank();
        }
        if let Some((name, owner)) = &setting.flow
            && let Some(role) = setting.roles.get(*owner)
        {
            self.flow(name, role);
        }
        if let Some(window) = &setting.window {
            let agreed = self.acts.iter().find(|act| matches!(act.deed, Deed::Agree(_)));
            let line = agreed.map(|act| act.line);
            match agreed.and_then(|act| time::said(act.prose.as_deref().unwrap_or(&act.text))) {
                Some(most) => {
                    self.sheet.doubt("", "that it lasts no longer is a guess", line);
                    self.sheet.line(&format!("window {window} at most {}", spelt(most)));
                }
                None => {
                    self.sheet.doubt(
                        "",
                        &format!("how long it may last is not said: window {window} at most ..."),
                        line,
                    );
                    self.sheet.line(&format!("window {window}"));
                }
            }
            self.sheet.blank();
        }
    }

    fn flow(&mut self, name: &str, role: &str) {
        let setting = self.setting;
        self.sheet.doubt("", "that these messages are one flow, and who deploys it, is a guess", None);
        self.sheet.line(&format!("flow {name} of {role} {{"));
        match setting.stores.values().next() {
            Some(store) => self.sheet.line(&format!("  signs xml with {store}[$alias]")),
            None => self.sheet.doubt(
                "  ",
                "what it signs with is not said (incomplete_flow): signs xml with ...",
                None,
            ),
        }
        match setting.receivers.values().next() {
            Some(receiver) => self.sheet.line(&format!("  sends to {receiver}")),
            None => {
                self.sheet.doubt("  ", "where it sends is not said (incomplete_flow): sends to ...", None)
            }
        }
        let delivery = self.said().find_map(|(line, text)| Some((line, time::delivery(text)?)));
        match delivery {
            Some((line, time)) => {
                self.sheet.doubt(
                    "  ",
                    "that each message arrives by then is read out of the prose",
                    Some(line),
                );
                self.sheet.line(&format!("  delivers within {}", spelt(time)));
            }
            None => self.sheet.doubt(
                "  ",
                "how long a message may be under way is not said (incomplete_flow): delivers within ...",
                None,
            ),
        }
        self.sheet.doubt("  ", "that it runs at the start is a guess", None);
        self.sheet.line("  deployed\n}");
        self.sheet.blank();
    }

    /// The names of the steps.
    fn named(&self, names: &mut Names) -> Vec<String> {
        let name = |(place, act): (usize, &Act)| {
            let own = self.acts.get(..place).unwrap_or_default().iter().rev().take(100);
            let told = own.filter(|before| before.actor == act.actor).find(|before| before.deed.is_act());
            let told = told.filter(|told| reports(act, told));
            names.give(&self.setting.wish(act, told.map(|told| &told.deed)), "step")
        };
        self.acts.iter().enumerate().map(name).collect()
    }

    fn step(&mut self, place: usize, names: &[String], after: &After) {
        let (Some(act), Some(name)) = (self.acts.get(place), names.get(place)) else { return };
        let actor = act.actor.unwrap_or(self.nobody);
        let Some(role) = self.setting.roles.get(actor) else { return };
        let from = Some(act.line);
        if let Some(prose) = &act.prose {
            self.sheet.remark(&format!("{}: {prose}", act.number));
            if is_conditional(prose) {
                self.sheet.doubt(
                    "",
                    "the prose does this only in some cases; a plan does each step always",
                    from,
                );
            }
        }
        for doubt in &act.doubts {
            self.sheet.doubt("", doubt, from);
        }
        if act.actor.is_none() {
            self.sheet.doubt("", "who does this is not said", from);
        }
        let title = text(&act.text, TITLE);
        let title = if title.is_empty() { format!("Step {}", act.number) } else { title };
        self.sheet.line(&format!("step {name} by {role} {} {{", quoted(&title)));
        self.after(place, names, after, from);
        self.needs(act, actor, from);
        match (&act.deed, self.setting.line(&act.deed, actor)) {
            (_, Some(line)) => self.sheet.line(&format!("  {line}")),
            (Deed::Unknown(why), None) => {
                self.sheet.doubt("  ", &format!("what is done is not understood, {why} (no_act)"), from)
            }
            (_, None) => self.sheet.doubt("  ", "what is done is not understood (no_act)", from),
        }
        self.sheet.line("}");
        self.sheet.blank();
    }

    fn after(&mut self, place: usize, names: &[String], after: &After, from: Option<usize>) {
        let before = after.before.get(place).map_or(&[][..], Vec::as_slice);
        let listed = |reason: Reason| {
            let of = before.iter().filter(|(_, why)| *why == reason).filter_map(|(one, _)| names.get(*one));
            of.map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        let (sure, told) = (listed(Reason::Sure), listed(Reason::OrderAlone));
        if !sure.is_empty() {
            self.sheet.line(&format!("  after {sure}"));
        }
        if !told.is_empty() {
            self.sheet.doubt(
                "  ",
                "only the order of the prose says this: take it out where either may come first",
                from,
            );
            self.sheet.line(&format!("  after {told}"));
        }
        if let Some(previous) = after.unled.get(&place).and_then(|one| names.get(*one)) {
            let text =
                format!("the prose puts this behind {previous}, and nobody tells its role that it is done");
            self.sheet.doubt("  ", &text, from);
        }
    }

    /// What it may have to wait for: never written, for nobody said it.
    fn needs(&mut self, act: &Act, actor: usize, from: Option<usize>) {
        let setting = self.setting;
        let flow = setting.flow.as_ref().map(|(name, _)| name.as_str());
        let said = if act.waits {
            "the prose speaks of a time to wait, which is not taken over"
        } else {
            "whether it waits for messages under way is not said"
        };
        match (&act.deed, flow) {
            (Deed::Retire | Deed::Replace, Some(flow)) => {
                self.sheet.doubt("  ", &format!("{said}: needs {flow} drained of old"), from);
            }
            (Deed::Exchange, Some(_)) => {
                if let Some(receiver) =
                    setting.receivers.iter().find(|(owner, _)| **owner != actor).map(|(_, name)| name)
                {
                    self.sheet.doubt("  ", &format!("whether the new key must be accepted first is not said: needs {receiver} accepts new"), from);
                }
            }
            (Deed::Undeploy, _) if setting.window.is_some() => {
                let window = setting.window.as_deref().unwrap_or_default();
                self.sheet.doubt(
                    "  ",
                    &format!("whether it waits for the agreed time is not said: needs {window} open"),
                    from,
                );
            }
            _ if act.waits => self.sheet.doubt(
                "  ",
                "the prose speaks of a time to wait, which is not taken over: needs ...",
                from,
            ),
            _ => {}
        }
    }

    fn end(&mut self) {
        let setting = self.setting;
        if let Some((flow, _)) = &setting.flow {
            self.sheet.doubt(
                "",
                &format!("no promise is taken over from prose: promise {flow} never ..."),
                None,
            );
        }
        self.sheet.doubt("", "what is so at the end is not taken over from prose: finally ...", None);
    }
}

/// A foreign text as the text of a plan: `$` would name a parameter there.
fn as_text(foreign: &str, most: usize) -> String {
    let kept: String = foreign.chars().filter(|c| *c != '$' && !crate::source::is_hostile(*c)).collect();
    plain(&kept, most)
}

/// The same as a title: with a capital letter, and without the marks around it.
fn text(foreign: &str, most: usize) -> String {
    let text = as_text(foreign, most);
    let text = text.trim_matches([' ', '.', ',', ':', ';', '*', '_', '`']);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
