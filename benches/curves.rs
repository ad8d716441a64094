//! How proofs grow with the plan: ours, and those of tools that look at every state.
//!
//! `cargo bench -- --curves PICTURE` draws them into a file and prints what was measured as a table.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use keyroll::proof::{
    engine::How,
    verdict::{BUDGET, Verdict, prove},
};

use super::{
    chart::{Beside, Line, Panel, drawn},
    measure::{cpu, cpu_of_all, grouped, shown},
    partners,
    peers::{self, Spin},
    proof::{read, search},
    renewals::{Family, INDEPENDENT, SHARED},
    shapes,
};

type Failed = Box<dyn Error>;

/// The word that asks for the picture.
pub(crate) const WORD: &str = "--curves";

/// So many partners others can look at.
const SEARCHED: [usize; 4] = [1, 2, 3, 4];

/// A text of more partners is longer than a plan may be.
const WRITTEN: [usize; 6] = [1, 10, 32, 100, 1_000, 10_000];

const WRITTEN_SHARED: [usize; 6] = [1, 10, 100, 1_000, 10_000, 24_999];

const MADE: [usize; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// How many partners, how long, how much was looked at.
type Row = (usize, Duration, usize);

/// What was measured of one line.
struct Curve {
    name: &'static str,
    kind: &'static str,
    beside: Beside,
    looked_at: &'static str,
    rows: Vec<Row>,
}

/// Measures, draws and prints.
pub(crate) fn write(picture: &str) -> Result<(), Failed> {
    let curves = measured()?;
    let time = |curve: &Curve| Line {
        name: curve.name,
        kind: curve.kind,
        beside: curve.beside,
        points: curve.rows.iter().map(|(n, time, _)| (*n as f64, time.as_secs_f64())).collect(),
    };
    let looks = |which: &str, name, beside| {
        let curve = curves.iter().find(|curve| curve.name == which).ok_or("a curve is missing")?;
        let points = curve.rows.iter().map(|(n, _, looks)| (*n as f64, *looks as f64)).collect();
        Ok::<_, Failed>(Line { name, kind: curve.kind, beside, points })
    };
    let panels = [
        Panel {
            title: "Time of a processor".to_owned(),
            from: -7,
            to: 1,
            named: seconds,
            lines: curves.iter().map(time).collect(),
        },
        Panel {
            title: "What was looked at".to_owned(),
            from: 0,
            to: 7,
            named: |power| grouped(10usize.pow(power.unsigned_abs())),
            lines: vec![
                looks(SEARCH, "states, by each of the three searches: 28 to the power of N", RIGHT)?,
                looks(PARTNERS, "moments that causal cuts ask for", Beside::To(0.0, -14.0))?,
            ],
        },
    ];
    let said = "Searches through states grow 28 times with each partner and end at four; causal cuts grow with the plan, up to a million partners.";
    let across = ("partners or receivers (N)", 6);
    std::fs::write(picture, drawn("What a proof takes, by the size of the plan", said, across, &panels))?;
    println!("| | N | time of a processor | looked at |\n|---|---|---|---|");
    for curve in &curves {
        for (n, time, looks) in &curve.rows {
            let (n, looks) = (grouped(*n), grouped(*looks));
            println!("| {} | {n} | {} | {looks} {} |", curve.name, shown(*time), curve.looked_at);
        }
    }
    Ok(())
}

const SEARCH: &str = "keyroll, search through states";

const PARTNERS: &str = "cuts, no text: partners";

/// Behind the end of a line.
const RIGHT: Beside = Beside::From(23.0, 0.0);

fn measured() -> Result<Vec<Curve>, Failed> {
    let mut curves = Vec::new();
    let mut add = |name, (kind, beside), looked_at, rows: Result<_, Failed>| {
        curves.push(Curve { name, kind, beside, looked_at, rows: rows? });
        Ok::<_, Failed>(())
    };
    let rows = SEARCHED.iter().map(|count| {
        let spin = Spin::of(*count)?;
        Ok((*count, each(|turns| (0..turns).map(|_| spin.check()).sum())?, spin.states()?))
    });
    add("SPIN -O2", ("spin", Beside::From(23.0, -8.0)), "states", rows.collect())?;
    let rows = SEARCHED.iter().map(|count| {
        let states = peers::stateright(*count)?.0;
        let check = || peers::stateright(*count).map(|(_, time)| time);
        Ok((*count, each(|turns| (0..turns).map(|_| check()).sum())?, states))
    });
    add("stateright, depth first", ("stateright", RIGHT), "states", rows.collect())?;
    let rows = SEARCHED.iter().map(|count| {
        let checked = read(&partners::plan(*count))?;
        let states = search(&checked)?.states();
        let look = || search(&checked).map(|space| drop(black_box(space)));
        Ok((*count, each(|turns| cpu(|| (0..turns).try_for_each(|_| look())))?, states))
    });
    add(SEARCH, ("search", Beside::From(23.0, 8.0)), "states", rows.collect())?;
    let rows = WRITTEN.iter().map(|count| from_text(*count, &partners::plan(*count)));
    let beside = Beside::From(23.0, -62.0);
    add("cuts, text: partners", ("text", beside), "moments", rows.collect())?;
    let rows = WRITTEN_SHARED.iter().map(|count| from_text(*count, &shapes::partners(*count)));
    let beside = Beside::To(-6.0, -14.0);
    add("cuts, text: one alias", ("text", beside), "moments", rows.collect())?;
    let beside = Beside::To(0.0, -14.0);
    add(PARTNERS, ("made", beside), "moments", made(INDEPENDENT))?;
    let beside = Beside::To(0.0, -27.0);
    add("cuts, no text: one alias", ("made", beside), "moments", made(SHARED))?;
    Ok(curves)
}

fn made(family: Family) -> Result<Vec<Row>, Failed> {
    let row = |count: &usize| {
        let (_, questions) = family.judged(*count)?;
        let judge = || family.judged(*count).map(drop);
        Ok((*count, each(|turns| cpu(|| (0..turns).try_for_each(|_| judge())))?, questions))
    };
    family.sees_mistakes(1_000)?;
    MADE.iter().map(row).collect()
}

/// From the text to the verdict.
fn from_text(count: usize, text: &str) -> Result<Row, Failed> {
    let mut questions = 0;
    let mut judge = || {
        let checked = read(text)?;
        let start = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove(checked, &start, BUDGET) else {
            return Err("a safe family is not proved".into());
        };
        let How::Cuts { questions: asked } = proven.proof().how else {
            return Err("it is not proved by cuts".into());
        };
        questions = asked;
        Ok(())
    };
    let time = each(|turns| cpu_of_all(|| (0..turns).try_for_each(|_| judge())))?;
    Ok((count, time, questions))
}

/// What one turn takes, by as many of them as last a fiftieth of a second.
fn each(mut time_of: impl FnMut(u32) -> Result<Duration, Failed>) -> Result<Duration, Failed> {
    let mut turns = 1;
    loop {
        let time = time_of(turns)?;
        if time > Duration::from_millis(20) || turns >= 1 << 20 {
            return Ok(time / turns);
        }
        turns *= 2;
    }
}

fn seconds(power: i32) -> String {
    match power {
        -7 => "0.1 µs",
        -6 => "1 µs",
        -5 => "10 µs",
        -4 => "100 µs",
        -3 => "1 ms",
        -2 => "10 ms",
        -1 => "100 ms",
        0 => "1 s",
        _ => "10 s",
    }
    .to_owned()
}
