//! What a run leaves behind, for people and for machines.

pub mod bins;
pub mod chart;
pub mod collect;
pub mod dot;
pub mod interval;
pub mod markup;
pub mod mermaid;
pub mod outcome;
pub mod page;
pub mod storyboard;
pub mod summary;
pub mod swimlane;
pub mod timeline;
pub mod traffic;
pub mod wording;
