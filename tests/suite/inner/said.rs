//! What a plan within a plan comes to.

use super::{TWO_KEYS, by_hand, outcome, read, read_with};

const HEAD: &str = "\
keyroll 1
plan partners
role admin
role acme_admin
role bolt_admin
";

fn part(called: &str, more: &str) -> String {
    format!(
        "plan {called} from \"std/xml-signature/two-keys\" {{
  tenant_admin = admin
  receiver_admin = {called}_admin
{more}}}
"
    )
}

/// The stock plan as a person writes it for a partner.
fn hand(called: &str, alias: &str, also: &[(&str, &str)]) -> String {
    let text = TWO_KEYS.replace("$alias", alias).replace("$delivery", "24h");
    let text = text.replace(&format!("[{alias}]"), &format!("[\"{alias}\"]"));
    let text = text.replace(&format!("alias {alias} is"), &format!("alias \"{alias}\" is"));
    let role = format!("{called}_admin");
    let roles = [("tenant_admin", "admin"), ("receiver_admin", role.as_str())];
    by_hand(&text, called, &roles.into_iter().chain(also.iter().copied()).collect::<Vec<_>>())
}

fn same(within: &str, hand: &str) -> String {
    let (within, hand) = (outcome(read(within)), outcome(read(hand)));
    assert_eq!(within, hand);
    within
}

#[test]
fn two_partners_are_the_stock_plan_written_out_twice() {
    let within = format!("{HEAD}{}{}", part("acme", ""), part("bolt", "  alias = \"bolt-signer\"\n"));
    let by_hand = format!("{HEAD}{}{}", hand("acme", "orders-signer", &[]), hand("bolt", "bolt-signer", &[]));
    let said = same(&within, &by_hand);
    assert!(said.starts_with("proved"), "{said}");
    assert!(said.contains("bolt-exchange_key admin") && said.contains("bolt-signer-next"), "{said}");
}

#[test]
fn what_two_parts_share_is_one_thing() {
    let shared = "keystore store of admin {\n}\nkey fresh\n";
    let more = |alias: &str| format!("  tenant = store\n  alias = \"{alias}\"\n");
    let within = format!(
        "{HEAD}{shared}{}{}",
        part("acme", &format!("{}  new = fresh\n", more("a"))),
        part("bolt", &more("b"))
    );
    // By hand the keystore is declared once, and says of both aliases what they name.
    let strip = |text: String| {
        let (before, behind) = text.split_once("keystore store of admin {").unwrap();
        let (_, behind) = behind.split_once("}\n").unwrap();
        format!("{before}{behind}").replace("key fresh\n", "")
    };
    let acme = strip(hand("acme", "a", &[("tenant", "store"), ("new", "fresh")]));
    let bolt = strip(hand("bolt", "b", &[("tenant", "store")]));
    let store =
        "keystore store of admin {\n  alias \"a\" is acme-old\n  alias \"b\" is bolt-old\n}\nkey fresh\n";
    let said = same(&within, &format!("{HEAD}{store}{acme}{bolt}"));
    assert!(said.starts_with("proved"), "{said}");
}

