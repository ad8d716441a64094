//! Collects a signature while it goes by, and the canonical form of what it signs.

use super::{Block, SignatureFault, is_signature, node::Node};
use crate::backend::xml_dsig::{
    canonical::{Canonical, Canonicalization},
    document::Piece,
};

/// A `ds:Signature` that has begun.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Capture {
    open: Vec<Node>,
    signed_info: Canonical<Vec<u8>>,
}

impl Capture {
    pub(in crate::backend::xml_dsig) fn new() -> Self {
        Self { open: Vec::new(), signed_info: Canonical::new(&Canonicalization::exclusive(), Vec::new()) }
    }

    /// Takes a piece, the first being the start of the signature. With its end comes what it says.
    pub(in crate::backend::xml_dsig) fn take(
        &mut self,
        piece: &Piece<'_>,
    ) -> Result<Option<Block>, SignatureFault> {
        let mut finished = None;
        let inside_before = self.inside_signed_info();
        match piece {
            Piece::Start(element) if !self.open.is_empty() && is_signature(element) => {
                return Err(SignatureFault::Several);
            }
            Piece::Start(element) => self.open.push(Node::new(element)),
            Piece::End(_) => finished = self.close(),
            Piece::Text(text) => {
                if let Some(node) = self.open.last_mut() {
                    node.text.push_str(text);
                }
            }
            Piece::Comment(_) | Piece::Instruction(..) => return Err(SignatureFault::Comment),
            Piece::Outside => {}
        }
        if inside_before || self.inside_signed_info() {
            // Writing to memory does not fail.
            self.signed_info.write(piece).map_err(|_| SignatureFault::Structure)?;
        }
        match finished {
            Some(signature) => {
                let signed_info = std::mem::replace(
                    &mut self.signed_info,
                    Canonical::new(&Canonicalization::exclusive(), Vec::new()),
                );
                Block::read(&signature, signed_info.into_inner()).map(Some)
            }
            None => Ok(None),
        }
    }

    fn inside_signed_info(&self) -> bool {
        self.open.get(1).is_some_and(|child| child.name() == "SignedInfo")
    }

    /// Closes an element; answers the whole when it was the outermost.
    fn close(&mut self) -> Option<Node> {
        let node = self.open.pop()?;
        match self.open.last_mut() {
            Some(parent) => {
                parent.children.push(node);
                None
            }
            None => Some(node),
        }
    }
}
