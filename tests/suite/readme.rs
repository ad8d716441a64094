//! The README and the pages beside it are true: their examples run as they are written, and their
//! lists hold what the program holds.
//!
//! | fence | what becomes of it |
//! |---|---|
//! | `sh` | commands of an installation; known ones are allowed, and rehearsals are run |
//! | `sh NAME` | commands that make a keystore of one kind; the tests of keystores run them |
//! | `console` | each `$ command` is run, and what follows is what it prints: `...` stands for any characters, alone on a line for any lines; it ends with 0 unless `$ echo $?` says otherwise |
//! | `renewal NAME` | a plan, saved under that name; it is checked, formatted and proved |
//! | `toml`, `toml NAME` | a site for the two-keys plan, saved where a name is given |
//! | `json` | requests and answers of commands, which the tests of those exchange |
//! | `ini NAME`, `yaml NAME`, `crontab NAME` | a file in `examples/automation`, word for word; the tests of automation try it |
//! | `markdown NAME` | prose, saved under that name |
//! | `text` | the corridor, as in `src/lib.rs` |

#![cfg(test)]

mod lists;
mod session;
mod transcript;

use std::{fs, path::Path};

use keyroll::{
    check,
    plan::given::Given,
    run::{bind::compare, site::Site},
    source::{Refusal, Source},
};

use session::Session;

use crate::notices::servers::{Mail, Server};

/// A fenced block of a page.
pub(crate) struct Block {
    /// What stands behind the fence.
    pub(crate) fence: String,
    /// The lines within.
    pub(crate) text: String,
}

/// The fenced blocks of a page, and what is left of it.
pub(crate) fn blocks(page: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(fence)) => open = Some(Block { fence: fence.to_owned(), text: String::new() }),
            (Some(block), Some(_)) => blocks.push(block),
            (Some(block), None) => open = Some(Block { text: block.text + line + "\n", ..block }),
            (None, None) => prose = prose + line + "\n",
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    (blocks, prose)
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages for people: the README and what lies in `docs`.
pub(crate) fn pages() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|e| e.unwrap().file_name().into_string());
    let mut pages: Vec<String> = docs.map(|name| format!("docs/{}", name.unwrap())).collect();
    pages.retain(|page| page.ends_with(".md"));
    pages.sort();
    pages.splice(0..0, ["README.md".to_owned(), "SECURITY.md".to_owned()]);
    pages
}

/// What is wrong with a site for the two-keys plan; nothing if it fits.
fn site_faults(text: &str) -> String {
    let text = Source::new("site.toml", text);
    let site = match Site::read(&text) {
        Ok(site) => site,
        Err(finding) => return finding.to_string(),
    };
    let site = match site.with_contacts(&text) {
        Ok(site) => site,
        Err(findings) => return findings.iter().map(ToString::to_string).collect(),
    };
    let plan = "plans/xml-signature/two-keys.renewal";
    let checked = check::read(&Source::new(plan, read(plan)), &Given::parameters(site.parameters.clone()));
    let named = |refusal: Refusal| refusal.findings.iter().map(ToString::to_string).collect::<String>();
    match checked.map(|checked| compare(checked.plan(), &site, &text, Path::new("."))) {
        Ok(Ok(())) => String::new(),
        Ok(Err(findings)) => named(Refusal::new(text, findings)),
        Err(refusal) => named(refusal),
    }
}

/// Goes through a page from top to bottom, as a reader would.
fn follow(page: &str) {
    follow_text(page, &read(page));
}

