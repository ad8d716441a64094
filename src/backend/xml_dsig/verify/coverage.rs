//! What the references of a signature cover, seen from where it stands.

use super::locate::Located;
use crate::backend::xml_dsig::{
    SignatureFault, VerifyOptions, XmlError,
    option::{Place, Position, Shape},
    signature::{Object, Reference, Uri},
};

/// What each reference covers.
#[derive(Debug)]
pub(super) struct Coverage {
    /// In their order; `None` for key information.
    pub(super) shapes: Vec<Option<Shape>>,
    pub(super) whole_document: bool,
}

/// Judges whether the references of a signature cover what they must.
pub(super) fn judge(located: &Located, options: &VerifyOptions) -> Result<Coverage, XmlError> {
    let refuse = |fault| XmlError::Signature { fault, at: located.at };
    let references = &located.block.references;
    let (mut shapes, mut whole_document) = (Vec::new(), false);
    for reference in references {
        let (shape, whole) = cover(located, reference).map_err(refuse)?;
        if let Some(shape) = shape
            && !options.shapes.contains(&shape)
        {
            return Err(refuse(SignatureFault::Shape));
        }
        shapes.push(shape);
        whole_document |= whole;
    }
    if !located.block.objects.iter().all(|object| references.iter().any(|reference| is_to(reference, object)))
    {
        return Err(refuse(SignatureFault::Object));
    }
    if shapes.iter().all(Option::is_none) {
        return Err(refuse(SignatureFault::NoContent));
    }
    check_place(located, &shapes, options)?;
    if options.whole_document && !whole_document {
        return Err(refuse(SignatureFault::NotWhole));
    }
    Ok(Coverage { shapes, whole_document })
}

/// What a reference covers, and whether that is the whole document.
fn cover(located: &Located, reference: &Reference) -> Result<(Option<Shape>, bool), SignatureFault> {
    let block = &located.block;
    let (shape, whole) = match &reference.uri {
        Uri::Document => (Some(Shape::Enveloped), true),
        Uri::Element(id) if block.key_info_ids.contains(id) => (None, false),
        Uri::Element(id) if block.own_ids.contains(id) => return Err(SignatureFault::OwnPart),
        Uri::Element(id) => match located.around.iter().position(|ids| ids.contains(id)) {
            Some(depth) => (Some(Shape::Enveloped), depth == 0),
            None if block.objects.iter().any(|object| is_to(reference, object)) => {
                // A signature beside an element can be made one around it, but for the object.
                let whole = matches!(&block.objects[..], [only] if only.ids.contains(id));
                (Some(Shape::Enveloping), whole)
            }
            None => (Some(Shape::Detached), false),
        },
    };
    // Without the transform, the signature would have to be in its own digest; with it, elsewhere,
    // it would mean nothing.
    if reference.enveloped == (shape == Some(Shape::Enveloped)) {
        Ok((shape, whole))
    } else {
        Err(SignatureFault::Transforms)
    }
}

/// Whether a reference is to an object, or to the element that is all there is in it.
fn is_to(reference: &Reference, object: &Object) -> bool {
    match &reference.uri {
        Uri::Document => false,
        Uri::Element(id) => object.ids.contains(id) || object.only_child.contains(id),
    }
}

fn check_place(located: &Located, shapes: &[Option<Shape>], options: &VerifyOptions) -> Result<(), XmlError> {
    let refuse = |fault, at| Err(XmlError::Signature { fault, at });
    let is_root = located.around.is_empty();
    let enveloping = shapes.contains(&Some(Shape::Enveloping));
    // An enveloping signature is a document of its own, and a document is no other kind's place.
    if is_root != enveloping || (is_root && shapes.contains(&Some(Shape::Enveloped))) {
        let fault = if is_root { SignatureFault::Alone } else { SignatureFault::Place };
        return refuse(fault, located.at);
    }
    let last_wanted = match &options.place {
        Place::Anywhere => false,
        _ if is_root => false,
        Place::At(position) => {
            if !located.as_stated {
                return refuse(SignatureFault::Place, located.at);
            }
            matches!(position, Position::Inside(_))
        }
        Place::Usual => {
            let references = located.block.references.iter();
            if references.clone().any(|reference| is_after(located, reference)) {
                false
            } else if references.clone().any(|reference| is_inside(located, reference)) {
                true
            } else {
                return refuse(SignatureFault::Place, located.at);
            }
        }
    };
    match located.followed {
        Some(at) if last_wanted => refuse(SignatureFault::NotLast, at),
        _ => Ok(()),
    }
}

/// Whether the signature is the next sibling of what a reference covers.
fn is_after(located: &Located, reference: &Reference) -> bool {
    matches!(&reference.uri, Uri::Element(id) if located.before.contains(id))
}

/// Whether the signature is a child of what a reference covers.
fn is_inside(located: &Located, reference: &Reference) -> bool {
    match &reference.uri {
        Uri::Document => located.around.len() == 1,
        Uri::Element(id) => located.around.last().is_some_and(|ids| ids.contains(id)),
    }
}
