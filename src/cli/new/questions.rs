//! Questions on a terminal, one a line.

use std::io::{self, BufRead, Write};

use clap::ValueEnum;

use crate::{cli::exit::Exit, source::shown};

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;

/// Who asks, and who answers.
pub(super) struct Questions {
    answers: Box<dyn BufRead>,
    asks: Box<dyn Write>,
}

impl Questions {
    /// The terminal: answers from standard input, questions on standard error.
    pub(super) fn standard() -> Self {
        Self { answers: Box::new(io::stdin().lock()), asks: Box::new(io::stderr()) }
    }

    /// Says something between questions.
    pub(super) fn say(&mut self, line: &str) {
        let _unheard = writeln!(self.asks, "{line}");
    }

    /// The line that was typed.
    ///
    /// # Errors
    /// The exit: the questions were broken off, or the answer is no line of text.
    pub(super) fn line(&mut self, question: &str) -> Result<String, Exit> {
        let _unheard = write!(self.asks, "{question} ").and_then(|()| self.asks.flush());
        let mut typed = Vec::new();
        let read = io::Read::take(&mut self.answers, LONGEST).read_until(b'\n', &mut typed);
        if read.is_err() || !typed.ends_with(b"\n") {
            self.say("");
            return Err(Exit::Interrupted);
        }
        String::from_utf8(typed).map(|typed| typed.trim().to_owned()).map_err(|_| Exit::Interrupted)
    }

    /// What was chosen, by its number or its word; asked again until it is one of them.
    ///
    /// # Errors
    /// The exit: the questions were broken off.
    pub(super) fn one_of<T: ValueEnum>(&mut self, question: &str, short: bool) -> Result<T, Exit> {
        self.say(question);
        let values = T::value_variants();
        for (number, value) in values.iter().enumerate() {
            let Some(value) = value.to_possible_value() else { continue };
            let help =
                value.get_help().map(|help| format!("  {help}")).filter(|_| !short).unwrap_or_default();
            self.say(format!("  {}  {:<14}{help}", number + 1, value.get_name()).trim_end());
        }
        loop {
            let answer = self.line(&format!("1-{}:", values.len()))?;
            let number = answer.parse::<usize>().ok().and_then(|number| values.get(number.checked_sub(1)?));
            if let Some(value) = number.cloned().or_else(|| T::from_str(&answer, true).ok()) {
                return Ok(value);
            }
            self.say(&format!("`{}` is none of them", shown(&answer)));
        }
    }

    /// What was typed, or what stands in brackets where nothing was; asked again until it is right.
    ///
    /// # Errors
    /// The exit: the questions were broken off.
    pub(super) fn name(
        &mut self,
        question: &str,
        there: &str,
        wrong: impl Fn(&str) -> Option<String>,
    ) -> Result<String, Exit> {
        loop {
            let answer = self.line(&format!("{question} [{}]:", shown(there)))?;
            if answer.is_empty() {
                return Ok(there.to_owned());
            }
            match wrong(&answer) {
                None => return Ok(answer),
                Some(why) => self.say(&format!("  {why}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::What;

    fn typed(answers: &'static [u8]) -> Questions {
        Questions { answers: Box::new(answers), asks: Box::new(io::sink()) }
    }

    #[test]
    fn an_answer_is_a_number_or_a_word_and_asked_for_until_it_is() {
        assert_eq!(typed(b"1\n").one_of::<What>("?", false), Ok(What::XmlSignature));
        assert_eq!(
            typed(b"0\n99\n-1\nsalt\n\n Encryption \n").one_of::<What>("?", false),
            Ok(What::Encryption)
        );
        for broken_off in [&b""[..], b"1", b"salt\n", b"\xff\n"] {
            assert_eq!(typed(broken_off).one_of::<What>("?", true), Err(Exit::Interrupted));
        }
        let long: &'static [u8] = Box::leak(vec![b'1'; 10_000].into_boxed_slice());
        assert_eq!(typed(long).line("?"), Err(Exit::Interrupted));
    }

    #[test]
    fn an_empty_answer_keeps_what_is_there() {
        let wrong = |answer: &str| (answer == "bad").then(|| "no".to_owned());
        assert_eq!(typed(b"\n").name("?", "there", wrong), Ok("there".to_owned()));
        assert_eq!(typed(b"bad\nbad\ngood\n").name("?", "there", wrong), Ok("good".to_owned()));
        assert_eq!(typed(b"bad\n").name("?", "there", wrong), Err(Exit::Interrupted));
    }
}
