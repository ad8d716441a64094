//! Parameters: `param alias : alias = "orders-signer"`, and `$alias` where it is used.

use std::{cell::Cell, collections::BTreeMap, fmt, time::Duration};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    name::Alias,
    source::{Finding, Span, Spanned, shown},
    syntax::{
        spelt,
        tree::{ParamDecl, Term},
    },
};

use super::{
    date::{self, When},
    range::{self, Range},
    scope::Unused,
    suggest::{Help, Patience, nearest},
};

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, without `$`.
    pub name: String,
    /// Its value.
    pub value: ParameterValue,
    /// Whether that comes from outside of the plan.
    pub given: bool,
    /// Which values it may have.
    pub range: Range,
}

/// The parameters of a plan.
#[derive(Debug, Default)]
pub struct Parameters {
    rows: Vec<Parameter>,
    /// Whether something takes the value of each.
    used: Vec<Cell<bool>>,
    /// Where each lies, by its name.
    places: BTreeMap<String, usize>,
    /// The length of the longest name, in bytes.
    longest: usize,
}

impl Parameters {
    /// Adds one; of two with one name the first counts.
    pub fn push(&mut self, parameter: Parameter) {
        self.longest = self.longest.max(parameter.name.len());
        self.places.entry(parameter.name.clone()).or_insert(self.rows.len());
        self.rows.push(parameter);
        self.used.push(Cell::new(false));
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }

    /// The parameter with this name; it is used from then on.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Parameter> {
        let place = *self.places.get(name)?;
        if let Some(used) = self.used.get(place) {
            used.set(true);
        }
        self.rows.get(place)
    }

    /// Those whose value nothing takes; `places` are where they are declared, in their order.
    #[must_use]
    pub fn unused(&self, places: &[Span]) -> Vec<Unused> {
        let rows = self.rows.iter().zip(&self.used).zip(places).filter(|((_, used), _)| !used.get());
        rows.map(|((row, _), at)| Unused { kind: "parameter", name: row.name.clone(), at: *at }).collect()
    }

    /// The parameter with the longest name that a text begins with.
    fn at_start_of(&self, text: &str) -> Option<&Parameter> {
        // Names are ASCII, so a name never ends within a character.
        (1..=self.longest.min(text.len())).rev().find_map(|end| self.named(text.get(..end)?))
    }

    /// All of them, in the order of the text.
    #[must_use]
    pub fn into_rows(self) -> Vec<Parameter> {
        self.rows
    }

    fn nearest(&self, name: &str, patience: &Patience) -> Option<&str> {
        patience.nearest(name, self.rows.iter().map(|parameter| parameter.name.as_str()))
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// `alias`
    Alias(Alias),
    /// `date`
    Date(When),
    /// `duration`
    Duration(Duration),
}

impl ParameterValue {
    /// The word for what it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Alias(_) => "alias",
            Self::Date(_) => "date",
            Self::Duration(_) => "duration",
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(alias) => write!(f, "{alias}"),
            Self::Date(when) => write!(f, "{when}"),
            Self::Duration(duration) => write!(f, "{}", spelt(*duration)),
        }
    }
}

/// A duration as an author writes it, read back.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let mut seconds = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let unit = match after.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = after.get(1..)?;
    }
    (!text.is_empty()).then(|| Duration::from_secs(seconds))
}

/// A parameter kind that does not exist.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no parameter kind `{kind}`")]
#[diagnostic(code(keyroll::unknown_parameter_kind))]
struct UnknownParameterKind {
    kind: String,
    #[help]
    help: String,
    #[label("this kind is not known")]
    at: SourceSpan,
}

/// A value that does not fit the kind.
#[derive(Debug, Diagnostic, Error)]
#[error("the parameter `{name}` {what}")]
#[diagnostic(code(keyroll::bad_parameter))]
struct BadParameter {
    name: String,
    what: String,
    kind: String,
    article: &'static str,
    #[help]
    help: String,
    #[label("{article} {kind} belongs here")]
    at: SourceSpan,
}

/// A parameter that nobody declared.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no parameter `${name}`")]
#[diagnostic(code(keyroll::unknown_parameter))]
struct UnknownParameter {
    name: String,
    #[help]
    help: String,
    #[label("not declared")]
    at: SourceSpan,
}

/// A value from outside for a parameter that the plan does not have.
#[derive(Debug, Diagnostic, Error)]
#[error("a value is given for `{name}`, and the plan has no such parameter")]
#[diagnostic(code(keyroll::unknown_parameter))]
struct UnknownGiven {
    name: String,
    #[help]
    help: String,
    #[label("this plan")]
    at: SourceSpan,
}