/// What a part says of a thing holds where it is shared; two that do not agree are found.
#[test]
fn no_limit_of_a_shared_thing_is_lost() {
    let receiver = |lines: &str| format!("{HEAD}receiver gate of acme_admin {{\n{lines}}}\n");
    let acme = part("acme", "  partner = gate\n");
    let capacity = |text: &str| {
        let checked = read(text).unwrap();
        let capacities: Vec<_> = checked.plan().landscape.acceptors.rows().map(|one| one.capacity).collect();
        capacities[0]
    };
    for said in ["", "  accepts at most 2\n", "  accepts acme-old\n  accepts at most 2\n"] {
        assert_eq!(capacity(&format!("{}{acme}", receiver(said))), Some(2), "{said}");
    }
    let refusal = read(&format!("{}{acme}", receiver("  accepts at most 3\n"))).unwrap_err();
    assert_eq!(refusal.error_codes(), ["said_twice"]);
    // A keystore with a gap has it in every plan.
    let gap = TWO_KEYS.replace("  alias $alias is old\n", "  alias $alias is old\n  exchanges with a gap\n");
    let text = format!("{HEAD}keystore store of admin {{\n}}\n{}", part("acme", "  tenant = store\n"));
    let text = text.replace("std/xml-signature/two-keys", "gap");
    let said = outcome(read_with(&text, &[("gap", gap.as_str())]));
    assert!(said.starts_with("refuted") && said.contains("is half done"), "{said}");
    // A flow is one flow, whatever its parameters are called.
    let flow = |time: &str| {
        format!(
            "{HEAD}param long : duration = {time}\nkeystore store of admin {{\n}}\n\
             flow all of admin {{\n  signs xml with store[\"orders-signer\"]\n  delivers within $long\n}}\n{}",
            part("acme", "  tenant = store\n  orders = all\n")
        )
    };
    let said = outcome(read(&flow("24h")));
    assert!(said.starts_with("proved"), "{said}");
    assert_eq!(read(&flow("23h")).unwrap_err().error_codes(), ["said_twice"]);
    // And a window one window.
    let window = TWO_KEYS.replace("key old ", "window downtime at most 4h\nkey old ");
    let outer = |most: &str| {
        let text = format!("{HEAD}window night{most}\n{}", part("acme", "  downtime = night\n"));
        read_with(&text.replace("std/xml-signature/two-keys", "w"), &[("w", window.as_str())])
    };
    assert!(outer(" at most 4h").is_ok());
    for most in ["", " at most 5h"] {
        assert_eq!(outer(most).unwrap_err().error_codes(), ["bad_part"], "{most}");
    }
}

#[test]
fn a_part_comes_before_and_after_steps_and_parts() {
    let within = format!(
        "{HEAD}step ask by admin {{\n  inform acme_admin\n}}\n{}step close by acme_admin {{\n  after acme\n  inform admin\n}}\n{}",
        part("acme", "  after ask\n"),
        part("bolt", "  alias = \"b\"\n  after close, acme-announce_exchange\n")
    );
    let first = |text: String, called: &str, after: &str| {
        let head = format!("step {called}-create_key by admin \"Create the new key pair\" {{\n");
        assert!(text.contains(&head), "{text}");
        text.replace(&head, &format!("{head}  after {after}\n"))
    };
    let by_hand = format!(
        "{HEAD}step ask by admin {{\n  inform acme_admin\n}}\n{}step close by acme_admin {{\n  after acme-retire_old\n  inform admin\n}}\n{}",
        first(hand("acme", "orders-signer", &[]), "acme", "ask"),
        first(hand("bolt", "b", &[]), "bolt", "close, acme-announce_exchange")
    );
    assert!(same(&within, &by_hand).starts_with("proved"));
}

/// A role that was never told of the end of a part cannot act after it.
#[test]
fn after_a_part_is_known_or_refused() {
    let text =
        format!("{HEAD}{}step close by bolt_admin {{\n  after acme\n  inform admin\n}}\n", part("acme", ""));
    let refusal = read(&text).unwrap_err();
    assert_eq!(refusal.error_codes(), ["unannounced_step"]);
}

const PAIR: &str = "\
keyroll 1
plan pair
param first : alias
role admin
role acme_admin
role bolt_admin
keystore store of admin {}
plan acme from \"std/xml-signature/two-keys\" {
  tenant_admin = admin
  receiver_admin = acme_admin
  tenant = store
  alias = $first
}
plan bolt from \"std/xml-signature/two-keys\" {
  tenant_admin = admin
  receiver_admin = bolt_admin
  tenant = store
  alias = \"$first-too\"
}
";

