//! One line of the table.

/// What a ratio must be.
#[derive(Clone, Copy)]
pub(crate) enum Demand {
    AtLeast(f64),
    AtMost(f64),
    /// It is shown, and nothing is asked of it.
    Nothing,
}

/// A ratio, and what it was made of.
pub(crate) struct Figure {
    pub(crate) subject: String,
    pub(crate) ours: String,
    pub(crate) against: String,
    pub(crate) ratio: f64,
    pub(crate) demand: Demand,
}

impl Figure {
    pub(crate) fn is_met(&self) -> bool {
        match self.demand {
            Demand::AtLeast(least) => self.ratio >= least,
            Demand::AtMost(most) => self.ratio <= most,
            Demand::Nothing => true,
        }
    }

    pub(crate) fn line(&self, markdown: bool) -> String {
        let demanded = match self.demand {
            Demand::AtLeast(least) => format!("at least {}", number(least)),
            Demand::AtMost(most) => format!("at most {}", number(most)),
            Demand::Nothing => "-".to_owned(),
        };
        let verdict = match (self.is_met(), self.demand) {
            (_, Demand::Nothing) => "",
            (true, _) => "met",
            (false, _) => "**missed**",
        };
        row(markdown, [&self.subject, &self.ours, &self.against, &number(self.ratio), &demanded, verdict])
    }
}

fn number(ratio: f64) -> String {
    if ratio >= 100.0 { format!("{ratio:.0}") } else { format!("{ratio:.2}") }
}

fn row(markdown: bool, cells: [&str; 6]) -> String {
    let [subject, ours, against, ratio, demanded, verdict] = cells;
    if markdown {
        return format!("| {subject} | {ours} | {against} | {ratio} | {demanded} | {verdict} |");
    }
    format!("{subject:<46} {ours:>14}  {against:<34} {ratio:>7}  {demanded:<14} {verdict}")
        .trim_end()
        .to_owned()
}

/// The first lines of the table.
pub(crate) fn head(markdown: bool) -> String {
    let cells = ["subject", "keyroll", "against", "ratio", "demanded", ""];
    let head = row(markdown, cells);
    if markdown { head + "\n|---|---|---|---|---|---|" } else { head }
}
