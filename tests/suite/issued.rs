//! Certificates that a role issues: the order of their steps, held against all orders of a plan, and
//! how they are carried out by hand.

#![cfg(test)]

use std::collections::BTreeSet;

use keyroll::{
    check,
    plan::{Plan, given::Given, resolve::resolve},
    source::Source,
    syntax::parse,
    world::id::{Id, StepId},
};

use super::runs::Place;

const PLAN: &str = include_str!("../../plans/ca/issued-certificate.renewal");

/// What else could be done with the new key, by each of the roles, at any moment.
const MORE: [(&str, &str); 9] = [
    ("tenant_admin", "provide new to flow_developer"),
    ("tenant_admin", "provide new to partner_admin"),
    ("partner_admin", "provide new to flow_developer"),
    ("partner_admin", "replace old by new at partner"),
    ("partner_admin", "accept new at gate"),
    ("tenant_admin", "accept new at door"),
    ("flow_developer", "test calls with new"),
    ("tenant_admin", "exchange tenant[\"partner-client\"] for new"),
    ("tenant_admin", "exchange tenant[\"partner-client-next\"] for old"),
];

fn resolved(text: &str) -> Plan {
    let source = Source::new("plan.renewal", text);
    let (tree, findings) = parse(&source);
    assert!(findings.is_empty(), "{findings:?}\n{text}");
    resolve(&source, &tree, &Given::default()).unwrap_or_else(|findings| panic!("{findings:?}\n{text}"))
}

/// The codes of the errors of a plan.
fn codes(text: &str) -> BTreeSet<String> {
    match check::read(&Source::new("plan.renewal", text), &Given::default()) {
        Ok(_) => BTreeSet::new(),
        Err(refusal) => {
            let codes = refusal.findings.iter().filter_map(|finding| finding.code());
            codes.map(|code| code.to_string().replace("keyroll::", "")).collect()
        }
    }
}

/// What must be done before a step of this role may do this with the new key.
fn asks(role: &str, act: &str) -> Option<&'static str> {
    let partner = role == "partner_admin";
    match act {
        _ if act.starts_with("order ") => Some("create "),
        _ if act.starts_with("certify ") => Some("order "),
        _ if act.starts_with("install ") => Some("certify "),
        _ if act.starts_with("provide new") && partner => Some("certify "),
        _ if act.starts_with("accept new") && partner => Some("certify "),
        _ if act.starts_with("replace old by new") && partner => Some("certify "),
        _ if act.starts_with("provide new") || act.starts_with("accept new") => Some("install "),
        _ if act.starts_with("exchange ") || act.starts_with("test ") => Some("install "),
        _ => None,
    }
}

/// Whether some order of the steps has one of them too early, found by going through every set of steps
/// that may be done at one moment.
fn is_early_somewhere(plan: &Plan) -> bool {
    let steps: Vec<StepId> = plan.steps.ids().collect();
    assert!(steps.len() < 32);
    let bit = |step: StepId| 1u32 << step.index();
    let acts: Vec<String> = steps.iter().map(|step| plan.sentence(*step)).collect();
    let (mut seen, mut open) = (BTreeSet::from([0u32]), vec![0u32]);
    while let Some(done) = open.pop() {
        for step in &steps {
            let row = &plan.steps[*step];
            if done & bit(*step) != 0 || row.after.iter().any(|before| done & bit(before.value) == 0) {
                continue;
            }
            let role = &plan.landscape.roles[row.role.value];
            if let Some(asked) = asks(role, &acts[step.index()])
                && !steps.iter().any(|s| done & bit(*s) != 0 && acts[s.index()].starts_with(asked))
            {
                return true;
            }
            if seen.insert(done | bit(*step)) {
                open.push(done | bit(*step));
            }
        }
    }
    false
}

/// The plan with more receivers, and without what only clutters here.
fn wider() -> String {
    let more =
        "receiver gate of partner_admin { accepts old }\nreceiver door of tenant_admin { accepts old }\n";
    format!("{PLAN}\n{more}")
}

