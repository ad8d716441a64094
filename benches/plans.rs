//! Plans of a hundred thousand steps, and ten megabytes of what is no plan.

use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use keyroll::{plan::resolve::resolve, source::Source, syntax::parse};

use super::{
    figure::{Demand, Figure},
    measure::{Measured, peak_of, shown, wall_of},
    shapes,
};

const STEPS: usize = 100_000;

/// From the text to a resolved plan in a second and 300 MB; what checks and proofs take, in bounds.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>> {
    // The second has a role, a receiver and a flow for each partner besides its steps.
    for (name, text, is_demanded) in [
        ("in a row", shapes::chain_to_an_act(STEPS), true),
        ("of 24,999 partners", shapes::partners(24_999), false),
    ] {
        let source = Source::new("plan", text);
        // Several processors read it at the same time, so what passes counts.
        let time = median_of_five(|| {
            let begin = Instant::now();
            let (tree, findings) = parse(&source);
            let plan = resolve(&source, &tree, &Default::default());
            if !findings.is_empty() || plan.is_err() {
                return Err("the plan has findings".into());
            }
            black_box(plan.is_ok());
            Ok(begin.elapsed())
        })?;
        let mut figure = passed(format!("100,000 steps {name}: read and resolve"), time, 1);
        if !is_demanded {
            figure.demand = Demand::Nothing;
        }
        tell(figure);
        let (most, _) = peak("fmt", &source.text, 0)?;
        tell(memory(format!("100,000 steps {name}: read and format"), most, 300));
        let (most, time) = peak("check", &source.text, 0)?;
        tell(memory(format!("100,000 steps {name}: check"), most, 768));
        tell(within(format!("100,000 steps {name}: check"), time, Duration::from_secs(10)));
        let (most, _) = peak("prove", &source.text, 0)?;
        tell(memory(format!("100,000 steps {name}: prove"), most, 768));
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), &source.text)?;
        let time = median_of_five(|| {
            wall_of(Command::new(env!("CARGO_BIN_EXE_keyroll")).arg("prove").arg(file.path()))
        })?;
        let mut figure = passed(format!("100,000 steps {name}: prove"), time, 1);
        if !is_demanded {
            figure.demand = Demand::Nothing;
        }
        tell(figure);
        let (most, time) = peak("prove --engine explicit", &source.text, 8)?;
        tell(memory(format!("100,000 steps {name}: search to the bound"), most, 2048));
        tell(within(format!("100,000 steps {name}: search to the bound"), time, Duration::from_secs(60)));
    }
    of_a_table(tell)?;
    for (name, before, words) in [
        ("braces", "", "{"),
        ("opened blocks", "", "step s by ops {\n"),
        ("brackets", "step s by ops {\n  inform ", "["),
        ("one text", "role r \"", "x"),
        ("one name", "role ", "x"),
        ("closed blocks", "", "}\n"),
        ("empty lines", "", "\n"),
        ("blocks of no kind", "", "bogus {\n}\n"),
        ("acts in no step", "", "inform audit\n"),
        ("acts in one step", "step s by ops {\n", "  inform audit\n"),
    ] {
        let (most, time) = peak("check", &shapes::filled(before, words, 10_000_000), 1)?;
        tell(memory(format!("10 MB of {name}: refused"), most, 768));
        tell(within(format!("10 MB of {name}: refused"), time, Duration::from_secs(10)));
    }
    Ok(())
}

/// From a table of 19,999 partners to a checked plan of 100,000 steps in 300 ms and 300 MB, process start included.
fn of_a_table(tell: &mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>> {
    let text = shapes::table(19_999);
    let (most, _) = peak("check", &text, 0)?;
    tell(memory("100,000 steps of a table: check".to_owned(), most, 300));
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &text)?;
    let check = || wall_of(Command::new(env!("CARGO_BIN_EXE_keyroll")).arg("check").arg(file.path()));
    let time = median_of_five(check)?;
    let limit = Duration::from_millis(300);
    let against = "300 ms".to_owned();
    tell(Figure { against, ..within("100,000 steps of a table: check".to_owned(), time, limit) });
    Ok(())
}

/// Peak memory in KiB and processor time of a command on a plan, which ends with a code.
fn peak(verb: &str, plan: &str, code: i32) -> Result<(u64, Duration), Box<dyn Error>> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), plan)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(verb.split(' ')).arg(file.path());
    peak_of(&mut command, &[code])
}

fn median_of_five(mut once: impl FnMut() -> Measured) -> Measured {
    let mut times = (0..5).map(|_| once()).collect::<Result<Vec<Duration>, _>>()?;
    times.sort();
    times.get(2).copied().ok_or_else(|| "nothing was measured".into())
}

/// What passes on the wall, against so many seconds.
fn passed(subject: String, time: Duration, seconds: u64) -> Figure {
    Figure { against: format!("{seconds} s"), ..within(subject, time, Duration::from_secs(seconds)) }
}

fn within(subject: String, time: Duration, limit: Duration) -> Figure {
    Figure {
        subject,
        ours: shown(time),
        against: format!("{} s of a processor", limit.as_secs()),
        ratio: time.as_secs_f64() / limit.as_secs_f64(),
        demand: Demand::AtMost(1.0),
    }
}

fn memory(subject: String, peak: u64, mebibytes: u64) -> Figure {
    Figure {
        subject,
        ours: format!("{} MiB", peak / 1024),
        against: format!("{mebibytes} MiB"),
        ratio: peak as f64 / (mebibytes * 1024) as f64,
        demand: Demand::AtMost(1.0),
    }
}
