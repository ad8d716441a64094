//! What can be said of a plan without looking at its states. Each fault is a row of [`CHECKS`].

pub mod agreed_twice;
pub mod alias_changed;
pub mod alias_spelling;
pub mod by_row;
pub mod cannot_abort;
pub mod cannot_come_late;
pub mod cannot_sign;
pub mod certificate_missing;
mod checked;
pub mod created_twice;
pub mod cycle;
pub mod deadline;
pub mod destroyed_early;
mod each;
pub mod fact_unasked;
pub mod fact_unchanged;
pub mod family;
pub mod flow_never_runs;
pub mod flow_unpromised;
pub mod gap_observed;
pub mod issued_twice;
pub mod key_not_provided;
pub mod last_act_unreported;
pub mod needless_waiver;
pub mod not_issued;
pub mod not_known_at_end;
pub mod old_pair_kept;
pub mod promise_empty;
pub mod promise_twice;
pub mod race;
pub mod role_without_authority;
pub mod too_entangled;
pub mod too_long;
pub mod unannounced_step;
pub mod unknown_use;
pub mod unlicensed_need;
pub mod unused;
pub mod use_uncovered;
pub mod useless_step;
pub mod weak_algorithm;
pub mod weak_inherited;
pub mod wrong_issuer;

pub use checked::{Checked, all, read};
pub use family::{Family, Variant, family};

use crate::{
    explanation::Explanation,
    graph::{knowledge::Knowledge, late::Late, licence::News, order::Order},
    plan::Plan,
    source::Finding,
};

use key_not_provided::Holders;

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its order.
    pub order: &'a Order,
    /// What its roles can know.
    pub knowledge: &'a Knowledge,
    /// What of it could come late and matter.
    pub late: &'a Late,
    /// On what news its roles may rely.
    pub news: &'a News<'a>,
    /// Who holds which certificate.
    pub holders: &'a Holders<'a>,
}

impl<'a> Subject<'a> {
    /// What a report can tell whom.
    const fn told(&self) -> (&'a Plan, &'a Order, &'a Knowledge) {
        (self.plan, self.order, self.knowledge)
    }
}

/// A check: what it finds in a plan.
pub type Check = fn(&Subject<'_>) -> Vec<Finding>;

/// Every check, in the order in which they are made; the search for circles comes before them all.
pub const CHECKS: &[Check] = &[
    role_without_authority::find,
    created_twice::find,
    agreed_twice::find,
    unannounced_step::find,
    unlicensed_need::find,
    issued_twice::find,
    not_issued::find,
    wrong_issuer::find,
    weak_algorithm::find,
    certificate_missing::find,
    key_not_provided::find,
    cannot_sign::find,
    race::find,
    gap_observed::find,
    flow_never_runs::find,
    fact_unchanged::find,
    fact_unasked::find,
    unknown_use::find,
    use_uncovered::find,
    not_known_at_end::find,
    too_long::find,
    deadline::find,
    cannot_abort::find,
    cannot_come_late::find,
    old_pair_kept::find,
    destroyed_early::find,
    promise_empty::find,
    flow_unpromised::find,
    promise_twice::find,
    needless_waiver::find,
    weak_inherited::find,
    last_act_unreported::find,
    useless_step::find,
    alias_changed::find,
    alias_spelling::find,
    unused::find,
];

/// What `explain` says of this room's findings.
#[must_use]
pub fn explanations() -> Vec<Explanation> {
    [
        agreed_twice::EXPLANATION,
        alias_changed::EXPLANATION,
        alias_spelling::EXPLANATION,
        by_row::EXPLANATION,
        cannot_abort::EXPLANATION,
        cannot_come_late::EXPLANATION,
        cannot_sign::EXPLANATION,
        certificate_missing::EXPLANATION,
        created_twice::EXPLANATION,
        cycle::EXPLANATION,
        destroyed_early::EXPLANATION,
        fact_unasked::EXPLANATION,
        fact_unchanged::EXPLANATION,
        flow_never_runs::EXPLANATION,
        flow_unpromised::EXPLANATION,
        gap_observed::EXPLANATION,
        issued_twice::EXPLANATION,
        key_not_provided::EXPLANATION,
        last_act_unreported::EXPLANATION,
        needless_waiver::EXPLANATION,
        not_issued::EXPLANATION,
        not_known_at_end::EXPLANATION,
        old_pair_kept::EXPLANATION,
        promise_empty::EXPLANATION,
        promise_twice::EXPLANATION,
        race::EXPLANATION,
        role_without_authority::EXPLANATION,
        too_entangled::EXPLANATION,
        unannounced_step::EXPLANATION,
        unknown_use::EXPLANATION,
        unused::EXPLANATION,
        use_uncovered::EXPLANATION,
        useless_step::EXPLANATION,
        weak_algorithm::EXPLANATION,
        weak_inherited::EXPLANATION,
        wrong_issuer::EXPLANATION,
    ]
    .into_iter()
    .chain(deadline::EXPLANATIONS.iter().copied())
    .chain(too_long::EXPLANATIONS.iter().copied())
    .chain(unlicensed_need::EXPLANATIONS.iter().copied())
    .collect()
}
