//! What a program is given, and what of it is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::Shop;

/// Writes down what it was given, and passes the request on.
const NOSY: &str = "env >>given\nls /proc/self/fd >>open\nIFS= read -r line\n\
    printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";

#[test]
fn a_program_gets_nothing_but_what_the_site_names() {
    let shop = Shop::new();
    shop.behind(NOSY, "\nenvironment = [\"API_URL\"]");
    let mut run = shop.program("run tokens.renewal");
    run.env("API_URL", "https://gateway.example")
        .env("CANARY_PASSWORD", "canary-secret-9")
        .env("LANG", "tlh");
    run.env("LD_CANARY", "canary").env("TZ", "Asia/Tokyo");
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let given = shop.read("given");
    assert!(!given.contains("canary"), "{given}");
    let variables: BTreeMap<&str, &str> = given.lines().filter_map(|line| line.split_once('=')).collect();
    // What a shell sets for itself.
    let own = ["PWD", "OLDPWD", "SHLVL", "_"];
    let named: Vec<_> = variables.iter().filter(|(name, _)| !own.contains(*name)).collect();
    let wanted = [
        ("API_URL", "https://gateway.example"),
        ("LANG", "C.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("TZ", "UTC"),
    ];
    assert_eq!(named, wanted.iter().map(|(n, v)| (n, v)).collect::<Vec<_>>());
    // What is open in any program that is started from here, and nothing of keyroll's own.
    let mut plain = std::process::Command::new("sh");
    plain
        .args(["-c", "ls /proc/self/fd >plain"])
        .current_dir(&shop.folder)
        .stdin(std::process::Stdio::piped());
    assert!(plain.output().unwrap().status.success());
    let open =
        |name: &str| -> BTreeSet<u32> { shop.read(name).lines().map(|line| line.parse().unwrap()).collect() };
    assert_eq!(open("open"), open("plain"));
}

/// Every file below the folder that holds a text, the state of the example left out.
fn holders(shop: &Shop, text: &str) -> Vec<String> {
    let files = fs::read_dir(&shop.folder).unwrap().map(|entry| entry.unwrap().path());
    let held = files.filter(|path| path.is_file()).filter(|path| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    });
    held.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn no_secret_of_a_token_comes_to_keyroll() {
    let shop = Shop::new();
    let before = shop.vault();
    let run = shop.run().ends(0);
    let dry = shop.keyroll("status --format json").ends(0);
    for [_, _, secret] in before.iter().chain(&shop.vault()) {
        assert_eq!(secret.len(), 48);
        assert_eq!(holders(&shop, secret), Vec::<String>::new());
        for said in [&run, &dry] {
            assert!(!said.out.contains(secret) && !said.err.contains(secret));
        }
    }
    // The ids are what the journal knows the tokens by.
    assert!(holders(&shop, &shop.vault()[0][1]).contains(&"keyroll.db".to_owned()));
}

#[test]
fn what_a_program_says_is_kept_only_where_the_site_says_so() {
    let leaky = "IFS= read -r line\ncase $line in *'\"act\":\"exchange\"'*) \
        printf 'canary-\\033[1m-secret\\n' >&2\n\
        echo '{\"error\":{\"code\":\"failed\",\"message\":\"canary-message\"}}'; exit;; esac\n\
        printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";
    for keep in [false, true] {
        let shop = Shop::new();
        shop.behind(leaky, &format!("\nkeep_output = {keep}"));
        let said = shop.run().ends(5);
        assert!(said.err.contains("asked for `exchange`, answered `failed`"), "{}", said.err);
        let status = shop.keyroll("status").ends(0);
        for text in [&said.err, &said.out, &status.out] {
            assert!(keep || !text.contains("canary"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
        }
        assert_eq!(said.err.contains("canary-message"), keep, "{}", said.err);
        assert_eq!(holders(&shop, "canary-message").contains(&"keyroll.db".to_owned()), keep);
        assert_eq!(holders(&shop, "canary-\u{1b}"), Vec::<String>::new());
    }
}
