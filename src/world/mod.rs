//! What a renewal is about, in terms that know no vocabulary.

pub mod material;
