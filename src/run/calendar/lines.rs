//! Whether a text is made of the lines of iCalendar (RFC 5545, 3.1): the library passes over others in silence.

use crate::source::shown;

/// How much of a line is repeated, in characters.
const QUOTED: usize = 40;

/// How many parts may stand within each other.
const DEPTH: usize = 32;

/// Finds the first line that is none, and parts that are not ended as they were begun.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn sound(text: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let (mut begun, mut ended) = (false, false);
    for line in text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty()) {
        // A line that begins with a blank goes on with the one before.
        if line.starts_with([' ', '\t']) && begun {
            continue;
        }
        if ended {
            return Err("it goes on behind END:VCALENDAR".to_owned());
        }
        let name = line.split([':', ';']).next().unwrap_or_default();
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name || !line.contains(':') {
            let line: String = line.chars().take(QUOTED).collect();
            return Err(format!("this line is none of a calendar: `{}`", shown(&line)));
        }
        let part = || line.split_once(':').map_or("", |(_, part)| part).trim().to_ascii_uppercase();
        match name.to_ascii_uppercase().as_str() {
            "BEGIN" if open.len() >= DEPTH => {
                return Err(format!("more than {DEPTH} parts stand within each other"));
            }
            "BEGIN" => open.push(part()),
            "END" => {
                let part = part();
                match open.pop() {
                    Some(begun) if begun == part => ended = open.is_empty(),
                    Some(begun) => return Err(format!("`END:{}` is missing", shown(&begun))),
                    None => break,
                }
            }
            _ => {}
        }
        begun |= open.first().is_some_and(|first| first == "VCALENDAR");
        if !begun {
            break;
        }
    }
    match open.last() {
        Some(last) if begun => Err(format!("`END:{}` is missing", shown(last))),
        _ if ended => Ok(()),
        _ => Err("it is no calendar: it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::sound;

    #[test]
    fn lines_and_parts_are_those_of_a_calendar() {
        let whole = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Freeze\r\n of the\r\n\tyear\r\n\
                     END:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(sound(whole), Ok(()));
        assert_eq!(sound(&format!("\u{feff}{}\n\n", whole.replace("\r\n", "\n"))), Ok(()));
        for (from, to, words) in [
            ("END:VEVENT\r\n", "", "`END:VEVENT` is missing"),
            ("END:VCALENDAR\r\n", "", "`END:VCALENDAR` is missing"),
            ("VERSION:2.0", "VERSION 2.0", "this line is none of a calendar: `VERSION 2.0`"),
            ("VERSION:2.0", "\u{202e}:2.0", "this line is none of a calendar"),
            ("BEGIN:VCALENDAR\r\n", "", "it is no calendar"),
            ("BEGIN:VCALENDAR", "BEGIN:VCARD", "it is no calendar"),
            ("END:VCALENDAR\r\n", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\n", "goes on behind"),
            (whole, "", "it is no calendar"),
            (whole, " ", "it is no calendar"),
            (whole, "END:VCALENDAR", "it is no calendar"),
        ] {
            let found = sound(&whole.replace(from, to)).unwrap_err();
            assert!(found.contains(words), "{to}: {found}");
        }
        let deep = "BEGIN:VCALENDAR\n".repeat(40);
        assert!(sound(&deep).unwrap_err().contains("within each other"));
    }
}
