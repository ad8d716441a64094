//! What `keyroll rehearse` is told.

use std::path::PathBuf;
use std::time::Duration;

use crate::{
    cli::{json::Format, screen::cases::Junit, text::PlanText},
    plan::parameter::duration,
    run::site::key_type,
    world::material::KeyType,
};

/// Rehearse a plan: build its world in a sandbox, play every role, run it under signed traffic.
///
/// Time is compressed. Nothing outside of the sandbox is changed; only the certificates at the site
/// of --site are read.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) plan: PlanText,
    /// Messages a second, on the wall clock
    #[arg(long, default_value_t = 800, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) rate: u32,
    /// Send at least so many messages
    #[arg(long, default_value_t = 5_500, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    pub(super) messages: u64,
    /// How long a message may be under way, instead of what the plan says (as in 15m)
    #[arg(long, value_name = "DURATION", value_parser = length)]
    pub(super) transit: Option<Duration>,
    /// The kind of the keys: rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521
    #[arg(long, default_value = "rsa-2048", value_name = "TYPE", value_parser = kind)]
    pub(super) key_type: KeyType,
    /// Rebuild the world that this site names, with fresh key pairs, instead of one that fits the plan
    #[arg(long, value_name = "FILE")]
    pub(super) site: Option<PathBuf>,
    /// Leave everything in this folder: keystore, trust folder, messages, journal, report
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,
    /// Only build the sandbox in the folder of --keep: a world to try `dry-run` and `run` in
    #[arg(long, requires = "keep")]
    pub(super) stage: bool,
    /// Where the report goes, if not to report.html here or in the folder of --keep
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Rehearse a plan although its proof refuses it, to see it fail
    #[arg(long)]
    pub(super) unproved: bool,
    /// Play this story of a refused plan, as `keyroll prove --story FILE.json` wrote it, moment by moment:
    /// its message is signed, held back, and judged by a real verifier
    #[arg(long, value_name = "FILE", conflicts_with_all = ["transit", "site", "stage", "report", "unproved", "rate", "messages"])]
    pub(super) story: Option<PathBuf>,
    #[command(flatten)]
    pub(super) junit: Junit,
    /// Text for people, or JSON lines
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

fn length(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "write it as 90s, 15m, 24h or 1h30m".to_owned())
}

fn kind(text: &str) -> Result<KeyType, String> {
    let known = "one of rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521";
    // Ed25519 signs no XML here, and a rehearsal sends signed messages.
    key_type(text)
        .filter(|kind| !matches!(kind, KeyType::Ed25519 | KeyType::Opaque))
        .ok_or_else(|| known.to_owned())
}
