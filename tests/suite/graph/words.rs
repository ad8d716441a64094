//! What the formats say, that their readers read them, and that nothing foreign breaks out of them.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use keyroll::cli::graph::sheet::Sheet;
use keyroll::evidence::{dot::Dot, mermaid::Mermaid, swimlane::Swimlanes};
use keyroll::graph::outline::{MessageKind, Outline};
use quick_xml::events::Event;

use super::odd::{Odd, odd};
use super::{STOCK, outline, stock};

/// A plan all of whose titles are this text, as it is written in plans.
fn titled(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let plan = stock("one-key");
    let mut lines: Vec<String> = Vec::new();
    for line in plan.lines() {
        let cut = line.starts_with("role ") || line.starts_with("step ") && line.ends_with('{');
        match line.split_once(" \"").filter(|_| cut) {
            Some((start, _)) => {
                let end = if line.ends_with('{') { " {" } else { "" };
                lines.push(format!("{} \"{escaped}\"{end}", start.trim_end()));
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

const HOSTILE: [&str; 6] = [
    "<script>document.title='owned'</script>",
    "\"]; end --> x[\"",
    "'/></title></style></svg><svg onload=alert(1)>",
    "]]><!-- &lt; &#x3c; #quot; #34; %% {{x}} `**md**`",
    "\\N\\G\\l\"}; digraph { a -> b }",
    "|edge| ==> role1 :::class click step1 href",
];

/// The elements of a drawing with the names of their attributes. Fails on what is not well-formed.
fn shape(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut shape = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|a| format!("{:?}", a.unwrap().key.as_ref()));
                shape.push(format!(
                    "{:?} {}",
                    element.name().as_ref(),
                    attributes.collect::<Vec<_>>().join(" ")
                ));
            }
            Event::Eof => return shape,
            _ => {}
        }
    }
}

#[test]
fn a_drawing_is_well_formed_and_needs_nothing_else() {
    for text in STOCK.map(stock).into_iter().chain([odd(Odd { seed: 3, steps: 40, roles: 5, ordered: 70 })]) {
        let svg = Swimlanes(&outline(&text)).to_string();
        assert!(shape(&svg).len() > 60);
        let own = svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for word in [
            "<script",
            "http:",
            "https:",
            "url(",
            "@import",
            "href",
            "<image",
            "<foreignObject",
            "NaN",
            "inf",
        ] {
            assert!(!own.contains(word) || word == "inf" && !own.contains("inf\""), "{word}");
        }
        assert!(svg.contains("role=\"img\"") && svg.contains("<title id=") && svg.contains("<desc id="));
    }
}

#[test]
fn a_drawing_says_what_the_plan_says() {
    for name in STOCK {
        let outline = outline(&stock(name));
        let svg = Swimlanes(&outline).to_string();
        assert_eq!(svg.matches("<g class=\"step").count(), outline.steps.len());
        let unheard = outline.messages.iter().filter(|m| m.heard_by.is_empty()).count();
        let signs = svg.split("<g transform").next().unwrap().matches("<g class=\"wire").count();
        assert_eq!(svg.matches("<g class=\"wire").count() - signs, outline.edges.len() + unheard);
        for step in outline.steps.rows() {
            assert!(svg.contains(&step.name), "{}", step.name);
        }
    }
    let one = Swimlanes(&outline(&stock("one-key"))).to_string();
    for word in [
        "needs orders drained of old",
        "needs downtime open",
        "orders stands still: window downtime, at most 4h",
        ">agree downtime<",
        ">provide new<",
        ">request<",
        ">allow<",
        ">inform<",
        "Integration developer",
    ] {
        assert!(one.contains(word), "{word}");
    }
    assert_eq!(one.matches("class=\"step inside\"").count(), 8);
}

fn edges(outline: &Outline) -> BTreeSet<(usize, usize, bool, Option<MessageKind>)> {
    let edge = |e: &keyroll::graph::outline::Edge| {
        (Outline::number(e.from), Outline::number(e.to), e.necessary, e.kind)
    };
    outline.edges.iter().map(edge).collect()
}

