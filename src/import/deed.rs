//! What a clause asks to be done, as a verb of a plan: a guess.

use std::collections::BTreeSet;

use super::{
    clause::Clause,
    lexicon::{Meaning, has, speaks_of_keys, verb},
    role::Roles,
    word::{Form, Word},
};

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Create,
    Provide(Vec<usize>),
    Accept,
    Replace,
    Exchange,
    Retire,
    Destroy,
    Undeploy,
    Deploy,
    Test,
    Inform(Vec<usize>),
    Request(Vec<usize>, Box<Deed>),
    Allow(Vec<usize>, Box<Deed>),
    Agree(usize),
    /// No verb of a plan says it, or it cannot be told which: why.
    Unknown(&'static str),
}

impl Deed {
    /// Whom it speaks to.
    pub(super) fn told(&self) -> &[usize] {
        match self {
            Self::Provide(to) | Self::Inform(to) | Self::Request(to, _) | Self::Allow(to, _) => to,
            Self::Agree(with) => std::slice::from_ref(with),
            _ => &[],
        }
    }

    /// Whether it changes something, and does not only speak.
    pub(super) fn is_act(&self) -> bool {
        self.told().is_empty() && !matches!(self, Self::Unknown(_))
    }
}

/// What is known of the whole procedure before a clause is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// Who creates the new pair.
    pub(super) creator: Option<usize>,
    /// Who has something that accepts keys.
    pub(super) accepting: BTreeSet<usize>,
    /// Whether the pair is created already.
    pub(super) created: bool,
    /// Who has exchanged a pair already.
    pub(super) exchanged: BTreeSet<usize>,
    /// Whether a flow is stopped.
    pub(super) stopped: bool,
}

/// A guess, and what is doubtful in it.
pub(super) type Guess = (Deed, Option<&'static str>);

/// What a clause of a role says.
pub(super) fn deed(clause: &Clause, actor: usize, roles: &Roles, context: &Context) -> Guess {
    let reader = Reader { words: &clause.words, actor, roles, context };
    let Some(meaning) = clause.meaning else { return (Deed::Unknown("no verb of it is known"), None) };
    let partner = clause.actors.iter().copied().find(|other| *other != actor);
    reader.read(meaning, partner)
}

struct Reader<'a> {
    words: &'a [Word],
    actor: usize,
    roles: &'a Roles,
    context: &'a Context,
}