#[test]
fn a_part_may_have_parts() {
    let outer = "keyroll 1\nplan outer\nrole me\nrole you\nrole them\nkeystore mine of me {}\n\
        plan all from \"below/pair.renewal\" {\n  admin = me\n  acme_admin = you\n  bolt_admin = them\n  \
        store = mine\n  first = \"one\"\n}\n";
    let checked = read_with(outer, &[("below/pair.renewal", PAIR)]).unwrap();
    let plan = checked.plan();
    let names: Vec<&str> = plan.steps.rows().map(|step| step.name.value.as_str()).collect();
    assert_eq!(names.len(), 14);
    assert!(names.contains(&"all-acme-create_key") && names.contains(&"all-bolt-retire_old"), "{names:?}");
    let aliases: Vec<String> =
        plan.places_in_use().map(|(place, _)| plan.landscape.place_name(place)).collect();
    assert_eq!(aliases, ["mine[\"one\"]", "mine[\"one-too\"]"]);
    let parts: Vec<(&str, &str)> =
        plan.source.parts().iter().map(|part| (part.called.as_str(), part.name.as_str())).collect();
    let stock = "std/xml-signature/two-keys";
    assert_eq!(parts, [("all", "below/pair.renewal"), ("all-acme", stock), ("all-bolt", stock)]);
    // Each place leads to the line of the file that says it.
    let retire = plan.step("all-bolt-retire_old").unwrap();
    let (file, line, _) = plan.source.place(plan.steps[retire].name.span);
    assert_eq!(
        (file, TWO_KEYS.lines().nth(line - 1).unwrap()),
        (stock, "step retire_old by receiver_admin \"Remove the old certificate\" {")
    );
    assert!(outcome(Ok(checked)).starts_with("proved"));
}

/// `after` a part is after each step that nothing of it comes after.
#[test]
fn a_part_may_end_in_several_steps() {
    let fork = "keyroll 1\nplan fork\nrole a\nrole b\nstep one by a {\n  inform b\n}\n\
        step two by a {\n  after one\n  inform b\n}\nstep too by a {\n  after one\n  inform b\n}\n";
    let outer = "keyroll 1\nplan outer\nrole x\nrole y\n\
        plan fork from \"fork\" {\n  a = x\n  b = y\n}\n\
        step close by y {\n  after fork\n  inform x\n}\n\
        step late by y {\n  waits 1h after fork\n  inform x\n}\n";
    let checked = read_with(outer, &[("fork", fork)]).unwrap();
    let plan = checked.plan();
    for step in ["close", "late"] {
        let step = &plan.steps[plan.step(step).unwrap()];
        let after: Vec<&str> = step.after.iter().map(|id| plan.steps[id.value].name.value.as_str()).collect();
        assert_eq!(after, ["fork-two", "fork-too"]);
    }
    assert_eq!(plan.steps[plan.step("late").unwrap()].extra().waits.len(), 2);
}

/// A role that a part has for each row of a table is played by somebody too.
#[test]
fn roles_of_rows_are_bound_like_others() {
    let rows = "keyroll 1\nplan rows\nrole a\ntable who {\n  anna\n  ben\n}\nfor each who {\n  role of-$who\n}\n\
        step tell by a {\n  inform of-$who for each who\n}\n";
    let outer = |more: &str| {
        let text =
            format!("keyroll 1\nplan outer\nrole x\nrole y\nplan p from \"rows\" {{\n  a = x\n{more}}}\n");
        read_with(&text, &[("rows", rows)])
    };
    let refusal = outer("  of-anna = y\n").unwrap_err();
    assert_eq!(refusal.error_codes(), ["not_bound"]);
    assert_eq!(refusal.findings[0].to_string(), "nothing is said of `of-ben` of `rows`");
    assert_eq!(outer("  of-anna = y\n  of-ben = y\n").unwrap().plan().steps.len(), 1);
}

