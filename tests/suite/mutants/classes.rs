//! Everything that is done to the stock plans.

use keyroll::syntax::tree::SyntaxTree;

use super::edit::{
    act, add_need, after, drop_need, drop_step, names, needs, promised, said, set_act, set_after,
    set_promised, step, step_mut, steps, word,
};

/// One changed plan.
#[derive(Debug)]
pub(super) struct Mutant {
    pub(super) class: &'static str,
    pub(super) name: String,
    pub(super) tree: SyntaxTree,
}

/// Makes mutants of one plan.
struct Maker<'a> {
    stock: &'a SyntaxTree,
    made: Vec<Mutant>,
}

impl Maker<'_> {
    fn make(&mut self, class: &'static str, name: impl Into<String>, change: impl FnOnce(&mut SyntaxTree)) {
        let mut tree = self.stock.clone();
        change(&mut tree);
        self.made.push(Mutant { class, name: name.into(), tree });
    }
}

/// The mutants of a stock plan.
pub(super) fn mutants(stock: &SyntaxTree) -> Vec<Mutant> {
    let mut maker = Maker { stock, made: Vec::new() };
    order(&mut maker);
    needs_and_drains(&mut maker);
    messages(&mut maker);
    promises(&mut maker);
    acts(&mut maker);
    ground(&mut maker);
    roles(&mut maker);
    maker.made
}

fn order(maker: &mut Maker<'_>) {
    let all = names(maker.stock);
    for name in &all {
        let was = after(step(maker.stock, name));
        for gone in &was {
            let rest: Vec<String> = was.iter().filter(|n| *n != gone).cloned().collect();
            maker.make("after removed", format!("{name} after {gone}"), |t| set_after(t, name, &rest));
            maker.make("after turned", format!("{gone} after {name}"), |t| {
                set_after(t, name, &rest);
                let mut theirs = after(step(t, gone));
                theirs.push(name.clone());
                set_after(t, gone, &theirs);
            });
        }
        maker.make("step removed", name, |t| drop_step(t, name, false));
        maker.make("step bridged", name, |t| drop_step(t, name, true));
    }
    for pair in all.windows(2) {
        maker.make("neighbours swapped", format!("{} and {}", pair[0], pair[1]), |t| {
            let (one, two) = (step(t, &pair[0]).clone(), step(t, &pair[1]).clone());
            for (name, other) in [(&pair[0], &two), (&pair[1], &one)] {
                let keep = after(step(t, name));
                let changed = step_mut(t, name);
                changed.role = other.role.clone();
                changed.body = other.body.clone();
                set_after(t, name, &keep);
            }
        });
    }
}

fn needs_and_drains(maker: &mut Maker<'_>) {
    let all = names(maker.stock);
    for name in &all {
        for need in needs(step(maker.stock, name)) {
            maker.make("need removed", format!("{name} needs {need}"), |t| drop_need(t, name, &need));
            if need != "orders drained of old" {
                continue;
            }
            maker.make("drain of new", name, |t| {
                drop_need(t, name, &need);
                add_need(t, name, "orders drained of new");
            });
            maker.make("drain of both", name, |t| add_need(t, name, "orders drained of new"));
            for other in all.iter().filter(|other| *other != name) {
                maker.make("drain moved", format!("to {other}"), |t| {
                    drop_need(t, name, &need);
                    add_need(t, other, &need);
                });
            }
        }
        maker.make("need added", format!("{name} needs partner accepts old"), |t| {
            add_need(t, name, "partner accepts old");
        });
        maker.make("need added", format!("{name} needs orders deployed"), |t| {
            add_need(t, name, "orders deployed")
        });
    }
}

fn messages(maker: &mut Maker<'_>) {
    let roles: Vec<String> = {
        let mut roles: Vec<String> = steps(maker.stock).map(|s| s.role.value.clone()).collect();
        roles.sort();
        roles.dedup();
        roles
    };
    for name in names(maker.stock) {
        let said = act(step(maker.stock, &name));
        let words: Vec<&str> = said.split(' ').collect();
        match words.as_slice() {
            ["inform", to] => {
                maker.make("report asks", &name, |t| {
                    set_act(t, &name, &format!("request {to} to undeploy orders"))
                });
                maker.make("report allows", &name, |t| {
                    set_act(t, &name, &format!("allow {to} to deploy orders"))
                });
                maker
                    .make("report hands over", &name, |t| set_act(t, &name, &format!("provide old to {to}")));
                for other in roles.iter().filter(|role| role != to) {
                    maker.make("report retargeted", format!("{name} to {other}"), |t| {
                        set_act(t, &name, &format!("inform {other}"));
                    });
                }
            }
            ["provide", key, "to", to] => {
                let other = if *key == "new" { "old" } else { "new" };
                maker.make("provide another key", &name, |t| {
                    set_act(t, &name, &format!("provide {other} to {to}"))
                });
                maker.make("provide reports", &name, |t| set_act(t, &name, &format!("inform {to}")));
                for other in roles.iter().filter(|role| role != to) {
                    maker.make("provide retargeted", format!("{name} to {other}"), |t| {
                        set_act(t, &name, &format!("provide {key} to {other}"));
                    });
                }
            }
            ["request" | "allow", to, "to", ..] => {
                maker.make("leave reports", &name, |t| set_act(t, &name, &format!("inform {to}")));
            }
            ["agree", window, "with", to] => {
                maker.make("agreement reports", &name, |t| set_act(t, &name, &format!("inform {to}")));
                for other in roles.iter().filter(|role| role != to) {
                    maker.make("agreement retargeted", format!("{name} with {other}"), |t| {
                        set_act(t, &name, &format!("agree {window} with {other}"));
                    });
                }
            }
            _ => {}
        }
    }
}