/// The plan once for each place in its text where a step is named after another one, without that.
fn without_each_after(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("  after ")) {
        let names: Vec<&str> = line.trim_start_matches("  after ").split(", ").collect();
        for left_out in &names {
            let rest: Vec<&str> = names.iter().filter(|name| *name != left_out).copied().collect();
            let new = if rest.is_empty() { String::new() } else { format!("  after {}\n", rest.join(", ")) };
            // The same line may stand in two steps: each is another plan.
            for (at, _) in text.match_indices(&format!("{line}\n")) {
                let (head, tail) = text.split_at(at);
                found.push(format!("{head}{new}{}", &tail[line.len() + 1..]));
            }
        }
    }
    found
}

#[test]
fn a_step_is_called_early_just_where_some_order_has_it_early() {
    let text = wider();
    assert_eq!(codes(&text), BTreeSet::new());
    let mut plans = vec![text.clone()];
    plans.extend(without_each_after(&text));
    let pairs: Vec<String> = plans[1..].iter().flat_map(|plan| without_each_after(plan)).collect();
    plans.extend(pairs);
    let names: Vec<String> = resolved(&text).steps.rows().map(|step| step.name.value.clone()).collect();
    for (role, act) in MORE {
        plans.push(format!("{text}\nstep more by {role} {{\n  {act}\n}}\n"));
        for before in &names {
            plans.push(format!("{text}\nstep more by {role} {{\n  after {before}\n  {act}\n}}\n"));
        }
    }
    let (mut early, mut fine) = (0, 0);
    for text in &plans {
        let plan = resolved(text);
        let wanted = is_early_somewhere(&plan);
        assert_eq!(codes(text).contains("certificate_missing"), wanted, "{text}");
        *if wanted { &mut early } else { &mut fine } += 1;
    }
    assert!(early >= 60 && fine >= 60, "{early} {fine}");
}

#[test]
fn whoever_is_handed_the_certificate_waits_for_it() {
    let roles = "role outsider\nreceiver wall of outsider { accepts old }\n";
    let accept = |after: &str| {
        format!("{PLAN}\n{roles}\nstep wall_accepts by outsider {{\n{after}  accept new at wall\n}}\n")
    };
    assert!(codes(&accept("")).contains("key_not_provided"));
    let hand = |role: &str, after: &str| {
        format!(
            "{}\nstep hand by {role} {{\n  after {after}\n  provide new to outsider\n}}\n",
            accept("  after hand\n")
        )
    };
    assert_eq!(codes(&hand("tenant_admin", "install_certificate")), BTreeSet::new());
    assert_eq!(codes(&hand("partner_admin", "issue_certificate")), BTreeSet::new());
    let early = BTreeSet::from(["certificate_missing".to_owned()]);
    assert_eq!(codes(&hand("tenant_admin", "create_key")), early);
    assert_eq!(codes(&hand("tenant_admin", "issue_certificate")), early, "it lies in no keystore yet");
    let elsewhere = PLAN.replace("certify new for tenant_admin", "certify new for flow_developer");
    assert!(codes(&elsewhere).contains("certificate_missing"), "what was issued went to somebody else");
}