/// A text of a part is filled with its own parameters only.
#[test]
fn no_parameter_of_the_plan_stands_for_one_of_a_part() {
    let text = format!(
        "{}param alias-next : alias = \"stolen\"\nparam other : alias = \"$$5\"\n{}",
        HEAD,
        part("acme", "  alias = $other\n")
    );
    let mut checked = read(&text).unwrap();
    let unused: Vec<String> = checked.take_advice().iter().map(ToString::to_string).collect();
    assert!(unused.iter().any(|said| said.contains("alias-next")), "{unused:?}");
    assert!(!unused.iter().any(|said| said.contains("`other`")), "{unused:?}");
    let plan = checked.plan();
    let aliases: Vec<&str> = plan.landscape.places.rows().map(|place| place.alias.as_str()).collect();
    assert_eq!(aliases, ["$$5", "$$5-next", "$$5-backup"]);
}

#[test]
fn a_name_that_is_too_long_with_its_part_is_found() {
    let text =
        format!("{HEAD}{}", part("acme", "")).replace("plan acme", &format!("plan {}", "a".repeat(50)));
    let refusal = read(&text).unwrap_err();
    assert_eq!(refusal.error_codes(), ["name_too_long"]);
}

/// What a use of an alias is called is its own in each part: the waiver of one covers no other.
#[test]
fn a_waiver_of_a_part_is_for_that_part() {
    let used = TWO_KEYS.replace(
        "  alias $alias is old\n",
        "  alias $alias is old\n  alias $alias is also used by \"invoices\"\n",
    );
    assert_ne!(used, TWO_KEYS);
    let waived = format!("{used}\nwaive use \"invoices\" because \"off\"\n");
    let roles = |called: &str| {
        format!("  tenant_admin = admin\n  receiver_admin = {called}_admin\n  alias = \"{called}\"\n")
    };
    let outer = |bolt: &str| {
        format!(
            "{HEAD}plan acme from \"waived\" {{\n{}}}\nplan bolt from \"{bolt}\" {{\n{}}}\n",
            roles("acme"),
            roles("bolt")
        )
    };
    let files = [("waived", waived.as_str()), ("used", used.as_str())];
    let checked = read_with(&outer("waived"), &files).unwrap();
    assert_eq!(checked.plan().waived_uses().len(), 2);
    let refusal = read_with(&outer("used"), &files).unwrap_err();
    assert_eq!(refusal.error_codes(), ["use_uncovered"]);
}

#[test]
fn a_part_is_asked_for_once_for_each_row() {
    let text = "keyroll 1
plan partners
role admin
table partner with alias : alias {
  acme, \"a\"
  bolt, \"b\"
}
for each partner {
  role $partner_admin
  plan $partner from \"std/xml-signature/two-keys\" {
    tenant_admin = admin
    receiver_admin = $partner_admin
    alias = $alias
  }
  step close-$partner by $partner_admin {
    after $partner
    inform admin
  }
}
step end by admin {
  after close-$partner for each partner
  inform $partner_admin for each partner
}
";
    let by_hand = format!(
        "{}{}step close-acme by acme_admin {{\n  after acme-retire_old\n  inform admin\n}}\n{}\
         step close-bolt by bolt_admin {{\n  after bolt-retire_old\n  inform admin\n}}\n\
         step end by admin {{\n  after close-acme, close-bolt\n  inform acme_admin, bolt_admin\n}}\n",
        "keyroll 1\nplan partners\nrole admin\nrole acme_admin\nrole bolt_admin\n",
        hand("acme", "a", &[]),
        hand("bolt", "b", &[])
    );
    assert!(same(text, &by_hand).starts_with("proved"));
}

/// The plans behind `std/` are those that come with keyroll, without a hazard.
#[test]
fn the_standard_parts_are_stock_plans() {
    use keyroll::{
        plan::inner::{standard, standards},
        template::STOCK,
    };
    assert!(standards().count() > 40);
    for part in standards() {
        let same = |stock: &&_| *stock == part;
        assert!(STOCK.iter().find(same).is_some_and(|stock| stock.hazard().is_none()), "{}", part.name);
        assert_eq!(standard(&format!("std/{}", part.name)), Some(part.text));
    }
    for apart in STOCK.iter().filter(|stock| stock.hazard().is_some()) {
        assert_eq!(standard(&format!("std/{}", apart.name)), None);
    }
}
