//! What a proof takes: of a stock plan from its text to the verdict, and of a family of plans by the
//! search through all states, beside other tools that search through the same ones.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use keyroll::{
    check::{self, Checked},
    plan::given::Given,
    proof::{
        explicit::{
            search::{Found, explore},
            space::Space,
        },
        rules::Rules,
        verdict::{BUDGET, Verdict, prove},
    },
    source::Source,
};

use super::{
    figure::{Demand, Figure},
    measure::{Pair, cpu, grouped, pair, shown},
    partners,
    peers::{self, Spin},
};

/// So many partners have 614,656 states.
const PARTNERS: usize = 4;

const TURNS: usize = 9;

/// How often a stock plan is proved.
const ROUNDS: u32 = 200;

/// A stock plan in a millisecond; three times SPIN and one and a half times stateright; 16 bytes a
/// state, and 20 with the way to it.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Box<dyn Error>> {
    for (name, text) in [
        ("two keys", include_str!("../plans/xml-signature/two-keys.renewal")),
        ("one key", include_str!("../plans/xml-signature/one-key.renewal")),
    ] {
        tell(stock(name, text)?);
    }
    let checked = read(&partners::plan(PARTNERS))?;
    let space = search(&checked)?;
    let spin = Spin::of(PARTNERS)?;
    let states = [space.states(), spin.states()?, peers::stateright(PARTNERS)?.0];
    if states.iter().any(|count| *count != states[0]) {
        return Err(format!("the searches do not see the same states: {states:?}").into());
    }
    let ours = || cpu(|| search(&checked).map(|space| drop(black_box(space))));
    let family = format!("{} states, {PARTNERS} partners", grouped(space.states()));
    tell(times(&family, "spin -O2", pair(TURNS, ours, || spin.check())?, 3.0));
    let theirs = || peers::stateright(PARTNERS).map(|(_, time)| time);
    tell(times(&family, "stateright, depth first", pair(TURNS, ours, theirs)?, 1.5));
    let ways = space.bytes_of_ways();
    tell(memory(&family, space.bytes() - ways, space.states(), 16));
    tell(memory(&format!("{family}, with the ways"), space.bytes(), space.states(), 20));
    Ok(())
}

fn stock(name: &str, text: &str) -> Result<Figure, Box<dyn Error>> {
    // The clock of a processor has too few ticks for one of them.
    let time = cpu(|| {
        for _ in 0..ROUNDS {
            let checked = read(text)?;
            let start = checked.plan().start.clone();
            let Verdict::Proven(proven) = prove(checked, &start, BUDGET) else {
                return Err("a stock plan is not proved".into());
            };
            drop(black_box(proven));
        }
        Ok(())
    })?;
    let (time, limit) = (time / ROUNDS, Duration::from_millis(1));
    Ok(Figure {
        subject: format!("{name}: from the text to the verdict"),
        ours: shown(time),
        against: "1 ms of a processor".to_owned(),
        ratio: time.as_secs_f64() / limit.as_secs_f64(),
        demand: Demand::AtMost(1.0),
    })
}

pub(crate) fn read(text: &str) -> Result<Checked, Box<dyn Error>> {
    let source = Source::new("plan", text);
    check::read(&source, &Given::default())
        .map_err(|refusal| format!("the plan is refused: {:?}", refusal.codes().collect::<Vec<_>>()).into())
}

pub(crate) fn search(checked: &Checked) -> Result<Box<Space>, Box<dyn Error>> {
    match explore(&Rules::of(checked), &checked.plan().start, BUDGET) {
        Found::Clean(space) => Ok(space),
        _ => Err("the family is not proved".into()),
    }
}

fn times(family: &str, peer: &str, pair: Pair, at_least: f64) -> Figure {
    Figure {
        subject: family.to_owned(),
        ours: shown(pair.ours),
        against: format!("{} {peer}", shown(pair.theirs)),
        ratio: 1.0 / pair.ratio.max(f64::EPSILON),
        demand: Demand::AtLeast(at_least),
    }
}

fn memory(subject: &str, bytes: usize, states: usize, limit: usize) -> Figure {
    let each = bytes as f64 / states as f64;
    Figure {
        subject: subject.to_owned(),
        ours: format!("{each:.1} bytes"),
        against: format!("{limit} bytes a state"),
        ratio: each / limit as f64,
        demand: Demand::AtMost(1.0),
    }
}
