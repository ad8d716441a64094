//! A picture of lines over two scales on which each step is ten times the one before.

use std::fmt::Write;

/// A line, with a name that stands at its end.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// How far from the end of the line the name stands.
    pub(crate) beside: Beside,
    /// Which of the colours below.
    pub(crate) kind: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Where a name stands: so far to the right of a point, and so far down.
#[derive(Clone, Copy)]
pub(crate) enum Beside {
    /// It begins there, and a thin line leads to it.
    From(f64, f64),
    /// It ends there.
    To(f64, f64),
}

/// One of the pictures that share the scale from left to right.
pub(crate) struct Panel {
    pub(crate) title: String,
    /// The powers of ten at the bottom and at the top, and what those between are called.
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) named: fn(i32) -> String,
    pub(crate) lines: Vec<Line>,
}

const WIDTH: f64 = 800.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 64.0;
/// What a panel takes from its title to the end of its scale.
const PANEL: f64 = 436.0;
const PLOT: f64 = 350.0;
const STYLE: &str = r##"<style>
.curves{--ink:#1c2430;--soft:#5b6675;--paper:#fff;--grid:#e3e8ee;--spin:#9a5b00;--stateright:#8d3f82;--search:#b3261e;--text:#0b7d5c;--made:#1f6fb5;
font:12px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:var(--ink)}
@media (prefers-color-scheme:dark){.curves{--ink:#e6ebf2;--soft:#9aa7b8;--paper:#0d1117;--grid:#222a35;--spin:#e7ae55;--stateright:#dc9ad2;--search:#f2857c;--text:#43cfa4;--made:#6cb4f2}}
.curves .paper{fill:var(--paper)}.curves .soft{fill:var(--soft)}.curves .head{font-size:17px;font-weight:600}.curves .title{font-size:13px;font-weight:600}
.curves .grid{stroke:var(--grid)}.curves .axis{stroke:var(--soft)}.curves .name{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.curves .line{fill:none;stroke-width:2}.curves .lead{stroke-width:1;stroke-dasharray:2 2}
"##;

const KINDS: [&str; 5] = ["spin", "stateright", "search", "text", "made"];

/// The picture: panels one under the other, over the same numbers from one to a power of ten.
pub(crate) fn drawn(head: &str, said: &str, (across, most): (&str, i32), panels: &[Panel]) -> String {
    let height = TOP + PANEL * panels.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"curves\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"curves-title curves-desc\">\n\
         <title id=\"curves-title\">{}</title>\n<desc id=\"curves-desc\">{}</desc>\n{STYLE}",
        escaped(head),
        escaped(said)
    );
    for kind in KINDS {
        let _ = writeln!(
            svg,
            ".curves .line.{kind},.curves .lead.{kind}{{stroke:var(--{kind})}}.curves .dot.{kind},.curves .name.{kind}{{fill:var(--{kind})}}"
        );
    }
    svg.push_str("</style>\n");
    let _ = writeln!(svg, "<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>");
    let _ = writeln!(svg, "<text class=\"head\" x=\"20\" y=\"32\">{}</text>", escaped(head));
    for (number, panel) in panels.iter().enumerate() {
        let place = Place { top: TOP + PANEL * number as f64 + 24.0, most, from: panel.from, to: panel.to };
        place.scales(&mut svg, panel, across);
        place.lines(&mut svg, panel);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Where a panel lies, and its scales.
struct Place {
    top: f64,
    most: i32,
    from: i32,
    to: i32,
}

impl Place {
    fn x(&self, value: f64) -> f64 {
        LEFT + 14.0 + (WIDTH - LEFT - RIGHT - 14.0) * value.log10() / f64::from(self.most)
    }

    fn y(&self, value: f64) -> f64 {
        let range = f64::from(self.to - self.from);
        self.top + PLOT - PLOT * (value.log10() - f64::from(self.from)) / range
    }

    fn scales(&self, svg: &mut String, panel: &Panel, across: &str) {
        let (bottom, right) = (self.top + PLOT, WIDTH - RIGHT);
        let _ = writeln!(
            svg,
            "<text class=\"title\" x=\"20\" y=\"{:.1}\">{}</text>",
            self.top - 14.0,
            escaped(&panel.title)
        );
        for power in panel.from..=panel.to {
            let y = self.y(10f64.powi(power));
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>");
            let _ = writeln!(
                svg,
                "<text class=\"soft\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                (panel.named)(power)
            );
        }
        for power in 0..=self.most {
            let x = self.x(10f64.powi(power));
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{x:.1} {:.1}V{bottom:.1}\"/>", self.top);
            let shown = super::measure::grouped(10usize.pow(power.unsigned_abs()));
            let anchor = if power == self.most { "end" } else { "middle" };
            let x = if power == self.most { right } else { x };
            let _ = writeln!(
                svg,
                "<text class=\"soft\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{shown}</text>",
                bottom + 17.0
            );
        }
        let _ = writeln!(
            svg,
            "<path class=\"axis\" fill=\"none\" d=\"M{LEFT} {:.1}V{bottom:.1}H{right}\"/>",
            self.top
        );
        let middle = (LEFT + right) / 2.0;
        let _ = writeln!(
            svg,
            "<text class=\"soft\" text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
            bottom + 36.0,
            escaped(across)
        );
    }

    fn lines(&self, svg: &mut String, panel: &Panel) {
        for line in &panel.lines {
            let points: Vec<(f64, f64)> = line.points.iter().map(|(n, v)| (self.x(*n), self.y(*v))).collect();
            let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
            let _ = writeln!(svg, "<path class=\"line {}\" d=\"M{}\"/>", line.kind, path.join("L"));
            for (x, y) in &points {
                let _ = writeln!(
                    svg,
                    "<circle class=\"dot {}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\"/>",
                    line.kind
                );
            }
        }
        // Names lie above all lines.
        for line in &panel.lines {
            if let Some((n, value)) = line.points.last() {
                name(svg, line, (self.x(*n), self.y(*value)));
            }
        }
    }
}

/// Writes the name of a line whose end is there.
fn name(svg: &mut String, line: &Line, (x, y): (f64, f64)) {
    let (kind, said) = (line.kind, escaped(line.name));
    let (anchor, right, down) = match line.beside {
        Beside::From(right, down) => ("start", right, down),
        Beside::To(right, down) => ("end", right, down),
    };
    if let Beside::From(..) = line.beside {
        let (near, to) = (right - 3.0, y + down);
        let _ = writeln!(
            svg,
            "<path class=\"lead {kind}\" d=\"M{:.1} {y:.1}L{:.1} {to:.1}\"/>",
            x + 4.0,
            x + near
        );
    }
    let _ = writeln!(
        svg,
        "<text class=\"name {kind}\" text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{:.1}\">{said}</text>",
        x + right,
        y + down + 4.0
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
