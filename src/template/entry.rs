//! A plan of the library in one line: what it is for, and how long its flows stand still.

use crate::{
    check::{self, Checked},
    duration::timing::Timing,
    plan::given::Given,
    source::Refusal,
    syntax::{parse, spelt, tree::Item},
};

use super::stock::Template;

/// How long the flows of a plan stand still, in the worst case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Still {
    /// They do not.
    Never,
    /// So long, in words: `at most 1h5m`, or a number of acts where the plan gives no times.
    So(String),
}

impl Still {
    /// That of a plan.
    #[must_use]
    pub fn of(checked: &Checked) -> Self {
        let plan = checked.plan();
        let timing = Timing::of(plan, checked.order());
        let mut said: Vec<String> = Vec::new();
        for flow in plan.landscape.channels.ids() {
            let acts = timing.of_flow(flow).filter_map(|(_, stretch)| stretch.hops).max();
            match (timing.longest(flow), acts) {
                (Ok(None), _) => {}
                (Ok(Some(worst)), _) => said.push(format!("at most {}", spelt(worst.time))),
                (Err(_), Some(acts)) => said.push(format!("{acts} acts")),
                (Err(_), None) => said.push("not bounded".to_owned()),
            }
        }
        said.sort();
        said.dedup();
        if said.is_empty() { Self::Never } else { Self::So(said.join(", ")) }
    }

    /// In words.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Never => "never",
            Self::So(said) => said,
        }
    }
}

/// A plan of the library that can be begun with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub title: String,
    /// How long its flows stand still.
    pub still: Still,
    /// Whether it accepts that messages are rejected or flows interrupted: such as in an emergency.
    pub waives: bool,
}

impl Template {
    /// What its head says for which it is refused, and why; nothing for a plan that can be begun with.
    #[must_use]
    pub fn hazard(&self) -> Option<(String, String)> {
        let (tree, _) = parse(&self.source());
        tree.items.into_iter().find_map(|line| match line.node {
            Item::Expect(expect) => Some((expect.code.value, expect.because.value)),
            _ => None,
        })
    }

    /// The plan, checked; one that asks questions as it is where nobody answers.
    ///
    /// # Errors
    /// What is wrong with it; no plan of the library has errors, and a test sees to it.
    pub fn checked(&self) -> Result<Checked, Refusal> {
        check::read(&self.source(), &Given { silence: true, ..Given::default() })
    }

    /// Its line; nothing where its head says that it is refused.
    #[must_use]
    pub fn entry(&self) -> Option<Entry> {
        let checked = self.checked().ok()?;
        let plan = checked.plan();
        if plan.expected.is_some() {
            return None;
        }
        let waives = !plan.waivers.is_empty()
            || !plan.other_uses.waived.is_empty()
            || !plan.declared.kinds.waived.is_empty();
        let title = plan.title.clone().unwrap_or_default();
        Some(Entry { name: self.name, title, still: Still::of(&checked), waives })
    }
}
