//! How the program speaks, whatever it is asked to do: the options that every verb takes.

use std::ffi::OsString;

use clap::ColorChoice;

use super::screen::log::LogFormat;

/// The options of every verb.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Manner {
    /// Say results and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say what is read, where, and how long it takes
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Whether findings and help are coloured; NO_COLOR and CLICOLOR_FORCE decide for auto
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Whether what is said on standard error is text for people, or JSON lines
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

impl Manner {
    /// Whether what goes to standard error is coloured.
    #[must_use]
    pub fn colours(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
            }
        }
    }
}

/// The choice of `--color`, looked for before the arguments are understood: complaints about them
/// are coloured, or not, as well.
#[must_use]
pub fn color(arguments: &[OsString]) -> ColorChoice {
    match said(arguments, "--color") {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// The choice of `--log-format`, looked for in the same way: complaints about the arguments are talk too.
#[must_use]
pub fn log_format(arguments: &[OsString]) -> LogFormat {
    if said(arguments, "--log-format") == Some("json") { LogFormat::Json } else { LogFormat::Text }
}

/// The value of an option.
fn said<'a>(arguments: &'a [OsString], option: &str) -> Option<&'a str> {
    let words: Vec<&str> = arguments.iter().map_while(|word| word.to_str()).collect();
    let mut said = words.iter().take_while(|word| **word != "--").enumerate().filter_map(|(at, word)| {
        match word.strip_prefix(option)? {
            "" => words.get(at + 1).copied(),
            value => value.strip_prefix('='),
        }
    });
    said.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colour_is_known_before_anything_else() {
        let of = |line: &str| color(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(of("keyroll check --color always"), ColorChoice::Always);
        assert_eq!(of("keyroll --color=never chekc"), ColorChoice::Never);
        assert_eq!(of("keyroll check -- --color=never"), ColorChoice::Auto);
        assert_eq!(of("keyroll --color"), ColorChoice::Auto);
        assert_eq!(of("keyroll --colour=never"), ColorChoice::Auto);
        let of = |line: &str| log_format(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(of("keyroll chekc --log-format json"), LogFormat::Json);
        assert_eq!(of("keyroll --log-format=json"), LogFormat::Json);
        assert_eq!(of("keyroll -- --log-format=json"), LogFormat::Text);
    }
}
