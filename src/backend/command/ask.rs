//! A question to a program, and its answer.

use serde_json::{Map, Value};

use super::{
    VERSION,
    fault::{Code, CommandError, Fault, told},
    process::{failure, hear},
    program::Program,
};

/// The fields of a request or of an answer.
pub(super) type Fields = Map<String, Value>;

/// A program that shows one face, under the name that the plan has for it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) face: &'static str,
    pub(super) program: Program,
}

/// What was refused, with the alias that the program names.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) error: CommandError,
    pub(super) alias: Option<String>,
}

impl From<Unanswered> for CommandError {
    fn from(unanswered: Unanswered) -> Self {
        unanswered.error
    }
}

impl Unanswered {
    /// What the program answered, where it answered that it did not do what was asked.
    pub(super) fn code(&self) -> Option<Code> {
        match self.error.fault {
            Fault::Refused(code) => Some(code),
            _ => None,
        }
    }
}

/// Fields from pairs.
pub(super) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Asked {
    /// Starts the program and asks it for one act; what stands in its `ok`.
    pub(super) fn ask(&self, act: &'static str, more: Fields) -> Result<Fields, Unanswered> {
        let mut request = fields([
            ("keyroll", VERSION.into()),
            ("face", self.face.into()),
            ("act", act.into()),
            ("name", self.name.as_str().into()),
        ]);
        request.extend(more);
        let line = format!("{}\n", Value::Object(request));
        let heard = hear(&self.program, line.into_bytes());
        let answer = heard.answer.and_then(|bytes| read(&bytes, heard.status.and_then(failure)));
        let (fault, message, alias) = match answer {
            Ok(Answer::Done(fields)) => return Ok(fields),
            Ok(Answer::Refused { code, message, alias }) => (Fault::Refused(code), message, alias),
            Err(fault) => (fault, None, None),
        };
        let spoken = [message.unwrap_or_default(), String::from_utf8_lossy(&heard.error).into_owned()];
        let said = told(&spoken.join("\n")).filter(|_| self.program.keep_output);
        Err(Unanswered { error: CommandError { name: self.name.clone(), act, fault, said }, alias })
    }

    /// The error for an answer that is not what the act asks for.
    pub(super) fn misfit(&self, act: &'static str, what: &'static str) -> CommandError {
        CommandError { name: self.name.clone(), act, fault: Fault::Misfit(what), said: None }
    }
}

/// What a program answers in the end.
#[derive(Debug, PartialEq)]
enum Answer {
    Done(Fields),
    Refused { code: Code, message: Option<String>, alias: Option<String> },
}

/// Reads the lines of an answer: any number that tell of progress, and one that ends it. A process
/// that failed has done nothing that may be relied on, but one that says why is believed.
fn read(bytes: &[u8], failed: Option<Fault>) -> Result<Answer, Fault> {
    let answer = answer(bytes);
    match (answer, failed) {
        (Ok(refused @ Answer::Refused { .. }), _) => Ok(refused),
        (_, Some(failed)) => Err(failed),
        (answer, None) => answer,
    }
}

fn answer(bytes: &[u8]) -> Result<Answer, Fault> {
    let mut found = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if found.is_some() {
            return Err(Fault::More);
        }
        let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(line) else {
            return Err(Fault::NoJson);
        };
        found = last(object)?;
    }
    found.ok_or(Fault::Silent)
}

/// What a line says in the end; nothing for one that tells of progress.
fn last(mut line: Fields) -> Result<Option<Answer>, Fault> {
    if line.get("keyroll").is_some_and(|version| *version != VERSION) {
        return Err(Fault::Version);
    }
    match (line.remove("ok"), line.remove("error"), line.contains_key("progress")) {
        (Some(Value::Object(fields)), None, false) => Ok(Some(Answer::Done(fields))),
        (None, Some(Value::Object(error)), false) => refused(&error).map(Some),
        (None, None, true) => Ok(None),
        (Some(_), None, false) => Err(Fault::Misfit("`ok` is no object")),
        (None, Some(_), false) => Err(Fault::Misfit("`error` is no object")),
        (None, None, false) => Err(Fault::Misfit("a line holds neither `ok` nor `error` nor `progress`")),
        _ => Err(Fault::Misfit("a line holds more than one of `ok`, `error` and `progress`")),
    }
}

fn refused(error: &Fields) -> Result<Answer, Fault> {
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = error.get("code").ok_or(Fault::Misfit("`error` has no `code`"))?;
    let code = code.as_str().and_then(Code::of);
    let code = code.ok_or(Fault::Misfit("the `code` of the `error` is none that is known"))?;
    Ok(Answer::Refused { code, message: text("message"), alias: text("alias") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_may_come_before_an_answer_and_nothing_after_it() {
        let done = |text: &str| read(text.as_bytes(), None);
        let ok = Ok(Answer::Done(Fields::new()));
        assert_eq!(done("{\"progress\":1}\n\n{\"keyroll\":1,\"ok\":{}}\n\n"), ok);
        assert_eq!(done("{\"ok\":{}}"), ok);
        for (text, fault) in [
            ("", Fault::Silent),
            ("{\"progress\":\"half\"}\n", Fault::Silent),
            ("done\n", Fault::NoJson),
            ("[]\n", Fault::NoJson),
            ("{\"ok\":{}}\nbye\n", Fault::More),
            ("{\"ok\":{}}\n{\"ok\":{}}\n", Fault::More),
            ("{\"keyroll\":2,\"ok\":{}}\n", Fault::Version),
            ("{\"keyroll\":\"1\",\"ok\":{}}\n", Fault::Version),
        ] {
            assert_eq!(done(text), Err(fault), "{text}");
        }
        let misfits = [
            "{}",
            "{\"ok\":1}",
            "{\"error\":\"no\"}",
            "{\"ok\":{},\"error\":{}}",
            "{\"ok\":{},\"progress\":1}",
            "{\"error\":{}}",
            "{\"error\":{\"code\":\"strange\"}}",
            "{\"error\":{\"code\":7}}",
        ];
        for text in misfits {
            assert!(matches!(done(text), Err(Fault::Misfit(_))), "{text}: {:?}", done(text));
        }
    }

    #[test]
    fn a_process_that_failed_is_believed_only_when_it_says_why() {
        let failed = |text: &str| read(text.as_bytes(), Some(Fault::Exited(3)));
        assert_eq!(failed("{\"ok\":{}}"), Err(Fault::Exited(3)));
        assert_eq!(failed("nonsense"), Err(Fault::Exited(3)));
        assert_eq!(failed(""), Err(Fault::Exited(3)));
        let said = failed("{\"error\":{\"code\":\"moved\",\"alias\":\"a\"}}");
        let refused = Answer::Refused { code: Code::Moved, message: None, alias: Some("a".to_owned()) };
        assert_eq!(said, Ok(refused));
    }
}