#[test]
fn a_verdict_names_who_is_trusted_to_issue_it() {
    let place = Place::two_keys();
    place.write("issued.renewal", PLAN);
    let said = place.keyroll("prove issued.renewal").ends(0);
    let trusted =
        "partner_admin issues the certificate of new for its public key, and it is valid (declared)";
    assert!(said.out.contains(trusted), "{}", said.out);
    // A plan that leaves it out asks for less.
    let steps = ["order_certificate", "issue_certificate", "install_certificate"];
    let mut bare = PLAN.replace("certificate of new issued by partner_admin", "");
    for (name, act) in
        steps.iter().zip(["inform partner_admin", "inform tenant_admin", "inform partner_admin"])
    {
        let at = bare.find(&format!("step {name} ")).unwrap();
        let line = [
            "order certificate of new from partner_admin",
            "certify new for tenant_admin",
            "install certificate of new in tenant",
        ];
        let line = line[steps.iter().position(|step| step == name).unwrap()];
        let (head, tail) = bare.split_at(at);
        bare = format!("{head}{}", tail.replacen(line, act, 1));
    }
    let bare = bare
        .replace("  accept new at partner", "  after hand\n  accept new at partner")
        .replace("  after issue_certificate\n  after hand", "  after issue_certificate, hand");
    let bare = format!(
        "{bare}\nstep hand by tenant_admin {{\n  after create_key\n  provide new to partner_admin\n}}\n"
    );
    place.write("bare.renewal", &bare);
    place.keyroll("prove bare.renewal").ends(0);
    let weaker = "the certificate of new is not issued by partner_admin any more";
    place.keyroll("compare issued.renewal bare.renewal").says(weaker);
    place
        .keyroll("compare bare.renewal issued.renewal")
        .says("is issued by partner_admin, of which nothing was said");
}

const SITE: &str = r#"site = 1

[roles.partner_admin]
automatic = true

[keystores.tenant]
backend = "manual"

[receivers.partner]
backend = "directory"
path = "partner-trust"
capacity = 2

[flows.calls]
backend = "manual"

[keys.old]
certificate = "old.pem"
"#;

/// A folder with a certificate authority, and what openssl makes of a request.
fn by_hand() -> Place {
    let place = Place::two_keys();
    place.write("issued.renewal", PLAN);
    place.write("site.toml", SITE);
    std::fs::remove_dir_all(place.folder.join("partner-trust")).unwrap();
    std::fs::create_dir(place.folder.join("partner-trust")).unwrap();
    let openssl = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        place.tool("openssl", &words)
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 9 -subj /CN=ca",
    );
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -out old.pem -days 9 -subj /CN=client",
    );
    std::fs::copy(place.folder.join("old.pem"), place.folder.join("partner-trust/old.pem")).unwrap();
    place.write("pw", "changeit");
    place
}

#[test]
fn it_is_ordered_issued_and_installed_by_hand_and_the_partner_accepts_what_was_issued() {
    let place = by_hand();
    let store = "client.p12 --password file:pw";
    place.tool("openssl", &"pkcs12 -export -in old.pem -inkey old.key -name partner-client -out client.p12 -passout pass:changeit".split(' ').collect::<Vec<_>>());
    place.keyroll("run issued.renewal").ends(3).says("create_key");
    place
        .keyroll(&format!("keystore create {store} --alias partner-client-next --subject CN=client"))
        .ends(0);
    place.keyroll(&format!("keystore export {store} --alias partner-client-next --output made.pem")).ends(0);
    let refused = place.keyroll("confirm create_key --as tenant_admin --certificate made.pem").ends(2);
    assert!(refused.err.contains("is issued by `issue_certificate`: name it there"), "{}", refused.err);
    place.keyroll("confirm create_key --as tenant_admin").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("order_certificate");
    place.keyroll(&format!("keystore request {store} --alias partner-client-next --output new.csr")).ends(0);
    place.tool("openssl", &["req", "-in", "new.csr", "-verify", "-noout"]);
    place.keyroll("confirm order_certificate --as tenant_admin").ends(0);
    // The partner is played by a program, but none issues a certificate.
    place.keyroll("run issued.renewal").ends(3).says("issue_certificate");
    assert_eq!(std::fs::read_dir(place.folder.join("partner-trust")).unwrap().count(), 1);
    let sign = "x509 -req -in new.csr -CA ca.pem -CAkey ca.key -out new.pem -days 5";
    place.tool("openssl", &sign.split(' ').collect::<Vec<_>>());
    place.keyroll("confirm issue_certificate --as partner_admin --certificate new.pem").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("to take the message of issue_certificate");
    let trusted = place.tool("sh", &["-c", "cat partner-trust/*"]).out;
    let new = place.read("new.pem");
    let body: String = new.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(
        trusted.lines().filter(|line| !line.starts_with('-')).collect::<String>().contains(&body),
        "{trusted}"
    );
    place.keyroll(&format!("keystore import {store} --alias partner-client-next --answer new.pem")).ends(0);
    let listed = place.tool(
        "keytool",
        &[
            "-list",
            "-v",
            "-keystore",
            "client.p12",
            "-storepass",
            "changeit",
            "-alias",
            "partner-client-next",
        ],
    );
    assert!(listed.out.contains("Issuer: CN=ca") && listed.out.contains("PrivateKeyEntry"), "{}", listed.out);
    place.keyroll("confirm install_certificate --as tenant_admin").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("to take the message of confirm_accepted");
}

