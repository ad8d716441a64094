//! Which verbs of prose mean what.

use super::word::{Form, Word, bases};

/// What a verb of prose may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A key pair is made.
    Create,
    /// Something is handed over.
    Provide,
    /// Something new is accepted or put somewhere.
    Accept,
    /// Somebody is told.
    Inform,
    /// One thing takes the place of another.
    Exchange,
    /// Something goes.
    Retire,
    /// A flow stops.
    Undeploy,
    /// A flow starts.
    Deploy,
    /// Somebody is asked.
    Request,
    /// Somebody may do something.
    Allow,
    /// Two settle something.
    Agree,
    /// Something is tried.
    Test,
    /// `let`: the next verb says more.
    Let,
    /// `use`, `sign`: with something new it is an exchange.
    Use,
    /// Somebody waits.
    Wait,
    /// Something that no verb of a plan says.
    Other,
}

/// The verbs, each by its base.
fn meaning(base: &str) -> Option<Meaning> {
    Some(match base {
        "create" | "generate" | "produce" => Meaning::Create,
        "provide" | "send" | "supply" | "hand" | "give" | "forward" | "transfer" | "share" | "pass"
        | "publish" | "transmit" | "mail" | "e-mail" | "email" | "distribute" | "submit" | "deliver"
        | "attach" => Meaning::Provide,
        "trust" | "accept" | "import" | "add" | "install" | "load" | "include" | "register" | "upload"
        | "recognise" | "recognize" | "put" | "enable" | "store" => Meaning::Accept,
        "inform" | "tell" | "report" | "notify" | "confirm" | "announce" | "advise" | "acknowledge"
        | "communicate" | "reply" | "answer" | "signal" => Meaning::Inform,
        "exchange" | "replace" | "swap" | "switch" | "substitute" | "change" | "update" | "renew"
        | "overwrite" | "activate" | "rotate" | "promote" => Meaning::Exchange,
        "remove" | "retire" | "delete" | "revoke" | "discard" | "destroy" | "drop" | "withdraw"
        | "distrust" | "erase" | "purge" | "wipe" => Meaning::Retire,
        "undeploy" | "stop" | "halt" | "suspend" | "pause" | "shut" => Meaning::Undeploy,
        "deploy" | "redeploy" | "start" | "restart" | "resume" => Meaning::Deploy,
        "request" | "ask" | "instruct" | "invite" => Meaning::Request,
        "allow" | "permit" | "authorise" | "authorize" | "release" | "grant" => Meaning::Allow,
        "agree" | "arrange" | "coordinate" | "negotiate" | "schedule" => Meaning::Agree,
        "test" | "try" => Meaning::Test,
        "let" => Meaning::Let,
        "use" | "sign" => Meaning::Use,
        "wait" => Meaning::Wait,
        "check" | "verify" | "export" | "edit" | "adapt" | "adjust" | "configure" | "extend" | "document"
        | "ensure" | "compare" | "review" | "monitor" | "back" | "decrypt" | "encrypt" | "survey"
        | "take" | "make" | "keep" | "copy" | "set" | "decide" | "open" | "select" | "enter" | "write"
        | "plan" | "fix" | "bring" => Meaning::Other,
        _ => return None,
    })
}

/// What a word means as a verb, and in which form it stands.
pub(super) fn verb(word: &Word) -> Option<(Meaning, Form)> {
    bases(&word.text).into_iter().find_map(|(base, form)| Some((meaning(&base)?, form)))
}

/// Whether a sentence has one of these words.
pub(super) fn has(words: &[Word], any: &[&str]) -> bool {
    words.iter().any(|word| any.contains(&word.text.as_str()))
}

/// Whether a sentence speaks of something of which certificates, keys and the like are made.
pub(super) fn speaks_of_keys(words: &[Word]) -> bool {
    has(words, &KEYS)
        || words.iter().any(|word| KEYS.iter().any(|key| word.text.starts_with(&format!("{key}-"))))
}

const KEYS: [&str; 17] = [
    "key",
    "keys",
    "pair",
    "certificate",
    "certificates",
    "cert",
    "root",
    "chain",
    "user",
    "password",
    "credentials",
    "half",
    "halves",
    "pem",
    "certs",
    "keypair",
    "keypairs",
];
