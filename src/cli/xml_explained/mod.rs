//! What `keyroll explain` says of XML documents and their signatures.

mod document;
mod option;
mod signature;

use crate::explanation::Explanation;

/// Every code of [`XmlError`](crate::backend::xml_dsig::XmlError), explained.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let rows = [document::ROWS, signature::ROWS, option::ROWS];
    rows.into_iter().flatten().map(|&(code, title, text)| Explanation { code, title, text })
}

/// A code, what is wrong in a few words, and more.
type Row = (&'static str, &'static str, &'static str);
