//! Completions and man pages, in the hands of the programs that they are for.

use std::process::Command;

use super::{keyroll, said, tool};

/// What a real bash offers after a line.
fn offered(line: &str) -> Vec<String> {
    let script = said(&mut keyroll(&["completions", "bash"])).1;
    let words: Vec<&str> = line.split(' ').collect();
    let typed = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let input = format!(
        "{script}\nCOMP_WORDS=({typed})\nCOMP_CWORD={}\n_keyroll keyroll '{last}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words.len() - 1
    );
    // `compopt` belongs to a completion that readline asked for.
    let input = format!("compopt() {{ :; }}\n{input}");
    // It is longer than an argument may be (`MAX_ARG_STRLEN`, execve(2)).
    let bash = tool(Command::new("bash").args(["--norc", "-s"]), &input);
    bash.lines().map(str::to_owned).collect()
}

#[test]
fn a_bash_offers_verbs_options_and_values() {
    assert_eq!(offered("keyroll che"), ["check"]);
    for verb in ["fmt", "explain", "prove", "rehearse", "dry-run", "run", "status", "schema", "man"] {
        assert!(offered("keyroll ").iter().any(|word| word == verb), "{verb}");
    }
    for option in ["--format", "--set", "--quiet", "--verbose", "--color"] {
        assert!(offered("keyroll check --").iter().any(|word| word == option), "{option}");
    }
    assert_eq!(offered("keyroll check --format s"), ["sarif"]);
    assert_eq!(offered("keyroll --color n"), ["never"]);
    assert!(offered("keyroll chekc").iter().all(String::is_empty));
}

#[test]
fn each_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (exit, script, _) = said(&mut keyroll(&["completions", shell]));
        assert_eq!(exit, 0);
        for word in ["rehearse", "dry-run", "format", "quiet"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(said(&mut keyroll(&["completions", "tcsh"])).0, 2);
}

#[test]
fn man_pages_are_rendered_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("share/man1");
    let to = folder.to_str().unwrap();
    assert_eq!(said(&mut keyroll(&["man", "--output", to])), (0, String::new(), String::new()));
    let mut pages: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|page| page.unwrap().path()).collect();
    pages.sort();
    let help = said(&mut keyroll(&["--help"])).1;
    let verbs = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().lines();
    let verbs = verbs.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let mut seen = 0;
    for verb in verbs.filter_map(|line| line.split(' ').next()).filter(|verb| *verb != "help") {
        assert!(pages.iter().any(|page| page.ends_with(format!("keyroll-{verb}.1"))), "{verb}");
        let page = said(&mut keyroll(&["man", verb])).1;
        assert!(page.contains(".TH ") && page.contains(".SH NAME"), "{verb}: {page}");
        seen += 1;
    }
    assert!(seen > 10 && pages.iter().any(|page| page.ends_with("keyroll.1")), "{pages:?}");
    for page in &pages {
        let path = page.to_str().unwrap();
        assert_eq!(tool(Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z", path]), ""), "", "{path}");
    }
    let shown =
        tool(Command::new("groff").args(["-man", "-Tascii", "-P-cbou"]).arg(folder.join("keyroll.1")), "");
    for words in ["SYNOPSIS", "keyroll-dry-run(1)", "Exit codes:", "8  not proved", "NO_COLOR"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let (exit, out, err) = said(&mut keyroll(&["man", "chekc"]));
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `check`?"), "{err}");
    let (exit, _, err) = said(&mut keyroll(&["man", "--output", "/dev/null/folder"]));
    assert!(exit == 5 && err.contains("cannot make /dev/null/folder"), "{err}");
}
