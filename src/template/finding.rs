//! What is wrong with how a plan is to begin.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// A plan that is not in the library.
#[derive(Debug, Diagnostic, Error)]
#[error("the library has no plan `{name}`")]
#[diagnostic(code(keyroll::unknown_template))]
pub(super) struct UnknownTemplate {
    pub(super) name: String,
    #[help]
    pub(super) help: String,
    #[label("not in the library")]
    pub(super) at: SourceSpan,
}

/// A plan that shows a hazard.
#[derive(Debug, Diagnostic, Error)]
#[error("`{name}` shows a hazard, and is no plan to begin with: {because}")]
#[diagnostic(code(keyroll::refused_template))]
pub(super) struct RefusedTemplate {
    pub(super) name: String,
    pub(super) because: String,
    #[help]
    pub(super) help: String,
    #[label("says of itself that it is refused: {code}")]
    pub(super) at: SourceSpan,
    pub(super) code: String,
}

/// Nothing of that name.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::unknown_rename))]
pub(super) struct UnknownRename {
    pub(super) what: String,
    #[help]
    pub(super) help: String,
    #[label("asked for here")]
    pub(super) at: SourceSpan,
}

/// A name that cannot be one.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::bad_new_name))]
pub(super) struct BadNewName {
    pub(super) what: String,
    #[help]
    pub(super) help: String,
    #[label("cannot be given")]
    pub(super) at: SourceSpan,
}

/// A name that something else has.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::name_taken))]
pub(super) struct NameTaken {
    pub(super) what: String,
    #[help]
    pub(super) help: String,
    #[label("asked for here")]
    pub(super) at: SourceSpan,
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_template",
        title: "a plan to begin with that the library does not have",
        text: "\
`keyroll new --from NAME` begins with a plan that comes with keyroll. `keyroll new --list` lists
them. A plan of your own needs no `new`: copy its file.
",
    },
    Explanation {
        code: "refused_template",
        title: "a plan to begin with that shows a hazard",
        text: "\
Some plans of the library show a procedure as it is documented, or an incident, and say in their
head for which finding they are refused. They are there to be read. Whoever began with one would
begin with its hazard. Beside most of them lies the safe plan: its name is the same, without
`-as-documented`.
",
    },
    Explanation {
        code: "unknown_rename",
        title: "another name for something that the plan does not have",
        text: "\
`--rename OLD=NEW` gives another name to a role, a group, a key, a keystore, a receiver, a flow, a
window, a fact or a step of the plan that is begun with, or another text to an alias that is written
out in it.
An alias in quotes is always the alias: `--rename '\"signing\"=orders'`. An alias that is a
parameter gets its value with `--set`. `--title NAME=TEXT` gives a title to the plan, a role, a
key, a fact or a step.
",
    },
    Explanation {
        code: "bad_new_name",
        title: "a name that nothing can have",
        text: "\
A name begins with a letter (a to z, A to Z) and goes on with letters, digits, `_` and `-`, up to
64 in all. It is none of the words of the language, such as `step`, `accepts` or `only`, and none
of the words that the plan uses: a sentence in which a name is spelt like a word is hard to read.
What people should read stands in a title, in which every letter is welcome.
",
    },
    Explanation {
        code: "name_taken",
        title: "one name for two things",
        text: "\
Roles, groups, keys, keystores, receivers, flows, windows and facts share one set of names, and
steps have one of their own. A name that something of the plan has is free only if that is renamed
too: two names can change places. Two aliases are the same when they differ in upper and lower case
only.
",
    },
    Explanation {
        code: "no_plan_fits",
        title: "answers for which the library has no plan",
        text: "\
`keyroll new` chooses a plan of the library by what is renewed, by who holds the private key, by
whether the other side can hold two at once, and by whether the flow may stand still. Where
nothing fits it says why, and takes no plan that is nearly right. Whoever holds one key at a time
accepts either the old or the new one, so while both sides change the flow must stand still:
`keyroll synthesize` proves it.
",
    },
];
