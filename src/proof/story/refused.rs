//! Why a story that was written down is not believed.

use miette::Diagnostic;
use thiserror::Error;

use crate::explanation::Explanation;

/// Why a story is not believed.
#[derive(Clone, Debug, Diagnostic, Error, PartialEq, Eq)]
pub enum Refused {
    /// It is none.
    #[error("it is no story: {0}")]
    #[diagnostic(
        code(keyroll::story_unreadable),
        help("name the file that `keyroll prove PLAN --story FILE.json` wrote")
    )]
    Unreadable(String),
    /// It is of another version.
    #[error("it is a story of another version: `{0}`")]
    #[diagnostic(
        code(keyroll::story_version),
        help("write it anew with this keyroll: `keyroll prove PLAN --story FILE.json`")
    )]
    Version(String),
    /// It is about something else: this.
    #[error("it is a story of something else: {0} differs")]
    #[diagnostic(
        code(keyroll::story_foreign),
        help(
            "give the plan and the values (--set) of which it was written, or write it anew with `keyroll prove PLAN --story FILE.json`"
        )
    )]
    Foreign(&'static str),
    /// A moment cannot come, or is not as it is told.
    #[error("moment {moment} is not so: {why}")]
    #[diagnostic(
        code(keyroll::story_untrue),
        help("do not rely on it: write it anew with `keyroll prove PLAN --story FILE.json`")
    )]
    Untrue {
        /// Its number, from one.
        moment: usize,
        /// Why.
        why: String,
    },
    /// There is nothing in it that could be played.
    #[error("it cannot be played: {0}")]
    #[diagnostic(
        code(keyroll::story_not_playable),
        help("read it instead: `keyroll prove PLAN` tells it line by line")
    )]
    NotPlayable(String),
    /// The sandbox did not show what the story tells.
    #[error("it did not come true: {0}")]
    #[diagnostic(
        code(keyroll::story_not_shown),
        help(
            "what a proof assumes of software and what the sandbox does are not the same here: please report it, with the plan and the story"
        )
    )]
    NotShown(String),
}

impl Refused {
    /// The same for a moment.
    pub(super) fn untrue(moment: usize, why: impl Into<String>) -> Self {
        Self::Untrue { moment, why: why.into() }
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "story_unreadable",
        title: "a file is no story",
        text: "`keyroll rehearse --story` reads what `keyroll prove --story FILE.json` wrote: one line of JSON,\n\
               of at most 16 MiB. A drawing (`--story FILE.svg`) is for people, and is not read.",
    },
    Explanation {
        code: "story_version",
        title: "a story is of another version",
        text: "A story names the version of its form. Another version may mean another thing by the same\n\
               words, so it is not read. Prove the plan again, and write the story anew.",
    },
    Explanation {
        code: "story_foreign",
        title: "a story is about another plan",
        text: "A story is about one text of a plan with one value of each parameter, from one start. A space\n\
               more in the plan and it is another plan.\n\n\
               Give the same file and the same --set, or write a story of the plan as it is now.",
    },
    Explanation {
        code: "story_untrue",
        title: "a story tells what cannot be",
        text: "Before a story is played it is led through the rules, moment by moment: each one must be\n\
               possible in the world that those before it lead to, it must change what it is said to change,\n\
               and the fault must show at the end and not before. Something in the file is otherwise.",
    },
    Explanation {
        code: "story_not_playable",
        title: "a story cannot be played",
        text: "A rehearsal plays acts, messages between roles and signed messages. A promise that speaks of no\n\
               moment has a story without one, so there is nothing to play, and a sandbox exchanges without a gap.\n\
               Nor is a story played with more moments than its flow's transit time has milliseconds, or in which\n\
               a message is under way for longer than it may be because a runtime keeps a key meanwhile, or of a\n\
               plan whose receiver accepts from the start a key that lies in no keystore: there is no certificate\n\
               of it. A message that arrives at once is signed again when its moment comes, so its runtime must\n\
               keep the key up to then: one that was stopped keeps none.",
    },
    Explanation {
        code: "story_not_shown",
        title: "a story did not come true in the sandbox",
        text: "The moments were played on a real keystore, a real signer and a real verifier, and the end was\n\
               not as the story tells it: the message was accepted, or a step could be done after all.",
    },
];
