//! What a real browser makes of the drawing.

use std::process::Command;

use keyroll::evidence::swimlane::Swimlanes;

use super::odd::{Odd, odd};
use super::{STOCK, outline, stock};

/// Measures every text of a drawing against the box that it stands in, and writes what sticks out
/// into the title of the page.
const MEASURE: &str = r#"<script>
const out = [];
const inside = (t, b, what) => { if (t.x < b.x - 0.5 || t.y < b.y - 0.5 || t.x + t.width > b.x + b.width + 0.5 || t.y + t.height > b.y + b.height + 1.5) out.push(what); };
const svg = document.querySelector('svg');
let texts = 0;
for (const step of svg.querySelectorAll('g.step')) {
  const box = step.querySelector('.box').getBBox();
  for (const text of step.querySelectorAll('text')) { texts += 1; inside(text.getBBox(), box, text.textContent); }
}
const paper = svg.getBoundingClientRect();
for (const text of svg.querySelectorAll('text')) inside(text.getBoundingClientRect(), paper, 'off the paper: ' + text.textContent);
document.title = texts + ' texts, ' + out.length + ' stick out: ' + out.slice(0, 5).join(' | ');
</script>"#;

/// What the browser measured.
fn measured(svg: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, format!("<!DOCTYPE html><meta charset=\"utf-8\"><body>{svg}{MEASURE}</body>"))
        .unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("this test reads the drawing in a real browser: install the package `chromium`");
    assert!(output.status.success(), "chromium: {}", String::from_utf8_lossy(&output.stderr));
    let page = String::from_utf8(output.stdout).unwrap();
    // The drawing has titles of its own; that of the page comes first.
    page.split_once("<title>").unwrap().1.split('<').next().unwrap().to_owned()
}

#[test]
fn a_browser_keeps_every_text_inside_its_box() {
    let plans = STOCK.map(stock);
    let odd = odd(Odd { seed: 11, steps: 80, roles: 6, ordered: 80 });
    for text in plans.into_iter().chain([odd]) {
        let outline = outline(&text);
        let title = measured(&Swimlanes(&outline).to_string());
        let texts: usize = title.split(' ').next().unwrap().parse().unwrap();
        assert!(texts > 3 * outline.steps.len(), "{title}");
        assert!(title.contains(" 0 stick out"), "{title}");
    }
    let wide = Swimlanes(&outline(&stock("two-keys")))
        .to_string()
        .replace(">trust_both<", ">trust_both_of_them_and_others<");
    assert!(measured(&wide).contains(" 1 stick out: trust_both_of_them_and_others"), "{}", measured(&wide));
}
