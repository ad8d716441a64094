//! A terminal that shows one page after another in place, and hands over each key. It is as it was once this is
//! dropped.

use std::io::{self, IsTerminal, Write};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};

/// How long a key is waited for at most, in tenths of a second.
const PATIENCE: u8 = 10;

/// The size of a terminal that does not tell its own.
const SIZE: (usize, usize) = (100, 24);

/// The other screen, from its top, without a cursor; and back (xterm's control sequences, DECSET 1049 and 25).
const OPEN: &str = "\u{1b}[?1049h\u{1b}[?25l";
const CLOSE: &str = "\u{1b}[?25h\u{1b}[?1049l";

/// The terminal.
pub(super) struct Terminal {
    before: Termios,
}

/// What was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Something that ends the watch: q, Ctrl-C, Ctrl-D, or that there is no input any more.
    End,
    /// Nothing, or something else.
    Other,
}

impl Terminal {
    /// Takes the terminal over; nothing where there is none that could be drawn on and hands over keys.
    pub(super) fn take() -> Option<io::Result<Self>> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        if is_dumb || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        Some(Self::begin())
    }

    fn begin() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(&stdin)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 0;
        quiet.special_codes[SpecialCodeIndex::VTIME] = PATIENCE;
        tcsetattr(&stdin, OptionalActions::Flush, &quiet)?;
        let terminal = Self { before };
        say(OPEN)?;
        Ok(terminal)
    }

    /// How many columns and lines it has.
    pub(super) fn size(&self) -> (usize, usize) {
        match tcgetwinsize(io::stdout()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
            _ => SIZE,
        }
    }

    /// Shows these lines in place of those before; what is longer than a line is cut visibly.
    pub(super) fn draw(&self, lines: &[String]) -> io::Result<()> {
        let (columns, rows) = self.size();
        let mut page = "\u{1b}[H".to_owned();
        for (number, line) in lines.iter().take(rows).enumerate() {
            if number > 0 {
                page.push('\n');
            }
            page.push_str(&crate::evidence::markup::shortened(line, columns));
            page.push_str("\u{1b}[K");
        }
        page.push_str("\u{1b}[J");
        say(&page)
    }

    /// Waits a second at most for a key.
    pub(super) fn key(&self) -> Key {
        let mut typed = [0; 16];
        match rustix::io::read(io::stdin(), &mut typed) {
            // A terminal that is gone has nothing more to say, and says so at once.
            Err(error) if error != rustix::io::Errno::INTR => Key::End,
            Err(_) => Key::Other,
            Ok(read) => {
                let typed = typed.get(..read).unwrap_or_default();
                if typed.iter().any(|byte| matches!(byte, b'q' | b'Q' | 3 | 4)) {
                    Key::End
                } else {
                    Key::Other
                }
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _lost = say(CLOSE);
        let _lost = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
