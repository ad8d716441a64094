//! The longer text behind a finding's code, for `keyroll explain CODE`.

/// What a code means, why it matters, and a wrong and a right example.
///
/// Every room that raises findings keeps a list of these beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code without the `keyroll::` in front.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The explanation itself: paragraphs, lines of at most 100 characters.
    pub text: &'static str,
}
