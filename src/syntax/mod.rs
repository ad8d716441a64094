//! From text to tree and back.
//!
//! [`read`] takes bytes, [`parse`] makes a tree and findings of them, [`format()`] writes the tree as
//! canonical text. The grammar lies in `grammar/`; nothing here knows a verb by name.

mod aside;
mod block;
mod extent;
mod fault;
mod format;
mod format_lines;
mod grammar;
mod group;
mod header;
mod hostile;
mod inner;
mod item;
mod lowering;
mod lowering_words;
mod name;
mod nest;
mod number;
mod own_fact;
mod own_words;
mod param;
mod parser;
mod parts;
mod question;
mod raw;
mod reading;
mod rule_words;
mod sentence;
mod step_line;
mod text;
pub mod tree;

use crate::explanation::Explanation;

pub use block::{StrayBrace, UnclosedBlock};
pub use fault::UnexpectedText;
pub use format::format;
pub use header::{EmptyPlan, MisplacedHeader, MissingHeader, TextAfterHeader, UnknownVersion, VERSION};
pub use hostile::HostileCharacter;
pub use item::{UnknownItem, begins_sentence, sentences};
pub use name::{MalformedName, MissingName, NAME_LIMIT, NameTooLong};
pub use number::{DurationTooLong, NumberTooLarge, spelt};
pub use parser::{TooManyFaults, parse};
pub use reading::{FileTooLarge, MARK, NotUtf8, SIZE_LIMIT, read};
pub(crate) use text::quoted;
pub use text::{UnclosedText, UnknownEscape};

/// What `keyroll explain` says about the findings of this room, in the order of the alphabet.
pub const EXPLANATIONS: &[Explanation] = &[
    number::DURATION_TOO_LONG,
    header::EMPTY_PLAN,
    reading::FILE_TOO_LARGE,
    hostile::HOSTILE_CHARACTER,
    name::MALFORMED_NAME,
    header::MISPLACED_HEADER,
    header::MISSING_HEADER,
    name::MISSING_NAME,
    name::NAME_TOO_LONG,
    reading::NOT_UTF8,
    number::NUMBER_TOO_LARGE,
    block::STRAY_BRACE,
    header::TEXT_AFTER_HEADER,
    parser::TOO_MANY_FAULTS,
    block::UNCLOSED_BLOCK,
    text::UNCLOSED_TEXT,
    fault::UNEXPECTED_TEXT,
    text::UNKNOWN_ESCAPE,
    item::UNKNOWN_ITEM,
    header::UNKNOWN_VERSION,
];
