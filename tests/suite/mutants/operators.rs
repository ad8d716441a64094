//! The ways in which people get a plan wrong, each by a name, done to every plan that is shipped or told
//! of: both judges, both engines and the certificates say the same of each.

use std::collections::BTreeMap;

use keyroll::{
    certificate::{Certificate, Claim, Subject},
    check::Checked,
    proof::{engine::Engine, reason::subject},
    syntax::{
        format,
        tree::{Item, StepDecl, SyntaxTree},
    },
};

use super::{
    ONE_KEY, TWO_KEYS,
    edit::{
        act, add_need, after, drop_need, drop_step, names, needs, promised, said, set_act, set_after,
        set_promised, step, step_mut, steps, tree, word, words,
    },
};
use crate::{
    certificate::{certified, judged, proven},
    own_facts::PLAN as APPROVED,
    reference::{Compared, LIMIT, compare, read},
};

/// One edit of a plan: what was done, and the plan after it.
type Edited = (String, SyntaxTree);

/// A way to get a plan wrong.
struct Operator {
    name: &'static str,
    /// Everything that it can do to a plan.
    edits: fn(&SyntaxTree) -> Vec<Edited>,
}

/// An exchange in one moment at two partners, of which the second judges each message when it is sent.
const TWO_PARTNERS: &str = r#"keyroll 1
plan two-partners
role ops
role east
role west
key old
key new
keystore vault of ops {
  alias "signer" is old
}
receiver east_gate of east {
  accepts old
  accepts at most 2
}
receiver west_gate of west {
  accepts old
  accepts at most 2
}
flow far of ops {
  signs xml with vault["signer"]
  sends to east_gate
  delivers within 1h
  deployed
}
flow near of ops {
  signs xml with vault["signer"]
  sends to west_gate
  delivers immediately
  deployed
}
step create by ops {
  create new in vault as "signer-next"
}
step provide by ops {
  after create
  provide new to east, west
}
step trust_east by east {
  after provide
  accept new at east_gate
}
step tell_east by east {
  after trust_east
  inform ops, west
}
step trust_west by west {
  after tell_east
  accept new at west_gate
}
step tell_west by west {
  after trust_west
  inform ops
}
step exchange by ops {
  after tell_east, tell_west
  exchange vault["signer"] for new
}
step announce by ops {
  after exchange
  inform east, west
}
step retire_west by west {
  after announce
  retire old at west_gate
}
step retire_east by east {
  after announce
  needs far drained of old
  retire old at east_gate
}
finally east_gate accepts only new
finally west_gate accepts only new
"#;

/// The plan of a fence, by the name that a page gives it.
fn fenced(page: &str, name: &str) -> String {
    let begin = page.split_once(&format!("```renewal {name}\n")).expect("the page has the plan").1;
    begin.split_once("```\n").expect("the fence ends").0.to_owned()
}

/// Every plan that is shipped or told of, and two that have what those have not.
fn plans() -> Vec<(&'static str, String)> {
    let immediately = TWO_KEYS.replace("delivers within $delivery", "delivers immediately");
    let caching = immediately.replace("  deployed\n}", "  caches keys for 10m\n  deployed\n}");
    assert_ne!(immediately, caching);
    vec![
        ("two-keys", TWO_KEYS.to_owned()),
        ("one-key", ONE_KEY.to_owned()),
        ("README", fenced(include_str!("../../../README.md"), "first.renewal")),
        ("the language", fenced(include_str!("../../../docs/language.md"), "minimal.renewal")),
        ("caching", caching),
        ("two partners", TWO_PARTNERS.to_owned()),
        ("an approval", APPROVED.to_owned()),
    ]
}

/// An edit for each step for which there is one.
fn each(stock: &SyntaxTree, edit: impl Fn(&mut SyntaxTree, &str) -> Option<String>) -> Vec<Edited> {
    let tried = names(stock).into_iter().filter_map(|name| {
        let mut tree = stock.clone();
        let what = edit(&mut tree, &name)?;
        (tree != *stock).then(|| (format!("{name}{what}"), tree))
    });
    tried.collect()
}

