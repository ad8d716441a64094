//! Groups of roles: each plan with one is the plan in which its roles are written out.

#![cfg(test)]

use std::collections::BTreeSet;

use keyroll::{
    check::{self, Checked},
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    source::Source,
    syntax::{format, parse},
};

use super::runs::{Place, plan};

/// A partner's certificate, which several administrators come to accept.
const PLAN: &str = "keyroll 1

plan renewal

role tenant_admin
role first_admin
role second_admin
role third_admin
group partners is first_admin, second_admin, third_admin
group few      is first_admin, second_admin

key old
key new

keystore tenant of tenant_admin {
  alias \"orders\" is old
}

receiver first of first_admin {
  accepts old
}

receiver second of second_admin {
  accepts old
}

flow orders of tenant_admin {
  signs xml with tenant[\"orders\"]
  sends to first
  delivers immediately
  deployed
}

flow invoices of tenant_admin {
  signs xml with tenant[\"orders\"]
  sends to second
  delivers immediately
  deployed
}

step create_key by tenant_admin {
  create new in tenant as \"orders-next\"
}

step provide by tenant_admin {
  after create_key
  provide new to few
}

step ask by tenant_admin {
  after provide
  request few to accept new at first
}

step trust_first by first_admin {
  after ask
  accept new at first
}

step trust_second by second_admin {
  after ask
  accept new at second
}

step tell_first by first_admin {
  after trust_first
  inform tenant_admin, second_admin
}

step tell_second by second_admin {
  after trust_second
  inform tenant_admin, first_admin
}

step exchange_key by tenant_admin {
  after tell_first, tell_second
  exchange tenant[\"orders\"] for new
}

step announce by tenant_admin {
  after exchange_key
  inform partners
}

promise orders never rejected
promise invoices never rejected
finally tenant[\"orders\"] is new known to partners
";

fn written_out() -> String {
    let lines = PLAN.lines().filter(|line| !line.starts_with("group "));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let text = text.replace(" few", " first_admin, second_admin");
    text.replace("partners", "first_admin, second_admin, third_admin")
}

fn checked(text: &str) -> Checked {
    let read = check::read(&Source::new("plan.renewal", text), &Given::default());
    read.unwrap_or_else(|refusal| panic!("{:?}", refusal.findings))
}

fn codes(text: &str) -> BTreeSet<String> {
    match check::read(&Source::new("plan.renewal", text), &Given::default()) {
        Ok(_) => BTreeSet::new(),
        Err(refusal) => refusal.codes().collect(),
    }
}

#[test]
fn a_group_is_its_roles_written_out() {
    let (one, other) = (checked(PLAN), checked(&written_out()));
    let (grouped, plain) = (one.plan(), other.plan());
    let shape = |checked: &Checked| {
        let plan = checked.plan();
        let deliveries = plan.deliveries.rows().map(|message| (message.step, message.to));
        let known = plan.known.iter().map(|known| (known.value.what, known.value.roles.clone()));
        (deliveries.collect::<Vec<_>>(), known.collect::<Vec<_>>())
    };
    assert_eq!(shape(&one), shape(&other));
    assert_eq!(grouped.deliveries.len(), 2 + 2 + 2 + 2 + 3);
    // People read the name.
    let sentence = |plan: &keyroll::plan::Plan, name: &str| plan.sentence(plan.step(name).unwrap());
    assert_eq!(sentence(grouped, "announce"), "inform partners");
    assert_eq!(sentence(grouped, "ask"), "request few to accept new at first");
    assert_eq!(sentence(grouped, "tell_first"), "inform tenant_admin, second_admin");
    assert_eq!(sentence(plain, "announce"), "inform first_admin, second_admin, third_admin");
    for (name, checked) in [("grouped", one), ("written out", other)] {
        let start = checked.plan().start.clone();
        assert!(matches!(prove(checked, &start, BUDGET), Verdict::Proven(_)), "{name}");
    }
}

#[test]
fn what_is_wrong_without_a_group_is_wrong_with_it() {
    // Each line taken out in turn is the same fault, or none, in both.
    let mut refused = 0;
    for line in [
        "  after ask\n",
        "  after provide\n",
        "  after create_key\n",
        "  after tell_first, tell_second\n",
        "  inform partners\n",
    ] {
        let other = if line.contains("partners") { "  inform few\n" } else { "" };
        let grouped = PLAN.replacen(line, other, 1);
        assert_ne!(grouped, PLAN);
        let plain = {
            let line = line.replace("partners", "first_admin, second_admin, third_admin");
            written_out().replacen(&line, &other.replace("few", "first_admin, second_admin"), 1)
        };
        assert_eq!(codes(&grouped), codes(&plain), "{line}");
        refused += usize::from(!codes(&plain).is_empty());
    }
    assert!(refused >= 4, "{refused}");
    // Somebody who is not in the group is not told.
    let less = PLAN.replace(
        "group partners is first_admin, second_admin, third_admin",
        "group partners is first_admin, second_admin",
    );
    let less = less.replace("known to partners", "known to partners, third_admin");
    assert_eq!(codes(&less), BTreeSet::from(["not_known_at_end".to_owned()]));
}

#[test]
fn a_group_stands_where_roles_are_listed_and_nowhere_else() {
    assert_eq!(
        codes(&PLAN.replace("step announce by tenant_admin", "step announce by few")),
        BTreeSet::from(["wrong_kind".to_owned()])
    );
    assert_eq!(
        codes(&PLAN.replace("receiver first of first_admin", "receiver first of few")),
        BTreeSet::from(["wrong_kind".to_owned()])
    );
    let nested = PLAN.replace(
        "group few      is first_admin, second_admin",
        "group few      is first_admin, second_admin\ngroup all is few, third_admin",
    );
    assert_eq!(codes(&nested), BTreeSet::from(["wrong_kind".to_owned()]));
    // In a list with others, and named twice: each role is told once.
    let mixed = PLAN.replace("inform partners", "inform few, third_admin, first_admin");
    assert_eq!(checked(&mixed).plan().deliveries.len(), checked(PLAN).plan().deliveries.len());
}

#[test]
fn a_group_is_brought_into_form_and_read_again() {
    let (tree, findings) = parse(&Source::new("plan.renewal", PLAN));
    assert!(findings.is_empty());
    let text = format(&tree);
    assert!(text.contains("\ngroup partners is first_admin, second_admin, third_admin\n"), "{text}");
    let (again, _) = parse(&Source::new("plan.renewal", text.clone()));
    assert_eq!(format(&again), text);
}

#[test]
fn a_group_of_the_rows_of_a_table_is_all_of_them() {
    let place = Place::two_keys();
    let text = "keyroll 1

plan renewal

table partner {
  acme
  bolt
}

role tenant_admin
for each partner {
  role admin-$partner
}
group admins is admin-$partner for each partner

key old
key new

keystore tenant of tenant_admin {
  alias \"orders\" is old
}

for each partner {
  receiver gate-$partner of admin-$partner {
    accepts old
    accepts new
  }

  flow orders-$partner of tenant_admin {
    signs xml with tenant[\"orders\"]
    sends to gate-$partner
    delivers immediately
    deployed
  }
}

step create_key by tenant_admin {
  create new in tenant as \"orders-next\"
}

step exchange_key by tenant_admin {
  after create_key
  exchange tenant[\"orders\"] for new
}

step announce by tenant_admin {
  after exchange_key
  inform admins
}

finally tenant[\"orders\"] is new known to admins
";
    let checked = checked(text);
    let plan = checked.plan();
    assert_eq!((plan.deliveries.len(), plan.landscape.roles.len()), (2, 3));
    place.write("rows.renewal", text);
    place.keyroll("prove rows.renewal").ends(0);
    place.keyroll("runbook rows.renewal").ends(0).says("inform admins");
}

#[test]
fn a_part_brings_its_groups_under_its_own_name() {
    let place = Place::two_keys();
    place.write("inner.renewal", PLAN);
    let outer = "keyroll 1

plan outer

role admin
role a
role b
role c
keystore tenant of admin {}

plan part from \"inner.renewal\" {
  tenant_admin = admin
  first_admin = a
  second_admin = b
  third_admin = c
  tenant = tenant
}
";
    place.write("outer.renewal", outer);
    place.keyroll("check outer.renewal").ends(0);
    place.keyroll("runbook outer.renewal").ends(0).says("inform part-partners");
    let drawn = place.keyroll("prove outer.renewal").ends(0);
    assert!(!drawn.out.contains("unknown"), "{}", drawn.out);
    // A plan of the library under other names keeps none of ours.
    assert!(!plan("two-keys.renewal").contains("group "));
}

/// Whom a step speaks to is compared role by role: a group that is another one is seen, and one that stands for
/// the same roles is none.
#[test]
fn comparing_looks_through_a_group() {
    let place = Place::two_keys();
    place.write("old.renewal", PLAN);
    let grown = "group partners is first_admin, second_admin";
    let all = "group partners is first_admin, second_admin, third_admin";
    assert!(PLAN.contains(all) && PLAN.contains("inform partners"));
    place.write("new.renewal", PLAN.replace(all, grown));
    let said = place.keyroll("compare old.renewal new.renewal");
    assert!(said.out.contains("it was `inform first_admin, second_admin, third_admin`"), "{}", said.out);
    let out = PLAN.replace("inform partners", "inform first_admin, second_admin, third_admin");
    place.write("new.renewal", &out);
    let said = place.keyroll("compare old.renewal new.renewal").ends(0);
    assert!(!said.out.contains("it was"), "{}", said.out);
}