fn follow_text(page: &str, text: &str) -> Session {
    let mut session = Session::new();
    for block in blocks(text).0 {
        let (kind, name) = block.fence.split_once(' ').unwrap_or((&block.fence, ""));
        match kind {
            // Commands that make a kind of store; the tests of keystores run them all.
            "sh" if !name.is_empty() => {}
            "sh" => block.text.lines().for_each(|line| session.install(line)),
            "console" => session.replay(&block.text),
            // Parts of plans, which the tests of the book put into one.
            "renewal" if page == "docs/language.md" && !name.ends_with(".renewal") => {}
            "renewal" => {
                session.save(name, &block.text);
                for command in ["check", "fmt --check", "prove"] {
                    let (exit, said) = session.run(&format!("keyroll {command} {name}"));
                    assert_eq!(exit, 0, "{page}: {command} {name}\n{said}");
                }
            }
            "toml" => {
                assert_eq!(site_faults(&block.text), "", "{page}:\n{}", block.text);
                if !name.is_empty() {
                    session.save(name, &block.text);
                }
            }
            "json" => {
                let is_one =
                    |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|v| v.is_object());
                assert!(block.text.lines().all(is_one), "{page}:\n{}", block.text);
            }
            "markdown" => session.save(name, &block.text),
            // What programs of others read lies beside the page, and is tried by tests of its own.
            "ini" | "yaml" | "crontab" => {
                assert_eq!(block.text, read(&format!("examples/automation/{name}")), "{page}");
            }
            "text" => assert!(read("src/lib.rs").contains(&format!("//! {}", block.text)), "{}", block.text),
            other => panic!("{page}: a fence of `{other}`"),
        }
    }
    session
}

#[test]
fn the_readme_can_be_followed() {
    follow("README.md");
}

#[test]
fn the_pages_beside_the_readme_can_be_followed() {
    let pages = pages();
    assert!(pages.len() > 1 && pages.iter().any(|page| page == WHOLE_RUN), "only {pages:?}");
    pages.iter().skip(1).filter(|page| *page != WHOLE_RUN).for_each(|page| follow(page));
}

/// This page has a mail server: whatever port its reader gives it.
const WHOLE_RUN: &str = "docs/whole-run.md";

#[test]
fn the_whole_run_can_be_followed() {
    let server = Server::of_mail(&[]);
    let (text, port) = (read(WHOLE_RUN), server.port.to_string());
    assert!(text.matches("127.0.0.1:2525").count() > 2 && text.contains("port = 2525"));
    let session = follow_text(WHOLE_RUN, &text.replace("2525", &port));
    let mails = server.mails();
    let to: Vec<Vec<&str>> = mails.iter().map(Mail::to).collect();
    // One a day for the partner; that it was called off does not wait.
    assert_eq!(to[..2], [["gateway@example.net"], ["ops@example.org"]], "{to:?}");
    assert!(mails[0].part("text/plain").contains("keyroll confirm provide_certificate --as receiver_admin"));
    assert!(mails[1].part("text/plain").contains("called off by Ada"), "{}", mails[1].part("text/plain"));
    // Other tools open what is left, and find the key in use where it was.
    for line in [
        "openssl pkcs12 -in tenant.p12 -passin file:password -nokeys | grep -c 'BEGIN CERTIFICATE'",
        "keytool -list -keystore tenant.p12 -storepass:file password | grep -c PrivateKeyEntry",
    ] {
        let (exit, printed) = session.run(line);
        assert_eq!((exit, printed.lines().last()), (0, Some("2")), "{line}: {printed}");
    }
    let kept =
        "openssl pkcs12 -in tenant.p12 -passin file:password -nodes | grep -q 'friendlyName: orders-signer$'";
    assert_eq!(session.run(kept).0, 0);
}

#[test]
fn a_site_that_does_not_fit_is_seen() {
    let page = read("docs/site.md");
    let blocks = blocks(&page).0;
    let site = &blocks.first().unwrap().text;
    assert_eq!(site_faults(site), "");
    for (was, is) in [
        ("site = 1", "site = 2"),
        ("capacity = 2", "capacity = 1"),
        ("[flows.orders]", "[flows.order]"),
        ("env:TENANT_PASSWORD", "hunter2"),
        ("pause =", "rest ="),
        ("delivery = \"30m\"", "delivery = \"soon\""),
    ] {
        assert!(site.contains(was), "{was}");
        assert_ne!(site_faults(&site.replace(was, is)), "", "{is}");
    }
}
