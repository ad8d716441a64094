//! Passwords and secrets of channels come out nowhere.

use super::{another_day, hooks::SECRET, mails::channel, notices, place, servers::Server};

/// A password that a server would know again anywhere.
const PASSWORD: &str = "canary-of-the-mail-9";

#[test]
fn canaries_of_channels_come_out_nowhere() {
    let server = Server::of_mail(&["--login", "keyroll", PASSWORD]);
    let hook = Server::of_hooks(SECRET);
    let more = format!(
        "user = \"keyroll\"\npassword = \"file:mail-password\"\n\n[notices.hook]\nkind = \"webhook\"\n\
         url = \"http://127.0.0.1:{}/canary-of-the-path\"\nsecret = \"file:hook-secret\"\n",
        hook.port
    );
    let place = place(&format!("{}\n{more}", channel(server.port)));
    place.edit("site.toml", "notify = [\"post\"]", "notify = [\"post\", \"hook\"]");
    crate::commands::trust(&place.folder);
    place.write("mail-password", format!("{PASSWORD}\n"));
    place.write("hook-secret", SECRET);
    let mut said = vec![place.run().ends(3)];
    assert_eq!((server.count("eml"), hook.count("json")), (1, 1), "{:?}", notices(&place));
    // A password that is wrong, and one that is not there.
    let states = [Some("wrong-canary-of-the-mail"), None];
    for state in states {
        match state {
            Some(text) => place.write("mail-password", text),
            None => std::fs::remove_file(place.folder.join("mail-password")).unwrap(),
        }
        place.write("hook-secret", "canary-that-is-none");
        another_day(&place);
        said.push(place.run().ends(3));
        for line in
            ["why", "status --format json", "site show", "site check plan.renewal", "dry-run plan.renewal"]
        {
            said.push(place.keyroll(line));
        }
    }
    place.keyroll("why").ends(0).says("mail-password: ");
    let bare = SECRET.trim_start_matches("whsec_");
    for one in &said {
        let text = format!("{}{}", one.out, one.err);
        for canary in ["canary", bare] {
            assert!(!text.contains(canary), "{text}");
        }
    }
    for (path, (bytes, _)) in place.files() {
        if path.ends_with("hook-secret") || path.ends_with("site.toml") {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary") && !text.contains(bare), "{}", path.display());
    }
    for file in ["keyroll.db", "keyroll.db-wal"] {
        let bytes = std::fs::read(place.folder.join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary-of-the-mail") && !text.contains(bare), "{file}");
    }
}
