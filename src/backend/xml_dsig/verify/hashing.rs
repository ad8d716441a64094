//! The second reading: digests what the references name, and hands it out.

use std::io::{self, BufWriter, Read, Write};

use openssl::hash::Hasher;

use super::locate::passes;

use crate::backend::xml_dsig::{
    KeyFault, SignatureFault, XmlError,
    canonical::Canonical,
    document::{Document, Element, Piece, Step},
    signature::{Reference, Uri, is_signature},
};

/// Writes to a digest and, where there is one, to the caller.
struct Sink<'a> {
    hasher: Hasher,
    out: Option<&'a mut dyn Write>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.write_all(bytes)?;
        if let Some(out) = &mut self.out {
            out.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

/// A reference whose element is open.
struct Running<'a> {
    number: usize,
    enveloped: bool,
    /// How many elements are open around it.
    around: Option<usize>,
    canonical: Canonical<BufWriter<Sink<'a>>>,
}

/// Digests references in one reading of a document.
pub(super) struct Hashing<'a> {
    references: Vec<(usize, &'a Reference)>,
    /// Who reads along, and which reference.
    out: Option<(usize, &'a mut dyn Write)>,
    running: Vec<Running<'a>>,
    digests: Vec<Option<Vec<u8>>>,
    /// How many elements are open around the signature, while it is open.
    signature: Option<usize>,
    /// How many signatures still stand before it.
    before: usize,
}

impl<'a> Hashing<'a> {
    /// For these references, by their numbers; `out` gets the bytes of one of them.
    pub(super) fn new(
        references: Vec<(usize, &'a Reference)>,
        out: Option<(usize, &'a mut dyn Write)>,
        before: usize,
    ) -> Self {
        let most = references.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        Self { references, out, running: Vec::new(), digests: vec![None; most], signature: None, before }
    }

    /// Reads the document, and answers the digests by the numbers of their references.
    pub(super) fn read<R: Read>(
        mut self,
        document: &mut Document<'_, R>,
    ) -> Result<Vec<Option<Vec<u8>>>, XmlError> {
        for (number, reference) in self.references.clone() {
            if reference.uri == Uri::Document {
                let canonical = Canonical::new(&reference.canonicalization, self.sink(number, reference)?);
                self.running.push(Running {
                    number,
                    enveloped: reference.enveloped,
                    around: None,
                    canonical,
                });
            }
        }
        while let Some(step) = document.next()? {
            self.take(&step)?;
        }
        while let Some(running) = self.running.pop() {
            self.finish(running)?;
        }
        Ok(self.digests)
    }

    fn sink(&mut self, number: usize, reference: &Reference) -> Result<BufWriter<Sink<'a>>, XmlError> {
        let hasher = Hasher::new(reference.digest.message_digest()).map_err(|_| KeyFault::Failed)?;
        let out = self.out.take_if(|(wanted, _)| *wanted == number).map(|(_, out)| out);
        Ok(BufWriter::with_capacity(16 << 10, Sink { hasher, out }))
    }

    fn take(&mut self, step: &Step<'_>) -> Result<(), XmlError> {
        if let Piece::Start(element) = step.piece {
            self.start(element, step)?;
        }
        // Comments are left out of what `""` and `#id` name, with every canonicalization.
        if !matches!(step.piece, Piece::Comment(_)) {
            let signature = self.signature.is_some();
            for running in self.running.iter_mut().filter(|running| !(running.enveloped && signature)) {
                running.canonical.write(&step.piece)?;
            }
        }
        if let Piece::End(_) = step.piece {
            if self.signature == Some(step.depth) {
                self.signature = None;
            }
            while let Some(at) = self.running.iter().position(|running| running.around == Some(step.depth)) {
                let running = self.running.swap_remove(at);
                self.finish(running)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, element: &Element, step: &Step<'_>) -> Result<(), XmlError> {
        if self.signature.is_none() && is_signature(element) && !passes(&mut self.before) {
            self.signature = Some(step.depth - 1);
        }
        for id in element.ids() {
            let named = |(_, reference): &&(usize, &Reference)| matches!(&reference.uri, Uri::Element(own) if own == id);
            let Some((number, reference)) = self.references.iter().find(named).copied() else { continue };
            let sink = self.sink(number, reference)?;
            let canonical = Canonical::within(&step.context(), &reference.canonicalization, sink);
            let around = Some(step.depth - 1);
            self.running.push(Running { number, enveloped: reference.enveloped, around, canonical });
        }
        Ok(())
    }

    fn finish(&mut self, running: Running<'a>) -> Result<(), XmlError> {
        let mut sink = running.canonical.into_inner().into_inner().map_err(|error| error.into_error())?;
        sink.flush()?;
        let digest = sink.hasher.finish().map_err(|_| KeyFault::Failed)?.to_vec();
        if let Some(place) = self.digests.get_mut(running.number) {
            *place = Some(digest);
        }
        Ok(())
    }
}

/// Compares digests with what the references say. `at` is the place of the signature.
pub(super) fn compare(
    references: &[(usize, &Reference)],
    digests: &[Option<Vec<u8>>],
    at: u64,
) -> Result<(), XmlError> {
    for (number, reference) in references {
        match digests.get(*number).and_then(Option::as_ref) {
            None => return Err(XmlError::Signature { fault: SignatureFault::NoTarget, at }),
            Some(digest) if *digest != reference.digest_value => return Err(XmlError::Digest),
            Some(_) => {}
        }
    }
    Ok(())
}
