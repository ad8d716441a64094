//! What a command printed, compared with what a page says that it prints.

/// Whether the lines agree. `...` alone on a line stands for any lines, within one for any characters.
pub(super) fn agrees(said: &str, printed: &str) -> bool {
    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    lines(&said, &printed)
}

fn lines(said: &[&str], printed: &[&str]) -> bool {
    match said.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| lines(rest, &printed[skipped..])),
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, more)| within(first, line) && lines(rest, more))
        }
    }
}

fn within(said: &str, line: &str) -> bool {
    let mut parts = said.split("...");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// One command of a console block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Behind the `$`.
    pub(super) line: String,
    /// What it prints.
    pub(super) said: String,
    /// How it ends.
    pub(super) exit: i32,
}

/// The commands of a console block.
pub(super) fn commands(block: &str) -> Vec<Command> {
    let mut all: Vec<Command> = Vec::new();
    let mut code = false;
    for line in block.lines() {
        if line == "$ echo $?" {
            code = true;
        } else if let Some(command) = line.strip_prefix("$ ") {
            all.push(Command { line: command.to_owned(), said: String::new(), exit: 0 });
        } else {
            let last = all.last_mut().expect("a block begins with a command");
            if std::mem::take(&mut code) {
                last.exit = line.parse().unwrap_or_else(|_| panic!("`{line}` is no exit code"));
            } else {
                last.said = std::mem::take(&mut last.said) + line + "\n";
            }
        }
    }
    assert!(!code, "an exit code is missing");
    all
}

#[test]
fn what_a_page_says_is_compared_line_by_line() {
    let printed = "one\n\ntwo since 10:24 UTC: done\nthree  \n";
    for said in [
        printed,
        "...",
        "one\n...",
        "...\nthree\n",
        "one\n\ntwo since ... UTC: done\nthree",
        "...\ntwo ...:... done\n...\nthree\n...",
    ] {
        assert!(agrees(said, printed), "{said}");
    }
    for said in [
        "",
        "one",
        "one\n...\ntwo",
        "...\ntwo since ... UTC\nthree",
        "...\nsince ...: done\nthree",
        "two\n...",
        "...\nthree\n...\nthree",
        "one\ntwo since 10:24 UTC: done\nthree",
    ] {
        assert!(!agrees(said, printed), "{said}");
    }
}

#[test]
fn a_block_is_commands_with_words_and_exit_codes() {
    let command = |line: &str, said: &str, exit| Command { line: line.into(), said: said.into(), exit };
    assert_eq!(
        commands("$ a b\nx\n\ny\n$ echo $?\n3\n$ c\n"),
        [command("a b", "x\n\ny\n", 3), command("c", "", 0)]
    );
}