/// The same with a keystore that keyroll changes by itself.
fn by_backend() -> Place {
    let place = by_hand();
    let bound = SITE.replacen(
        "backend = \"manual\"",
        "backend = \"pkcs12\"\npath = \"client.p12\"\npassword = \"file:pw\"",
        1,
    );
    place.write("site.toml", bound);
    store(&place);
    place
}

fn store(place: &Place) {
    let line = "pkcs12 -export -in old.pem -inkey old.key -name partner-client -out client.p12 -passout pass:changeit";
    place.tool("openssl", &line.split(' ').collect::<Vec<_>>());
}

#[test]
fn a_keystore_takes_what_was_issued_for_its_key_and_nothing_else() {
    let place = by_backend();
    let dry = place.keyroll("dry-run issued.renewal").ends(0);
    assert!(dry.out.contains("install certificate of new in tenant"), "{}", dry.out);
    place.keyroll("run issued.renewal").ends(3).says("order_certificate");
    let made = place.keyroll("confirm create_key --as tenant_admin").ends(2);
    assert!(made.err.contains("by itself"), "{}", made.err);
    place
        .keyroll(
            "keystore request client.p12 --password file:pw --alias partner-client-next --output new.csr",
        )
        .ends(0);
    place.tool("openssl", &["req", "-in", "new.csr", "-verify", "-noout"]);
    place.keyroll("confirm order_certificate --as tenant_admin").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("issue_certificate");
    let sign = |days: &str, out: &str| {
        let line = format!("x509 -req -in new.csr -CA ca.pem -CAkey ca.key -days {days} -out {out}");
        place.tool("openssl", &line.split(' ').collect::<Vec<_>>());
    };
    sign("5", "new.pem");
    sign("-1", "over.pem");
    let confirm = "confirm issue_certificate --as partner_admin";
    for (file, why) in [
        ("", "name what was issued for `new` by --certificate"),
        ("--certificate old.pem", "this is not issued for the key"),
        ("--certificate ca.pem", "this is not issued for the key"),
        ("--certificate over.pem", "was valid until"),
        ("--certificate pw", "there is no certificate in it"),
        ("--certificate none.pem", "none.pem"),
    ] {
        let said = place.keyroll(&format!("{confirm} {file}")).ends(2);
        assert!(said.err.contains(why), "{file}: {}", said.err);
    }
    place.keyroll("run issued.renewal").ends(3).says("issue_certificate");
    // The authority's own certificate comes first, as some send it.
    place.write("answer.pem", format!("{}{}", place.read("ca.pem"), place.read("new.pem")));
    let before = std::fs::read(place.folder.join("client.p12")).unwrap();
    place.keyroll(&format!("{confirm} --certificate answer.pem")).ends(0);
    assert_eq!(std::fs::read(place.folder.join("client.p12")).unwrap(), before, "it is installed by a step");
    place.keyroll("run issued.renewal").ends(3).says("to take the message of issue_certificate");
    place.keyroll("confirm issue_certificate --as tenant_admin").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("confirm_accepted");
    let listed = |alias: &str| {
        let words = ["-list", "-v", "-keystore", "client.p12", "-storepass", "changeit", "-alias", alias];
        place.tool("keytool", &words).out
    };
    let found = listed("partner-client-next");
    assert!(found.contains("PrivateKeyEntry") && found.contains("Certificate chain length: 2"), "{found}");
    let fingerprint = |file: &str| {
        let said = place.tool("openssl", &["x509", "-in", file, "-noout", "-fingerprint", "-sha256"]).out;
        said.trim().split_once('=').unwrap().1.to_owned()
    };
    assert!(found.contains(&fingerprint("new.pem")) && found.contains(&fingerprint("ca.pem")), "{found}");
    assert!(listed("partner-client").contains(&fingerprint("old.pem")));
    // The partner accepts what was issued, and not the certificate with which the pair was made.
    let trusted = std::fs::read_dir(place.folder.join("partner-trust")).unwrap();
    let trusted: Vec<String> =
        trusted.map(|file| fingerprint(file.unwrap().path().to_str().unwrap())).collect();
    let wanted = BTreeSet::from([fingerprint("old.pem"), fingerprint("new.pem")]);
    assert_eq!(trusted.into_iter().collect::<BTreeSet<_>>(), wanted);
    place.keyroll("confirm confirm_accepted --as tenant_admin").ends(0);
    place.keyroll("run issued.renewal").ends(3).says("announce_use");
    assert!(listed("partner-client").contains(&fingerprint("new.pem")), "exchanged with what was issued");
    // Once more by hand: it is so already, to the byte.
    let before = std::fs::read(place.folder.join("client.p12")).unwrap();
    let held = place
        .keyroll("keystore import client.p12 --password file:pw --alias partner-client --answer answer.pem");
    assert!(held.err.contains("holds the alias") || held.exit == 0, "{}", held.err);
    assert_eq!(std::fs::read(place.folder.join("client.p12")).unwrap(), before);
}

