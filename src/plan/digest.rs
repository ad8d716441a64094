//! What identifies a plan.

use crate::world::material::Fingerprint;

use super::Plan;

impl Plan {
    /// Identifies the text, its tables and the values of the parameters and the answers: approval is bound to it.
    #[must_use]
    pub fn digest(&self) -> Fingerprint {
        let mut bytes = self.source.text.clone().into_bytes();
        for parameter in &self.parameters {
            bytes.extend(format!("\0{}={}", parameter.name, parameter.value).into_bytes());
        }
        for question in &self.questions {
            bytes.extend(format!("\0?{}={}", question.name.value, question.answer()).into_bytes());
        }
        for (name, text) in &self.files {
            bytes.extend(format!("\0\0{name}\0{}\0{text}", text.len()).into_bytes());
        }
        Fingerprint::of(&bytes)
    }
}
