//! What is found at a site: stable codes, a place in its text, and what to do next.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity};

use crate::{
    explanation::Explanation,
    run::bind::place,
    source::{Finding, Source, Span, shown},
};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $code:ident, $label:literal;)*) => {
        /// What is wrong with a binding, seen in the world.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Its code, without the `keyroll::` in front.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => stringify!($code),)* }
            }

            const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

refusals! {
    /// What a binding names is not there, or cannot be read.
    Unreachable: site_unreachable, "nothing can be reached by this";
    /// A password is not there, or is another one.
    Password: site_password, "no password that opens it";
    /// A password is one that a person is asked for.
    Asks: asks_for_password, "somebody is asked";
    /// Others may read a secret, or write what is executed or relied on.
    Open: site_open, "open to others";
    /// What the plan changes cannot be changed.
    NotWritable: site_not_writable, "the plan changes this";
    /// An alias that the plan counts on names no key with a certificate.
    KeyMissing: site_key_missing, "its key is not there";
    /// A key does not fit the algorithm that its flow signs with.
    KeyType: site_key_type, "signs with this key";
    /// A key is used under an alias of which the plan does not speak.
    AliasShared: site_alias_shared, "more than the plan speaks of";
    /// A receiver holds more than the plan counts on.
    OverCapacity: site_over_capacity, "cannot hold what the plan brings";
    /// Two names lead to one thing.
    BoundTwice: site_bound_twice, "the same thing under another name";
    /// A certificate ends before the plan may, has ended, or is not valid yet.
    Ends: site_certificate_ends, "its certificate";
    /// A key or a signature is weak.
    Weak: site_weak, "weak";
    /// A role is asked before a run, and no channel leads to it.
    Untold: site_untold, "is asked, and nobody tells it";
    /// What is there does not answer as it should.
    Failed: site_backend_failed, "does not answer as it should";
}

/// One finding.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) kind: Kind,
    pub(super) what: String,
    pub(super) help: String,
    pub(super) at: Span,
    pub(super) is_advice: bool,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Complaint {}

impl Diagnostic for Complaint {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("keyroll::{}", self.kind.code())))
    }

    fn severity(&self) -> Option<Severity> {
        Some(if self.is_advice { Severity::Advice } else { Severity::Error })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.kind.label().to_owned();
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(label), self.at))))
    }
}

