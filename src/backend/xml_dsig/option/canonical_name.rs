//! The words for canonicalizations.

use std::{fmt, str::FromStr};

use super::choice::UnknownChoice;
use crate::backend::xml_dsig::{CanonicalForm, Canonicalization};

const FORMS: [(CanonicalForm, &str, &str); 3] = [
    (CanonicalForm::Exclusive, "exclusive", "exclusive-with-comments"),
    (CanonicalForm::Inclusive, "inclusive", "inclusive-with-comments"),
    (CanonicalForm::Inclusive11, "inclusive-1.1", "inclusive-1.1-with-comments"),
];

impl Canonicalization {
    /// Each of them, without any prefix list.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMS.into_iter().flat_map(|(form, ..)| [Self::new(form), Self::new(form).with_comments()])
    }

    /// Its word on a command line. A prefix list is not part of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let known = FORMS.into_iter().find(|(form, ..)| *form == self.form());
        known.map_or("", |(_, plain, comments)| if self.keeps_comments() { comments } else { plain })
    }
}

impl fmt::Display for Canonicalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.prefix_list().map_or(Ok(()), |list| write!(f, " ({list})"))
    }
}

impl FromStr for Canonicalization {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        let known = || Self::all().map(|one| one.name());
        Self::all()
            .find(|one| one.name() == text)
            .ok_or_else(|| UnknownChoice::new(text, "canonicalization", known()))
    }
}
