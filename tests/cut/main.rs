//! Runs that are cut off: a child process is killed with -9 before and after each numbered call of
//! a backend and each commit of the journal, also on the way back of a run that was called off; and the program itself at
//! the calls by which it writes, and at random moments a hundred times, on disks that are full and by clocks that leap.
//! Then the run is taken up again, and world and journal end as if it had not been cut.

mod called_off;
mod calls;
mod hand;
mod killed;
mod points;
mod scene;
mod uncut;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(point) = std::env::var_os(scene::POINT) {
        scene::child(&point);
        return ExitCode::SUCCESS;
    }
    // `cargo test NAME` asks every binary; this one has these names.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let tests: [(&str, fn()); 5] = [
        ("killed_at_every_point", uncut::killed_at_every_point),
        ("killed_on_the_way_back", called_off::killed_on_the_way_back),
        ("killed_at_calls_that_write", calls::killed_at_calls_that_write),
        ("killed_a_hundred_times", killed::killed_a_hundred_times),
        ("killed_by_hand_at_every_call", hand::killed_by_hand_at_every_call),
    ];
    let (mut passed, mut failed) = (0, 0);
    for (name, test) in tests {
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        println!("test {name} ...");
        let good = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if good { "ok" } else { "FAILED" });
        if good { passed += 1 } else { failed += 1 }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored");
    ExitCode::from(u8::from(failed > 0))
}
