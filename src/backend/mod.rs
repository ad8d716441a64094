//! What stands behind the names of a plan: the faces, and the real things behind them.

mod act_error;
mod admitted;
pub mod bench;
pub mod clock;
pub mod command;
pub mod counts;
pub mod custody;
pub mod deployer;
pub mod directory;
pub mod fact_file;
pub mod fact_keeper;
pub mod file;
pub mod kept;
pub mod key_pair;
pub mod keystore;
pub mod local_flow;
pub mod memory;
pub mod notifier;
pub mod observe;
pub mod pinned;
pub mod pkcs12;
pub mod post;
pub mod receiver;
pub mod secret;
pub mod signer;
pub mod stand_in;
pub mod verifier;
pub mod xml_dsig;

/// What an act did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It changed the world.
    Changed,
    /// The world was so already.
    AlreadySo,
}
