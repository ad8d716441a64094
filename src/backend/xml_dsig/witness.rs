//! Reading twice, with a proof that both readings gave the same bytes.

use std::io::{self, Read};

use openssl::sha::Sha256;

/// Remembers what was read, so that two readings can be compared.
pub(super) struct Witness<R> {
    input: R,
    hash: Sha256,
}

impl<R> Witness<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, hash: Sha256::new() }
    }

    pub(super) fn digest(self) -> [u8; 32] {
        self.hash.finish()
    }
}

impl<R: Read> Read for Witness<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.hash.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}