#[test]
fn only_what_no_other_way_says_is_necessary() {
    let plain = outline(&stock("two-keys"));
    assert!(plain.edges.iter().all(|edge| edge.necessary));
    let more =
        outline(&stock("two-keys").replace("after exchange_key\n", "after exchange_key, confirm_trust\n"));
    let added: Vec<_> = edges(&more).difference(&edges(&plain)).copied().collect();
    assert_eq!(added, [(4, 6, false, Some(MessageKind::Inform))]);
    let outline = outline(&stock("one-key"));
    let kinds = |kind| outline.messages.iter().filter(|m| m.kind == kind).count();
    assert_eq!(MessageKind::ALL.map(kinds), [3, 1, 1, 1, 1]);
    let [still] = outline.standstills.as_slice() else { panic!("{:?}", outline.standstills) };
    assert_eq!((still.stop.map(Outline::number), still.start.map(Outline::number)), (Some(5), Some(12)));
    assert_eq!(
        still.inside.iter().copied().map(Outline::number).collect::<Vec<_>>(),
        [5, 6, 7, 8, 9, 10, 11, 12]
    );
}

#[test]
fn nothing_foreign_breaks_out_of_a_drawing() {
    let plain = outline(&titled("plain words of no meaning"));
    for hostile in HOSTILE {
        let outline = outline(&titled(hostile));
        let svg = Swimlanes(&outline).to_string();
        let kinds = |svg: &str| shape(svg).into_iter().filter(|l| !l.contains("text")).collect::<Vec<_>>();
        assert_eq!(kinds(&svg), kinds(&Swimlanes(&plain).to_string()), "{hostile}");
        let (mine, other) = (Mermaid(&outline).to_string(), Mermaid(&plain).to_string());
        assert_eq!(mermaid_faults(&mine), "", "{hostile}");
        assert_eq!(mine.lines().count(), other.lines().count(), "{hostile}");
        assert_eq!(nodes(&Dot(&outline).to_string()), nodes(&Dot(&plain).to_string()), "{hostile}");
    }
}

