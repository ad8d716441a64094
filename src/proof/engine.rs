//! Which way a proof takes, and how a verdict was reached.

/// Which way a proof takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Causal cuts, and where they cannot tell, a search through the states
    #[default]
    Auto,
    /// Causal cuts alone: asks the order of the steps, and looks at no state
    Cuts,
    /// A search through every state, breadth first
    Explicit,
}

/// How a plan was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By the order of the steps.
    Cuts {
        /// How many cuts would break something; the order has none of them.
        questions: usize,
    },
    /// By a look at every state.
    Explicit {
        /// How many states there are.
        states: usize,
        /// How many transitions between them.
        transitions: usize,
        /// How many slices of the plan, each of which depends on nothing outside it, were looked at apart.
        slices: usize,
        /// How many of these are like another one of them, and are proved with it.
        alike: usize,
    },
}

impl How {
    /// In words, as the end of "how".
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Cuts { questions } => {
                format!(
                    "causal cuts: the order of the steps rules out each of {questions} moments, no state searched"
                )
            }
            Self::Explicit { states, transitions, slices, alike } => {
                let apart = match (slices, alike) {
                    (0 | 1, _) => String::new(),
                    (slices, 0) => format!(" of {slices} slices, each by itself"),
                    (slices, alike) => {
                        let looked = slices - alike;
                        format!(
                            " of {looked} of {slices} slices, each by itself (each other one is like one of these)"
                        )
                    }
                };
                format!(
                    "every order of events: {states} states{apart}, {transitions} transitions; a message counts as sent as soon as it can be"
                )
            }
        }
    }
}