/// Nobody can be asked for a password, for there is no terminal.
pub(in crate::run) fn nobody_to_ask((table, name): (&str, &str), text: &Source) -> Finding {
    let what = format!("a person is asked for the password of `{}`, and there is no terminal", shown(name));
    let help = "start keyroll at a terminal, or name where the password comes from: `env:NAME`, `file:PATH` or \
                `credential:NAME`";
    let at = place(text, table, name);
    Box::new(Complaint { kind: Kind::Asks, what, help: help.to_owned(), at, is_advice: false })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "site_unreachable",
        title: "what a binding names is not there, or cannot be read",
        text: "A path of a site begins at its own folder. The finding says what was looked for, and what the\n\
               system answered. A run would end at its first look, with exit code 5.",
    },
    Explanation {
        code: "site_password",
        title: "a password is not there, or opens nothing",
        text: "A password comes from a variable, a file or a credential of the service manager. It must be found\n\
               by the program that starts keyroll, cron or a pipeline for instance, and not only in your own shell.\n\
               Where the site says `ask`, a person is asked, and what was typed opens nothing.",
    },
    Explanation {
        code: "asks_for_password",
        title: "a person is asked for a password",
        text: "With `password = \"ask\"` whoever starts a command types the password at the terminal: it is written\n\
               down nowhere. So nothing goes on while nobody is there, be it a timer, a service or a pipeline:\n\
               without a terminal the command ends with 5 before anything is done. Where that is to be, name where\n\
               the password comes from:\n\n  \
               site = 1\n\n  [keystores.tenant]\n  backend = \"pkcs12\"\n  path = \"tenant.p12\"\n  \
               password = \"credential:tenant\"\n\n\
               `site check` tells it as advice. It refuses it with `--unattended`, and where another secret of the\n\
               site is a `credential:`, for that is handed over by whatever starts keyroll by itself.",
    },
    Explanation {
        code: "site_open",
        title: "others may read a secret, or write what is relied on",
        text: "A password file that everybody may read keeps no secret, and a program, keystore, trust folder or\n\
               fact that everybody may write is no one's word. Take the rights of others away: `chmod o-rw FILE`.\n\
               What a group may do is advice: you know who is in it.",
    },
    Explanation {
        code: "site_not_writable",
        title: "what the plan changes cannot be changed here",
        text: "A file is replaced whole: a new one is written beside it and takes its place, so the folder must\n\
               be writable too, and the owner stays the same. A trust folder is replaced by a folder beside it.\n\
               Nothing was written to find this out.",
    },
    Explanation {
        code: "site_key_missing",
        title: "an alias that the plan counts on names no key with a certificate",
        text: "The plan says which key lies under which alias when it begins. Correct the alias in the plan or in\n\
               `[parameters]`, or name the certificate of a key that no backend shows in `[keys.NAME]`.",
    },
    Explanation {
        code: "site_key_type",
        title: "a key does not fit the algorithm that its flow signs with",
        text: "`algorithm` in `[flows.NAME.signature]` holds for every key that the flow signs with, the old one\n\
               and the new one: `rsa-sha256` is for RSA keys, `ecdsa-sha256` for keys on a curve. Without it\n\
               each key is used as it is.",
    },
    Explanation {
        code: "site_alias_shared",
        title: "a pair of the plan lies under another alias too",
        text: "Whoever uses the other alias keeps the old key when the plan exchanges it under its own. What the\n\
               plan is to cover, it says: as a flow, or by `alias \"...\" is also used by \"...\"`.",
    },
    Explanation {
        code: "site_over_capacity",
        title: "a receiver holds more than the plan counts on",
        text: "Certificates that the plan does not name count toward the capacity of a receiver. With them and\n\
               with those of the plan it would hold more than it can, and a step would fail on the way. Remove\n\
               what is there for nothing, or raise the capacity where the receiver really can hold more.",
    },
    Explanation {
        code: "site_bound_twice",
        title: "two names of the plan lead to one thing",
        text: "The proof takes them for two: what a step does to one of them would happen to the other as well.\n\
               Bind each name to a keystore, folder or file of its own, or give the plan one name for it.",
    },
    Explanation {
        code: "site_certificate_ends",
        title: "a certificate in use has ended, is not valid yet, or ends before the plan may",
        text: "What is to be renewed may have ended already: then receivers that look at validity reject what is\n\
               signed with it, whatever the plan proves. Where the plan says how long its steps take, it is also\n\
               said whether the certificate lasts for as long.",
    },
    Explanation {
        code: "site_weak",
        title: "a key or a certificate in use is weak",
        text: "RSA below 2048 bits, DSA, a curve below 256 bits, a signature over MD5 or SHA-1. Of a key that is\n\
               in use it is a reason to renew it; a new one is refused, unless the plan waives that.",
    },
    Explanation {
        code: "site_untold",
        title: "a role is asked before a run, and no channel leads to it",
        text: "A question of the plan says by when it is to be answered, so `run` asks its role and waits. Without\n\
               `notify`, and an address where the channel is one of mails, nobody hears of it, and silence is\n\
               taken for the answer. Ask the role yourself, or name a channel in `[roles.NAME]`.",
    },
    Explanation {
        code: "site_backend_failed",
        title: "what stands behind a binding does not answer as it should",
        text: "The keystore is damaged or of a kind that keyroll does not change, a state file says nothing, or a\n\
               program did not keep to its protocol. A run would fail there too: exit code 5.",
    },
];
