//! What a renewal is about, in terms that know no vocabulary: credentials at places, acceptors
//! with a capacity, channels that stamp, windows that are agreed.

pub mod effect;
pub mod fit;
pub mod id;
pub mod key_kind;
mod key_set;
pub mod landscape;
pub mod material;
pub mod named;
pub mod pair;
pub mod public_text;
pub mod state;
pub mod weakness;
pub mod word;
pub mod wording;
