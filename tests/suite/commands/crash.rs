//! keyroll is killed while a program is at work, before and after it has done what it was asked for.
//! Then it is called again, and the world ends as if nothing had been.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use super::Shop;

/// Waits for the act whose name is the first word in the file `armed`, once, and tells that it is
/// there; with `after` as the second word it does the act before.
const WAITING: &str = "IFS= read -r line\nread -r act when <armed || :\n\
    case $line in *\"\\\"act\\\":\\\"$act\\\"\"*)\n: >armed\n\
    if [ \"$when\" = after ]; then printf '%s\\n' \"$line\" | sh tokens.sh \"$@\" >/dev/null; fi\n\
    : >reached\nsleep 8\nexit 1\nesac\n\
    printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";

fn killed(act: &str, when: &str) {
    let shop = Shop::new();
    shop.behind(WAITING, "");
    shop.write("armed", &format!("{act} {when}\n"));
    let mut child =
        shop.program("run tokens.renewal").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !shop.folder.join("reached").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "{act}: it ended by itself");
        assert!(begun.elapsed() < Duration::from_secs(120), "{act} is not asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = shop.run();
    assert_eq!(said.exit, 0, "{act}, {when}: {}\n{}", said.out, said.err);
    shop.is_renewed();
}

#[test]
fn a_run_that_is_killed_beside_a_program_goes_on_where_it_was() {
    std::thread::scope(|scope| {
        for act in ["create", "bring_to", "change", "test", "exchange", "remove"] {
            scope.spawn(move || ["before", "after"].map(|when| killed(act, when)));
        }
    });
}
