//! A plan that is written out as one text in the words of the core is the same plan.

#![cfg(test)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use keyroll::{
    check::{self, Checked},
    plan::{answers::Answers, given::Given},
    source::Source,
    syntax::format,
    transition::{snapshot::Snapshot, state::State},
};

fn plans() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("plans")).unwrap() {
        let folder = folder.unwrap().path();
        // What lies there are words, or scenarios without steps.
        let is_of_plans = folder.is_dir() && !folder.ends_with("std") && !folder.ends_with("scenarios");
        let files = is_of_plans.then(|| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()));
        found.extend(
            files.into_iter().flatten().filter(|path| path.extension().is_some_and(|end| end == "renewal")),
        );
    }
    found.sort();
    found
}

fn read(path: &Path, given: &Given) -> Result<Checked, String> {
    let text = fs::read_to_string(path).unwrap();
    let source = Source::new(path.display().to_string(), text).in_folder(path.parent().unwrap());
    check::read(&source, given).map_err(|refusal| format!("{:?}", refusal.codes().collect::<Vec<_>>()))
}

/// All that a plan says, without the places of its words.
fn said(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut lines =
        vec![format!("{:?}", land.roles), format!("{:?}", land.keys), format!("{:?}", plan.deliveries)];
    lines.extend(land.stores.rows().map(|row| format!("{row:?}")));
    lines.extend(land.places.rows().map(|row| format!("{row:?}")));
    lines.extend(land.acceptors.rows().map(|row| format!("{row:?}")));
    lines.extend(land.channels.rows().map(|row| format!("{row:?}")));
    lines.extend(land.windows.rows().map(|row| format!("{row:?}")));
    lines.extend(land.own_facts.rows().map(|row| format!("{row:?}")));
    for (step, row) in plan.steps.iter() {
        let before: Vec<_> = row.after.iter().map(|before| before.value).collect();
        let needs: Vec<String> = row.needs.iter().map(|need| format!("{:?}", need.value)).collect();
        let (extra, action) = (row.extra(), &row.action.value);
        let act = format!(
            "{:?} {:?} {:?} {:?}",
            action.effects(),
            action.makes(),
            action.certifies(),
            action.asks_for()
        );
        lines.push(format!(
            "{step:?} {} {:?} {:?} {before:?} {needs:?} {:?} {:?} {:?} {:?} {:?}",
            row.name.value,
            row.title,
            row.role.value,
            act,
            row.speech,
            extra.waits.iter().map(|waits| (waits.after, waits.time)).collect::<Vec<_>>(),
            extra.not_after.map(|date| date.at),
            extra.two_people.is_some(),
        ));
    }
    lines.extend(plan.promises.iter().map(|one| format!("{:?}", one.value)));
    lines.extend(plan.statements.iter().map(|one| format!("{:?}", one.value)));
    lines.extend(plan.finals.iter().map(|one| format!("{:?}", one.value)));
    lines
        .push(format!("{:?}", (plan.limits.len(), plan.courses.len(), plan.known.len(), plan.waivers.len())));
    lines.push(format!("{:?}", Snapshot::of(checked, &State::new(checked))));
    lines
}

/// Every plan of the library, under each answer where it asks something.
#[test]
fn a_plan_that_is_written_out_is_the_same_plan() {
    let (mut whole, mut within, mut asked) = (0, 0, 0);
    for path in plans() {
        let text = fs::read_to_string(&path).unwrap();
        let answers: Vec<Option<bool>> =
            if text.contains("\nask ") { vec![None, Some(true), Some(false)] } else { vec![None] };
        for answer in answers {
            let name = text.split("\nask ").nth(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
            let given: Answers = name.zip(answer).into_iter().collect();
            let given = Given::at_site(BTreeMap::new(), given);
            // What is refused is no plan that a run could have.
            let Ok(checked) = read(&path, &given) else { continue };
            let written = checked.plan().written_out(&given).unwrap();
            let flat = format(&written.tree);
            for word in ["\nask ", "\nfor each", "\ntable ", "\nuse ", "\nsay ", "\nkind ", " from \""] {
                assert!(!flat.contains(word), "{}: {word}\n{flat}", path.display());
            }
            let again =
                check::read(&Source::new("plan.renewal", flat.clone()), &Given::parameters(written.given));
            let again = again.unwrap_or_else(|refusal| {
                panic!("{}: {:?}\n{flat}", path.display(), refusal.codes().collect::<Vec<_>>())
            });
            assert_eq!(said(&checked), said(&again), "{}\n{flat}", path.display());
            whole += 1;
            within += usize::from(text.contains(" from \"std/"));
            asked += usize::from(answer.is_some());
        }
    }
    assert!(whole > 80 && within > 0 && asked == 2, "{whole} {within} {asked}");
}
