//! What an authority answered, as a person brings it.

use jiff::Timestamp;

use crate::{
    backend::key_pair::{certificates, chain, own},
    run::time::to_the_second,
    world::material::Certificate,
};

/// Reads an answer: the certificate of the key and then its issuers, as PEM. `made` is what a journal holds of
/// the key, if a backend made it: the answer must be for its public key. And it must be valid now.
///
/// # Errors
/// Why it is no answer, in words.
pub(super) fn answer(bytes: &[u8], made: Option<&str>, now: Timestamp) -> Result<String, String> {
    let found = certificates::read(bytes).map_err(|error| error.to_string())?;
    let mine = match made {
        Some(pem) => {
            let made = Certificate::from_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
            let key = made.public_key().map_err(|error| error.to_string())?;
            own(&key, &found).map_err(|error| format!("this is not issued for the key: {error}"))?
        }
        None => found.first().ok_or("there is no certificate in it")?,
    };
    if now < mine.not_before() {
        return Err(format!("what was issued is valid from {} on only", to_the_second(mine.not_before())));
    }
    if now > mine.not_after() {
        return Err(format!("what was issued was valid until {}", to_the_second(mine.not_after())));
    }
    Ok(chain::ordered(mine, &found).iter().map(Certificate::pem).collect())
}
