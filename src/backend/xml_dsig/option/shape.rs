//! How a signature stands to what it signs.

use super::choice::choices;

/// The shapes of XML Signature 1.1, 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The signature is inside of the element that it signs.
    Enveloped,
    /// What is signed is inside of the signature, in a `ds:Object`.
    Enveloping,
    /// The signature stands beside what it signs, in the same document.
    Detached,
}

choices!(
    Shape,
    "signature type",
    3,
    Enveloped = "enveloped",
    Enveloping = "enveloping",
    Detached = "detached",
);
