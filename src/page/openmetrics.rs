//! Figures for monitoring, as OpenMetrics text 1.0, which the textfile collector of node_exporter reads too:
//! that one knows fewer types, so each figure is a gauge.
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::source::shown;

/// How every file begins.
pub const HEAD: &str = "# TYPE keyroll_";

/// The labels of a figure: each a name and a value.
pub type Labels = Vec<(&'static str, String)>;

/// Figures by their names, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Exposition {
    gauges: Vec<Gauge>,
}

/// All figures of one name.
#[derive(Clone, Debug)]
struct Gauge {
    name: &'static str,
    help: &'static str,
    /// By their labels: none is there twice.
    figures: BTreeMap<Labels, i64>,
}

impl Exposition {
    /// Adds the figures of one name, which begins with `keyroll_`; of a name that is in seconds it ends with
    /// `_seconds`.
    pub fn gauge(
        &mut self,
        name: &'static str,
        help: &'static str,
        figures: impl IntoIterator<Item = (Labels, i64)>,
    ) {
        let known = self.gauges.iter().position(|gauge| gauge.name == name);
        let at = known.unwrap_or(self.gauges.len());
        if known.is_none() {
            self.gauges.push(Gauge { name, help, figures: BTreeMap::new() });
        }
        if let Some(gauge) = self.gauges.get_mut(at) {
            gauge.figures.extend(figures);
        }
    }

    /// Adds one figure for each state that there is: 1 for the one that is so, and 0 for the others.
    pub fn states(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: &Labels,
        (states, is): (&[&str], &str),
    ) {
        let figure = |state: &&str| {
            let labels = labels.iter().cloned().chain([("state", (*state).to_owned())]).collect();
            (labels, i64::from(*state == is))
        };
        self.gauge(name, help, states.iter().map(figure).collect::<Vec<_>>());
    }
}

impl Display for Exposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Gauge { name, help, figures } in self.gauges.iter().filter(|gauge| !gauge.figures.is_empty()) {
            writeln!(f, "# TYPE {name} gauge")?;
            if name.ends_with("_seconds") {
                writeln!(f, "# UNIT {name} seconds")?;
            }
            writeln!(f, "# HELP {name} {}", escaped(help))?;
            for (labels, figure) in figures {
                f.write_str(name)?;
                for (number, (label, value)) in labels.iter().enumerate() {
                    let before = if number == 0 { '{' } else { ',' };
                    write!(f, "{before}{label}=\"{}\"", escaped(value))?;
                }
                writeln!(f, "{} {figure}", if labels.is_empty() { "" } else { "}" })?;
            }
        }
        writeln!(f, "# EOF")
    }
}

/// A text within quotes: what could steer a terminal is spelt first.
fn escaped(text: &str) -> String {
    shown(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_ends_a_line() {
        let mut figures = Exposition::default();
        let hostile = "a\"} 1\n# EOF\\ \u{202e}".to_owned();
        figures.gauge("keyroll_wait_seconds", "How \"long\".", [(vec![("step", hostile)], -3)]);
        figures.gauge("keyroll_nothing", "Nothing.", []);
        figures.gauge("keyroll_wait_seconds", "", [(vec![("step", "b".to_owned())], 4)]);
        figures.gauge("keyroll_one", "One.", [(Vec::new(), 1)]);
        figures.states("keyroll_state", "State.", &vec![("run", "r".to_owned())], (&["a", "b"], "b"));
        assert_eq!(
            figures.to_string(),
            "# TYPE keyroll_wait_seconds gauge\n# UNIT keyroll_wait_seconds seconds\n\
             # HELP keyroll_wait_seconds How \\\"long\\\".\n\
             keyroll_wait_seconds{step=\"a\\\"} 1\\\\u{a}# EOF\\\\ \\\\u{202e}\"} -3\n\
             keyroll_wait_seconds{step=\"b\"} 4\n\
             # TYPE keyroll_one gauge\n# HELP keyroll_one One.\nkeyroll_one 1\n\
             # TYPE keyroll_state gauge\n# HELP keyroll_state State.\n\
             keyroll_state{run=\"r\",state=\"a\"} 0\nkeyroll_state{run=\"r\",state=\"b\"} 1\n# EOF\n"
        );
    }
}
