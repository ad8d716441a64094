//! Options that are one of a few words: the command line, the documents and the tests read them
//! from here.

/// A word that is none of those that an option knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {option}: {}", .known.join(", "))]
pub struct UnknownChoice {
    /// What was given, made harmless.
    pub given: String,
    /// What it should be, as in `signature algorithm`.
    pub option: &'static str,
    /// The words that are known.
    pub known: Vec<&'static str>,
}

impl UnknownChoice {
    pub(in crate::backend::xml_dsig) fn new(
        given: &str,
        option: &'static str,
        known: impl Iterator<Item = &'static str>,
    ) -> Self {
        Self { given: crate::source::shown(given), option, known: known.collect() }
    }
}

/// Gives an option that is one of a few values its words: `ALL`, `name`, `Display` and `FromStr`.
macro_rules! choices {
    ($type:ident, $option:literal, $count:literal, $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// All of them.
            pub const ALL: [Self; $count] = [$(Self::$variant),+];

            /// Its word on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::backend::xml_dsig::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|known| known.name() == text).ok_or_else(|| {
                    let known = Self::ALL.into_iter().map(Self::name);
                    $crate::backend::xml_dsig::UnknownChoice::new(text, $option, known)
                })
            }
        }
    };
}

pub(in crate::backend::xml_dsig) use choices;