/// The finding for a value from outside that no parameter of the plan takes.
#[must_use]
pub fn unknown_given(name: &str, declared: &[&str], plan: Span) -> Finding {
    let help = match (nearest(name, declared.iter().copied()), declared) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "the plan takes no parameters".to_owned(),
        (None, _) => {
            let known: Vec<String> = declared.iter().map(|name| format!("`{}`", shown(name))).collect();
            format!("the plan takes {}", known.join(", "))
        }
    };
    Box::new(UnknownGiven { name: shown(name), help, at: plan.into() })
}

/// Reads a declaration; a value given from outside comes before the default. Beside it stand the findings of
/// its range.
///
/// # Errors
/// When the kind is not known or the value does not fit it.
pub fn read(
    decl: &ParamDecl,
    given: &BTreeMap<String, String>,
) -> Result<(Parameter, Vec<Finding>), Finding> {
    let name = decl.name.value.clone();
    let kind = decl.kind.value.as_str();
    if !matches!(kind, "alias" | "date" | "duration") {
        let near = nearest(kind, ["alias", "date", "duration"]);
        let help = Help::or(near, || "write `alias`, `date` or `duration`".to_owned());
        let (kind, at) = (shown(kind), decl.kind.span.into());
        return Err(help.give(|help| Box::new(UnknownParameterKind { kind, help, at })));
    }
    let article = if kind == "alias" { "an" } else { "a" };
    let wrong = |what: String, help: String, at: SourceSpan| -> Finding {
        Box::new(BadParameter { name: shown(&name), what, kind: kind.to_owned(), article, help, at })
    };
    let bad = |help: String, at: SourceSpan| wrong(format!("is no {kind}"), help, at);
    let value = match (given.get(&name), &decl.default) {
        (Some(text), _) => from_text(kind, text).map_err(|why| {
            bad(format!("the value given from outside is `{}`: {why}", shown(text)), decl.name.span.into())
        })?,
        (None, Some(term)) => from_term(kind, term).map_err(|why| bad(why, term.span().into()))?,
        (None, None) => {
            return Err(wrong(
                "has no value".to_owned(),
                format!(
                    "give it a default, as in `param {} : {kind} = {}`, or a value in the site",
                    shown(&name),
                    match kind {
                        "alias" => "\"...\"",
                        "date" => "2026-12-01",
                        _ => "24h",
                    }
                ),
                decl.name.span.into(),
            ));
        }
    };
    let given = given.contains_key(&name);
    let (range, findings) = range::check(decl, &value, given);
    Ok((Parameter { name, value, given, range }, findings))
}

/// A value of a kind as it is written outside of a plan, by a site or a person.
///
/// # Errors
/// Why it is none, and how it is written.
pub fn from_text(kind: &str, text: &str) -> Result<ParameterValue, String> {
    match kind {
        "alias" => Alias::new(text).map(ParameterValue::Alias).map_err(|e| e.to_string()),
        "date" => {
            date::moment(text).map(ParameterValue::Date).map_err(|(what, help)| format!("it {what}; {help}"))
        }
        _ => duration(text)
            .map(ParameterValue::Duration)
            .ok_or_else(|| "write it as `24h`, `15m` or `1h30m`".to_owned()),
    }
}

pub(super) fn from_term(kind: &str, term: &Term) -> Result<ParameterValue, String> {
    match (kind, term) {
        ("alias", Term::Text(text)) => {
            Alias::new(text.value.clone()).map(ParameterValue::Alias).map_err(|e| e.to_string())
        }
        ("date", Term::Date(text)) => from_text(kind, &text.value),
        ("date", _) => Err("write it as `2026-12-01`, or as `2026-12-01T06:00+01:00`".to_owned()),
        ("alias", _) => Err("write the alias in quotes".to_owned()),
        (_, Term::Duration(duration)) => Ok(ParameterValue::Duration(duration.value)),
        _ => Err("write it as `24h`, `15m` or `1h30m`".to_owned()),
    }
}

/// Puts parameters into a text: `$name` takes the longest declared name that fits, `$$` is a
/// dollar sign.
///
/// # Errors
/// When no declared name fits.
pub fn fill(text: &Spanned<String>, parameters: &Parameters, patience: &Patience) -> Result<String, Finding> {
    let mut out = String::new();
    let mut rest = text.value.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some(parameter) = parameters.at_start_of(after) else {
            return Err(unknown_in_text(&word_at(after), text.span, parameters, patience));
        };
        out.push_str(&parameter.value.to_string());
        rest = after.strip_prefix(parameter.name.as_str()).unwrap_or(after);
    }
    out.push_str(rest);
    Ok(out)
}

