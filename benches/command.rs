//! The stock plans, from the start of the process to its end.

use std::error::Error;
use std::process::Command;
use std::time::Duration;

use super::{
    figure::{Demand, Figure},
    measure::{pair, shown, wall_of},
};

const LIMIT: Duration = Duration::from_millis(10);

/// Checking and proving each stock plan takes less than ten milliseconds; what it takes to start the
/// smallest program there is stands beside it.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>> {
    for verb in ["check", "prove"] {
        for plan in ["two-keys", "one-key"] {
            let path = format!("{}/plans/xml-signature/{plan}.renewal", env!("CARGO_MANIFEST_DIR"));
            let mut ours = Command::new(env!("CARGO_BIN_EXE_keyroll"));
            ours.args([verb, &path]);
            let mut theirs = Command::new("true");
            let pair = pair(60, || wall_of(&mut ours), || wall_of(&mut theirs))?;
            tell(Figure {
                subject: format!("{verb} {plan}, whole process"),
                ours: shown(pair.ours),
                against: format!("10 ms (`true` takes {})", shown(pair.theirs)),
                ratio: pair.ours.as_secs_f64() / LIMIT.as_secs_f64(),
                demand: Demand::AtMost(1.0),
            });
        }
    }
    Ok(())
}
