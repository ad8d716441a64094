//! A question whose answer is not shown.

use std::io::{self, IsTerminal, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// The longest answer, in bytes.
const LONGEST: usize = 4096;

/// Whether there is somebody who can be asked.
#[must_use]
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal, without showing what is typed; `None` when the question was broken off.
///
/// # Errors
/// When the terminal fails, or the answer is no text.
pub fn ask(question: &str) -> io::Result<Option<Zeroizing<String>>> {
    let mut stderr = io::stderr().lock();
    let answer = {
        // What is typed as soon as the question is there is not shown either.
        let _quiet = Quiet::begin()?;
        write!(stderr, "{question}: ")?;
        stderr.flush()?;
        typed(io::stdin().lock().bytes())
    };
    writeln!(stderr)?;
    let Some(answer) = answer? else { return Ok(None) };
    let text = std::str::from_utf8(&answer).map_err(|_| io::Error::other("the answer is no UTF-8 text"))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// A terminal that does not show what is typed, and hands over each key. Its signals are off, so
/// that nothing ends the program before the terminal is as it was.
struct Quiet {
    before: Termios,
}

impl Quiet {
    fn begin() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(&stdin)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&stdin, OptionalActions::Flush, &quiet)?;
        Ok(Self { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _lost = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
    }
}

/// What was typed up to the end of the line; `None` after Ctrl-C, or when the input ends.
fn typed(keys: impl Iterator<Item = io::Result<u8>>) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut answer = Zeroizing::new(Vec::with_capacity(LONGEST));
    for key in keys {
        match key? {
            b'\r' | b'\n' => return Ok(Some(answer)),
            // Ctrl-C and Ctrl-D.
            3 => return Ok(None),
            4 => break,
            // Backspace: the whole of the last character.
            8 | 127 => while answer.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            // Ctrl-U.
            21 => answer.clear(),
            _ if answer.len() >= LONGEST => return Err(io::Error::other("the answer is too long")),
            byte => answer.push(byte),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(keys: &[u8]) -> Option<String> {
        let typed = typed(keys.iter().map(|key| Ok(*key))).unwrap();
        typed.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn an_answer_ends_with_the_line_and_can_be_mended() {
        assert_eq!(answer(b"secret\nmore"), Some("secret".to_owned()));
        assert_eq!(answer("aé\u{7f}b\u{8}c\r".as_bytes()), Some("ac".to_owned()));
        assert_eq!(answer(b"wrong\x15right\r"), Some("right".to_owned()));
        assert_eq!(answer(b"\x7f\x7f\r"), Some(String::new()));
        for broken_off in [&b"sec\x03"[..], b"sec\x04", b"sec", b""] {
            assert_eq!(answer(broken_off), None);
        }
        assert!(typed(std::iter::repeat_with(|| Ok(b'a'))).is_err());
    }
}