#[test]
fn an_install_that_was_not_taken_down_is_made_so_once_more() {
    use keyroll::{
        backend::{Outcome, key_pair::certificates, keystore::Keystore, pkcs12::Pkcs12Keystore},
        name::Alias,
    };
    let place = by_hand();
    store(&place);
    for line in [
        "req -new -key old.key -subj /CN=client -out new.csr",
        "x509 -req -in new.csr -CA ca.pem -CAkey ca.key -days 5 -out new.pem",
    ] {
        place.tool("openssl", &line.split(' ').collect::<Vec<_>>());
    }
    let path = place.folder.join("client.p12");
    let password = zeroize::Zeroizing::new("changeit".to_owned());
    let mut store = Pkcs12Keystore::open(&path, password);
    let alias = Alias::new("partner-client").unwrap();
    let read = |name: &str| certificates::read(place.read(name).as_bytes()).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(store.install(&alias, &read("ca.pem")).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before, "a wrong answer writes nothing");
    assert_eq!(store.install(&alias, &read("new.pem")).unwrap(), Outcome::Changed);
    let once = std::fs::read(&path).unwrap();
    assert_eq!(store.install(&alias, &read("new.pem")).unwrap(), Outcome::AlreadySo);
    assert_eq!(std::fs::read(&path).unwrap(), once);
}

#[test]
fn a_command_that_would_install_it_is_refused() {
    let place = by_hand();
    let bound = SITE.replacen("backend = \"manual\"", "backend = \"command\"\ncommand = [\"./store\"]", 1);
    place.write("site.toml", bound);
    for line in ["dry-run issued.renewal", "run issued.renewal"] {
        let said = place.keyroll(line).says("keyroll::weak_binding");
        assert!(
            said.err.contains("a `command` cannot `install certificate of new in tenant`"),
            "{}",
            said.err
        );
        assert!(said.exit != 0, "{}", said.out);
    }
}
