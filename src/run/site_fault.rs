//! What is wrong with a site.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Source, Span, shown},
    world::weakness::Weakness,
};

use super::bind::place;

/// One finding about a site.
pub type SiteFault = Finding;

/// The file does not read as a site.
#[derive(Debug, Diagnostic, Error)]
#[error("the site cannot be read: {why}")]
#[diagnostic(code(keyroll::bad_site))]
struct BadSite {
    why: String,
    #[help]
    help: String,
    #[label("here")]
    at: SourceSpan,
}

/// A name of the plan that the site does not bind.
#[derive(Debug, Diagnostic, Error)]
#[error("the site binds nothing to the {kind} `{name}`")]
#[diagnostic(
    code(keyroll::unbound),
    help("add a table `[{table}.{name}]`, with `backend = \"manual\"` where a person does its steps")
)]
struct Unbound {
    kind: &'static str,
    table: &'static str,
    name: String,
    #[label("this site")]
    at: SourceSpan,
}

/// A name of the site that the plan does not have.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan has no {kind} `{name}`")]
#[diagnostic(code(keyroll::bound_to_nothing))]
struct BoundToNothing {
    kind: &'static str,
    name: String,
    #[help]
    help: String,
    #[label("not in the plan")]
    at: SourceSpan,
}

/// A binding that is weaker than what the plan assumes.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::weak_binding))]
struct WeakBinding {
    what: String,
    #[help]
    help: String,
    #[label("weaker than the plan assumes")]
    at: SourceSpan,
}

/// A value of the site that does not fit.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::bad_binding))]
struct BadBinding {
    what: String,
    #[help]
    help: String,
    #[label("here")]
    at: SourceSpan,
}

/// A weak type for a key that is to be made.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` is to be new, and is weak: {weakness}")]
#[diagnostic(code(keyroll::weak_algorithm), help("{remedy}"))]
struct WeakAlgorithm {
    key: String,
    weakness: Weakness,
    remedy: String,
    #[label("too weak for a new key")]
    at: SourceSpan,
}

/// A weak signature.
#[derive(Debug, Diagnostic, Error)]
#[error("no message is signed with `{word}`: its digest is weak")]
#[diagnostic(
    code(keyroll::weak_algorithm),
    help("take one over SHA-256, SHA-384 or SHA-512, as in `rsa-sha256`")
)]
struct WeakSignature {
    word: String,
    #[label("too weak for a signature")]
    at: SourceSpan,
}

/// A command that cannot be started as it is written.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::bad_command))]
struct BadCommand {
    what: String,
    #[help]
    help: String,
    #[label("here")]
    at: SourceSpan,
}

/// One person plays a role of which a step asks for two.
#[derive(Debug, Diagnostic, Error)]
#[error("two people of `{role}` stand behind `{step}`, and the site names {person} alone")]
#[diagnostic(
    code(keyroll::one_person),
    help("name another person, as in `people = [\"{person}\", \"...\"]`")
)]
struct OnePerson {
    role: String,
    step: String,
    person: String,
    #[label("one person")]
    at: SourceSpan,
}

/// One person plays both roles of an agreement.
#[derive(Debug, Diagnostic, Error)]
#[error("{person} would propose `{step}` as `{role}`, and agree to it as `{other}`")]
#[diagnostic(
    code(keyroll::own_approval),
    help("name another person for one of the two roles, as in `people = [\"...\"]`")
)]
struct OwnApproval {
    person: String,
    step: String,
    role: String,
    other: String,
    #[label("the same person")]
    at: SourceSpan,
}

/// A site that has programs started, or sends notices out, and that nobody has trusted.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::untrusted))]
struct Untrusted {
    what: String,
    label: &'static str,
    #[help]
    help: String,
    #[label("{label}")]
    at: SourceSpan,
}

/// The file does not read as a site.
pub fn unreadable(why: &str, help: &str, at: Span) -> Finding {
    Box::new(BadSite { why: shown(why), help: shown(help), at: at.into() })
}

/// A name of the plan is not bound.
pub fn unbound(kind: &'static str, table: &'static str, name: &str, at: Span) -> Finding {
    Box::new(Unbound { kind, table, name: shown(name), at: at.into() })
}

/// A bound name is not in the plan.
pub fn bound_to_nothing(kind: &'static str, name: &str, help: String, at: Span) -> Finding {
    Box::new(BoundToNothing { kind, name: shown(name), help, at: at.into() })
}

/// A binding is weaker than what was proved.
pub fn weak_binding(what: String, help: String, at: Span) -> Finding {
    Box::new(WeakBinding { what, help, at: at.into() })
}

/// A value does not fit.
pub fn bad_binding(what: String, help: String, at: Span) -> Finding {
    Box::new(BadBinding { what, help, at: at.into() })
}

/// A key that is to be made would be weak.
pub fn weak_algorithm(key: &str, weakness: Weakness, at: Span) -> Finding {
    Box::new(WeakAlgorithm { key: shown(key), weakness, remedy: weakness.remedy(), at: at.into() })
}