/// What Graphviz itself reads: nodes with the cluster-less names, and edges.
fn nodes(dot: &str) -> BTreeSet<String> {
    let mut child = Command::new("dot")
        .args(["-Tplain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test asks Graphviz: install the package `graphviz`");
    child.stdin.take().unwrap().write_all(dot.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("rror"), "{said}\n{dot}");
    let text = String::from_utf8(output.stdout).unwrap();
    let first = |line: &str| {
        let mut words = line.split(' ');
        match words.next() {
            Some("node") => words.next().map(|name| format!("node {name}")),
            Some("edge") => Some(format!("edge {} {}", words.next()?, words.next()?)),
            _ => None,
        }
    };
    text.lines().filter_map(first).collect()
}

#[test]
fn graphviz_reads_every_step_and_edge() {
    for text in STOCK.map(stock).into_iter().chain([odd(Odd { seed: 5, steps: 30, roles: 4, ordered: 60 })]) {
        let outline = outline(&text);
        let read = nodes(&Dot(&outline).to_string());
        for step in outline.steps.ids() {
            assert!(read.contains(&format!("node step{}", Outline::number(step))), "{read:?}");
        }
        for edge in &outline.edges {
            let edge = format!("edge step{} step{}", Outline::number(edge.from), Outline::number(edge.to));
            assert!(read.contains(&edge), "{edge}");
        }
    }
}

/// What is no flowchart of Mermaid: a line of none of the forms that are written, a box that is not
/// declared, a text that holds more than letters, spaces and numbers of characters.
fn mermaid_faults(text: &str) -> String {
    let mut faults = String::new();
    let quoted = |part: &str| {
        let inner = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.is_some_and(|inner| {
            let plain = inner.replace("<br/>", "");
            let numbers = plain
                .split('#')
                .skip(1)
                .all(|part| part.split_once(';').is_some_and(|(number, _)| number.parse::<u32>().is_ok()));
            let allowed = |c: char| c.is_alphanumeric() || " _.,-:#;".contains(c);
            numbers && plain.chars().all(allowed)
        })
    };
    let mut declared: BTreeSet<String> = BTreeSet::new();
    let mut open = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
        let label = |text: &str| {
            let (name, label) = text.split_once('[')?;
            Some((name.to_owned(), label.strip_suffix(']')?.to_owned()))
        };
        let good = match head {
            "flowchart" => number == 0 && rest == "TB",
            "subgraph" => {
                open += 1;
                label(rest).is_some_and(|(name, text)| declared.insert(name) && quoted(&text))
            }
            "end" => {
                open -= 1;
                rest.is_empty()
            }
            "classDef" => rest.starts_with("standstill "),
            "class" => rest
                .strip_suffix(" standstill")
                .is_some_and(|all| all.split(',').all(|step| declared.contains(step))),
            _ if open > 0 => label(line).is_some_and(|(name, text)| declared.insert(name) && quoted(&text)),
            from => {
                let to = match rest.split_once(' ') {
                    Some(("-->" | "-.->", to)) => Some(to),
                    _ => rest
                        .strip_prefix("==>|")
                        .and_then(|rest| rest.split_once("| "))
                        .filter(|(text, _)| quoted(text))
                        .map(|(_, to)| to),
                };
                declared.contains(from) && to.is_some_and(|to| declared.contains(to))
            }
        };
        if !good || number == 0 && head != "flowchart" {
            faults.push_str(line);
            faults.push('\n');
        }
    }
    if open == 0 { faults } else { faults + "a subgraph stays open" }
}

#[test]
fn a_flowchart_is_one_of_mermaid() {
    for text in STOCK.map(stock).into_iter().chain([odd(Odd { seed: 9, steps: 60, roles: 6, ordered: 75 })]) {
        let outline = outline(&text);
        let chart = Mermaid(&outline).to_string();
        assert_eq!(mermaid_faults(&chart), "");
        let arrows = ["-->", "-.->", "==>"].map(|arrow| chart.matches(arrow).count()).iter().sum::<usize>();
        let unheard = outline.messages.iter().filter(|m| m.heard_by.is_empty()).count();
        assert_eq!(arrows, outline.edges.len() + unheard);
    }
    let chart = Mermaid(&outline(&stock("one-key"))).to_string();
    for (was, is) in
        [("[\"1.", "[1."), ("step5", "step55"), ("  end\n", ""), ("==>|", "==>"), ("flowchart", "graph")]
    {
        assert_ne!(mermaid_faults(&chart.replacen(was, is, 1)), "", "{is}");
    }
    assert_ne!(mermaid_faults(&chart.replace("#34;", "\"")), "");
}

#[test]
fn the_sheet_for_machines_says_all_of_it() {
    let outline = outline(&stock("one-key"));
    let sheet = serde_json::to_value(Sheet::of(&outline)).unwrap();
    let at = |pointer: &str| sheet.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {sheet}")).clone();
    assert_eq!(at("/plan"), "xml-signature-one-key");
    assert_eq!(at("/steps").as_array().unwrap().len(), 12);
    assert_eq!(
        at("/steps/8/gates/0"),
        serde_json::json!({"needs": "orders drained of old", "kind": "drained"})
    );
    assert_eq!(at("/steps/4/gates/0/kind"), "window");
    assert_eq!(at("/lanes/1/title"), "Integration developer");
    assert_eq!(at("/windows/0"), serde_json::json!({"name": "downtime", "at_most": "4h"}));
    assert_eq!(at("/standstills/0/start"), "deploy");
    assert_eq!(at("/messages/1/kind"), "agree");
    assert_eq!(at("/edges").as_array().unwrap().len(), outline.edges.len());
}
