//! Signing: one pass where the signature follows what it signs, two where it comes before.

mod scan;
mod seal;
mod twice;
mod writer;

use std::io::{self, Read, Seek, Write};

use scan::{Role, Scan};
use seal::Seal;
use writer::{Spot, Writer};

use super::{
    Algorithm, Canonicalization, ProfileFault, Shape, SignatureProfile, SigningKey, XmlError,
    document::Document, option::Position,
};

/// Bytes of a document that are kept in memory while it is signed in two passes; more go to a file
/// without a name.
const KEPT: usize = 1 << 20;

/// What was signed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// The canonicalization of what was signed.
    pub canonicalization: Canonicalization,
    /// What the reference says: empty for the document, or `#id`.
    pub uri: String,
    /// The digest of the canonical form of that.
    pub digest_value: Vec<u8>,
}

/// Writes `document` to `out` as it is, with a signature as the profile has it. Only `<empty/>` is
/// written in two tags, when the signature comes into it.
///
/// The signature is checked before it is written: the first one of a pair with the certificate, and each
/// later one too unless OpenSSL has done so itself (RSA). What `out` received is of
/// use only after success.
///
/// A signature that follows what it signs is made in one pass. For another one the document is kept
/// until its end: see [`sign_seekable`].
///
/// # Errors
/// When the document is not one of the profile, is signed already or lacks what is to be signed, or
/// cannot be read or written.
pub fn sign(
    document: &mut dyn Read,
    out: &mut dyn Write,
    key: &SigningKey,
    profile: &SignatureProfile,
) -> Result<Signed, XmlError> {
    check(profile)?;
    let seal = Seal::new(key, profile)?;
    if streams(profile) {
        return once(document, out, &seal);
    }
    let mut kept = tempfile::spooled_tempfile(KEPT);
    let most = profile.limits.bytes.map_or(u64::MAX, |most| most.saturating_add(1));
    io::copy(&mut document.take(most), &mut kept)?;
    twice::sign(&mut kept, out, &seal)
}

/// The same for a document that can be read twice: nothing of it is kept.
///
/// # Errors
/// As [`sign`], and when the second reading gives other bytes.
pub fn sign_seekable<D: Read + Seek + ?Sized>(
    document: &mut D,
    out: &mut dyn Write,
    key: &SigningKey,
    profile: &SignatureProfile,
) -> Result<Signed, XmlError> {
    check(profile)?;
    let seal = Seal::new(key, profile)?;
    if streams(profile) {
        document.rewind()?;
        return once(&mut &mut *document, out, &seal);
    }
    twice::sign(document, out, &seal)
}

/// Whether the signature follows all that it signs.
const fn streams(profile: &SignatureProfile) -> bool {
    profile.position.is_none() && !matches!(profile.shape, Shape::Enveloping)
}

fn check(profile: &SignatureProfile) -> Result<(), ProfileFault> {
    let around = profile.reference.is_some() || profile.position.is_some();
    match profile.shape {
        Shape::Enveloping if around => Err(ProfileFault::EnvelopingWhole),
        Shape::Detached if profile.reference.is_none() => Err(ProfileFault::ReferenceNeeded),
        _ if profile.sign_key_info && profile.key_info.parts().is_empty() => Err(ProfileFault::NoKeyInfo),
        _ => Ok(()),
    }
}

/// Where the signature goes.
const fn spot(profile: &SignatureProfile) -> Spot {
    match (&profile.position, profile.shape) {
        (_, Shape::Enveloping) => Spot::Around,
        (Some(Position::After(_)), _) | (None, Shape::Detached) => Spot::After,
        (Some(Position::Inside(_)), _) | (None, Shape::Enveloped) => Spot::Inside,
    }
}

/// Signs while the document goes by.
fn once(input: &mut dyn Read, out: &mut dyn Write, seal: &Seal<'_>) -> Result<Signed, XmlError> {
    let profile = seal.profile;
    let mut document = Document::new(input, &profile.limits).identified_by(&profile.id_attributes);
    let mut scan = Scan::new(seal)?;
    let mut writer = Writer::new(out, spot(profile), &profile.limits);
    while let Some(step) = document.next()? {
        let role = scan.take(&step)?;
        let sealed = match role {
            // The whole document is not read yet: the signature waits for its end.
            Role::Ends if profile.reference.is_some() => Some(seal.close(&scan.found()?)?),
            _ => None,
        };
        writer.take(&step, role, sealed.as_ref())?;
        if role == Role::Begins {
            scan.note_inside(document.context());
        }
    }
    scan.finish()?;
    let found = scan.found()?;
    writer.finish(|| seal.close(&found))?;
    Ok(seal.signed(found))
}
