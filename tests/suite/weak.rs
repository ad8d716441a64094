//! Keys and certificates that are too weak: a plan and a site do not ask for them, a run takes none in anew,
//! and of those that are in use already it is told.

#![cfg(test)]

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        bench::{ActError, Backends, Bound, Material, Workbench},
        keystore::{Entry, Exchange, KeySpec, Keystore, KeystoreError},
    },
    check::{self, Checked},
    name::Alias,
    plan::given::Given,
    source::Source,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, Why, next},
        state::State,
    },
    world::{
        material::{Certificate, Fingerprint, KeyType},
        weakness::Weakness,
    },
};

use super::runs::Place;

/// A renewal that a person does by hand, and what is said of its keys.
fn plan(said: &str) -> String {
    format!(
        "keyroll 1\n\nplan renewal\n\nrole tenant_admin\nrole receiver_admin\n\nkey old\nkey new\n{said}\n\
         keystore tenant of tenant_admin {{\n  alias \"orders\" is old\n}}\n\
         receiver partner of receiver_admin {{\n  accepts old\n}}\n\
         flow orders of tenant_admin {{\n  stamps with tenant[\"orders\"]\n  sends to partner\n  delivers immediately\n  deployed\n}}\n\
         step create_key by tenant_admin {{\n  create new in tenant as \"orders-next\"\n}}\n\
         step provide by tenant_admin {{\n  after create_key\n  provide new to receiver_admin\n}}\n\
         step trust by receiver_admin {{\n  after provide\n  accept new at partner\n}}\n\
         step trusted by receiver_admin {{\n  after trust\n  inform tenant_admin\n}}\n\
         step exchange_key by tenant_admin {{\n  after trusted\n  exchange tenant[\"orders\"] for new\n}}\n\
         promise orders never rejected\n"
    )
}

fn checked(said: &str) -> Result<Checked, BTreeSet<String>> {
    check::read(&Source::new("plan.renewal", plan(said)), &Given::default())
        .map_err(|refusal| refusal.codes().collect())
}

const WEAK: [&str; 6] = ["rsa-1024", "rsa-2047", "dsa-1024", "dsa-3072", "ec-p192", "ec-p224"];
const STRONG: [&str; 7] = ["rsa-2048", "rsa-3072", "rsa-4096", "rsa-8192", "ec-p256", "ec-p521", "ed25519"];

#[test]
fn a_new_key_is_of_no_weak_type_and_an_old_one_may_be() {
    let weak = BTreeSet::from(["weak_algorithm".to_owned()]);
    let waived = "waive new weak because \"the gateway takes nothing else\"\n";
    for kind in WEAK {
        assert_eq!(checked(&format!("type of new is {kind}\n")).unwrap_err(), weak, "{kind}");
        checked(&format!("type of old is {kind}\n")).unwrap();
        checked(&format!("type of new is {kind}\n{waived}")).unwrap();
    }
    for kind in STRONG.into_iter().chain(["opaque"]) {
        checked(&format!("type of new is {kind}\n")).unwrap();
    }
    // A waiver of another key waives nothing of this one.
    let other = waived.replace("waive new", "waive old");
    assert_eq!(checked(&format!("type of new is rsa-1024\n{other}")).unwrap_err(), weak);
    // What a receiver accepts already and a step creates is new all the same.
    let text = plan("type of new is rsa-1024\n").replace("  accepts old\n", "  accepts old\n  accepts new\n");
    let text = text.replace("  accept new at partner", "  inform tenant_admin");
    let refusal = check::read(&Source::new("plan.renewal", text), &Given::default()).unwrap_err();
    assert!(refusal.codes().any(|code| code == "weak_algorithm"));
}

/// A certificate that openssl makes: for a new key of this kind, signed over this digest.
fn made(place: &Place, name: &str, key: &str, digest: &str) -> String {
    let line = format!(
        "req -x509 {key} -nodes -keyout {name}.key -out {name}.pem -days 99 -subj /CN={name} -{digest}"
    );
    place.tool("openssl", &line.split(' ').collect::<Vec<_>>());
    place.read(&format!("{name}.pem"))
}