/// Does a step once more behind itself, under another name.
fn done_again(stock: &SyntaxTree, tree: &mut SyntaxTree, name: &str, again: &str) -> Option<()> {
    let at =
        tree.items.iter().position(|item| matches!(&item.node, Item::Step(s) if s.name.value == name))?;
    let mut item = tree.items[at].clone();
    item.node = Item::Step(StepDecl { name: word(again), ..step(stock, name).clone() });
    tree.items.push(item);
    set_after(tree, again, &[name.to_owned()]);
    Some(())
}

/// An edit for each step whose act begins with one of these words.
fn acting(
    stock: &SyntaxTree,
    verbs: &[&str],
    edit: impl Fn(&mut SyntaxTree, &str, &[String]) -> Option<String>,
) -> Vec<Edited> {
    each(stock, |tree, name| {
        let said: Vec<String> = act(step(stock, name)).split(' ').map(str::to_owned).collect();
        verbs.contains(&said.first()?.as_str()).then(|| edit(tree, name, &said)).flatten()
    })
}

/// What a step is told to do instead.
fn instead(stock: &SyntaxTree, verbs: &[&str], acts: impl Fn(&[String]) -> Option<String>) -> Vec<Edited> {
    acting(stock, verbs, |tree, name, said| {
        let act = acts(said)?;
        set_act(tree, name, &act);
        Some(format!(": {act}"))
    })
}

/// The other of the two keys.
fn other(key: &str) -> &'static str {
    if key == "new" { "old" } else { "new" }
}

fn roles(stock: &SyntaxTree) -> Vec<String> {
    let mut roles: Vec<String> = steps(stock).map(|step| step.role.value.clone()).collect();
    roles.sort();
    roles.dedup();
    roles
}

/// Changes the first line of a block that begins so; whose it is does not matter.
fn line_of(stock: &SyntaxTree, begins: &str, now: impl Fn(&str) -> String) -> Vec<Edited> {
    let blocks = stock.items.iter().filter_map(|item| match &item.node {
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => Some(owned),
        _ => None,
    });
    let lines = blocks.flat_map(|owned| {
        let lines = owned.body.lines.iter().map(|line| words(&line.node));
        lines.filter(|line| line.starts_with(begins)).map(|line| (owned.name.value.clone(), line)).take(1)
    });
    let edited = lines.map(|(of, was)| {
        let (mut tree, now) = (stock.clone(), now(&was));
        said(&mut tree, &of, &was, &now);
        (format!("{of}: {now}"), tree)
    });
    edited.filter(|(_, tree)| tree != stock).collect()
}

fn has_needs(step: &StepDecl, word: &str) -> Vec<String> {
    needs(step).into_iter().filter(|need| need.contains(word)).collect()
}