impl Reader<'_> {
    fn has(&self, any: &[&str]) -> bool {
        has(self.words, any)
    }

    fn is_creator(&self) -> bool {
        self.context.creator == Some(self.actor)
    }

    /// Whether it speaks of the old and the new at once.
    fn of_both(&self) -> bool {
        self.has(&["both", "either", "beside", "besides", "alongside"])
            || (self.has(&["old"]) && self.has(&["new"]))
    }

    /// Whether it speaks of a flow or a part of one, and of no key. A user has an id, and so has a key.
    fn of_a_flow(&self) -> bool {
        let is_part = self.has(&["flow", "flows", "alias", "step", "parameter", "parameters", "id"]);
        let keys = ["key", "keys", "pair", "keypair", "certificate", "certificates", "root"];
        is_part && !self.has(&keys)
    }

    fn read(&self, meaning: Meaning, partner: Option<usize>) -> Guess {
        let sure = |deed| (deed, None);
        match meaning {
            Meaning::Create if self.context.created => sure(Deed::Unknown("the new pair is created already")),
            Meaning::Create => sure(Deed::Create),
            Meaning::Provide => self.provide(),
            Meaning::Accept if self.of_a_flow() => sure(Deed::Unknown("no verb changes how a flow is made")),
            Meaning::Accept if self.is_creator() && !self.of_both() => {
                sure(Deed::Unknown("whoever created the pair has it; where it is put is part of `create`"))
            }
            Meaning::Accept if self.has(&["pair", "pairs", "keypair", "keypairs", "private"]) => {
                (Deed::Accept, Some("that this accepts the new key is a guess: it speaks of a pair"))
            }
            Meaning::Accept => sure(Deed::Accept),
            Meaning::Inform => self.inform(),
            Meaning::Exchange => self.exchange(),
            Meaning::Retire if self.of_a_flow() => sure(Deed::Unknown("no verb changes how a flow is made")),
            Meaning::Retire => self.retire(),
            Meaning::Undeploy if !self.has(&["flow", "flows", "it"]) => {
                (Deed::Undeploy, Some("that a flow is stopped is a guess"))
            }
            Meaning::Undeploy => sure(Deed::Undeploy),
            Meaning::Deploy
                if self.has(&["keyring", "keyrings"]) || (speaks_of_keys(self.words) && !self.of_flow()) =>
            {
                sure(Deed::Unknown("only flows are deployed"))
            }
            Meaning::Deploy if !self.context.stopped && self.restarts() => {
                sure(Deed::Unknown("a restart is two steps: undeploy, deploy"))
            }
            Meaning::Deploy if !self.of_flow() => (Deed::Deploy, Some("that a flow is started is a guess")),
            Meaning::Deploy => sure(Deed::Deploy),
            Meaning::Request => self.asked(|to, act| Deed::Request(to, Box::new(act))),
            Meaning::Allow => self.asked(|to, act| Deed::Allow(to, Box::new(act))),
            Meaning::Agree => self.agree(partner),
            Meaning::Test => sure(self.test()),
            Meaning::Let => self.let_it(partner),
            Meaning::Use => self.use_it(),
            Meaning::Wait => sure(Deed::Unknown("a step waits with `needs` or `after`")),
            Meaning::Other => self.other(partner),
        }
    }

    fn of_flow(&self) -> bool {
        self.has(&["flow", "flows", "it"])
    }

    fn restarts(&self) -> bool {
        self.words.iter().any(|word| word.text.starts_with("restart"))
    }

    fn provide(&self) -> Guess {
        if self.has(&["signature", "signatures"]) && !speaks_of_keys(self.words) {
            return (Deed::Unknown("how many signatures a message has cannot be said"), None);
        }
        if self.has(&["notice", "word", "message", "confirmation", "report", "reply"])
            && !speaks_of_keys(self.words)
        {
            return self.inform();
        }
        if self.has(&["test"]) && !speaks_of_keys(self.words) {
            return (Deed::Test, Some("that this tries the new key is a guess"));
        }
        let (to, doubt) = self.addressees(self.words.len());
        let what = (!speaks_of_keys(self.words)).then_some("that a certificate is handed over is a guess");
        (to.map_or_else(|deed| deed, Deed::Provide), what.or(doubt))
    }

    fn inform(&self) -> Guess {
        if let Some((at, act)) = self.inner() {
            let is_leave = self.words.iter().take(at).any(|word| LEAVE.contains(&word.text.as_str()));
            let asks = self.words.get(at.wrapping_sub(1)).is_some_and(|word| word.text == "to");
            if is_leave || asks {
                let (to, _) = self.addressees(self.content().min(at));
                let Ok(to) = to else { return (Deed::Unknown("who is told is not said"), None) };
                return if is_leave {
                    (
                        Deed::Allow(to, Box::new(act)),
                        Some("that this gives leave, and is no report, is a guess"),
                    )
                } else {
                    (
                        Deed::Request(to, Box::new(act)),
                        Some("that this asks for something, and is no report, is a guess"),
                    )
                };
            }
        }
        let (to, doubt) = self.addressees(self.content());
        (to.map_or_else(|deed| deed, Deed::Inform), doubt)
    }

    /// Where begins what is told.
    fn content(&self) -> usize {
        let says = |word: &Word| {
            ["that", "whether", "how", "when", "about", "which"].contains(&word.text.as_str())
                || word.ends_part
        };
        let found = self.words.iter().position(says);
        found.map_or(self.words.len(), |at| {
            at + usize::from(self.words.get(at).is_some_and(|word| word.ends_part))
        })
    }

    /// The roles that are named before a place; who else there is, where nobody is.
    fn addressees(&self, end: usize) -> (Result<Vec<usize>, Deed>, Option<&'static str>) {
        let part = self.words.get(..end).unwrap_or(self.words);
        let mut to = self.roles.named(part, 1);
        to.retain(|role| *role != self.actor);
        if to.is_empty() {
            let after = |at: &usize| {
                let before = at.checked_sub(1).and_then(|before| part.get(before));
                before.is_some_and(|word| {
                    ["to", "the", "with", "inform", "informs", "tells", "tell"].contains(&word.text.as_str())
                })
            };
            let short = (1..part.len()).filter(after).find_map(|at| self.roles.short(part, at));
            to.extend(short.filter(|role| *role != self.actor));
        }
        if to.is_empty() && self.has(&["all", "everybody", "everyone", "partners"]) {
            to.extend((0..self.roles.len()).filter(|role| *role != self.actor));
            let none = (!to.is_empty()).then_some("who is meant by all is a guess");
            return (Some(to).filter(|to| !to.is_empty()).ok_or(Deed::Unknown("to whom is not said")), none);
        }
        match (to.is_empty(), self.roles.len()) {
            (false, _) => (Ok(to), None),
            (true, 2) => {
                (Ok(vec![1 - self.actor.min(1)]), Some("to whom is not said; there is one other role"))
            }
            _ => (Err(Deed::Unknown("to whom is not said")), None),
        }
    }

    /// An act that is spoken of, and where its verb stands.
    fn inner(&self) -> Option<(usize, Deed)> {
        let act = |at: usize| {
            let (meaning, form) = verb(self.words.get(at)?)?;
            let before = self.words.get(at.checked_sub(1)?)?;
            let fits = match form {
                Form::Base => ["to", "may", "can", "now", "and", "again"].contains(&before.text.as_str()),
                Form::Past => ["be", "again", "now"].contains(&before.text.as_str()),
                _ => false,
            };
            let deed = match meaning {
                Meaning::Undeploy => Deed::Undeploy,
                Meaning::Deploy => Deed::Deploy,
                Meaning::Accept => Deed::Accept,
                Meaning::Retire if speaks_of_keys(self.words) => Deed::Retire,
                Meaning::Exchange if self.has(&["certificate"]) => Deed::Replace,
                _ => return None,
            };
            fits.then_some((at, deed))
        };
        (1..self.words.len()).find_map(act)
    }

    fn asked(&self, make: impl Fn(Vec<usize>, Deed) -> Deed) -> Guess {
        let Some((at, act)) = self.inner() else {
            return (Deed::Unknown("what is asked for or allowed is no act of a plan"), None);
        };
        let (to, doubt) = self.addressees(at);
        (to.map_or_else(|deed| deed, |to| make(to, act)), doubt)
    }

    fn exchange(&self) -> Guess {
        if self.of_a_flow() {
            return (Deed::Unknown("no verb changes how a flow is made"), None);
        }
        let changes = self.words.first().is_some_and(|word| word.text.starts_with("change"));
        if self.has(&["password"]) && (changes || !self.has(&["user", "credentials"])) {
            return (Deed::Unknown("a password is no key pair"), None);
        }
        let is_pair = self.has(&["pair", "pairs", "keypair", "keypairs", "private", "user", "credentials"]);
        let is_certificate = self.has(&["certificate", "certificates", "public", "root", "signature"]);
        let deed = match (is_pair, is_certificate) {
            (true, _) if self.is_creator() || !is_certificate => Deed::Exchange,
            (_, true) => Deed::Replace,
            _ if self.is_creator() => Deed::Exchange,
            _ => Deed::Replace,
        };
        let is_said = is_pair != is_certificate && (is_pair == self.is_creator() || is_certificate);
        let doubt =
            "whether a pair is exchanged in a keystore, or a certificate where it is trusted, is a guess";
        (deed, (!is_said).then_some(doubt))
    }

    fn retire(&self) -> Guess {
        let is_pair = self.has(&["pair", "pairs", "keypair", "keypairs", "private"])
            || self.context.exchanged.contains(&self.actor);
        let deed = if is_pair && self.is_creator() && !self.context.accepting.contains(&self.actor) {
            Deed::Destroy
        } else {
            Deed::Retire
        };
        let doubt = "whether the pair itself goes, or the trust in its certificate, is a guess";
        (deed, (self.is_creator() || is_pair).then_some(doubt))
    }

    fn agree(&self, partner: Option<usize>) -> Guess {
        let (to, doubt) = self.addressees(self.words.len());
        match (partner, to) {
            (Some(with), _) => (Deed::Agree(with), None),
            (None, Ok(to)) if to.len() == 1 => {
                (to.first().map_or(Deed::Unknown("with whom is not said"), |w| Deed::Agree(*w)), doubt)
            }
            (None, Ok(_)) => (Deed::Unknown("a window is agreed with one role: make a step for each"), None),
            (None, Err(_)) => (Deed::Unknown("with whom is not said"), None),
        }
    }

    fn test(&self) -> Deed {
        if self.has(&["message", "messages", "canary", "new"]) {
            Deed::Test
        } else {
            Deed::Unknown("what is tried is not said")
        }
    }

    fn let_it(&self, partner: Option<usize>) -> Guess {
        if self.has(&["know"]) {
            return self.inform();
        }
        let next = self
            .words
            .iter()
            .skip(1)
            .find_map(|word| verb(word).filter(|(meaning, _)| *meaning != Meaning::Let));
        match next {
            Some((meaning, _)) => self.read(meaning, partner),
            None => (Deed::Unknown("no verb of it is known"), None),
        }
    }

    fn use_it(&self) -> Guess {
        if !self.has(&["new"]) || self.of_both() {
            return (Deed::Unknown("that something is used says not what is done"), None);
        }
        let deed = if self.is_creator() { Deed::Exchange } else { Deed::Replace };
        (deed, Some("that the use of the new key begins with an exchange here is a guess"))
    }

    /// `verifies with both`, `encrypts with the new certificate`, `takes the old one out`.
    fn other(&self, partner: Option<usize>) -> Guess {
        let first = self.words.first().map_or("", |word| word.text.as_str());
        let judges = ["verif", "decrypt", "configure", "set"].iter().any(|stem| first.starts_with(stem));
        if judges && self.of_both() {
            return (Deed::Accept, None);
        }
        if first.starts_with("encrypt") {
            return self.use_it();
        }
        if first.starts_with("bring") && self.has(&["up"]) {
            return (Deed::Deploy, Some("that a flow is started is a guess"));
        }
        if ["fix", "set"].iter().any(|stem| first.starts_with(stem))
            && self.has(&["date", "time", "downtime", "window"])
        {
            return self.agree(partner);
        }
        if first.starts_with("take") && self.has(&["out", "away", "off"]) && !self.of_a_flow() {
            return self.retire();
        }
        (Deed::Unknown("no verb of a plan says it"), None)
    }
}

/// Words that give leave.
const LEAVE: [&str; 4] = ["may", "can", "allowed", "leave"];