fn word_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect()
}

/// The value of `$name`.
///
/// # Errors
/// When no such parameter is declared.
pub fn value<'a>(
    name: &Spanned<String>,
    parameters: &'a Parameters,
    patience: &Patience,
) -> Result<&'a ParameterValue, Finding> {
    let found = parameters.named(&name.value).map(|parameter| &parameter.value);
    found.ok_or_else(|| unknown(&name.value, name.span, parameters, patience))
}

/// In a text, what stands behind a hyphen may belong to the name or not.
fn unknown_in_text(word: &str, span: Span, parameters: &Parameters, patience: &Patience) -> Finding {
    let ends = word.match_indices('-').map(|(at, _)| at).chain([word.len()]);
    let names: Vec<&str> = ends.filter_map(|end| word.get(..end)).filter(|name| !name.is_empty()).collect();
    let is_near = |name: &&&str| parameters.nearest(name, patience).is_some();
    let meant = names.iter().find(is_near).or_else(|| names.first());
    unknown(meant.copied().unwrap_or_default(), span, parameters, patience)
}

fn unknown(name: &str, span: Span, parameters: &Parameters, patience: &Patience) -> Finding {
    let near = parameters.nearest(name, patience);
    if name.is_empty() {
        let help = "write the name of a parameter behind it, or `$$` for a dollar sign".to_owned();
        return Box::new(UnknownParameter { name: String::new(), help, at: span.into() });
    }
    let near = near.map(|near| format!("${near}"));
    let help = Help::or(near.as_deref(), || format!("declare it: `param {} : alias = \"...\"`", shown(name)));
    help.give(|help| Box::new(UnknownParameter { name: shown(name), help, at: span.into() }))
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_parameter_kind",
        title: "a parameter of a kind that does not exist",
        text: "\
A parameter is an `alias`, a `date` or a `duration`. Behind its value may stand which values it may
have: `at least`, `at most`, `one of`.

Right:
  param alias    : alias    = \"orders-signer\"
  param delivery : duration = 24h
",
    },
    Explanation {
        code: "bad_parameter",
        title: "a value does not fit its parameter",
        text: "The value of a parameter comes from its default in the plan, or from `[parameters]` in the\n\
               site, or from `--set` on the command line. It must fit the kind that the plan declares.",
    },
    Explanation {
        code: "unknown_parameter",
        title: "a `$name` that no `param` declares",
        text: "\
`$name` stands for the value of a parameter, in a text too: \"$alias-next\". The longest declared
name counts; write `$$` for a dollar sign. A value from a site or from `--set` is for a parameter
that the plan declares.

Right:
  param alias : alias = \"orders-signer\"
  step create_key by tenant_admin {
    create new in tenant as \"$alias-next\"
  }
",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelt_as_they_are_written() {
        for text in ["90s", "15m", "24h", "36h", "7d", "1h30m", "0s", "2d1h"] {
            let parsed = duration(text).unwrap();
            assert_eq!(duration(&spelt(parsed)), Some(parsed), "{text}");
        }
        assert_eq!(spelt(Duration::from_secs(86_400)), "24h");
        assert_eq!(spelt(Duration::from_secs(7 * 86_400)), "7d");
        assert_eq!(duration("999999999999999999999d"), None);
        assert_eq!(duration("h"), None);
    }

    #[test]
    fn the_longest_declared_name_is_filled_in() {
        let alias = |name: &str, value: &str| Parameter {
            name: name.to_owned(),
            value: ParameterValue::Alias(Alias::new(value).unwrap()),
            given: false,
            range: Range::default(),
        };
        let mut parameters = Parameters::default();
        parameters.push(alias("alias", "orders"));
        parameters.push(alias("alias-next", "longer"));
        let patience = Patience::default();
        let filled =
            |text: &str| fill(&Spanned::new(text.to_owned(), Span::default()), &parameters, &patience);
        assert_eq!(filled("$alias-new").unwrap(), "orders-new");
        assert_eq!(filled("$alias-next$$").unwrap(), "longer$");
        assert_eq!(filled("$aliasé").unwrap(), "ordersé");
        assert!(filled("$aliax").is_err());
    }
}
