//! Signed messages through a whole renewal.

use std::error::Error;
use std::process::Command;

use super::{
    figure::{Demand, Figure},
    measure::said_by,
};

/// At least a thousand messages for each second of one processor: signed, made durable, delivered, verified
/// and counted, while the plan is carried out.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let plan = format!("{}/plans/xml-signature/two-keys.renewal", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("taskset");
    command.args(["-c", "0", env!("CARGO_BIN_EXE_keyroll"), "rehearse", "--key-type", "ec-p256"]);
    command.args(["--rate", "100000", "--messages", "5500", &plan]).current_dir(folder.path());
    let (said, time) = said_by(&mut command)?;
    // One line a key: `... N sent ... N accepted ...`.
    let words: Vec<&str> = said.split_whitespace().collect();
    let counts = words.windows(2).filter_map(|pair| matches!(pair, [_, "sent"]).then(|| pair.first())?);
    let digits = |count: &&str| count.chars().filter(char::is_ascii_digit).collect::<String>();
    let sent: f64 = counts.filter_map(|count| digits(count).parse::<f64>().ok()).sum();
    let rate = sent / time.as_secs_f64();
    tell(Figure {
        subject: format!("rehearse two-keys, EC P-256: {sent} messages"),
        ours: format!("{rate:.0}/s"),
        against: "1000 a second of one processor".to_owned(),
        ratio: rate / 1000.0,
        demand: Demand::AtLeast(1.0),
    });
    Ok(())
}