const OPERATORS: &[Operator] = &[
    Operator {
        name: "drop a step",
        edits: |stock| {
            each(stock, |t, n| {
                drop_step(t, n, false);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "bridge a step",
        edits: |stock| {
            each(stock, |t, n| {
                drop_step(t, n, true);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "skip a node",
        edits: |stock| {
            acting(stock, &["accept", "replace"], |t, n, _| {
                drop_step(t, n, true);
                Some(String::new())
            })
        },
    },
    Operator { name: "swap neighbours", edits: swapped },
    Operator { name: "drop an order", edits: |stock| orders(stock, |rest, _| rest) },
    Operator {
        name: "forget all order",
        edits: |stock| {
            each(stock, |t, n| {
                set_after(t, n, &[]);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "come too early",
        edits: |stock| {
            orders(stock, |mut rest, theirs| {
                rest.extend(theirs);
                rest
            })
        },
    },
    Operator {
        name: "drop a need",
        edits: |stock| {
            each(stock, |t, n| {
                let need = needs(step(stock, n)).first()?.clone();
                drop_need(t, n, &need);
                Some(format!(": {need}"))
            })
        },
    },
    Operator {
        name: "drain of another key",
        edits: |stock| {
            each(stock, |t, n| {
                let need = has_needs(step(stock, n), " drained of old").first()?.clone();
                drop_need(t, n, &need);
                add_need(t, n, &need.replace(" of old", " of new"));
                Some(String::new())
            })
        },
    },
    Operator {
        name: "ignore the cache",
        edits: |stock| {
            if !format(stock).contains("caches keys for") {
                return Vec::new();
            }
            each(stock, |t, n| {
                let need = has_needs(step(stock, n), " drained of ").first()?.clone();
                drop_need(t, n, &need);
                Some(format!(": {need}"))
            })
        },
    },
    Operator {
        name: "drop a report",
        edits: |stock| {
            acting(stock, &["inform"], |t, n, _| {
                drop_step(t, n, true);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "report early",
        edits: |stock| acting(stock, &["inform"], |t, n, _| early(stock, t, n)),
    },
    Operator {
        name: "report to another role",
        edits: |stock| {
            instead(stock, &["inform"], |said| {
                let role = roles(stock).into_iter().find(|role| !said.contains(role))?;
                Some(format!("inform {role}"))
            })
        },
    },
    Operator {
        name: "ask instead of telling",
        edits: |stock| {
            instead(stock, &["inform"], |said| {
                Some(format!("request {} to deploy {}", said[1..].join(" "), flow(stock)))
            })
        },
    },
    Operator {
        name: "hand over too early",
        edits: |stock| acting(stock, &["provide"], |t, n, _| early(stock, t, n)),
    },
    Operator {
        name: "hand over another key",
        edits: |stock| {
            instead(stock, &["provide"], |said| {
                Some(format!("provide {} {}", other(&said[1]), said[2..].join(" ")))
            })
        },
    },
    Operator {
        name: "trust too late",
        edits: |stock| {
            acting(stock, &["accept", "replace"], |t, n, _| {
                let last = names(stock).pop().filter(|last| last != n)?;
                let mut all = after(step(t, n));
                all.push(last);
                set_after(t, n, &all);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "trust another key",
        edits: |stock| {
            instead(stock, &["accept", "retire"], |said| {
                Some(format!("{} {} {}", said[0], other(&said[1]), said[2..].join(" ")))
            })
        },
    },
    Operator {
        name: "replace where both are needed",
        edits: |stock| {
            instead(stock, &["accept"], |said| {
                Some(format!("replace old by {} {}", said[1], said[2..].join(" ")))
            })
        },
    },
    Operator {
        name: "add where there is room for one",
        edits: |stock| {
            instead(stock, &["replace"], |said| Some(format!("accept {} {}", said[3], said[4..].join(" "))))
        },
    },
    Operator {
        name: "retire early",
        edits: |stock| {
            acting(stock, &["retire", "replace"], |t, n, _| {
                for need in needs(step(stock, n)) {
                    drop_need(t, n, &need);
                }
                early(stock, t, n)
            })
        },
    },
    Operator {
        name: "exchange early",
        edits: |stock| {
            acting(stock, &["exchange"], |t, n, _| {
                for need in needs(step(stock, n)) {
                    drop_need(t, n, &need);
                }
                early(stock, t, n)
            })
        },
    },
    Operator {
        name: "exchange another alias",
        edits: |stock| {
            instead(stock, &["exchange"], |said| {
                Some(
                    said.join(" ")
                        .replace("[$alias]", "[\"$alias-next\"]")
                        .replace("signer\"]", "signer-next\"]"),
                )
            })
        },
    },
    Operator {
        name: "exchange for another key",
        edits: |stock| {
            instead(stock, &["exchange"], |said| Some(format!("{} {}", said[..3].join(" "), other(&said[3]))))
        },
    },
    Operator {
        name: "destroy instead of exchanging",
        edits: |stock| {
            instead(stock, &["exchange"], |said| {
                Some(format!("destroy old in {}", said[1].split('[').next()?))
            })
        },
    },
    Operator {
        name: "stage at a wrong alias",
        edits: |stock| instead(stock, &["create"], |said| Some(said.join(" ").replace("-next", "-backup"))),
    },
    Operator {
        name: "sign with a wrong alias",
        edits: |stock| {
            line_of(stock, "signs xml with", |was| {
                was.replace("[$alias]", "[\"$alias-next\"]").replace("signer\"]", "signer-next\"]")
            })
        },
    },
    Operator { name: "exchange with a gap", edits: with_a_gap },
    Operator {
        name: "hold fewer keys",
        edits: |stock| line_of(stock, "accepts at most 2", |_| "accepts at most 1".to_owned()),
    },
    Operator {
        name: "begin with the flow stopped",
        edits: |stock| line_of(stock, "deployed", |_| "undeployed".to_owned()),
    },
    Operator {
        name: "begin with another trust",
        edits: |stock| line_of(stock, "accepts old", |_| "accepts new".to_owned()),
    },
    Operator {
        name: "give a step to another role",
        edits: |stock| {
            each(stock, |t, n| {
                let role = roles(stock).into_iter().find(|role| *role != step(stock, n).role.value)?;
                step_mut(t, n).role = word(&role);
                Some(format!(" by {role}"))
            })
        },
    },
    Operator { name: "merge two roles", edits: merged },
    Operator {
        name: "reopen the window",
        edits: |stock| {
            acting(stock, &["agree"], |t, n, _| {
                done_again(stock, t, n, "agree_again")?;
                Some(String::new())
            })
        },
    },
    Operator {
        name: "do not wait for the window",
        edits: |stock| {
            each(stock, |t, n| {
                let need = has_needs(step(stock, n), " open").first()?.clone();
                drop_need(t, n, &need);
                Some(String::new())
            })
        },
    },
    Operator { name: "shorten the window", edits: |stock| shortened(stock, "downtime") },
    Operator {
        name: "forget to deploy",
        edits: |stock| {
            acting(stock, &["deploy"], |t, n, _| {
                drop_step(t, n, true);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "deploy early",
        edits: |stock| acting(stock, &["deploy"], |t, n, _| early(stock, t, n)),
    },
    Operator {
        name: "do not stop the flow",
        edits: |stock| {
            acting(stock, &["undeploy"], |t, n, _| {
                drop_step(t, n, true);
                Some(String::new())
            })
        },
    },
    Operator {
        name: "clear what is to be set",
        edits: |stock| {
            instead(stock, &["set", "clear"], |said| {
                Some(format!("{} {}", if said[0] == "set" { "clear" } else { "set" }, said[1]))
            })
        },
    },
    Operator {
        name: "do not wait for the approval",
        edits: |stock| {
            each(stock, |t, n| {
                let need = needs(step(stock, n)).into_iter().find(|need| need.ends_with(" set"))?;
                let theirs: Vec<String> =
                    after(step(t, n)).iter().flat_map(|b| after(step(stock, b))).collect();
                drop_need(t, n, &need);
                set_after(t, n, &theirs);
                Some(format!(": {need}"))
            })
        },
    },
    Operator {
        name: "take the approval back",
        edits: |stock| {
            acting(stock, &["set"], |t, n, said| {
                done_again(stock, t, n, "take_back")?;
                set_act(t, "take_back", &format!("clear {}", said[1]));
                Some(String::new())
            })
        },
    },
    Operator {
        name: "begin with the approval",
        edits: |stock| {
            let text = format(stock);
            let facts = text.lines().filter(|line| line.starts_with("fact "));
            let edited = facts.map(|line| {
                let now = line.strip_suffix(" set").map_or_else(|| format!("{line} set"), str::to_owned);
                (now.clone(), tree(&text.replace(line, &now)))
            });
            edited.collect()
        },
    },
    Operator { name: "want another end", edits: turned },
];

fn flow(stock: &SyntaxTree) -> String {
    let flow = stock.items.iter().find_map(|item| match &item.node {
        Item::Flow(owned) => Some(owned.name.value.clone()),
        _ => None,
    });
    flow.expect("each plan has a flow")
}

/// Comes after what the steps before it come after, and not after them.
fn early(stock: &SyntaxTree, tree: &mut SyntaxTree, name: &str) -> Option<String> {
    let before = after(step(stock, name));
    let mut earlier: Vec<String> = before.iter().flat_map(|b| after(step(stock, b))).collect();
    earlier.sort();
    earlier.dedup();
    earlier.retain(|step| step != name);
    set_after(tree, name, &earlier);
    (!before.is_empty()).then(String::new)
}

/// The keystore takes the old pair away before it puts the new one there.
fn with_a_gap(stock: &SyntaxTree) -> Vec<Edited> {
    let text = format(stock);
    let line =
        text.lines().find(|line| line.starts_with("  alias ")).expect("a keystore says what lies there");
    vec![(line.trim().to_owned(), tree(&text.replacen(line, &format!("{line}\n  exchanges with a gap"), 1)))]
}

/// Something else instead of one `after` of a step, made of the others and of what that one comes after.
fn orders(stock: &SyntaxTree, now: fn(Vec<String>, Vec<String>) -> Vec<String>) -> Vec<Edited> {
    let mut made = Vec::new();
    for name in names(stock) {
        let was = after(step(stock, &name));
        for gone in &was {
            let rest: Vec<String> = was.iter().filter(|other| *other != gone).cloned().collect();
            let theirs = after(step(stock, gone)).into_iter().filter(|b| !rest.contains(b)).collect();
            let mut tree = stock.clone();
            set_after(&mut tree, &name, &now(rest, theirs));
            made.push((format!("{name} after {gone}"), tree));
        }
    }
    made
}

fn swapped(stock: &SyntaxTree) -> Vec<Edited> {
    let all = names(stock);
    let pairs = all.windows(2).map(|pair| {
        let (one, two) = (step(stock, &pair[0]).clone(), step(stock, &pair[1]).clone());
        let mut tree = stock.clone();
        for (name, other) in [(&pair[0], &two), (&pair[1], &one)] {
            let keep = after(step(&tree, name));
            let changed = step_mut(&mut tree, name);
            changed.role = other.role.clone();
            changed.body = other.body.clone();
            set_after(&mut tree, name, &keep);
        }
        (format!("{} and {}", pair[0], pair[1]), tree)
    });
    pairs.filter(|(_, tree)| tree != stock).collect()
}

/// One role does what two did.
fn merged(stock: &SyntaxTree) -> Vec<Edited> {
    let all = roles(stock);
    let pairs =
        all.iter().flat_map(|one| all.iter().filter(move |two| *two > one).map(move |two| (one, two)));
    let made = pairs.map(|(one, two)| {
        let mut tree = stock.clone();
        for name in names(stock) {
            if step(stock, &name).role.value == *two {
                step_mut(&mut tree, &name).role = word(one);
            }
        }
        for item in &mut tree.items {
            let owner = match &mut item.node {
                Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => &mut owned.owner,
                Item::Fact(fact) => &mut fact.owner,
                _ => continue,
            };
            if owner.value == *two {
                *owner = word(one);
            }
        }
        (format!("{two} is {one}"), tree)
    });
    made.collect()
}

/// A parameter of the plan is a minute.
fn shortened(stock: &SyntaxTree, name: &str) -> Vec<Edited> {
    let text = format(stock);
    let Some(line) = text.lines().find(|line| line.starts_with(&format!("param {name} "))) else {
        return Vec::new();
    };
    let (head, _) = line.split_once('=').expect("it has a value");
    vec![(format!("{name} is a minute"), tree(&text.replace(line, &format!("{head}= 1m"))))]
}

fn turned(stock: &SyntaxTree) -> Vec<Edited> {
    let ends = promised(stock).into_iter().filter(|(_, said)| said.ends_with(" new"));
    let made = ends.map(|(at, said)| {
        let mut tree = stock.clone();
        let now = format!("{}old", &said[..said.len() - 3]);
        set_promised(&mut tree, at, &now);
        (format!("{said}: {now}"), tree)
    });
    made.collect()
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Became {
    /// The checks refuse it.
    Checked,
    /// A time does not fit.
    Timed,
    /// The proof refuses it.
    Refused,
    /// It keeps what it promises.
    Harmless,
}

/// Both judges, both engines and the certificates say the same; `claims` are the reasons of the plan that
/// was changed, which must not prove another one that is refused.
fn judge(text: &str, claims: &[Claim]) -> Became {
    let times = ["window_too_short", "interrupted_too_long", "interrupted_for_ever"];
    if let Err(codes) = read(text)
        && codes.iter().all(|code| times.contains(&code.as_str()))
    {
        return Became::Timed;
    }
    match compare(text, LIMIT) {
        Compared::Unread(_) => Became::Checked,
        Compared::Refuted(..) => {
            for engine in [Engine::Cuts, Engine::Explicit] {
                assert!(proven(read(text).unwrap(), engine).is_none(), "{engine:?} proves\n{text}");
            }
            let checked = read(text).unwrap();
            for claim in claims {
                let forged = forged(claim, &checked);
                assert!(judged(&checked, &forged).is_err(), "a certificate of another plan proves\n{text}");
            }
            Became::Refused
        }
        Compared::Proved(_) => {
            let explicit = proven(read(text).unwrap(), Engine::Explicit);
            let explicit = explicit.unwrap_or_else(|| panic!("the search does not prove\n{text}"));
            for proven in std::iter::once(explicit).chain(proven(read(text).unwrap(), Engine::Cuts)) {
                let certificate = certified(&proven).text();
                let verified = judged(proven.checked(), certificate.as_bytes());
                assert!(verified.is_ok(), "{verified:?} of\n{text}");
            }
            Became::Harmless
        }
        Compared::TooMany => panic!("it is too much to judge twice:\n{text}"),
    }
}

/// A reason of one plan, with every digest of another one.
fn forged(claim: &Claim, checked: &Checked) -> Vec<u8> {
    let plan = checked.plan();
    let Subject { digest, statement, .. } = subject(checked, &plan.start);
    let claim = Claim {
        plan_name: plan.name.clone(),
        plan: plan.digest(),
        start: digest,
        statement,
        reason: claim.reason.clone(),
        limits: claim.limits.clone(),
    };
    Certificate::of(claim).text().into_bytes()
}

type Counts = BTreeMap<(&'static str, Became), usize>;

fn counted(name: &str, stock: &str) -> Counts {
    let whole = tree(stock);
    assert_eq!(judge(stock, &[]), Became::Harmless, "{name} is proved as it is");
    let claims = [Engine::Cuts, Engine::Explicit].into_iter().filter_map(|engine| {
        let proven = proven(read(stock).unwrap(), engine)?;
        Some(certified(&proven).proof)
    });
    let claims: Vec<Claim> = claims.collect();
    let mut counts = Counts::new();
    for operator in OPERATORS {
        for (what, mutant) in (operator.edits)(&whole) {
            assert_ne!(mutant, whole, "{}: {what} changes nothing", operator.name);
            let became = judge(&format(&mutant), &claims);
            *counts.entry((operator.name, became)).or_default() += 1;
        }
    }
    counts
}

/// Every operator makes some plan worse, and everyone says so.
#[test]
fn every_operator_makes_a_plan_that_is_refused() {
    let plans = plans();
    let mut counts = Counts::new();
    std::thread::scope(|scope| {
        // The largest plan on a thread of its own.
        let (large, small): (Vec<_>, Vec<_>) = plans.iter().partition(|(name, _)| *name == "one-key");
        let work = [large, small].map(|some| {
            scope.spawn(move || some.iter().map(|(name, text)| counted(name, text)).collect::<Vec<_>>())
        });
        for found in work.into_iter().flat_map(|work| work.join().expect("all judges agree")) {
            for (key, count) in found {
                *counts.entry(key).or_default() += count;
            }
        }
    });
    let of = |name, became| counts.get(&(name, became)).copied().unwrap_or_default();
    println!(
        "{} operators, {} plans, {} mutants",
        OPERATORS.len(),
        plans.len(),
        counts.values().sum::<usize>()
    );
    println!("{:34} checks  times  proof  harmless", "");
    for Operator { name, .. } in OPERATORS {
        let row = [Became::Checked, Became::Timed, Became::Refused, Became::Harmless].map(|b| of(name, b));
        println!("{name:34} {:6} {:6} {:6} {:9}", row[0], row[1], row[2], row[3]);
        assert!(row[0] + row[1] + row[2] > 0, "{name} harms no plan");
    }
    assert!(OPERATORS.len() >= 20 && plans.len() >= 4, "at least 20 operators");
    let refused: usize = OPERATORS.iter().map(|operator| of(operator.name, Became::Refused)).sum();
    assert!(refused >= 100, "{refused} are refused by the proof");
}

/// For each kind of promise a plan that only it refuses: proved without it, and proved unchanged with it.
#[test]
fn each_kind_of_promise_catches_what_no_other_does() {
    let bare = |text: &str| -> String {
        let lines =
            text.lines().filter(|line| !line.starts_with("promise ") && !line.starts_with("finally "));
        lines.map(|line| format!("{line}\n")).collect()
    };
    let without_drain = |text: &str| text.replace("  needs orders drained of old\n", "");
    let waived = "waive orders rejected because \"a test\"\n";
    let two = bare(TWO_KEYS);
    let one = bare(ONE_KEY);
    let stop = "step stop by tenant_admin {\n  undeploy orders\n}\n\
                step start by tenant_admin {\n  after stop\n  takes 2h\n  deploy orders\n}\n";
    let stopping = format!("{two}{}", stop.replace("  undeploy", "  takes 1h\n  undeploy"));
    let unordered = one.replace("  needs downtime open\n", "");
    let swapped = two.replace("  after confirm_trust\n  needs partner accepts new\n", "  after create_key\n");
    // The promise, the plan that keeps it, the one that breaks it, and with what code; what stands
    // instead of the promise where it is not made.
    let destroying = format!(
        "{two}step wipe by tenant_admin {{\n  after announce_exchange\n  destroy old in tenant\n}}\n"
    );
    let rows: [(&str, &str, String, String, &str); 12] = [
        ("promise orders never rejected\n", waived, two.clone(), without_drain(&two), "undrained"),
        ("promise orders never interrupted\n", "", two.clone(), stopping.clone(), "interrupted"),
        ("promise orders interrupted only in downtime\n", "", one.clone(), unordered.clone(), "interrupted"),
        (
            "promise orders interrupted at most 3h\n",
            "",
            stopping.clone(),
            stopping.replace("takes 2h", "takes 3h"),
            "interrupted_too_long",
        ),
        ("promise always orders deployed\n", "", two.clone(), stopping.clone(), "promise_broken"),
        ("promise never orders undeployed\n", "", two.clone(), stopping, "promise_broken"),
        (
            "promise always downtime open while orders undeployed\n",
            "",
            one.clone(),
            unordered.clone(),
            "promise_broken",
        ),
        (
            "waive orders rejected because \"a test\"\npromise never tenant[$alias] is new while partner accepts only old\n",
            waived,
            two.clone(),
            swapped.clone(),
            "promise_broken",
        ),
        (
            "waive orders rejected because \"a test\"\npromise partner accepts new before tenant[$alias] is new\n",
            waived,
            two.clone(),
            swapped,
            "promise_broken",
        ),
        (
            "finally partner accepts only new\n",
            "",
            two.clone(),
            two.replace("  retire old at partner", "  accept old at partner"),
            "goal_missed",
        ),
        (
            "finally tenant[$alias] is new known to receiver_admin\n",
            "",
            two.clone(),
            two.replace("  inform receiver_admin", "  request receiver_admin to retire old at partner")
                .replace("step retire_old", "step retire_late")
                .replace(
                    "  after announce_exchange\n  needs orders drained of old\n  retire old",
                    "  after confirm_trust\n  accept old",
                ),
            "not_known_at_end",
        ),
        ("promise can always abort\n", "", two.clone(), destroying, "cannot_abort"),
    ];
    for (promise, otherwise, kept, broken, code) in rows {
        let with = |plan: &str| format!("{plan}{promise}");
        let without = |plan: &str| format!("{plan}{otherwise}");
        let is = |text: &str| match read(text) {
            Err(codes) => codes,
            Ok(_) => match compare(text, LIMIT) {
                Compared::Refuted(code, _) => vec![code],
                Compared::Proved(_) => Vec::new(),
                other => panic!("{other:?} of\n{text}"),
            },
        };
        assert_eq!(is(&with(&kept)), [""; 0], "{promise} is kept by\n{kept}");
        assert_eq!(is(&with(&broken)), [code], "{promise} is broken by\n{broken}");
        assert_eq!(is(&without(&broken)), [""; 0], "nothing but {promise} refuses\n{broken}");
    }
}
