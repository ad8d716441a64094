//! Times that prose says.

use std::time::Duration;

use super::word::{Word, words};

/// The first time that a sentence says with a figure or a small number in words, as in `within 24 hours`.
pub(super) fn said(sentence: &str) -> Option<Duration> {
    let all = words(sentence);
    all.windows(2).find_map(|pair| match pair {
        [number, unit] => read(number, unit),
        _ => None,
    })
}

fn read(number: &Word, unit: &Word) -> Option<Duration> {
    let count: u64 = match number.text.as_str() {
        "a" | "an" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        figure => figure.parse().ok().filter(|figure| *figure < 100_000)?,
    };
    let seconds = match unit.text.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    Some(Duration::from_secs(count * seconds)).filter(|time| time.as_secs() <= LONGEST)
}

/// The longest time that a plan may say, in seconds.
const LONGEST: u64 = 100 * 365 * 86_400;

/// How long a message may be under way, where a sentence says just that.
pub(super) fn delivery(sentence: &str) -> Option<Duration> {
    let all = words(sentence);
    let any = |texts: &[&str]| all.iter().any(|word| texts.contains(&word.text.as_str()));
    let of_messages = any(&["message", "messages", "payload", "payloads"]);
    let on_the_way =
        any(&["deliver", "delivers", "delivered", "arrive", "arrives", "arrived", "way", "transit"]);
    let at_most = any(&["within", "most", "longer", "than", "latest", "up"]);
    said(sentence).filter(|_| of_messages && on_the_way && at_most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_where_they_are_said() {
        assert_eq!(said("within 24 hours"), Some(Duration::from_secs(86_400)));
        assert_eq!(said("an hour later"), Some(Duration::from_secs(3_600)));
        assert_eq!(said("soon, at 10 places"), None);
        assert_eq!(said("99999 weeks"), None);
        assert_eq!(delivery("A message is delivered within 2 days"), Some(Duration::from_secs(172_800)));
        assert_eq!(delivery("The downtime is 2 hours at most"), None);
    }
}
