//! The words of the language: each reads as it is written, and each verb does what its effects say.

#![cfg(test)]

mod performing;

use keyroll::plan::given::Given;
use keyroll::{
    action::{
        VOCABULARY,
        usage::{Piece, pieces},
    },
    condition::CONDITIONS,
    invariant::{INVARIANTS, Invariant as _, course::COURSES, promises, stated::STATEMENTS},
    plan::{Plan, resolve::resolve},
    source::Source,
    syntax::parse,
};

/// How each verb is used; a verb that is not here fails.
const ACTS: &[(&str, &[&str])] = &[
    ("accept", &["accept old at partner", "accept new at partner", "accept spare at partner"]),
    ("agree", &["agree downtime with receiver_admin"]),
    ("allow", &["allow receiver_admin, developer to deploy orders"]),
    ("certify", &["certify new for receiver_admin", "certify spare for receiver_admin, developer"]),
    ("clear", &["clear change", "clear freeze"]),
    ("create", &["create new in tenant as \"next one\""]),
    ("deploy", &["deploy orders"]),
    ("destroy", &["destroy old in tenant", "destroy spare in vault"]),
    ("exchange", &["exchange tenant[\"live\"] for new", "exchange vault[\"kept\"] for other"]),
    ("generate", &["generate new at partner"]),
    ("import", &["import foreign in tenant as \"theirs\""]),
    ("inform", &["inform receiver_admin", "inform receiver_admin, developer"]),
    ("install", &["install certificate of spare in vault"]),
    ("order", &["order certificate of new from receiver_admin"]),
    ("provide", &["provide new to receiver_admin", "provide old to receiver_admin, developer"]),
    (
        "replace",
        &[
            "replace old by new at partner",
            "replace new by spare at partner",
            "replace old by old at partner",
        ],
    ),
    (
        "request",
        &[
            "request developer to undeploy orders",
            "request developer to create new in tenant as \"next one\"",
        ],
    ),
    ("restore", &["restore tenant[\"live\"] to spare", "restore vault[\"kept\"] to other"]),
    ("retire", &["retire old at partner", "retire new at partner"]),
    ("set", &["set change", "set freeze"]),
    ("test", &["test orders with old", "test orders with new"]),
    ("undeploy", &["undeploy orders"]),
];

/// A flow that is repointed has a place of its own, and the worlds of these tests have none: they are those of
/// `repointed`, and of the laws that all flows keep.
const ELSEWHERE: &[&str] = &["repoint"];

