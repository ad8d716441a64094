//! Fingerprints that people name with `confirm`, and what is said where one is that of another certificate.

use crate::{
    check::Checked,
    plan::Plan,
    run::{casting::Casting, compared::COMPUTE, substituted::substituted},
    source::{Refusal, shown},
    transition::{
        compared::{Substituted, accepted, known},
        event::{Actor, Event},
        state::State,
    },
    world::{
        id::{RoleId, StepId},
        material::Fingerprint,
    },
};

use super::screen::Screen;

/// Reads a fingerprint as tools and people write it: with colons or blanks, in either case, with the name of the digest
/// before it or the whole line of `openssl x509 -fingerprint`.
///
/// # Errors
/// Why it is none.
pub fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    let digits = text.rsplit_once('=').map_or(text, |(_, digits)| digits).trim();
    let digits = match digits.get(..7) {
        Some(name) if name.eq_ignore_ascii_case("sha256:") => digits.get(7..).unwrap_or_default(),
        _ => digits,
    };
    let digits: String = digits.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    let length = digits.chars().count();
    Fingerprint::try_from(digits).map_err(|none| match length {
        40 => format!("this is one of SHA-1: compute it with `{COMPUTE}`"),
        _ => format!("{none}: compute it with `{COMPUTE}`"),
    })
}

/// Who confirms what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    pub(super) checked: &'a Checked,
    pub(super) casting: &'a Casting,
    pub(super) state: &'a State,
    pub(super) step: StepId,
    /// Whether another person of the role is still to confirm it.
    pub(super) agrees: bool,
    pub(super) by: &'a Actor,
}

impl Claim<'_> {
    /// What a person has named, held against what the run knows; nothing where nobody has to name anything.
    ///
    /// # Errors
    /// Why there is nothing to compare, or what is to be named.
    pub(super) fn named(self, named: Option<Fingerprint>) -> Result<Option<Event>, String> {
        let Self { checked, casting, state, step, agrees, by } = self;
        let plan = checked.plan();
        let (role, name) = (plan.steps[step].role.value, shown(&plan.steps[step].name.value));
        let is_mine = plan.landscape.roles[role] == by.role;
        let by_hand = is_mine && casting.is_by_hand(plan, step);
        let key = accepted(plan, step);
        let Some(named) = named else {
            let is_demanded = casting.role(role).fingerprint.is_some();
            return match key {
                Some(_) if by_hand && !agrees && is_demanded => Err(format!(
                    "the site demands that {} names the fingerprint of what it accepts by `{name}`: compute it from the \
                     file that was installed, `{COMPUTE}`, and say `keyroll confirm {name} --as {} --fingerprint ...`",
                    shown(&by.role),
                    shown(&by.role)
                )),
                _ => Ok(None),
            };
        };
        let Some(key) = key else {
            let others = steps(plan, &by.role);
            let there = if others.is_empty() { String::new() } else { format!("; name it with {others}") };
            return Err(format!(
                "by `{name}` no certificate comes to be accepted, so there is none to compare{there}"
            ));
        };
        let role = shown(&plan.landscape.roles[role]);
        if !is_mine {
            return Err(format!("only {role} names the fingerprint of what it accepts by `{name}`"));
        }
        if !by_hand {
            return Err(format!(
                "the site looks itself at what {role} accepts by `{name}`, so nobody names it"
            ));
        }
        if agrees {
            return Err(format!("two people do `{name}`: the second one names the fingerprint"));
        }
        let Some(certificate) = known(state, key) else {
            let key = shown(&plan.landscape.keys[key]);
            return Err(format!(
                "the run knows no certificate of `{key}` to compare with: it is named by whoever makes the key, with \
                 `keyroll confirm STEP --certificate FILE`"
            ));
        };
        let known = certificate.fingerprint();
        let step = plan.steps[step].name.value.clone();
        Ok(Some(Event::Compared { step, named, known, by: by.clone() }))
    }

    /// Makes sure that the certificate of a key that was made by hand is named, where some role is to compare it.
    ///
    /// # Errors
    /// What is to be named.
    pub(super) fn is_named(self, certificate: bool) -> Result<(), String> {
        let Self { checked, casting, state, step, agrees, by } = self;
        let plan = checked.plan();
        let is_mine = plan.landscape.roles[plan.steps[step].role.value] == by.role;
        let Some(key) = plan.certificate_from(step).filter(|_| is_mine && !agrees && !certificate) else {
            return Ok(());
        };
        if known(state, key).is_some() {
            return Ok(());
        }
        let demands = |other: RoleId| casting.role(other).fingerprint.is_some();
        let compares = plan.steps.iter().find(|(other, row)| {
            demands(row.role.value) && accepted(plan, *other) == Some(key) && casting.is_by_hand(plan, *other)
        });
        compares.map_or(Ok(()), |(_, row)| {
            let (name, key) = (shown(&plan.steps[step].name.value), shown(&plan.landscape.keys[key]));
            let role = shown(&plan.landscape.roles[row.role.value]);
            Err(format!(
                "name the certificate of `{key}` with `keyroll confirm {name} --as {} --certificate FILE`: {role} compares its \
                 fingerprint",
                shown(&by.role)
            ))
        })
    }
}

/// The steps by which a role comes to accept a certificate.
fn steps(plan: &Plan, role: &str) -> String {
    let own = plan.steps.iter().filter(|(step, row)| {
        plan.landscape.roles[row.role.value] == role && accepted(plan, *step).is_some()
    });
    own.map(|(_, row)| format!("`{}`", shown(&row.name.value))).collect::<Vec<_>>().join(", ")
}

/// An act with what was named: what is of another certificate counts for nothing.
pub(super) fn joined(mut act: Vec<Event>, named: Option<Event>) -> Vec<Event> {
    let Some(compared) = named else { return act };
    let last = act.pop();
    let is_right = matches!(&compared, Event::Compared { named, known, .. } if named == known);
    act.push(compared);
    act.extend(last.filter(|_| is_right));
    act
}

/// Says which certificates are other ones than were sent, and what is to be done.
pub(super) fn stopped(checked: &Checked, found: &[Substituted], options: &str, screen: &mut Screen) {
    let plan = checked.plan();
    let findings = found.iter().map(|one| substituted(plan, one, options)).collect();
    screen.page(&Refusal::new(plan.source.clone(), findings));
    screen.talk("the run is stopped, and nothing more counts as done");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_however_it_is_written() {
        let known = Fingerprint::of(b"a certificate");
        let plain = known.to_string();
        let pairs: Vec<String> =
            plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()).collect();
        let colons = pairs.join(":");
        for text in [
            plain.clone(),
            plain.to_uppercase(),
            colons.clone(),
            colons.to_uppercase(),
            pairs.join(" "),
            format!("sha256:{plain}"),
            format!("SHA256: {}", colons.to_uppercase()),
            format!("sha256 Fingerprint={}", colons.to_uppercase()),
            format!("  {plain}\n"),
        ] {
            assert_eq!(fingerprint(&text), Ok(known), "{text}");
        }
        for text in
            ["", "sha256:", "=", "x", &plain[1..], &format!("{plain}0"), &format!("sha1:{}", &plain[..40])]
        {
            assert!(fingerprint(text).is_err(), "{text}");
        }
        assert!(fingerprint(&plain[..40]).unwrap_err().contains("SHA-1"));
    }
}