fn promises(maker: &mut Maker<'_>) {
    for (at, sentence) in promised(maker.stock) {
        maker.make("promise removed", &sentence, |t| {
            t.items.remove(at);
        });
        let turned: &[&str] = match sentence.as_str() {
            "orders interrupted only in downtime" => &["orders never interrupted"],
            "partner accepts only new" => {
                &["partner accepts only old", "partner accepts old", "partner accepts new"]
            }
            "orders deployed" => &["orders undeployed"],
            "tenant[$alias] is new" => &["tenant[$alias] is old", "tenant[\"$alias-next\"] is new"],
            _ => &[],
        };
        for now in turned {
            maker.make("promise turned", format!("{sentence} to {now}"), |t| set_promised(t, at, now));
        }
    }
}

fn acts(maker: &mut Maker<'_>) {
    for name in names(maker.stock) {
        let said = act(step(maker.stock, &name));
        let changed: &[(&'static str, &str)] = match said.as_str() {
            "accept new at partner" => &[
                ("trust turned", "retire new at partner"),
                ("trust in another key", "accept old at partner"),
                ("trust replaced", "replace old by new at partner"),
            ],
            "retire old at partner" => &[
                ("trust turned", "accept old at partner"),
                ("trust in another key", "retire new at partner"),
                ("trust replaced", "replace old by new at partner"),
            ],
            "replace old by new at partner" => &[
                ("trust turned", "replace new by old at partner"),
                ("trust replaced", "accept new at partner"),
                ("trust replaced", "retire old at partner"),
            ],
            "create new in tenant as \"$alias-next\"" => &[
                ("create at an occupied alias", "create new in tenant as $alias"),
                ("create at the backup alias", "create new in tenant as \"$alias-backup\""),
                ("create another key", "create old in tenant as \"$alias-next\""),
            ],
            "exchange tenant[$alias] for new" => &[
                ("exchange of another alias", "exchange tenant[\"$alias-next\"] for new"),
                ("exchange for another key", "exchange tenant[$alias] for old"),
                ("exchange destroys", "destroy old in tenant"),
            ],
            "undeploy orders" => &[("deployment turned", "deploy orders")],
            "deploy orders" => &[("deployment turned", "undeploy orders")],
            _ => &[],
        };
        for (class, now) in changed {
            maker.make(class, format!("{name}: {now}"), |t| set_act(t, &name, now));
        }
    }
    let all = names(maker.stock);
    if all.iter().any(|name| name == "undeploy") {
        maker.make("deployments swapped", "undeploy and deploy", |t| {
            set_act(t, "undeploy", "deploy orders");
            set_act(t, "deploy", "undeploy orders");
        });
    }
}

fn ground(maker: &mut Maker<'_>) {
    for most in 0..=3 {
        for was in [1, 2] {
            let says = format!("accepts at most {was}");
            let room = maker.stock.clone();
            let text = keyroll::syntax::format(&room);
            if most != was && text.contains(&says) {
                maker.make("capacity", format!("{was} to {most}"), |t| {
                    said(t, "partner", &says, &format!("accepts at most {most}"));
                });
            }
        }
    }
    let drained: Vec<String> = names(maker.stock)
        .into_iter()
        .filter(|name| needs(step(maker.stock, name)).contains(&"orders drained of old".to_owned()))
        .collect();
    maker.make("immediate delivery", "with the drain", |t| {
        said(t, "orders", "delivers within $delivery", "delivers immediately")
    });
    maker.make("immediate delivery", "as documented", |t| {
        said(t, "orders", "delivers within $delivery", "delivers immediately");
        drained.iter().for_each(|name| drop_need(t, name, "orders drained of old"));
    });
    maker.make("undeployed at the start", "orders", |t| said(t, "orders", "deployed", "undeployed"));
    maker.make("another key at the start", "tenant", |t| {
        said(t, "tenant", "alias $alias is old", "alias $alias is new")
    });
    maker.make("another key at the start", "partner", |t| said(t, "partner", "accepts old", "accepts new"));
    maker.make("another alias at the start", "tenant", |t| {
        said(t, "tenant", "alias $alias is old", "alias \"other\" is old");
    });
    maker.make("backup alias in use", "orders", |t| {
        said(t, "orders", "signs xml with tenant[$alias]", "signs xml with tenant[\"$alias-backup\"]");
    });
}

fn roles(maker: &mut Maker<'_>) {
    let mut all: Vec<String> = steps(maker.stock).map(|s| s.role.value.clone()).collect();
    all.sort();
    all.dedup();
    for name in names(maker.stock) {
        let was = step(maker.stock, &name).role.value.clone();
        for role in all.iter().filter(|role| **role != was) {
            maker.make("role swapped", format!("{name} by {role}"), |t| step_mut(t, &name).role = word(role));
        }
    }
}
