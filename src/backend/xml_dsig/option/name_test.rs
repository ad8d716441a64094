//! Names of elements and attributes, as a person writes them: `local` or `{namespace}local`.

use std::{fmt, str::FromStr};

use crate::backend::xml_dsig::document::{QualifiedName, is_plain_name};

/// A local name in a namespace, or in whichever.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameTest {
    /// `None` for whichever, empty for none.
    namespace: Option<String>,
    local: String,
}

/// A text that is no such name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no name: write `local` or `{{namespace}}local`, without a prefix")]
pub struct NoName {
    /// What was given, made harmless.
    pub given: String,
}

impl NameTest {
    /// Whether a name passes.
    pub(in crate::backend::xml_dsig) fn fits(&self, name: &QualifiedName<'_>) -> bool {
        name.local() == self.local
            && self.namespace.as_deref().is_none_or(|namespace| namespace == &**name.namespace)
    }
}

impl FromStr for NameTest {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Self, NoName> {
        let (namespace, local) = match text.strip_prefix('{').map(|rest| rest.split_once('}')) {
            Some(Some((namespace, local))) => (Some(namespace.to_owned()), local),
            Some(None) => (None, ""),
            None => (None, text),
        };
        if is_plain_name(local) {
            Ok(Self { namespace, local: local.to_owned() })
        } else {
            Err(NoName { given: crate::source::shown(text) })
        }
    }
}

impl fmt::Display for NameTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{{{namespace}}}")?;
        }
        f.write_str(&self.local)
    }
}