const P256: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";

/// Certificates that are weak, each with what is said of it.
fn weak_ones(place: &Place) -> [(String, &'static str); 5] {
    let dsa = "dsaparam -out dsa.params 1024";
    place.tool("openssl", &dsa.split(' ').collect::<Vec<_>>());
    let pss = "-newkey rsa:2048 -sigopt rsa_padding_mode:pss";
    [
        (made(place, "small", "-newkey rsa:1024", "sha256"), "RSA of 1024 bits, where 2048 is the least"),
        (made(place, "digest", P256, "sha1"), "a certificate that is signed over SHA-1"),
        (made(place, "pss", pss, "sha1"), "a certificate that is signed over SHA-1"),
        (
            made(place, "curve", "-newkey ec -pkeyopt ec_paramgen_curve:secp224r1", "sha256"),
            "an elliptic curve of 224 bits, where 256 is the least",
        ),
        (
            made(place, "dsa", "-newkey dsa:dsa.params", "sha256"),
            "DSA, with which nothing new is signed any more",
        ),
    ]
}

#[test]
fn the_one_function_takes_no_weak_certificate_of_a_new_key() {
    let place = Place::two_keys();
    let strong = made(&place, "strong", P256, "sha256");
    let pss = made(&place, "pss256", "-newkey rsa:2048 -sigopt rsa_padding_mode:pss", "sha256");
    let plain = checked("").unwrap();
    let waived = checked("waive new weak because \"the gateway takes nothing else\"\n").unwrap();
    let by = || Actor { role: "tenant_admin".to_owned(), person: None, automatic: false };
    let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let record = |event| Record { at: now, event };
    let confirmed = |checked: &Checked, old: &str, pem: &str| {
        let mut state = State::new(checked);
        let one = |name: &str, pem: &str| [(name.to_owned(), pem.to_owned())].into_iter().collect();
        let started = Event::Started {
            plan: checked.plan().digest(),
            site: Fingerprint::of(b""),
            certificates: one("old", old),
        };
        assert!(matches!(next(checked, &mut state, &record(started)), Verdict::Applied(_)));
        let before = state.clone();
        let event = Event::Confirmed {
            step: "create_key".to_owned(),
            by: by(),
            opens: None,
            certificates: one("new", pem),
        };
        let verdict = next(checked, &mut state, &record(event));
        (verdict, state == before)
    };
    for pem in [&strong, &pss] {
        assert!(matches!(confirmed(&plain, &strong, pem).0, Verdict::Applied(_)));
    }
    for (pem, says) in weak_ones(&place) {
        // What a run begins with may be as weak.
        let (verdict, is_as_before) = confirmed(&plain, &pem, &pem);
        let Verdict::Refused(Why::Weak(why)) = verdict else { panic!("{says}: {verdict:?}") };
        assert!(why.contains(says) && why.contains("waive new weak because"), "{why}");
        assert!(is_as_before, "{says}: nothing was taken down");
        assert!(matches!(confirmed(&waived, &strong, &pem).0, Verdict::Applied(_)), "{says}");
    }
}

/// A keystore that makes what it is not asked for.
#[derive(Debug)]
struct Careless(Certificate);

impl Keystore for Careless {
    fn entry(&self, _alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        Ok(None)
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        Ok(Vec::new())
    }

    fn create_key_pair(
        &mut self,
        _alias: &Alias,
        _spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        Ok((Outcome::Changed, self.0.clone()))
    }

    fn exchange(&mut self, _exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        Ok(Outcome::AlreadySo)
    }

    fn remove(&mut self, _alias: &Alias, _meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        Ok(Outcome::AlreadySo)
    }
}

#[test]
fn what_a_keystore_makes_is_pinned_only_where_it_is_strong() {
    let place = Place::two_keys();
    let checked = checked("").unwrap();
    let plan = checked.plan();
    let key = plan.key("new").unwrap();
    let staged = plan.landscape.places.find(|place| place.alias.as_str() == "orders-next").unwrap();
    let attempt = |pem: &str, key_type, waived: bool| {
        let mut backends = Backends::default();
        let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
        backends.keystores.push(Bound::To(Box::new(Careless(certificate))));
        let mut material = Material::default();
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let subject = vec![("CN".to_owned(), "new".to_owned())];
        material.specify(key, KeySpec { key_type, subject, not_before: now, days: 9 });
        if waived {
            material.let_be_weak(key);
        }
        let landscape = &plan.landscape;
        let mut bench = Workbench { landscape, backends: &mut backends, material: &mut material, now };
        let done = bench.create(staged, key);
        (done, material.certificate(key).is_some())
    };
    let strong = made(&place, "strong", P256, "sha256");
    let (done, pinned) = attempt(&strong, KeyType::EcP256, false);
    assert!(done.is_ok() && pinned);
    // Nothing is asked of the keystore that is weak as it is asked for.
    let (done, pinned) = attempt(&strong, KeyType::Rsa(1024), false);
    assert!(matches!(&done, Err(ActError::Weak(why)) if why.contains("RSA of 1024 bits")), "{done:?}");
    assert!(!pinned);
    for (pem, says) in weak_ones(&place) {
        let (done, pinned) = attempt(&pem, KeyType::EcP256, false);
        assert!(matches!(&done, Err(ActError::Weak(why)) if why.contains(says)), "{done:?}");
        // It was made, and somebody has to take it away.
        let short = Certificate::from_pem(pem.as_bytes()).unwrap().fingerprint().short();
        let stays = format!(
            "The pair {short} was made all the same: remove it from `tenant`, where it lies under the alias `orders-next`"
        );
        assert!(matches!(&done, Err(ActError::Weak(why)) if why.contains(&stays)), "{done:?}");
        assert!(!pinned, "{says}");
        let (done, pinned) = attempt(&pem, KeyType::EcP256, true);
        assert!(done.is_ok() && pinned, "{says}");
    }
}

/// A place where everything is done by hand, with an old certificate of some kind.
fn by_hand(said: &str, old: &str, digest: &str) -> Place {
    let place = Place::two_keys();
    place.write("renewal.renewal", plan(said));
    made(&place, "old", old, digest);
    let bound = |table: &str| format!("[{table}]\nbackend = \"manual\"\n\n");
    let all = ["keystores.tenant", "receivers.partner", "flows.orders"].map(bound).concat();
    place.write("site.toml", format!("site = 1\n\n{all}[keys.old]\ncertificate = \"old.pem\"\n"));
    place
}

#[test]
fn what_is_in_use_is_told_and_stops_nothing() {
    let place = by_hand("", "-newkey rsa:1024", "sha1");
    let told = [
        "old is weak: RSA of 1024 bits, where 2048 is the least",
        "old is weak: a certificate that is signed over SHA-1",
    ];
    let dry = place.keyroll("dry-run renewal.renewal").ends(0);
    for words in told {
        assert!(dry.out.contains(words), "{words}\n{}", dry.out);
    }
    assert!(
        dry.out.contains("new would be weak") && dry.out.contains("`type of new is rsa-3072`"),
        "{}",
        dry.out
    );
    let run = place.keyroll("run renewal.renewal").ends(3);
    for words in told {
        assert!(run.err.contains(words) || run.out.contains(words), "{words}\n{}{}", run.out, run.err);
    }
    // Of a strong one nothing is said.
    let place = by_hand("type of old is ec-p256\ntype of new is ec-p384\n", P256, "sha256");
    for line in ["dry-run renewal.renewal", "run renewal.renewal"] {
        let said = place.keyroll(line);
        assert!(!said.out.contains("weak") && !said.err.contains("weak"), "{}{}", said.out, said.err);
    }
    // And that it is another one than the plan says is told as well.
    let place = by_hand("type of old is rsa-2048\n", P256, "sha256");
    place
        .keyroll("dry-run renewal.renewal")
        .ends(0)
        .says("the plan says that it is rsa-2048, and its certificate is of ec-p256");
}

#[test]
fn a_person_names_no_weak_certificate_and_none_of_another_type() {
    let place = by_hand("type of new is ec-p384\n", P256, "sha256");
    place.keyroll("run renewal.renewal").ends(3);
    let confirm =
        |name: &str| place.keyroll(&format!("confirm create_key --as tenant_admin --certificate {name}.pem"));
    made(&place, "p256", P256, "sha256");
    confirm("p256").ends(2).says("the plan says that `new` is ec-p384, and this is ec-p256");
    let p384 = "-newkey ec -pkeyopt ec_paramgen_curve:P-384";
    made(&place, "sha1", p384, "sha1");
    confirm("sha1").ends(2).says("a certificate that is signed over SHA-1");
    place.keyroll("status").says("create_key");
    made(&place, "good", p384, "sha384");
    confirm("good").ends(0);
}

#[test]
fn a_pair_is_made_as_the_plan_says_where_the_old_one_is_weak() {
    let place = |said: &str| {
        let place = by_hand(said, "-newkey rsa:1024", "sha256");
        let export =
            "pkcs12 -export -in old.pem -inkey old.key -name orders -out tenant.p12 -passout pass:changeit";
        place.tool("openssl", &export.split(' ').collect::<Vec<_>>());
        place.write("pw", "changeit");
        place.edit(
            "site.toml",
            "[keystores.tenant]\nbackend = \"manual\"",
            "[keystores.tenant]\nbackend = \"pkcs12\"\npath = \"tenant.p12\"\npassword = \"file:pw\"",
        );
        place
    };
    // A pair that would be weak as the old one is, is refused before anything begins.
    let silent = place("");
    let store = || std::fs::read(silent.folder.join("tenant.p12")).unwrap();
    let before = store();
    for line in ["dry-run renewal.renewal", "run renewal.renewal"] {
        let refused = silent.keyroll(line).ends(1);
        assert!(refused.err.contains("keyroll::weak_algorithm"), "{}", refused.err);
        assert!(
            refused.err.contains("`new` is to be new, and is weak: RSA of 1024 bits")
                && refused.err.contains("type of new is rsa-3072")
                && refused.err.contains("create new in tenant"),
            "{}",
            refused.err
        );
    }
    let run = silent.keyroll("status");
    assert_ne!(run.exit, 0, "no run has begun: {}", run.out);
    assert!(store() == before);
    silent.keyroll("keystore show tenant.p12 --password file:pw").ends(0);
    assert!(!silent.keyroll("keystore show tenant.p12 --password file:pw").out.contains("orders-next: "));
    let told = place("type of new is rsa-2048\n");
    told.keyroll("run renewal.renewal").ends(3).says("receiver_admin");
    told.keyroll("keystore export tenant.p12 --password file:pw --alias orders-next --output new.pem")
        .ends(0);
    let new = Certificate::from_pem(told.read("new.pem").as_bytes()).unwrap();
    assert_eq!((new.key_type(), Weakness::of(&new)), (Some(KeyType::Rsa(2048)), Vec::new()));
    // A site that names another type is another renewal.
    told.write("other.toml", format!("{}\n[keys.new]\ntype = \"ec-p256\"\n", told.read("site.toml")));
    told.keyroll("dry-run renewal.renewal --site other.toml")
        .says("the plan says that `new` is rsa-2048, and the site makes ec-p256");
}

/// RSA that is bound to PSS is another type than RSA, and made by hand alone.
#[test]
fn a_key_that_signs_by_pss_alone_is_a_type_of_its_own() {
    let pss = "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048";
    let place = by_hand("type of new is rsa-pss-2048\n", P256, "sha256");
    place.keyroll("run renewal.renewal").ends(3);
    made(&place, "plain", "-newkey rsa:2048", "sha256");
    let confirm =
        |name: &str| place.keyroll(&format!("confirm create_key --as tenant_admin --certificate {name}.pem"));
    confirm("plain").ends(2).says("the plan says that `new` is rsa-pss-2048, and this is rsa-2048");
    made(&place, "pss", pss, "sha256");
    confirm("pss").ends(0);
    let place = by_hand("type of new is rsa-2048\n", pss, "sha256");
    place.keyroll("run renewal.renewal").ends(3);
    made(&place, "pss", pss, "sha256");
    place
        .keyroll("confirm create_key --as tenant_admin --certificate pss.pem")
        .ends(2)
        .says("the plan says that `new` is rsa-2048, and this is rsa-pss-2048");
    // No keystore that keyroll keeps makes one: that is told of the site, and nothing else is made instead.
    let own = "[keystores.tenant]\nbackend = \"pkcs12\"\npath = \"tenant.p12\"\npassword = \"file:pw\"\n";
    for kind in ["rsa-pss-2048", "dsa-2048"] {
        let waived = format!("type of new is {kind}\nwaive new weak because \"the gateway asks for it\"\n");
        let place = by_hand(&waived, P256, "sha256");
        place.edit("site.toml", "[keystores.tenant]\nbackend = \"manual\"\n", own);
        place.write("pw", "changeit");
        let refused = place.keyroll("dry-run renewal.renewal").ends(1);
        let says = format!("no pair of the type {kind} is made for `new`");
        assert!(
            refused.err.contains("keyroll::bad_binding") && refused.err.contains(&says),
            "{}",
            refused.err
        );
    }
}

#[test]
fn a_waiver_comes_first_in_the_verdict_and_asks_for_less() {
    let place = by_hand(
        "type of new is rsa-1024\nwaive new weak because \"the gateway takes nothing else\"\n",
        P256,
        "sha256",
    );
    place.keyroll("prove renewal.renewal").ends(0).says("new weak: the gateway takes nothing else");
    place.keyroll("runbook renewal.renewal").ends(0).says("the gateway takes nothing else");
    place.write("strong.renewal", plan("type of new is rsa-3072\n"));
    place.write("larger.renewal", plan("type of new is rsa-4096\n"));
    place.write("silent.renewal", plan(""));
    let compared = |old: &str, new: &str| place.keyroll(&format!("compare {old}.renewal {new}.renewal"));
    compared("strong", "renewal")
        .says("now waived: that new may be weak")
        .says("new is rsa-1024; it was rsa-3072");
    assert_ne!(compared("larger", "strong").exit, 0);
    assert_eq!(compared("strong", "larger").exit, 0);
    compared("strong", "silent").says("the type of new is not said any more; it was rsa-3072");
    // In a rehearsal a strong pair stands in.
    place.keyroll("rehearse renewal.renewal").ends(0);
    place.write("ed.renewal", plan("type of new is ed25519\n"));
    place.keyroll("rehearse ed.renewal").ends(0);
}

#[test]
fn a_part_brings_its_types_and_waivers_along() {
    let place = Place::two_keys();
    let outer = "keyroll 1\n\nplan outer\n\nrole admin\nrole partner_admin\n\nplan part from \"inner.renewal\" {\n  \
                 tenant_admin = admin\n  receiver_admin = partner_admin\n}\n";
    place.write("outer.renewal", outer);
    place.write("inner.renewal", plan("type of new is rsa-1024\n"));
    place
        .keyroll("check outer.renewal")
        .ends(1)
        .says("`part-new` is to be new, and is weak: RSA of 1024 bits");
    let waived = "type of new is rsa-1024\nwaive new weak because \"the gateway takes nothing else\"\n";
    place.write("inner.renewal", plan(waived));
    place.keyroll("prove outer.renewal").ends(0).says("part-new weak: the gateway takes nothing else");
    // What the outer plan says otherwise of a shared key is said twice.
    let shared = outer.replace("\nplan part", "key next\ntype of next is rsa-3072\n\nplan part");
    let shared = shared.replace("= partner_admin\n}", "= partner_admin\n  new = next\n}");
    place.write("shared.renewal", shared);
    place.keyroll("check shared.renewal").ends(1).says("the type of `next` is said twice");
}
