//! Who is to know the end: what the second judge asks for it.

use keyroll::{
    certificate::{Certificate, Claim, Reason, Refused, Verified, show},
    proof::engine::Engine,
};

use super::{
    super::reference::read,
    ONE_KEY, TWO_KEYS, judged,
    second::{All, Without},
    stock,
};

#[test]
fn who_is_to_know_the_end_is_shown_to_learn_of_it() {
    let report = "step tell by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}";
    let passed = "step thank by receiver_admin {\n  after confirm_exchange\n  inform tenant_admin\n}\n\
                  step pass by tenant_admin {\n  after thank\n  inform integration_developer\n}";
    for (text, more, known, reasons) in [
        // One word of the plan leads from the last step to the report.
        (TWO_KEYS, report, "partner accepts only new known to tenant_admin", 0),
        // The report is by a third role, which was told by another one.
        (ONE_KEY, passed, "partner accepts only new known to integration_developer", 1),
        // It did itself what makes it so, and owns what it is about.
        (ONE_KEY, passed, "orders deployed known to integration_developer", 0),
    ] {
        let without = format!("{text}\n{more}\n");
        let text = format!("{without}finally {known}\n");
        let (proven, whole) = stock(&text, Engine::Cuts);
        let verified = judged(proven.checked(), whole.text().as_bytes()).unwrap();
        let before =
            stock(&format!("{without}finally {}\n", known.split(" known").next().unwrap()), Engine::Cuts);
        let earlier = judged(before.0.checked(), before.1.text().as_bytes()).unwrap();
        let (Verified::Cuts { shown, .. }, Verified::Cuts { shown: fewer, .. }) = (verified, earlier) else {
            panic!("not by cuts")
        };
        assert_eq!(shown, fewer + 1, "{known}");
        // The reasons of the plan in which nobody is to know it do not show that somebody does.
        let Reason::Cuts { news, .. } = &whole.proof.reason else { panic!("not by cuts") };
        let Reason::Cuts { news: fewer, .. } = &before.1.proof.reason else { panic!("not by cuts") };
        assert_eq!(news.len(), fewer.len() + reasons, "{known}");
        let claim = Claim { reason: before.1.proof.reason.clone(), ..whole.proof.clone() };
        let verdict = judged(proven.checked(), Certificate::of(claim).text().as_bytes());
        match reasons {
            0 => assert!(verdict.is_ok(), "{verdict:?}"),
            _ => {
                let is_said = matches!(&verdict, Err(Refused::Gap(what)) if what.contains("knows the end"));
                assert!(is_said, "{verdict:?}");
            }
        }
    }
}

/// A request tells of nothing, and word of a step that another one undid is no word of the end.
#[test]
fn nothing_but_a_report_of_the_last_step_makes_it_known() {
    let text = format!(
        "{ONE_KEY}\nstep tell by integration_developer {{\n  after deploy\n  inform receiver_admin\n}}\n\
         step ask by integration_developer {{\n  after deploy\n  request receiver_admin to inform tenant_admin\n}}\n\
         finally orders deployed known to receiver_admin\n"
    );
    let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let (plan, start) = (checked.plan(), &checked.plan().start);
    assert!(show(&checked, start, &All(&checked)).is_ok());
    let pair = (plan.step("deploy").unwrap(), plan.step("tell").unwrap());
    let refused = show(&checked, start, &Without(All(&checked), pair)).unwrap_err().to_string();
    assert!(refused.contains("receiver_admin knows the end"), "{refused}");
}
