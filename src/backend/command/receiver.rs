//! A receiver that a program speaks for.

use serde_json::Value;

use crate::{
    backend::{
        Outcome,
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    world::material::{Certificate, Fingerprint},
};

use super::{
    ask::{Asked, Fields, fields},
    fault::{Code, CommandError, told},
    half,
    process::ANSWER_LIMIT,
    program::Program,
};

/// A receiver behind a program.
#[derive(Debug)]
pub struct CommandReceiver {
    asked: Asked,
    capacity: usize,
}

impl CommandReceiver {
    /// The receiver that the plan calls `name`, which can hold so many credentials.
    #[must_use]
    pub fn new(name: &str, capacity: usize, program: Program) -> Self {
        Self { asked: Asked { name: name.to_owned(), face: "receiver", program }, capacity }
    }

    fn fit<T>(&self, act: &'static str, read: Result<T, &'static str>) -> Result<T, ReceiverError> {
        read.map_err(|what| self.asked.misfit(act, what).into())
    }
}

impl From<CommandError> for ReceiverError {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}

/// What a program says of a message: with which credential it verifies, or why it does not. The
/// reason is told only where the site keeps what the program says.
pub(super) fn judgement(ok: &Fields, keep: bool) -> Result<Judgement, &'static str> {
    match (ok.get("accepted"), ok.get("rejected")) {
        (Some(key), None) => half::fingerprint(key).map(Judgement::Accepted),
        (None, Some(Value::String(why))) => {
            let why = told(why).filter(|_| keep);
            Ok(Judgement::Rejected(why.unwrap_or_else(|| "the program rejects it".to_owned())))
        }
        (None, Some(_)) => Err("`rejected` is not written as a text"),
        (None, None) => Err("neither `accepted` nor `rejected` is there"),
        (Some(_), Some(_)) => Err("`accepted` and `rejected` are both there"),
    }
}

impl Receiver for CommandReceiver {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        let ok = self.asked.ask("accepted", Fields::new()).map_err(CommandError::from)?;
        self.fit("accepted", half::all_of(ok.get("accepted")))
    }

    /// What is so already is not asked for, and neither is what does not fit: the program need not
    /// know of a capacity.
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        let held = self.accepted()?;
        let is_added = |key: &Fingerprint| add.iter().any(|named| named.fingerprint() == *key);
        let mut wanted = held.clone();
        wanted.retain(|own| is_added(&own.fingerprint()) || !remove.contains(&own.fingerprint()));
        let kept = wanted.len();
        for half in add {
            if !wanted.contains(half) {
                wanted.push(half.clone());
            }
        }
        if wanted == held {
            return Ok(Outcome::AlreadySo);
        }
        let full = || ReceiverError::Full { capacity: self.capacity, wanted: wanted.len() };
        if wanted.len() > kept && wanted.len() > self.capacity {
            return Err(full());
        }
        let gone: Vec<Value> =
            remove.iter().filter(|key| !is_added(key)).map(|key| key.to_string().into()).collect();
        let come: Vec<Value> = add.iter().map(half::written).collect();
        let request = fields([("add", come.into()), ("remove", gone.into())]);
        let ok = self.asked.ask("change", request).map_err(|unanswered| match unanswered.code() {
            Some(Code::Full) => full(),
            _ => CommandError::from(unanswered).into(),
        })?;
        self.fit("change", half::outcome(&ok))
    }

    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        let mut text = String::new();
        message.rewind().map_err(ReceiverError::Message)?;
        let mut message = std::io::Read::take(message, ANSWER_LIMIT as u64);
        std::io::Read::read_to_string(&mut message, &mut text).map_err(ReceiverError::Message)?;
        let request = fields([("message", text.into())]);
        let ok = self.asked.ask("judge", request).map_err(CommandError::from)?;
        self.fit("judge", judgement(&ok, self.asked.program.keep_output))
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}
