//! The four answers that choose a plan: from the command line, or asked for on a terminal.

use clap::ValueEnum;

use crate::{
    cli::{exit::Exit, prompt::can_ask, screen::Screen},
    template::{Answers, Holder, What, word},
};

use super::{Arguments, YesNo, questions::Questions};

/// The answers, and whether anything was asked.
///
/// # Errors
/// The exit: an answer is missing, and there is nobody to ask; or the questions were broken off.
pub(super) fn answers(arguments: &Arguments, screen: &mut Screen) -> Result<(Answers, bool), Exit> {
    let said = (arguments.what, arguments.private_key, arguments.two_keys, arguments.interruption);
    // Nothing else matters of what the library does not know.
    let known = match said {
        (Some(what @ What::Other), ..) => Some((what, Holder::We, YesNo::Yes, YesNo::Yes)),
        (Some(what), Some(holder), Some(two), Some(interruption)) => Some((what, holder, two, interruption)),
        _ => None,
    };
    if let Some((what, holder, two, interruption)) = known {
        return Ok((of(what, holder, two, interruption), false));
    }
    if !can_ask() || !screen.is_text() {
        screen.talk(format_args!("there is no terminal to ask: {}", missing(arguments)));
        return Err(Exit::Usage);
    }
    let mut asked = Questions::standard();
    let what = match arguments.what {
        Some(what) => what,
        None => asked.one_of("What is renewed?", false)?,
    };
    if what == What::Other {
        return Ok((of(what, Holder::We, YesNo::Yes, YesNo::Yes), true));
    }
    let holder = match arguments.private_key {
        Some(holder) => holder,
        None => asked.one_of(whose(what), true)?,
    };
    let two = match arguments.two_keys {
        Some(two) => two,
        None => asked.one_of(how_many(what), true)?,
    };
    let interruption = match arguments.interruption {
        Some(interruption) => interruption,
        None => asked.one_of("May the flow stand still for a time, by agreement?", true)?,
    };
    Ok((of(what, holder, two, interruption), true))
}

fn of(what: What, holder: Holder, two: YesNo, interruption: YesNo) -> Answers {
    Answers { what, holder, two: two == YesNo::Yes, interruption: interruption == YesNo::Yes }
}

/// Which options are missing.
fn missing(arguments: &Arguments) -> String {
    fn values<T: ValueEnum>() -> String {
        T::value_variants().iter().map(|value| word(value.clone())).collect::<Vec<_>>().join("|")
    }
    let mut options = Vec::new();
    if arguments.what.is_none() {
        options.push(format!("--what {}", values::<What>()));
    }
    if arguments.private_key.is_none() {
        options.push(format!("--private-key {}", values::<Holder>()));
    }
    if arguments.two_keys.is_none() {
        options.push(format!("--two-keys {}", values::<YesNo>()));
    }
    if arguments.interruption.is_none() {
        options.push(format!("--interruption {}", values::<YesNo>()));
    }
    let instead = if arguments.what.is_none() { "say --from PLAN (--list lists them), or " } else { "say " };
    format!("{instead}{}", options.join(" "))
}

/// Who holds the private key, in the words of the field.
const fn whose(what: What) -> &'static str {
    match what {
        What::XmlSignature | What::Signature => "Who signs, and so holds the private key?",
        What::Encryption => "Who decrypts, and so holds the private key?",
        What::TlsClient => "Who is the client, and so holds the private key?",
        What::TlsServer => "Who is the server, and so holds the private key?",
        What::SshUser | What::Password => "Who logs in?",
        What::SshHost => "Whose is the host?",
        What::Other => "Who holds the private key?",
    }
}

/// Whether two lie beside each other, in the words of the field.
const fn how_many(what: What) -> &'static str {
    match what {
        What::Encryption => "Can whoever decrypts hold the old and the new private key at once?",
        What::Password => "Can whoever is logged in at know two users at once?",
        What::TlsServer | What::SshHost => "Can the clients trust the old and the new one at once?",
        _ => "Can the receiver trust the old and the new one at once?",
    }
}
