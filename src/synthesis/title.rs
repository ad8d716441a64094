//! What a step is called by people.

use crate::world::effect::Effect;

use super::{
    library::Library,
    order::After,
    search::{Deed, Done},
};

/// The title of a step.
pub(super) fn title(library: &Library, way: &[Done], after: &After, number: usize) -> String {
    let titles = Titles { library, way, after };
    let land = &library.landscape;
    match way.get(number).map(|done| &done.deed) {
        Some(Deed::Act(_)) => titles.effect(number).map_or_else(String::new, |effect| titles.act(effect)),
        Some(Deed::Agree(_, window, _)) => format!("Agree on {}", land.windows[*window].name),
        Some(Deed::Provide(key, _)) => format!("Provide the certificate of the {} pair", land.keys[*key]),
        Some(Deed::Inform(_)) => match titles.news(number) {
            Some((true, news)) => format!("Report that {news}"),
            Some((false, news)) => format!("Pass on that {news}"),
            None => "Report what is done".to_owned(),
        },
        Some(Deed::Pass) | None => String::new(),
    }
}

struct Titles<'a> {
    library: &'a Library,
    way: &'a [Done],
    after: &'a After,
}

impl Titles<'_> {
    fn effect(&self, number: usize) -> Option<&Effect> {
        match self.way.get(number)?.deed {
            Deed::Act(act) => self.library.acts.get(act).map(|act| &act.effect),
            _ => None,
        }
    }

    fn act(&self, effect: &Effect) -> String {
        let land = &self.library.landscape;
        match *effect {
            Effect::Put { key, .. } => format!("Create the {} pair", land.keys[key]),
            Effect::Exchange { key, .. } if self.library.is_restoring(effect) => {
                format!("Let the alias name the {} pair again", land.keys[key])
            }
            Effect::Exchange { key, .. } => format!("Let the alias name the {} pair", land.keys[key]),
            Effect::Remove { key, .. } => format!("Destroy the {} pair", land.keys[key]),
            Effect::Accept { acceptor, key } => {
                format!("Let {} accept {} too", land.acceptors[acceptor].name, land.keys[key])
            }
            Effect::Retire { acceptor, key } => {
                format!("Let {} accept {} no longer", land.acceptors[acceptor].name, land.keys[key])
            }
            Effect::Replace { acceptor, old, new } => {
                let name = &land.acceptors[acceptor].name;
                format!("Let {name} accept {} instead of {}", land.keys[new], land.keys[old])
            }
            Effect::Repoint { own, .. } => format!("Change {}", land.place_name(own)),
            Effect::Start(flow) => format!("Deploy {}", land.channels[flow].name),
            Effect::Stop(flow) => format!("Undeploy {}", land.channels[flow].name),
            Effect::Try { channel, .. } => format!("Test {}", land.channels[channel].name),
            Effect::Set(own) => format!("Set {}", land.own_facts[own].name),
            Effect::Clear(own) => format!("Clear {}", land.own_facts[own].name),
            Effect::Propose(window) | Effect::Agree(window) => {
                format!("Agree on {}", land.windows[window].name)
            }
        }
    }

    /// What a report tells last, and whether its role did that itself.
    fn news(&self, number: usize) -> Option<(bool, String)> {
        let role = self.way.get(number)?.role;
        let before = self.after.get(number)?.iter().rev();
        before.copied().find_map(|at| {
            let earlier = self.way.get(at)?;
            match &earlier.deed {
                Deed::Act(_) => Some((earlier.role == role, self.done(self.effect(at)?))),
                Deed::Provide(key, _) if earlier.role == role => {
                    let key = &self.library.landscape.keys[*key];
                    Some((true, format!("the certificate of the {key} pair is provided")))
                }
                Deed::Inform(_) => self.news(at).map(|(_, news)| (false, news)),
                _ => None,
            }
        })
    }

    fn done(&self, effect: &Effect) -> String {
        let land = &self.library.landscape;
        match *effect {
            Effect::Put { key, .. } => format!("the {} pair is created", land.keys[key]),
            Effect::Exchange { key, .. } => format!("the alias names the {} pair", land.keys[key]),
            Effect::Remove { key, .. } => format!("the {} pair is destroyed", land.keys[key]),
            Effect::Accept { acceptor, key } => {
                format!("{} accepts {} too", land.acceptors[acceptor].name, land.keys[key])
            }
            Effect::Retire { acceptor, key } => {
                format!("{} accepts {} no longer", land.acceptors[acceptor].name, land.keys[key])
            }
            Effect::Replace { acceptor, old, new } => {
                let name = &land.acceptors[acceptor].name;
                format!("{name} accepts {} instead of {}", land.keys[new], land.keys[old])
            }
            Effect::Repoint { own, .. } => format!("{} is another one", land.place_name(own)),
            Effect::Start(flow) => format!("{} is deployed", land.channels[flow].name),
            Effect::Stop(flow) => format!("{} is undeployed", land.channels[flow].name),
            Effect::Try { channel, .. } => format!("{} is tested", land.channels[channel].name),
            Effect::Set(own) => format!("{} is set", land.own_facts[own].name),
            Effect::Clear(own) => format!("{} is clear", land.own_facts[own].name),
            Effect::Propose(window) | Effect::Agree(window) => {
                format!("{} is agreed", land.windows[window].name)
            }
        }
    }
}
