//! Time and memory, of this process and of others.

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// The word with which the bench starts itself for one act.
pub(crate) const CHILD: &str = "--act";

pub(crate) type Measured = Result<Duration, Box<dyn Error>>;

/// Two medians, and the median of the ratios turn by turn: the first to the second.
pub(crate) struct Pair {
    pub(crate) ours: Duration,
    pub(crate) theirs: Duration,
    pub(crate) ratio: f64,
}

/// Lets both sides take turns.
pub(crate) fn pair(
    turns: usize,
    mut ours: impl FnMut() -> Measured,
    mut theirs: impl FnMut() -> Measured,
) -> Result<Pair, Box<dyn Error>> {
    let mut rows = Vec::new();
    for turn in 0..=turns {
        let row = (ours()?.as_secs_f64(), theirs()?.as_secs_f64());
        // The first turn finds nothing in any cache.
        if turn > 0 {
            rows.push(row);
        }
    }
    let seconds = |one: fn(&(f64, f64)) -> f64| median(rows.iter().map(one).collect());
    Ok(Pair {
        ours: Duration::from_secs_f64(seconds(|row| row.0)),
        theirs: Duration::from_secs_f64(seconds(|row| row.1)),
        ratio: seconds(|row| row.0 / row.1.max(f64::EPSILON)),
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The time that a processor spends on an act, in this thread.
pub(crate) fn cpu(act: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Measured {
    let before = spent(UsageWho::RUSAGE_THREAD)?;
    act()?;
    Ok(spent(UsageWho::RUSAGE_THREAD)?.saturating_sub(before))
}

/// The time that processors spend on an act, in all threads of this process.
pub(crate) fn cpu_of_all(act: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Measured {
    let before = spent(UsageWho::RUSAGE_SELF)?;
    act()?;
    Ok(spent(UsageWho::RUSAGE_SELF)?.saturating_sub(before))
}

/// The time that a processor spends on another program, from its start to its end.
pub(crate) fn cpu_of(command: &mut Command) -> Measured {
    let before = spent(UsageWho::RUSAGE_CHILDREN)?;
    drop(run(command)?);
    Ok(spent(UsageWho::RUSAGE_CHILDREN)?.saturating_sub(before))
}

/// The time that passes while another program runs.
pub(crate) fn wall_of(command: &mut Command) -> Measured {
    let begin = Instant::now();
    drop(run(command)?);
    Ok(begin.elapsed())
}

/// The most memory that another program takes up, in KiB, and the time a processor spends on it. It
/// must end with one of these codes.
pub(crate) fn peak_of(command: &mut Command, codes: &[i32]) -> Result<(u64, Duration), Box<dyn Error>> {
    let before = spent(UsageWho::RUSAGE_CHILDREN)?;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let place = format!("/proc/{}/status", child.id());
    let mut most = None;
    // The system keeps the highest mark itself, so that only the last look counts.
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let text = std::fs::read_to_string(&place).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse().ok()).or(most);
        std::thread::sleep(Duration::from_millis(1));
    };
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        return Err(format!("{:?} ended with {status}", command.get_program()).into());
    }
    Ok((most.ok_or("no peak was seen")?, spent(UsageWho::RUSAGE_CHILDREN)?.saturating_sub(before)))
}

/// What another program says, and the time that a processor spends on it.
pub(crate) fn said_by(command: &mut Command) -> Result<(String, Duration), Box<dyn Error>> {
    let before = spent(UsageWho::RUSAGE_CHILDREN)?;
    let said = run(command)?;
    Ok((said, spent(UsageWho::RUSAGE_CHILDREN)?.saturating_sub(before)))
}

fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &said);
    }
    Err(format!("{:?} failed: {said}", command.get_program()).into())
}

fn spent(who: UsageWho) -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(who)?;
    let total = usage.user_time() + usage.system_time();
    let micros = total.tv_sec() * 1_000_000 + total.tv_usec();
    Ok(Duration::from_micros(micros.try_into()?))
}

/// As people read it.
pub(crate) fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.001 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} µs", s * 1e6),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let parts: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join(",")
}
