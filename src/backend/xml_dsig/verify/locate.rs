//! The first reading: finds the one signature, and where it stands.

use std::io::Read;

use crate::backend::xml_dsig::{
    SignatureFault, VerifyOptions, XmlError,
    document::{Document, Element, Piece},
    option::{Finder, Place, Position},
    signature::{Block, Capture, is_signature},
};

/// A signature and its surroundings.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) block: Block,
    /// Where it begins, in bytes.
    pub(super) at: u64,
    /// The ids of the elements around it, the root first.
    pub(super) around: Vec<Vec<String>>,
    /// The ids of the sibling before it.
    pub(super) before: Vec<String>,
    /// What follows it in its parent: where, in bytes.
    pub(super) followed: Option<u64>,
    /// Whether it stands where the caller says.
    pub(super) as_stated: bool,
}

/// An element that is open.
#[derive(Debug, Default)]
struct Open {
    ids: Vec<String>,
    stated: bool,
    /// The last child that ended: its ids, and whether it is the element that the caller states.
    previous: Option<(Vec<String>, bool)>,
}

impl Open {
    fn new(element: &Element, stated: bool) -> Self {
        Self { ids: element.ids().map(str::to_owned).collect(), stated, previous: None }
    }
}

/// Reads the whole document. So many signatures that stand `before` are content like any other.
pub(super) fn locate<R: Read>(
    document: &mut Document<'_, R>,
    options: &VerifyOptions,
    mut before: usize,
) -> Result<Located, XmlError> {
    let stated = match &options.place {
        Place::At(position) => Some(position),
        Place::Usual | Place::Anywhere => None,
    };
    let mut finder = stated.map(|position| Finder::new(position.selector()));
    let mut open: Vec<Open> = Vec::new();
    let mut capture: Option<Capture> = None;
    let mut located: Option<Located> = None;
    let (mut begun, mut parent_open) = (0, false);
    while let Some(step) = document.next()? {
        if let Some(inside) = &mut capture {
            let refuse = |fault| XmlError::Signature { fault, at: begun };
            if let Some(block) = inside.take(&step, options.limits.signature).map_err(refuse)? {
                located = Some(surroundings(block, begun, &open, stated));
                (capture, parent_open) = (None, !open.is_empty());
            }
            continue;
        }
        let (depth, at) = (step.depth, step.at);
        let refuse = |fault| XmlError::Signature { fault, at };
        let follows = match &step.piece {
            Piece::Start(element) if is_signature(element) && !passes(&mut before) => {
                if located.is_some() {
                    return Err(refuse(SignatureFault::Several));
                }
                let mut inside = Capture::default();
                inside.take(&step, options.limits.signature).map_err(refuse)?;
                (capture, begun) = (Some(inside), at);
                continue;
            }
            Piece::Start(element) => {
                let stated = finder.as_mut().is_some_and(|finder| finder.start(element, depth));
                open.push(Open::new(element, stated));
                true
            }
            Piece::End(_) => {
                if let Some(closed) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.previous = Some((closed.ids, closed.stated));
                }
                // While the parent of the signature is open, nothing should follow.
                parent_open &= located.as_ref().is_some_and(|found| found.around.len() <= open.len());
                if let Some(finder) = &mut finder {
                    finder.end(depth);
                }
                false
            }
            Piece::Text(text) => !text.trim_ascii().is_empty(),
            Piece::Comment(_) | Piece::Instruction(..) => true,
            Piece::Outside => false,
        };
        if let Some(found) =
            located.as_mut().filter(|found| parent_open && follows && found.followed.is_none())
        {
            found.followed = Some(at);
        }
    }
    located.ok_or(XmlError::Signature { fault: SignatureFault::Missing, at: document.at() })
}

/// Whether a signature is one of those that stand before the one that is looked for.
pub(super) const fn passes(before: &mut usize) -> bool {
    match before.checked_sub(1) {
        Some(left) => {
            *before = left;
            true
        }
        None => false,
    }
}

fn surroundings(block: Block, at: u64, open: &[Open], stated: Option<&Position>) -> Located {
    let parent = open.last();
    let previous = parent.and_then(|parent| parent.previous.as_ref());
    let as_stated = match stated {
        Some(Position::Inside(_)) => parent.is_some_and(|parent| parent.stated),
        Some(Position::After(_)) => previous.is_some_and(|(_, stated)| *stated),
        None => false,
    };
    Located {
        block,
        at,
        around: open.iter().map(|element| element.ids.clone()).collect(),
        before: previous.map(|(ids, _)| ids.clone()).unwrap_or_default(),
        followed: None,
        as_stated,
    }
}
