//! A plan whose names are resolved: what there is, how it starts, who does what after what.

mod alone;
pub mod answers;
mod course;
pub mod date;
pub mod deadline;
pub mod declare;
mod digest;
pub mod duplicate;
mod expected;
mod explained;
mod extra;
mod fit;
mod flow;
pub mod gap;
pub mod given;
mod goal;
mod group;
mod head;
pub mod inner;
mod issuer;
pub mod judged;
pub mod key_kind;
pub mod lines;
pub mod mention;
mod named;
mod names;
mod no_reason;
mod no_steps;
pub mod other_use;
pub mod parameter;
pub mod phrase;
mod predecessors;
mod promise;
pub mod range;
mod repointed;
pub mod reserved;
pub mod resolve;
pub mod scope;
mod settled;
mod spoken;
pub mod step_names;
pub mod steps;
pub mod suggest;
mod switches;
pub mod table;
mod takes;
mod usages;
pub mod vocabulary;
mod waits;
mod waiver;
pub mod written_out;
mod wrong_usage;

use std::collections::BTreeMap;

pub use date::Date;
pub use deadline::Deadline;
pub use declare::Declared;
pub use expected::Expected;
pub use explained::explanations;
pub use extra::Extra;
pub use names::Names;
pub use steps::Delivery;
pub use takes::Takes;
pub use waits::Waits;
pub use waiver::Waiver;

use crate::{
    action::{Action, Speech},
    condition::{Condition, known::Known},
    invariant::{Invariant, course::Course, limited::Limited, stated::Stated},
    source::{Source, Spanned},
    world::{
        id::{DeliveryId, KeyId, PlaceId, RoleId, StepId, Table},
        landscape::Landscape,
        state::World,
    },
};

/// A plan, resolved but not yet checked.
#[derive(Debug)]
pub struct Plan {
    /// The text.
    pub source: Source,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: Option<String>,
    /// The document that it follows.
    pub document: Option<String>,
    /// Its parameters with the values that they have.
    pub parameters: Vec<parameter::Parameter>,
    /// What it asks, with the answers that it was read for.
    pub questions: Vec<answers::Question>,
    /// What there is.
    pub landscape: Landscape,
    /// Where things are declared.
    pub declared: Declared,
    /// What they are called.
    pub names: Names,
    /// What people call the roles.
    pub role_titles: Table<RoleId, Option<String>>,
    /// The world that the plan starts from.
    pub start: World,
    /// The steps, in the order of the text.
    pub steps: Table<StepId, Step>,
    /// The messages between roles.
    pub deliveries: Table<DeliveryId, Delivery>,
    /// What the plan promises, in its own words.
    pub promises: Vec<Spanned<Box<dyn Invariant>>>,
    /// What it promises of its facts.
    pub statements: Vec<Spanned<Stated>>,
    /// How long its flows may be interrupted.
    pub limits: Vec<Spanned<Limited>>,
    /// What it promises of its course.
    pub courses: Vec<Spanned<Course>>,
    /// What must hold when every step is done.
    pub finals: Vec<Spanned<Box<dyn Condition>>>,
    /// Who is to know it then.
    pub known: Vec<Spanned<Known>>,
    /// Hazards that the author accepts.
    pub waivers: Vec<Waiver>,
    /// Who uses its aliases beside the flows.
    pub other_uses: other_use::OtherUses,
    /// That it is refused, where it says so of itself.
    pub expected: Option<Expected>,
    /// The files with its tables, by the names that the text gives them.
    pub files: BTreeMap<String, String>,
    /// Whether it says something for each row of a table.
    pub has_rows: bool,
    /// What it declares and does not speak of again.
    pub unused: Vec<scope::Unused>,
    /// Which key a new key takes the place of.
    pub predecessors: BTreeMap<KeyId, KeyId>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Its name.
    pub name: Spanned<String>,
    /// What people call it.
    pub title: Option<String>,
    /// Who acts.
    pub role: Spanned<RoleId>,
    /// What comes before it, those included after which it waits.
    pub after: Vec<Spanned<StepId>>,
    /// What must hold before it.
    pub needs: Vec<Spanned<Box<dyn Condition>>>,
    /// What it does.
    pub action: Spanned<Box<dyn Action>>,
    /// Whom it speaks to, if it is an act of speech.
    pub speech: Option<Speech>,
    extra: Option<Box<Extra>>,
}

impl Plan {
    /// The aliases that must hold a key of the plan before it starts.
    pub fn places_in_use(&self) -> impl Iterator<Item = (PlaceId, KeyId)> + '_ {
        let is_alias = |place: &PlaceId| self.landscape.places[*place].of.is_none();
        self.start
            .places
            .iter()
            .filter_map(move |(place, key)| Some((place, (*key)?)).filter(|(place, _)| is_alias(place)))
    }
}
