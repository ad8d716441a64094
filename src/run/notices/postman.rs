//! Puts letters together and delivers them: after what they tell of is durable, until they are taken, and never so
//! that a run waits for it or ends otherwise for it.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::post::{address::Address, fault::Undelivered, spool},
    journal::{
        HostError,
        letter::{Letter, Said, Waiting},
        store::Store,
    },
    run::site::Site,
    world::material::Fingerprint,
};

use super::{
    card::{Card, Kind, Posted},
    channel::Channel,
    mail,
};

/// How much one letter says at most; the rest waits for the next.
const MOST: usize = 50;

/// When the first attempt after one that failed is made; each one waits twice as long as that before it.
const FIRST: SignedDuration = SignedDuration::from_mins(1);

/// How long at most one waits.
const LAST: SignedDuration = SignedDuration::from_hours(6);

/// How long all deliveries of one call may take. What is left goes with the next.
const ALTOGETHER: Duration = Duration::from_secs(30);

/// Delivers what a journal holds for the people of a site.
#[derive(Debug)]
pub struct Postman<'a> {
    site: &'a Site,
    folder: &'a Path,
    store: Store,
}

/// The day of a moment, in UTC.
fn day(now: Timestamp) -> String {
    now.strftime("%F").to_string()
}

impl<'a> Postman<'a> {
    /// The postman of a site, whose paths begin at `folder`.
    #[must_use]
    pub const fn new(site: &'a Site, folder: &'a Path, store: Store) -> Self {
        Self { site, folder, store }
    }

    /// Puts together what waits, and tries what is due. It ends early where it is told to stop.
    ///
    /// # Errors
    /// When the journal fails. That a server does is taken down in it, and is no error.
    pub fn round(&mut self, now: Timestamp, stop: &AtomicBool) -> Result<(), HostError> {
        self.compose(now)?;
        let begun = Instant::now();
        // Where nobody answered, the others are not kept waiting for the same.
        let mut silent: Vec<String> = Vec::new();
        for letter in self.store.to_go(Kind::Asked.word())? {
            if letter.due > now || begun.elapsed() > ALTOGETHER || stop.load(Ordering::Relaxed) {
                continue;
            }
            if silent.contains(&letter.channel) {
                continue;
            }
            match self.deliver(&letter, now) {
                Ok(()) => self.store.tried(&letter.id, now, Ok(()))?,
                Err(fault) => {
                    let due = now.saturating_add(pause(letter.attempts)).unwrap_or(Timestamp::MAX);
                    self.store.tried(&letter.id, now, Err((&fault.to_string(), due)))?;
                    if fault.is_of_the_channel() {
                        silent.push(letter.channel);
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts together what waits: each thing by itself for a webhook, and for an address at most one mail of a kind
    /// and day.
    fn compose(&mut self, now: Timestamp) -> Result<(), HostError> {
        let day = day(now);
        let mut waiting = self.store.waiting(&day)?;
        while let Some(first) = waiting.first().cloned() {
            let kind = Kind::of(&first.kind).map_or("", Kind::letter);
            let is_mail = !matches!(self.site.notices.get(&first.channel), Some(Channel::Webhook(_)));
            let goes_along = |one: &Waiting| {
                let alike = (&one.channel, &one.address) == (&first.channel, &first.address);
                if is_mail {
                    alike && Kind::of(&one.kind).map_or("", Kind::letter) == kind
                } else {
                    one == &first
                }
            };
            let (mut along, rest): (Vec<Waiting>, Vec<Waiting>) = waiting.into_iter().partition(goes_along);
            waiting = rest;
            let (channel, address) = (first.channel.as_str(), first.address.as_str());
            // A webhook is told once.
            let is_enough =
                if is_mail { self.store.has_letter((channel, address, kind), &day)? } else { first.again };
            if !is_enough {
                along.truncate(MOST);
                self.put_together(&along, kind, now)?;
            }
        }
        Ok(())
    }

    fn put_together(&mut self, along: &[Waiting], kind: &str, now: Timestamp) -> Result<(), HostError> {
        let Some(first) = along.first() else { return Ok(()) };
        let (channel, address) = (first.channel.clone(), first.address.clone());
        let ids: Vec<&str> = along.iter().map(|one| one.id.as_str()).collect();
        let name = format!("keyroll letter\n{channel}\n{address}\n{}\n{now}", ids.join("\n"));
        let said = along.iter().map(|one| Said {
            id: one.id.clone(),
            kind: one.kind.clone(),
            again: one.again,
            body: one.body.clone(),
        });
        let letter = Letter {
            id: Fingerprint::of(name.as_bytes()).to_string(),
            channel,
            address,
            kind: kind.to_owned(),
            composed: now,
            said: said.collect(),
            attempts: 0,
            due: now,
            sent: None,
            fault: None,
        };
        let numbers: Vec<i64> = along.iter().map(|one| one.number).collect();
        self.store.compose(&letter, &numbers)
    }

    fn deliver(&self, letter: &Letter, now: Timestamp) -> Result<(), Undelivered> {
        match self.site.notices.get(&letter.channel) {
            None => Err(Undelivered::Unusable("the site has this channel no more".to_owned())),
            Some(Channel::Smtp(smtp)) => {
                let bytes = mail::mail(letter, &smtp.from)?;
                let gone = || Undelivered::Unusable("it has no address".to_owned());
                let to = Address::try_from(letter.address.clone()).map_err(|_| gone())?;
                smtp.open(self.folder)?.send(&smtp.from, &to, bytes)
            }
            Some(Channel::Spool(folder)) => {
                let bytes = mail::mail(letter, &folder.from)?;
                spool::lay(&self.folder.join(&folder.path), &letter.id, &bytes)
            }
            Some(Channel::Webhook(hook)) => {
                let unclear = || Undelivered::Unusable("the letter says nothing".to_owned());
                let card: Card =
                    letter.said.first().and_then(|said| Card::read(&said.body)).ok_or_else(unclear)?;
                let id = format!("msg_{}", letter.id);
                let kind = format!("keyroll.{}", card.kind.word());
                let posted = Posted { id: id.clone(), kind, timestamp: card.at, data: card };
                hook.open(self.folder)?.post(id, now.as_second(), posted.bytes())
            }
        }
    }
}

/// How long to wait after an attempt that failed, when so many were made before it.
fn pause(before: u32) -> SignedDuration {
    let times = 1i32.checked_shl(before.min(16)).unwrap_or(i32::MAX);
    FIRST.saturating_mul(times).min(LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_ever_more_rarely_and_never_end() {
        let minutes: Vec<i64> = (0..12).map(|before| pause(before).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
        assert_eq!(pause(u32::MAX), LAST);
    }
}