/// A signature of a flow would be made over a weak digest.
pub fn weak_signature(word: &str, at: Span) -> Finding {
    Box::new(WeakSignature { word: shown(word), at: at.into() })
}

/// A command cannot be started as it is written.
pub fn bad_command(what: String, help: String, at: Span) -> Finding {
    Box::new(BadCommand { what, help, at: at.into() })
}

/// One person plays a role of which a step asks for two.
pub fn one_person(role: &str, person: &str, step: &str, at: Span) -> Finding {
    let (role, person, step) = (shown(role), shown(person), shown(step));
    Box::new(OnePerson { role, step, person, at: at.into() })
}

/// One person plays both roles of an agreement.
pub fn own_approval(person: &str, step: &str, (role, other): (&str, &str), at: Span) -> Finding {
    let (person, step, role, other) = (shown(person), shown(step), shown(role), shown(other));
    Box::new(OwnApproval { person, step, role, other, at: at.into() })
}

/// A site has programs started or sends notices out, and nobody has said that it may; `why` is why a word that is there does not
/// count, and `command` the one that says so.
pub fn untrusted(
    (table, name): (&str, &str),
    why: Option<String>,
    command: String,
    text: &Source,
) -> Finding {
    let (does, label) = if table == "notices" {
        ("sends notices out", "notices would be sent by it")
    } else {
        ("has programs started", "a program would be started")
    };
    let what = match why {
        Some(why) => format!("the site {does}, and {why}"),
        None => format!("the site {does}, and nobody has trusted it yet"),
    };
    let help = format!("look at them with `keyroll site show`, and then say `{command}`");
    Box::new(Untrusted { what, label, help, at: place(text, table, name).into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "bad_site",
        title: "the site file cannot be read",
        text: "A site is a TOML file. It begins with `site = 1` and binds each name of the plan:\n\n  \
               site = 1\n\n  [keystores.tenant]\n  backend = \"pkcs12\"\n  path = \"tenant.p12\"\n  \
               password = \"env:TENANT_PASSWORD\"\n\n  [receivers.partner]\n  backend = \"directory\"\n  \
               path = \"trust\"\n  capacity = 2\n\n  [flows.orders]\n  backend = \"local\"\n  path = \"orders\"\n\n  \
               [roles.tenant_admin]\n  automatic = true",
    },
    Explanation {
        code: "unbound",
        title: "the site binds nothing to a name of the plan",
        text: "Each keystore, receiver, flow and fact of the plan is bound to a backend, or to `manual`: then\n\
               its steps become tasks of the role that owns it.",
    },
    Explanation {
        code: "bound_to_nothing",
        title: "the site binds a name that the plan does not have",
        text: "A misspelt name would leave the thing that was meant unbound, so it is refused.",
    },
    Explanation {
        code: "weak_binding",
        title: "a binding is weaker than what the plan assumes",
        text: "The proof rests on what the plan declares, such as how many keys a receiver can hold. A site\n\
               whose backend can do less is refused, so that the proof stands.",
    },
    Explanation {
        code: "bad_binding",
        title: "a value of the site does not fit",
        text: "The help says what belongs there: one of the key types that keyroll makes, a subject such as\n\
               CN=orders, O=Example, a number of days, or who may go first among the partners.",
    },
    Explanation {
        code: "one_person",
        title: "one person plays a role behind whose step two people stand",
        text: "A step that says `two people` takes effect when two people of its role have confirmed it. A site\n\
               that names who plays the role names two of them at least:\n\n  \
               site = 1\n\n  [roles.receiver_admin]\n  people = [\"Ann\", \"Ben\"]",
    },
    Explanation {
        code: "own_approval",
        title: "one person proposes a window and agrees to it",
        text: "An agreement has two sides. A site that names who plays the roles names somebody for the other side\n\
               who is not the only one on the first:\n\n  \
               site = 1\n\n  [roles.tenant_admin]\n  people = [\"Ann\"]\n\n  [roles.receiver_admin]\n  people = [\"Ben\"]",
    },
    Explanation {
        code: "untrusted",
        title: "the site has programs started, and nobody has trusted it",
        text: "A site may have come from somewhere else, and what it names in `command` is started with your\n\
               rights. So somebody looks first: `keyroll site show` lists the programs and the digest of all that\n\
               is to be trusted, and `keyroll site trust DIGEST` takes that down beside the site. When a program\n\
               or the site is changed, it counts no more. A site without programs needs no trust.",
    },
    Explanation {
        code: "bad_command",
        title: "a command of the site cannot be started as it is written",
        text: "A command is a list, the program first and then its arguments, and no shell reads it. Its time\n\
               limit lies between 1s and 1h, and `environment` lists names of variables, not values:\n\n  \
               site = 1\n\n  [keystores.vault]\n  backend = \"command\"\n  command = [\"./vault.sh\", \"production\"]\n  \
               timeout = \"1m\"\n  environment = [\"VAULT_ADDRESS\"]",
    },
];
