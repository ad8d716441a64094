//! What there is besides the steps: keystores, receivers, a flow, a window, as far as steps speak of them.

use std::collections::BTreeMap;

use super::{act::Act, deed::Deed, lexicon::has, name::Names, word::words};

/// The things of a draft, by the roles that own them.
#[derive(Clone, Debug, Default)]
pub(super) struct Setting {
    /// The names of the roles.
    pub(super) roles: Vec<String>,
    /// Keystores.
    pub(super) stores: BTreeMap<usize, String>,
    /// Receivers.
    pub(super) receivers: BTreeMap<usize, String>,
    /// The flow and its owner.
    pub(super) flow: Option<(String, usize)>,
    /// The window.
    pub(super) window: Option<String>,
}

impl Setting {
    /// What the steps of a procedure speak of.
    pub(super) fn of(titles: &[String], acts: &[Act], names: &mut Names) -> Self {
        let roles = titles.iter().map(|title| names.give(title, "party")).collect();
        let mut setting = Self { roles, ..Self::default() };
        for act in acts {
            // Who is not named stands behind all the others.
            let actor = act.actor.unwrap_or(titles.len().saturating_sub(1));
            setting.meet(&act.deed, actor, titles, names);
            if let Deed::Request(to, inner) | Deed::Allow(to, inner) = &act.deed
                && let Some(first) = to.first()
            {
                setting.meet(inner, *first, titles, names);
            }
            if matches!(act.deed, Deed::Agree(_)) && setting.window.is_none() {
                let about = words(&act.text);
                let wish = if has(&about, &["downtime"]) { "downtime" } else { "agreed_time" };
                setting.window = Some(names.give(wish, "window"));
            }
        }
        let runs = |act: &&Act| matches!(act.deed, Deed::Undeploy | Deed::Deploy | Deed::Test);
        let runner = acts.iter().find(runs).map(|act| act.actor.unwrap_or(titles.len().saturating_sub(1)));
        let owner = runner.or_else(|| setting.stores.keys().next().copied()).filter(|_| !titles.is_empty());
        let wanted = runner.is_some() || (!setting.stores.is_empty() && !setting.receivers.is_empty());
        setting.flow = owner.filter(|_| wanted).map(|owner| (names.give("messages", "flow"), owner));
        setting
    }

    fn meet(&mut self, deed: &Deed, actor: usize, titles: &[String], names: &mut Names) {
        match deed {
            Deed::Create | Deed::Exchange | Deed::Destroy if !self.stores.contains_key(&actor) => {
                let first =
                    titles.get(actor).and_then(|title| title.split_whitespace().next()).unwrap_or("keystore");
                self.stores.insert(actor, names.give(first, "store"));
            }
            Deed::Accept | Deed::Replace | Deed::Retire if !self.receivers.contains_key(&actor) => {
                self.receivers.insert(actor, names.give("partner", "receiver"));
            }
            _ => {}
        }
    }

    /// The line that does it; nothing where something is not known.
    pub(super) fn line(&self, deed: &Deed, actor: usize) -> Option<String> {
        let store = || self.stores.get(&actor);
        let receiver = || self.receivers.get(&actor);
        let flow = || self.flow.as_ref().map(|(name, _)| name);
        let listed = |to: &[usize]| {
            let names: Vec<&str> =
                to.iter().filter_map(|role| self.roles.get(*role)).map(String::as_str).collect();
            names.join(", ")
        };
        let inner = |to: &[usize], act: &Deed| to.first().and_then(|first| self.line(act, *first));
        Some(match deed {
            Deed::Create => format!("create new in {} as \"$alias-next\"", store()?),
            Deed::Provide(to) => format!("provide new to {}", listed(to)),
            Deed::Accept => format!("accept new at {}", receiver()?),
            Deed::Replace => format!("replace old by new at {}", receiver()?),
            Deed::Exchange => format!("exchange {}[$alias] for new", store()?),
            Deed::Retire => format!("retire old at {}", receiver()?),
            Deed::Destroy => format!("destroy old in {}", store()?),
            Deed::Undeploy => format!("undeploy {}", flow()?),
            Deed::Deploy => format!("deploy {}", flow()?),
            Deed::Test => format!("test {} with new", flow()?),
            Deed::Inform(to) => format!("inform {}", listed(to)),
            Deed::Request(to, act) => format!("request {} to {}", listed(to), inner(to, act)?),
            Deed::Allow(to, act) => format!("allow {} to {}", listed(to), inner(to, act)?),
            Deed::Agree(with) => format!("agree {} with {}", self.window.as_ref()?, self.roles.get(*with)?),
            Deed::Unknown(_) => return None,
        })
    }

    /// What a step is called, after what it does.
    pub(super) fn wish(&self, act: &Act, told_of: Option<&Deed>) -> String {
        match &act.deed {
            Deed::Create => "create_key".to_owned(),
            Deed::Provide(_) => "provide_certificate".to_owned(),
            Deed::Exchange => "exchange_key".to_owned(),
            Deed::Replace => "exchange_certificate".to_owned(),
            Deed::Inform(_) => told_of.map_or("report".to_owned(), |told| format!("report_{}", done(told))),
            Deed::Request(_, inner) => format!("request_{}", verb(inner)),
            Deed::Allow(_, inner) => format!("allow_{}", verb(inner)),
            Deed::Agree(_) => format!("agree_{}", self.window.as_deref().unwrap_or("window")),
            Deed::Unknown(_) => format!("step_{}", act.number),
            other => verb(other).to_owned(),
        }
    }
}

fn verb(deed: &Deed) -> &'static str {
    match deed {
        Deed::Undeploy => "undeploy",
        Deed::Deploy => "deploy",
        Deed::Accept => "accept_new",
        Deed::Retire => "retire_old",
        Deed::Destroy => "destroy_old",
        Deed::Replace | Deed::Exchange => "exchange",
        Deed::Test => "test",
        _ => "act",
    }
}

fn done(deed: &Deed) -> &'static str {
    match deed {
        Deed::Create => "created",
        Deed::Undeploy => "undeployed",
        Deed::Deploy => "deployed",
        Deed::Accept => "accepted",
        Deed::Retire | Deed::Destroy => "removed",
        Deed::Replace | Deed::Exchange => "exchanged",
        _ => "news",
    }
}
