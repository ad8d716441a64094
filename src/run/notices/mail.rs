//! A letter as a mail (RFC 5322): text and HTML, and an entry of a calendar for each window and for the day by which a question is due.

use std::time::SystemTime;

use lettre::{
    Message,
    message::{
        Attachment, Mailbox, MultiPart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};

use crate::{
    backend::post::{address::Address, fault::Undelivered},
    journal::letter::Letter,
};

use super::{
    card::{Card, Kind},
    page, text, window,
};

/// `Auto-Submitted: auto-generated` (RFC 3834, section 5): no other program answers it.
#[derive(Clone, Debug)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The `Message-ID` of a letter: the same in every attempt.
#[must_use]
pub fn message_id(letter: &Letter, from: &Address) -> String {
    format!("<{}.keyroll@{}>", letter.id, from.domain())
}

/// What a letter says, each with whether it was said before.
pub(super) fn cards(letter: &Letter) -> Vec<(Card, bool)> {
    letter.said.iter().filter_map(|said| Some((Card::read(&said.body)?, said.again))).collect()
}

/// The bytes of a mail.
///
/// # Errors
/// When the letter holds what makes no mail.
pub fn mail(letter: &Letter, from: &Address) -> Result<Vec<u8>, Undelivered> {
    let unclear = || Undelivered::Unusable("the letter makes no mail".to_owned());
    let mailbox = |address: &str, name: Option<&str>| -> Result<Mailbox, Undelivered> {
        let address = address.parse::<lettre::Address>().map_err(|_| unclear())?;
        Ok(Mailbox::new(name.map(str::to_owned), address))
    };
    let cards = cards(letter);
    let subject = subject(&cards);
    let alternative = MultiPart::alternative_plain_html(text::letter(&cards), page::letter(&subject, &cards));
    let mut whole = MultiPart::mixed().multipart(alternative);
    let calendars = cards.iter().filter_map(|(card, _)| Some((card, window::calendar(card, from)?)));
    for (number, (card, calendar)) in calendars.enumerate() {
        let kind = format!("text/calendar; charset=utf-8; method={}", window::method(card));
        let kind = ContentType::parse(&kind).map_err(|_| unclear())?;
        let what = if card.question.is_some() { "due" } else { "window" };
        whole = whole.singlepart(Attachment::new(format!("{what}-{}.ics", number + 1)).body(calendar, kind));
    }
    let message = Message::builder()
        .from(mailbox(from.as_str(), Some("keyroll"))?)
        .to(mailbox(&letter.address, None)?)
        .subject(subject)
        .date(SystemTime::from(letter.composed))
        .message_id(Some(message_id(letter, from)))
        .header(AutoSubmitted)
        .multipart(whole)
        .map_err(|_| unclear())?;
    Ok(message.formatted())
}

/// What a letter is about. It holds names of the plan alone, which have no line ends, and is tame all the same.
fn subject(cards: &[(Card, bool)]) -> String {
    let asked = cards.iter().filter(|(card, _)| card.kind == Kind::Asked).count();
    let Some((first, _)) = cards.iter().find(|(card, _)| asked == 0 || card.kind == Kind::Asked) else {
        return "keyroll".to_owned();
    };
    let step = first.about().unwrap_or(&first.run);
    let is_asked = |(card, _): &&(Card, bool)| card.kind == Kind::Asked;
    let questions = cards.iter().filter(is_asked).filter(|(card, _)| card.question.is_some()).count();
    let what = match first.kind {
        Kind::Asked if asked > 1 && questions == asked => {
            format!("{asked} questions wait for your answer, first {step}")
        }
        Kind::Asked if questions == asked => format!("{step} waits for your answer"),
        Kind::Asked if asked > 1 && questions > 0 => format!("{asked} things wait for you, first {step}"),
        Kind::Asked if asked > 1 => format!("{asked} steps wait for you, first {step}"),
        Kind::Asked => format!("{step} waits for you"),
        Kind::Withdrawn => format!("{step} is no longer needed"),
        Kind::Agreed => "a window is agreed".to_owned(),
        Kind::Stopped => "the run has stopped".to_owned(),
        Kind::Done => "the run is done".to_owned(),
    };
    super::tame(&format!("{}: {what}", first.plan))
}