const GROUND: &str = "keyroll 1
plan words
role tenant_admin
role receiver_admin
role developer
key old
key new
key spare
key other
key foreign
keystore tenant of tenant_admin {
  alias \"live\" is old
}
keystore vault of tenant_admin {
  alias \"kept\" is spare
  alias \"waiting\" is other
}
receiver partner of receiver_admin {
  accepts old
  accepts at most 2
}
flow orders of tenant_admin {
  signs xml with tenant[\"live\"]
  sends to partner
  delivers within 1h
  deployed
}
window downtime at most 4h
fact change of tenant_admin
fact freeze of tenant_admin \"Nothing may be changed\" set
";

/// A plan that is read but not checked: one step for each act.
fn plan(acts: &[String], more: &str) -> Plan {
    let mut text = GROUND.to_owned();
    for (number, act) in acts.iter().enumerate() {
        text.push_str(&format!("step s{number} by tenant_admin {{\n  {act}\n}}\n"));
    }
    text.push_str(more);
    let source = Source::new("words", text);
    let (tree, findings) = parse(&source);
    assert!(findings.is_empty(), "{findings:?}");
    resolve(&source, &tree, &Given::default()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn acts() -> Vec<String> {
    VOCABULARY
        .iter()
        .filter(|verb| !ELSEWHERE.contains(&verb.keyword))
        .flat_map(|verb| {
            let found = ACTS.iter().find(|(keyword, _)| *keyword == verb.keyword);
            let (_, acts) = found.unwrap_or_else(|| panic!("the verb `{}` is not tried", verb.keyword));
            acts.iter().map(|act| (*act).to_owned())
        })
        .collect()
}

#[test]
fn every_usage_line_is_words_and_known_slots() {
    let verbs = VOCABULARY.iter().map(|verb| (verb.usage, verb.meaning));
    let forms = CONDITIONS.iter().map(|form| (form.usage, form.meaning));
    let mut usages: Vec<&str> = Vec::new();
    for (usage, meaning) in verbs.chain(forms).chain(promises()) {
        assert!(meaning.len() > 10 && meaning.ends_with('.'), "{usage}: {meaning}");
        for piece in pieces(usage) {
            if let Piece::Keyword(word) = piece {
                assert!(word.chars().all(|c| c.is_ascii_lowercase()), "`{word}` of `{usage}` is no word");
            }
        }
        let is_whole = COURSES.iter().any(|form| form.usage == usage);
        assert!(is_whole != pieces(usage).iter().any(|piece| matches!(piece, Piece::Slot(_))), "{usage}");
        assert!(!usages.contains(&usage), "`{usage}` is written twice");
        usages.push(usage);
    }
    for verb in VOCABULARY {
        assert_eq!(pieces(verb.usage).first(), Some(&Piece::Keyword(verb.keyword.into())));
    }
    assert_eq!(
        pieces("do <what>"),
        [Piece::Keyword("do".into()), Piece::Keyword("<what>".into())],
        "an unknown slot shows"
    );
}

#[test]
fn a_flow_that_is_repointed_reads_as_what_it_says() {
    let acts = ["create new in tenant as \"next one\"", "repoint orders to tenant[\"next one\"]"];
    let plan = plan(&acts.map(str::to_owned), "");
    assert!(plan.steps.ids().map(|step| plan.sentence(step)).eq(acts));
}

#[test]
fn every_sentence_reads_as_what_it_says() {
    let acts = acts();
    let first = plan(&acts, "");
    let said: Vec<String> = first.steps.ids().map(|step| first.sentence(step)).collect();
    assert_eq!(said, acts, "an act reads as it was written");
    let again = plan(&said, "");
    for step in first.steps.ids() {
        let (one, two) = (&first.steps[step], &again.steps[step]);
        assert_eq!(format!("{:?}", one.action.value), format!("{:?}", two.action.value));
        assert_eq!(one.action.value.effects(), two.action.value.effects());
        assert_eq!(one.speech, two.speech);
    }
    let conditions = [
        "partner accepts new",
        "partner accepts only new",
        "change clear",
        "orders deployed",
        "orders drained of old",
        "tenant[\"live\"] empty",
        "tenant[\"live\"] is new",
        "downtime open",
        "freeze set",
        "orders undeployed",
    ];
    let promises = [
        "orders never rejected",
        "orders never interrupted",
        "orders interrupted only in downtime",
        "orders interrupted at most 1h30m",
    ];
    assert_eq!((conditions.len(), promises.len()), (CONDITIONS.len(), INVARIANTS.len()), "each is tried");
    let finals = conditions.map(|c| format!("finally {c}\n")).concat();
    let promised = promises.map(|p| format!("promise {p}\n")).concat();
    let facts = || conditions.iter().filter(|condition| !condition.contains("drained"));
    let statements: Vec<String> = STATEMENTS
        .iter()
        .flat_map(|form| facts().map(|fact| form.usage.replace("<condition>", fact)))
        .collect();
    let stated: String = statements.iter().map(|s| format!("promise {s}\n")).collect();
    let courses: Vec<&str> = COURSES.iter().map(|form| form.usage).collect();
    let of_course: String = courses.iter().map(|course| format!("promise {course}\n")).collect();
    let read = plan(&acts, &format!("{finals}{promised}{stated}{of_course}"));
    assert_eq!(read.courses.iter().map(|c| c.value.sentence()).collect::<Vec<_>>(), courses);
    let sentence = |number: usize| read.finals[number].value.sentence(&read.landscape);
    assert_eq!((0..conditions.len()).map(sentence).collect::<Vec<_>>(), conditions);
    let of_flows = read.promises.iter().map(|promise| promise.value.sentence(&read.landscape));
    let of_times = read.limits.iter().map(|limit| limit.value.sentence(&read.landscape));
    assert_eq!(of_flows.chain(of_times).collect::<Vec<_>>(), promises);
    let said: Vec<String> = read.statements.iter().map(|s| s.value.sentence(&read.landscape)).collect();
    assert_eq!(said, statements);
}
