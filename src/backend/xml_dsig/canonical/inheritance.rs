//! The `xml:` attributes that an element gets from those around it, which are left out
//! (Canonical XML 1.0 and 1.1, 2.4).

use std::borrow::Cow;

use super::{CanonicalForm, base::join};
use crate::backend::xml_dsig::document::{Context, Element, XML_NAMESPACE};

/// An attribute as it is written: its name with the prefix, and its value.
pub(super) type Written<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The attributes of an element, with what it inherits, in their order.
pub(super) fn attributes<'a>(
    form: CanonicalForm,
    context: &'a Context,
    element: &'a Element,
) -> Vec<Written<'a>> {
    let own = |local: &str| {
        let mut own = element.attributes();
        own.find(|(name, _)| name.prefix() == "xml" && name.local() == local).map(|(_, value)| value)
    };
    let mut inherited: Vec<(&str, Cow<'_, str>)> = Vec::new();
    // The nearest comes first.
    for (local, value) in context.attributes().rev() {
        let known = own(local).is_some() || inherited.iter().any(|(known, _)| *known == local);
        if !known && is_inherited(form, local) {
            inherited.push((local, Cow::Borrowed(value)));
        }
    }
    let base = if form == CanonicalForm::Inclusive11 { joined_base(context, own("base")) } else { None };
    let replaced = base.is_some();
    // An empty base says nothing, and is not written.
    inherited.extend(base.filter(|base| !base.is_empty()).map(|base| ("base", Cow::Owned(base))));

    let kept = element
        .attributes()
        .filter(|(name, _)| !(replaced && name.prefix() == "xml" && name.local() == "base"));
    let mut all: Vec<(&str, &str, Written<'_>)> = kept
        .map(|(name, value)| {
            (&**name.namespace, name.local(), (Cow::Borrowed(name.whole), Cow::Borrowed(value)))
        })
        .collect();
    all.extend(
        inherited
            .into_iter()
            .map(|(local, value)| (XML_NAMESPACE, local, (Cow::Owned(format!("xml:{local}")), value))),
    );
    all.sort_by_key(|(namespace, local, _)| (*namespace, *local));
    all.into_iter().map(|(_, _, written)| written).collect()
}

fn is_inherited(form: CanonicalForm, local: &str) -> bool {
    match form {
        CanonicalForm::Exclusive => false,
        CanonicalForm::Inclusive => true,
        CanonicalForm::Inclusive11 => matches!(local, "lang" | "space"),
    }
}

/// The base of the element; `None` when nothing around it has one.
fn joined_base(context: &Context, own: Option<&str>) -> Option<String> {
    let mut outer = context.attributes().rev().filter(|(local, _)| *local == "base").map(|(_, value)| value);
    let innermost = match own {
        Some(own) => join(outer.next()?, own),
        None => outer.next()?.to_owned(),
    };
    Some(outer.fold(innermost, |inner, base| join(base, &inner)))
}
