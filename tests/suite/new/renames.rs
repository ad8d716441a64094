//! Other names, aliases, titles and values: they come where they belong, and nowhere else.

use keyroll::{
    plan::mention::{Mention, Of},
    syntax::tree::Item,
};

use super::*;

/// Everything that a plan declares gets another name, and its first one again.
#[test]
fn renaming_everything_and_back_changes_nothing() {
    let mut renamed = 0;
    for template in templates() {
        let (_, mentions) = read(template.text);
        let mut wishes = Wishes::default();
        let mut back: Vec<(String, String)> = Vec::new();
        for (number, thing) in mentions.declared.iter().enumerate() {
            // A step that is called as a thing is reached only once that has another name.
            let old = &thing.name.value;
            if old.contains('$') || back.iter().any(|(_, known)| known == old) {
                continue;
            }
            let new = format!("x{number}");
            wishes.rename(old, &new);
            back.push((new, old.clone()));
        }
        let there = made(template, &wishes);
        let (_, after) = read(&there.text);
        assert_eq!(after.all.len(), mentions.all.len(), "{}", template.name);
        let new = |mention: &Mention| {
            let found = back.iter().find(|(_, old)| *old == mention.name.value);
            found.filter(|_| [Of::Thing, Of::Step].contains(&mention.of)).map(|(new, _)| new)
        };
        for (before, after) in mentions.all.iter().zip(&after.all) {
            let is_step = |of: Of| of == Of::Step;
            assert_eq!(is_step(before.of), is_step(after.of));
            match new(before) {
                Some(new) if *new == after.name.value => renamed += 1,
                // A step with the name of a thing keeps it.
                _ => assert_eq!(before.name.value, after.name.value, "{}", template.name),
            }
        }
        assert_ne!(there.text, template.text);
        // Nothing but names is otherwise: the same with names and the white space behind them left out.
        let mut undone = there.text.clone();
        let mut places = after.all.clone();
        places.sort_by_key(|mention| std::cmp::Reverse(mention.name.span));
        for mention in places {
            if let Some((_, old)) = back.iter().find(|(new, _)| *new == mention.name.value) {
                undone.replace_range(mention.name.span.start..mention.name.span.end, old);
            }
        }
        let (tree, _) = read(&undone);
        assert_eq!(format(&tree), template.text, "{}", template.name);
    }
    assert!(renamed > 2_000, "{renamed}");
}

#[test]
fn a_name_within_a_longer_one_stays() {
    let made = made(two_keys(), &wishes(&[("partner", "shop"), ("tenant", "vault"), ("old", "first")]));
    let text = &made.text;
    assert!(
        text.contains("keystore vault of tenant_admin {") && text.contains("role tenant_admin "),
        "{text}"
    );
    assert!(text.contains("retire first at shop") && text.contains("step retire_old by"), "{text}");
    assert!(
        text.contains("\"Renew an XML signature key while the receiver trusts the old and the new key\"")
    );
    assert!(text.contains("# how long a message may be under way"), "{text}");
}

#[test]
fn two_names_can_change_places() {
    let template = two_keys();
    let made = made(template, &wishes(&[("old", "new"), ("new", "old")]));
    assert!(made.text.contains("create old in tenant") && made.text.contains("retire new at partner"));
    assert!(made.text.contains("finally partner accepts only old"));
}

