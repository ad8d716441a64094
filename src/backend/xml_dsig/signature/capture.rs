//! Collects a signature while it goes by, and the canonical form of its `ds:SignedInfo`.

use super::{Block, Object, SignatureFault, is_signature, method, node::Node};
use crate::backend::xml_dsig::{
    canonical::Canonical,
    document::{Context, Element, Piece, Step},
};

/// A `ds:Signature` that has begun.
#[derive(Debug, Default)]
pub(in crate::backend::xml_dsig) struct Capture {
    open: Vec<Node>,
    objects: Vec<Object>,
    /// Elements that are open in a `ds:Object`: they are not kept.
    inside_object: usize,
    info: Info,
    length: u64,
}

impl Capture {
    /// Takes a piece, the first being the start of the signature. With its end comes what it says.
    pub(in crate::backend::xml_dsig) fn take(
        &mut self,
        step: &Step<'_>,
        most: u64,
    ) -> Result<Option<Block>, SignatureFault> {
        if let Piece::Start(element) = step.piece
            && !self.open.is_empty()
            && is_signature(element)
        {
            return Err(SignatureFault::Several);
        }
        if self.is_in_object(&step.piece) {
            return Ok(None);
        }
        self.length += step.raw.len() as u64;
        if self.length > most {
            return Err(SignatureFault::TooLong);
        }
        let mut finished = None;
        let inside_before = self.inside_signed_info();
        match &step.piece {
            Piece::Start(element) => self.begin(element),
            Piece::End(_) => finished = self.close()?,
            Piece::Text(text) => {
                if let Some(node) = self.open.last_mut() {
                    node.text.push_str(text);
                }
            }
            Piece::Comment(_) | Piece::Instruction(..) => return Err(SignatureFault::Comment),
            Piece::Outside => {}
        }
        if !inside_before && self.inside_signed_info() {
            self.info.begin(step.context());
        }
        if inside_before || self.inside_signed_info() {
            self.info.take(&step.piece)?;
        }
        match finished {
            Some(signature) => {
                let objects = std::mem::take(&mut self.objects);
                Block::read(&signature, objects, self.info.finish()).map(Some)
            }
            None => Ok(None),
        }
    }

    fn begin(&mut self, element: &Element) {
        let node = Node::new(element);
        if self.open.len() == 1 && node.name() == "Object" {
            self.objects.push(Object { ids: node.ids.clone(), ..Object::default() });
        }
        self.open.push(node);
    }

    /// Passes over what is in an object, which may be as long as any document.
    fn is_in_object(&mut self, piece: &Piece<'_>) -> bool {
        let inside = self.open.len() == 2 && self.open.last().is_some_and(|node| node.name() == "Object");
        if !inside {
            return false;
        }
        match piece {
            Piece::Start(element) => {
                if self.inside_object == 0
                    && let (Some(node), Some(object)) = (self.open.last_mut(), self.objects.last_mut())
                {
                    // Stands for the children, which are not kept.
                    node.text.push('x');
                    let only = node.text.len() == 1;
                    object.only_child = element.ids().filter(|_| only).map(str::to_owned).collect();
                }
                self.inside_object += 1;
                true
            }
            Piece::End(_) if self.inside_object == 0 => false,
            Piece::End(_) => {
                self.inside_object -= 1;
                true
            }
            Piece::Text(text) if self.inside_object == 0 && !text.trim_ascii().is_empty() => {
                if let (Some(node), Some(object)) = (self.open.last_mut(), self.objects.last_mut()) {
                    node.text.push('x');
                    object.only_child.clear();
                }
                true
            }
            _ => true,
        }
    }

    fn inside_signed_info(&self) -> bool {
        self.open.get(1).is_some_and(|child| child.name() == "SignedInfo")
    }

    /// Closes an element; answers the whole when it was the outermost.
    fn close(&mut self) -> Result<Option<Node>, SignatureFault> {
        let Some(node) = self.open.pop() else { return Ok(None) };
        if self.open.len() == 2 && self.inside_signed_info() && node.name() == "CanonicalizationMethod" {
            self.info.canonicalize(&node)?;
        }
        match self.open.last_mut() {
            Some(parent) => {
                parent.children.push(node);
                Ok(None)
            }
            None => Ok(Some(node)),
        }
    }
}

/// The canonical form of `ds:SignedInfo`, which says itself how it is made.
#[derive(Debug, Default)]
struct Info {
    context: Context,
    /// What came before the method was known.
    waiting: Vec<Waiting>,
    canonical: Option<Canonical<Vec<u8>>>,
}

#[derive(Debug)]
enum Waiting {
    Start(Element),
    End(String),
    Text(String),
}

impl Info {
    fn begin(&mut self, context: Context) {
        *self = Self { context, ..Self::default() };
    }

    fn canonicalize(&mut self, node: &Node) -> Result<(), SignatureFault> {
        if self.canonical.is_some() {
            return Err(SignatureFault::Structure);
        }
        let method = method::canonicalization(node)?;
        let mut canonical = Canonical::within(&self.context, &method, Vec::new());
        for waiting in self.waiting.drain(..) {
            let piece = match &waiting {
                Waiting::Start(element) => Piece::Start(element),
                Waiting::End(name) => Piece::End(name),
                Waiting::Text(text) => Piece::Text(text),
            };
            // Writing to memory does not fail.
            canonical.write(&piece).map_err(|_| SignatureFault::Structure)?;
        }
        self.canonical = Some(canonical);
        Ok(())
    }

    fn take(&mut self, piece: &Piece<'_>) -> Result<(), SignatureFault> {
        match (&mut self.canonical, piece) {
            (Some(canonical), piece) => canonical.write(piece).map_err(|_| SignatureFault::Structure)?,
            (None, Piece::Start(element)) => self.waiting.push(Waiting::Start((*element).clone())),
            (None, Piece::End(name)) => self.waiting.push(Waiting::End((*name).to_owned())),
            (None, Piece::Text(text)) => self.waiting.push(Waiting::Text((*text).to_owned())),
            (None, _) => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> Vec<u8> {
        self.canonical.take().map(Canonical::into_inner).unwrap_or_default()
    }
}
