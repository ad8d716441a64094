//! keyroll: a declarative interpreter for the renewal of keys, certificates and credentials.
//!
//! # The corridor
//!
//! Straight, one direction, and each door opens once:
//!
//! ```text
//! text --syntax--> tree --plan--> Plan --check--> Checked --proof--> Proven --run--> journal --evidence--> report
//! ```
//!
//! Only `check` makes a checked plan and only `proof` a proven one, and the runner takes nothing
//! less over a site: an unproved plan cannot be run by a slip.
//!
//! # The rooms
//!
//! In their order: a room knows only of those before it.
//!
//! - [`source`]: the author's text, places in it, and the findings that point at them.
//! - [`name`]: names, checked at birth.
//! - [`explanation`]: the longer text behind a finding's code.
//! - [`page`]: findings as a page for people.
//! - [`worker`]: work that several processors share.
//! - [`syntax`]: from text to tree and back.
//! - [`world`]: what a renewal is about: credentials at places, acceptors, what is under way.
//! - [`moment`]: which moments there are, where events come after each other: no plan is in it.
//! - [`backend`]: what stands behind the names of a plan: the faces, and the real things behind them.
//! - [`action`]: what steps do; a verb is a row of a list.
//! - [`condition`]: what must hold before a step and at the end; each kind is a row of a list.
//! - [`invariant`]: what must hold at every moment; each promise is a row of a list.
//! - [`plan`]: a plan whose names are resolved.
//! - [`graph`]: which step comes before which, and what each role can know when it acts.
//! - [`duration`]: how long a plan may take, and each interruption in it, from what is declared.
//! - [`way_back`]: how far there is a way back: the undo limit and the point of no return.
//! - [`check`]: what can be said of a plan without looking at its states; each fault is a row of a list.
//! - [`transition`]: the one function that moves a run from one moment to the next.
//! - [`certificate`]: the reason of a proof as a file, and a second judge of it that knows of no engine.
//! - [`proof`]: shows that a plan keeps its promises in every order of events, or tells the shortest
//!   story in which it does not.
//! - [`synthesis`]: the best plan for a start, an end and what each party can do, or why there is none.
//! - [`compare`]: what changed from one plan to another, and whether anything got weaker.
//! - [`import`]: from numbered prose to the draft of a plan, with a mark at each doubt.
//! - [`repair`]: the smallest edit that makes a refused plan provable.
//! - [`template`]: a plan that comes with keyroll, under other names.
//! - [`journal`]: where runs live.
//! - [`run`]: carries a plan out through the backends of a site or a sandbox.
//! - [`rest`]: the rest of a run as a plan of its own: the way back, or another plan that it moves to.
//! - [`evidence`]: what a run leaves behind, for people and for machines.
//! - [`board`]: where a renewal stands with each partner, and what the exchange waits for.
//! - [`runbook`]: a plan as a procedure for people, a page for each role.
//! - [`door`]: what a program in Rust calls: check a plan, and prove it.
//! - [`cli`]: the command line: arguments in, words and an exit code out.
//!
//! A new verb, condition, promise, check or backend is one file in its room and one row in the
//! room's list; the grammar and the other rooms stay as they are.
//!
//! [`check`]: mod@check

pub mod action;
pub mod backend;
pub mod board;
pub mod certificate;
pub mod check;
pub mod cli;
pub mod compare;
pub mod condition;
pub mod door;
pub mod duration;
pub mod evidence;
pub mod explanation;
pub mod graph;
pub mod import;
pub mod invariant;
pub mod journal;
pub mod moment;
pub mod name;
pub mod page;
pub mod plan;
pub mod proof;
pub mod repair;
pub mod rest;
pub mod run;
pub mod runbook;
pub mod source;
pub mod syntax;
pub mod synthesis;
pub mod template;
pub mod transition;
pub mod way_back;
pub mod worker;
pub mod world;

pub use door::{Plan, Refusal, Source, check, prove};