#[test]
fn an_alias_gets_another_text_with_all_that_is_made_of_it() {
    let template = Template::named("as2/partner-certificate").unwrap();
    assert!(template.text.contains("\"own-next\"") && template.text.contains("theirs[\"own\"]"));
    let made_text = made(template, &wishes(&[("\"own\"", "gate \"x\"")])).text;
    assert!(made_text.contains(r#"create sign_new in theirs as "gate \"x\"-next""#), "{made_text}");
    assert!(made_text.contains(r#"theirs["gate \"x\""] is sign_new"#), "{made_text}");
    assert!(made_text.contains(r#"alias "gate \"x\"" is sign_old"#), "{made_text}");
    assert!(!made_text.contains("\"own"), "{made_text}");
    assert!(made_text.contains("ours[\"peer\"]") && made_text.contains("\"peer-next\""));
    // A parameter's default is an alias too.
    let made_text = made(two_keys(), &wishes(&[("orders-signer", "payments")])).text;
    assert!(made_text.contains("param alias    : alias    = \"payments\""), "{made_text}");
    let mut both = wishes(&[("orders-signer", "payments")]);
    both.set("alias", "other");
    assert_eq!(refused(two_keys(), &both).codes().collect::<Vec<_>>(), ["name_taken"]);
    for (new, code) in
        [("peer", "name_taken"), ("PEER", "name_taken"), ("", "bad_new_name"), ("a$b", "bad_new_name")]
    {
        let refusal = refused(template, &wishes(&[("\"own\"", new)]));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), [code], "{new}");
    }
    let hostile = "a\u{202e}b\n";
    assert_eq!(
        refused(template, &wishes(&[("\"own\"", hostile)])).codes().collect::<Vec<_>>(),
        ["bad_new_name"]
    );
}

/// An alias that begins as another one does is another one, and so is one in a comment or a title.
#[test]
fn an_alias_within_a_longer_one_stays() {
    let text = two_keys()
        .text
        .replace("param alias    : alias    = \"orders-signer\"", "param alias    : alias    = \"own\"");
    let text = text.replace(
        "  alias $alias is old\n",
        "  alias \"own\" is old\n  alias \"owner\" is spare # not own\n  alias \"own-old\" is spare_2\n",
    );
    let text = text.replace("key new ", "key spare \"own\"\nkey spare_2\nkey new ");
    let (tree, _) = read(&text);
    let template = Template { name: "own", text: Box::leak(format(&tree).into_boxed_str()) };
    let made_text = made(&template, &wishes(&[("\"own\"", "gate")])).text;
    for says in [
        "alias \"gate\" is old\n",
        "alias \"owner\" is spare ",
        "# not own\n",
        "alias \"own-old\" is spare_2\n",
        "= \"gate\" ",
    ] {
        assert!(made_text.contains(says), "{says}\n{made_text}");
    }
    let titled = made_text.lines().find(|line| line.starts_with("key spare ")).unwrap();
    assert!(titled.ends_with(" \"own\""), "{titled}");
}

#[test]
fn names_that_nothing_can_have_are_refused() {
    let long = "x".repeat(65);
    let reserved = [
        "step",
        "role",
        "plan",
        "promise",
        "for",
        "use",
        "vocabulary",
        "keyroll",
        "by",
        "of",
        "at",
        "source",
        "after",
        "needs",
        "takes",
        "may",
        "accepts",
        "only",
        "never",
        "rejected",
        "known",
        "to",
        "while",
        "before",
        "always",
        "create",
        "retire",
        "deployed",
        "as",
        "with",
        "because",
        "is",
    ];
    let bad = [
        "",
        " ",
        "9",
        "a b",
        "-a",
        "a$b",
        "$a",
        "é",
        "a\u{202e}b",
        "a\u{0}",
        "a\nstep x by y {",
        "a\"",
        &long,
    ];
    for new in reserved.into_iter().chain(bad) {
        for old in ["tenant", "retire_old"] {
            let refusal = refused(two_keys(), &wishes(&[(old, new)]));
            assert_eq!(refusal.codes().collect::<Vec<_>>(), ["bad_new_name"], "{new:?}");
            let page = page(&refusal, false, 100);
            assert!(!page.chars().any(|c| keyroll::source::is_hostile(c) && c != '\n'), "{page:?}");
        }
        let mut wishes = Wishes::default();
        wishes.call_plan(new);
        assert_eq!(refused(two_keys(), &wishes).codes().collect::<Vec<_>>(), ["bad_new_name"], "{new:?}");
    }
    // The words of the plan's own vocabulary are words of its language.
    let cms = Template::named("cms/signer-two-keys").unwrap();
    for new in ["verifier", "trusts"] {
        assert_eq!(refused(cms, &wishes(&[("tenant", new)])).codes().collect::<Vec<_>>(), ["bad_new_name"]);
        assert!(made(two_keys(), &wishes(&[("tenant", new)])).text.contains(&format!("keystore {new} of")));
    }
}

#[test]
fn names_that_something_else_has_are_refused() {
    for names in [
        &[("tenant", "partner")][..],
        &[("tenant", "x"), ("partner", "x")],
        &[("tenant", "x"), ("tenant", "y")],
        &[("tenant", "old")],
        &[("retire_old", "trust_both")],
        &[("old", "new")],
    ] {
        let refusal = refused(two_keys(), &wishes(names));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["name_taken"], "{names:?}");
    }
    // Steps have names of their own.
    assert!(made(two_keys(), &wishes(&[("retire_old", "partner")])).text.contains("step partner by"));
    for old in
        ["nothing", "Tenant", "tenant_", "alias", "delivery", "\"tenant\"", "", "xml-signature-two-keys"]
    {
        let refusal = refused(two_keys(), &wishes(&[(old, "x")]));
        assert_eq!(refusal.codes().collect::<Vec<_>>(), ["unknown_rename"], "{old}");
    }
}

#[test]
fn titles_and_values_are_the_plans_own() {
    let mut wishes = Wishes::default();
    wishes.call_plan("payments-signer");
    wishes.title("xml-signature-two-keys", "Renew \"ours\" \\ $alias\n\u{202e}");
    wishes.title("tenant_admin", "Payments operations");
    wishes.title("old", "The key of last year");
    wishes.title("trust_both", "Trust the second certificate");
    wishes.set("alias", "payments");
    wishes.set("delivery", "1h30m");
    let made = made(two_keys(), &wishes);
    let plan = made.proven.checked().plan();
    assert_eq!(plan.name, "payments-signer");
    assert_eq!(plan.title.as_deref(), Some("Renew \"ours\" \\ $alias\n\u{202e}"));
    assert!(made.text.contains("key old \"The key of last year\""), "{}", made.text);
    assert!(made.text.contains("step trust_both by receiver_admin \"Trust the second certificate\" {"));
    assert!(made.text.contains("= 1h30m ") && made.text.contains("= \"payments\" "), "{}", made.text);
    let (tree, _) = read(&made.text);
    let role = tree.items.iter().find_map(|line| match &line.node {
        Item::Role(role) if role.name.value == "tenant_admin" => role.title.clone(),
        _ => None,
    });
    assert_eq!(role.unwrap().value, "Payments operations");
    for (name, code) in [("tenant", "unknown_rename"), ("nobody", "unknown_rename")] {
        let mut wishes = Wishes::default();
        wishes.title(name, "x");
        assert_eq!(refused(two_keys(), &wishes).codes().collect::<Vec<_>>(), [code]);
    }
    let mut twice = Wishes::default();
    twice.title("old", "x");
    twice.title("old", "y");
    assert_eq!(refused(two_keys(), &twice).codes().collect::<Vec<_>>(), ["unknown_rename"]);
    for (name, value, code) in [
        ("nothing", "1h", "unknown_parameter"),
        ("delivery", "soon", "bad_parameter"),
        ("alias", "", "bad_parameter"),
    ] {
        let mut wishes = Wishes::default();
        wishes.set(name, value);
        assert_eq!(refused(two_keys(), &wishes).codes().collect::<Vec<_>>(), [code], "{name}");
    }
}

/// A value with which the plan does not keep its promises any more: nothing is made.
#[test]
fn what_cannot_be_proved_is_not_made() {
    let one_key = Template::named("cms/signer-one-signature").unwrap();
    let mut wishes = Wishes::default();
    wishes.set("delivery", "24h");
    let refusal = refused(one_key, &wishes);
    assert!(refusal.has_error(), "{:?}", refusal.codes().collect::<Vec<_>>());
}
