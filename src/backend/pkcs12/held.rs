//! A certificate as a bag holds it. A store may hold ten thousand, of which a change touches two:
//! names are cut out of the DER, and OpenSSL reads a certificate only when it is asked for.

use std::{ops::Range, sync::OnceLock};

use super::{
    der::{CONTEXT_0, INTEGER, Reader, SEQUENCE},
    octets::Octets,
};
use crate::world::material::Certificate;

/// DER that has the shape of an X.509 certificate (RFC 5280 section 4.1).
#[derive(Clone)]
pub(super) struct Held {
    der: Octets,
    issuer: Range<usize>,
    subject: Range<usize>,
    read: OnceLock<Option<Box<Certificate>>>,
}

impl Held {
    /// Takes DER, if it has the shape of a certificate.
    pub(super) fn new(der: Octets) -> Option<Self> {
        let mut file = Reader::new(&der, 0);
        let whole = file.expect(SEQUENCE, "").ok().filter(|_| file.is_empty())?;
        let mut fields = whole.reader().expect(SEQUENCE, "").ok()?.reader();
        fields.optional(CONTEXT_0).ok()?;
        fields.expect(INTEGER, "").ok()?;
        fields.expect(SEQUENCE, "").ok()?;
        let issuer = fields.expect(SEQUENCE, "").ok()?.raw_within(&whole);
        fields.expect(SEQUENCE, "").ok()?;
        let subject = fields.expect(SEQUENCE, "").ok()?.raw_within(&whole);
        Some(Self { der, issuer, subject, read: OnceLock::new() })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether both are the same certificate.
    pub(super) fn is_equal(&self, other: &Self) -> bool {
        self.der == other.der
    }

    /// The issuer's name as DER.
    pub(super) fn issuer(&self) -> &[u8] {
        self.der().get(self.issuer.clone()).unwrap_or_default()
    }

    /// The subject's name as DER.
    pub(super) fn subject(&self) -> &[u8] {
        self.der().get(self.subject.clone()).unwrap_or_default()
    }

    /// The certificate; `None` when OpenSSL cannot read it, or would show other bytes than these.
    pub(super) fn certificate(&self) -> Option<&Certificate> {
        let read =
            || Certificate::from_der(self.der()).ok().filter(|own| own.der() == self.der()).map(Box::new);
        self.read.get_or_init(read).as_deref()
    }
}
