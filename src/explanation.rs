//! What `keyroll explain CODE` says of a finding.

/// The long form of one finding: what it means, why it matters, what to do.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The code without `keyroll::` in front.
    pub code: &'static str,
    /// One line.
    pub title: &'static str,
    /// The text, with an example.
    pub text: &'static str,
}
