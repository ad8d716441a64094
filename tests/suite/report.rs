//! The report of a rehearsal or run: what it says, that nothing breaks out of it, how it is drawn.

#[cfg(test)]
mod samples;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use keyroll::evidence::bins::BIN_LIMIT;
use keyroll::evidence::chart::panel::Columns;
use keyroll::evidence::chart::{self, Chart, lanes};
use keyroll::evidence::outcome::{self, Ending};
use keyroll::evidence::page::{POLICY, Page};
use keyroll::evidence::summary::Summary;
use keyroll::evidence::timeline::{
    Cause, Held, Interruption, KEY_LIMIT, Kind, PlanFacts, Report, Role, Step, StepStatus, Timeline, Window,
};
use keyroll::evidence::traffic::REASON_LIMIT;
use keyroll::evidence::wording::count;
use proptest::prelude::*;
use quick_xml::events::Event;

use samples::{at, one_key, stuck, two_keys, without_drain};

/// The shape of a text in XML: its elements with the names of their attributes, in order. Fails on
/// what is not well-formed.
pub(crate) fn shape(text: &str) -> Result<Vec<String>, String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut open, mut shape) = (0_i64, Vec::new());
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                open += i64::from(matches!(event, Event::Start(_)));
                let name = element.name();
                let mut line = format!("{:?}", name.as_ref());
                for attribute in element.attributes() {
                    let attribute = attribute.map_err(|e| e.to_string())?;
                    line.push_str(&format!(" {:?}", attribute.key.as_ref()));
                }
                shape.push(line);
            }
            Event::End(_) => open -= 1,
            Event::Eof if open == 0 => return Ok(shape),
            Event::Eof => return Err("an element stays open".into()),
            _ => {}
        }
    }
}

/// What is between a mark and the next `<`.
pub(crate) fn after<'a>(page: &'a str, mark: &str) -> &'a str {
    page.split_once(mark).and_then(|(_, rest)| rest.split('<').next()).unwrap_or("missing")
}

/// What a page would load or run; empty for one that needs nothing.
pub(crate) fn needs(page: &str) -> Vec<String> {
    let own = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").replace("url(#", "");
    let forbidden =
        ["<script", "<link", "<img", "<iframe", "http:", "https:", "//", "url(", "@import", "src=", "href="];
    forbidden.into_iter().filter(|word| own.contains(word)).map(str::to_owned).collect()
}

/// Pairs of steps whose marks or labels lie on one another, and those that leave their lane.
fn collisions(lanes: &[lanes::Lane]) -> Vec<String> {
    let mut out = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        if lanes.get(index + 1).is_some_and(|next| next.top < lane.bottom) {
            out.push(format!("{} overlaps the next lane", lane.role));
        }
        for (n, a) in lane.steps.iter().enumerate() {
            if a.middle - 6.0 < lane.top || a.middle + 6.0 > lane.bottom {
                out.push(format!("{} leaves its lane", a.label));
            }
            let same_row = |b: &&lanes::Placed| (a.middle - b.middle).abs() < 14.0;
            let meets = |b: &&lanes::Placed| a.extent.0 < b.extent.1 && b.extent.0 < a.extent.1;
            out.extend(
                lane.steps
                    .iter()
                    .skip(n + 1)
                    .filter(same_row)
                    .filter(meets)
                    .map(|b| format!("{} lies on {}", a.label, b.label)),
            );
        }
    }
    out
}

/// Compares with the page of this name in `tests/golden/report`.
fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden/report");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn all_samples() -> [(&'static str, Timeline); 4] {
    [("two-keys", two_keys()), ("one-key", one_key()), ("without-drain", without_drain()), ("stuck", stuck())]
}

#[test]
fn a_report_is_well_formed_and_needs_nothing_else() {
    for (name, timeline) in all_samples() {
        let page = Page(&timeline).to_string();
        assert!(shape(&page).unwrap().len() > 100, "{name} is nearly empty");
        shape(&Chart(&timeline).to_string()).unwrap();
        assert_eq!(needs(&page), Vec::<String>::new(), "{name}");
        assert!(page.contains(&POLICY.replace('\'', "&#39;")), "{name} has no policy");
    }
}

#[test]
fn the_checks_see_a_page_that_loads_or_breaks() {
    let page = Page(&two_keys()).to_string();
    assert!(!needs(&page.replace("</main>", "<img src='http://example.org/x'/></main>")).is_empty());
    assert!(shape(&page.replacen("</section>", "", 1)).is_err());
    assert!(shape(&page.replacen("class=\"soft\"", "class=\"soft\" class=\"a\"", 1)).is_err());
}

#[test]
fn the_figures_of_a_report_are_those_of_its_data() {
    for (name, timeline) in all_samples() {
        let (page, figures) = (Page(&timeline).to_string(), timeline.figures());
        let shown =
            ["sent", "accepted", "rejected"].map(|id| after(&page, &format!("id=\"{id}\">")).to_owned());
        assert_eq!(shown, [figures.sent, figures.accepted, figures.rejected].map(count), "{name}");
        for key in timeline.keys() {
            let row = page.split_once(&format!("<th scope=\"row\"><bdi>{}</bdi></th>", key.key)).unwrap().1;
            let row = row.split_once("</tr>").unwrap().0;
            for number in [key.sent.count, key.accepted.count, key.rejected.count] {
                assert!(row.contains(&format!(">{}</td>", count(number))), "{name}, {}: {number}", key.key);
            }
        }
        assert_eq!(page.matches("<g class=\"step ").count(), timeline.steps.len());
    }
    assert_eq!(after(&Page(&one_key()).to_string(), "id=\"interrupted\">"), "6 min 12 s");
}

#[test]
fn the_drawn_columns_add_up_to_the_messages() {
    for (name, timeline) in all_samples() {
        let columns = Columns::of(&timeline, &chart::scale(&timeline));
        for (key, drawn) in timeline.keys().iter().zip(&columns.accepted) {
            assert_eq!(drawn.iter().sum::<u64>(), key.accepted.count, "{name}, {}", key.key);
        }
        assert_eq!(columns.rejected.iter().sum::<u64>(), timeline.figures().rejected, "{name}");
        assert!(columns.under_way.iter().all(|key| key.len() <= 361), "{name}");
        assert!(columns.under_way.iter().all(|key| key.last() == Some(&0)), "{name}: all had arrived");
    }
}

#[test]
fn the_first_sentence_says_how_it_ended() {
    let first = |timeline: &Timeline| outcome::sentences(timeline).swap_remove(0);
    let endings = all_samples().map(|(_, timeline)| (outcome::ending(&timeline), first(&timeline)));
    assert_eq!(
        endings,
        [
            (Ending::Good, "Not one message was rejected.".to_owned()),
            (Ending::Good, "Not one message was rejected.".to_owned()),
            (Ending::Broken, "1,176 of 3,600 messages were rejected.".to_owned()),
            (Ending::Broken, "8 of 12 steps are done; exchange_certificate failed.".to_owned()),
        ]
    );
    assert!(outcome::sentences(&without_drain()).contains(&"The plan was not proved.".to_owned()));
}

#[test]
fn an_interruption_is_measured_against_its_window() {
    let mut timeline = one_key();
    assert_eq!(timeline.figures().interrupted_ms, 372_000);
    // The alias fails inside of the same outage: no moment is counted twice.
    let alias = Interruption { from: at(700), to: Some(at(720)), cause: Cause::AliasUnresolved };
    timeline.interruptions.push(alias);
    assert_eq!(timeline.figures().interrupted_ms, 372_000);
    assert_eq!(timeline.figures().outside_ms, 0);
    timeline.windows.iter_mut().for_each(|w| w.closed = Some(at(900)));
    assert_eq!(timeline.figures().outside_ms, 84_000);
    assert!(outcome::interruption(&timeline).contains("1 min 24 s of it outside of any agreed window"));
    timeline.promises.clear();
    assert_eq!(outcome::ending(&timeline), Ending::Broken);
    // A window counts for as long as it was agreed, not for as long as it was left open.
    timeline.windows.iter_mut().for_each(|w| (w.agreed, w.closed) = (Duration::from_secs(60), None));
    assert_eq!(timeline.figures().outside_ms, 334_000);
}

#[test]
fn first_and_last_are_kept_by_key_and_outcome() {
    let mut timeline = Timeline::new("r", Kind::Run, PlanFacts::default(), at(0));
    for (second, judged) in [(5, Ok(())), (3, Err("no")), (9, Ok(())), (7, Err("no"))] {
        timeline.record_sent(at(second - 2), "old");
        timeline.record_judged(at(second), "old", judged);
    }
    let key = timeline.keys().first().unwrap();
    assert_eq!((key.accepted.first, key.accepted.last), (Some(at(5)), Some(at(9))));
    assert_eq!((key.rejected.first, key.rejected.last), (Some(at(3)), Some(at(7))));
    assert_eq!(key.reasons.get("no"), Some(&2));
    let json = serde_json::to_value(&timeline).unwrap();
    assert_eq!(json.pointer("/keys/0/accepted/count"), Some(&serde_json::json!(2)));
    assert_eq!(json.pointer("/kind"), Some(&serde_json::json!("run")));
}

#[test]
fn keys_and_reasons_without_end_are_counted_together() {
    let mut timeline = Timeline::new("r", Kind::Run, PlanFacts::default(), at(0));
    for number in 0..500 {
        timeline.record_judged(at(1), &format!("k{number}"), Err(&"x".repeat(9_000)));
        timeline.record_judged(at(1), "k0", Err(&format!("reason {number}")));
    }
    assert_eq!(timeline.figures().rejected, 1_000);
    assert_eq!(timeline.keys().len(), KEY_LIMIT);
    assert!(timeline.keys().iter().all(|k| k.reasons.len() <= REASON_LIMIT + 1));
    assert!(Page(&timeline).to_string().len() < 100_000);
}

#[test]
fn a_million_messages_make_a_small_page() {
    let mut timeline = two_keys();
    for number in 0..500_000_i64 {
        timeline.record_sent(at(number / 4), "new");
        timeline.record_judged(at(number / 4 + number % 9_000), "new", Ok(()));
    }
    let page = Page(&timeline).to_string();
    assert!(page.len() < 200_000, "{} bytes", page.len());
    assert_eq!(after(&page, "id=\"sent\">"), "503,600");
    let bins = timeline.keys().iter().map(|k| k.accepted.series.bins().len()).max().unwrap();
    assert!(bins <= usize::try_from(BIN_LIMIT).unwrap());
}

/// A timeline all of whose foreign texts are `text`, numbered where they have to differ.
fn named(text: &str) -> Timeline {
    let plan = PlanFacts { name: text.into(), title: text.into(), document: Some(text.into()) };
    let mut timeline = Timeline::new(text, Kind::Rehearsal, plan, at(0));
    let mut sample = one_key();
    timeline.verdict = sample.verdict.clone();
    for lines in
        [&mut timeline.verdict.lines, &mut timeline.verdict.assumptions, &mut timeline.verdict.waived]
    {
        *lines = vec![text.into()];
    }
    timeline.roles = vec![
        Role { name: text.into(), title: text.into() },
        Role { name: format!("{text}2"), title: String::new() },
    ];
    sample.steps.iter_mut().for_each(|step| {
        (step.name, step.role, step.sentence) = (text.into(), text.into(), text.into());
        (step.note, step.status) = (Some(text.into()), StepStatus::Failed);
    });
    timeline.steps = sample.steps;
    timeline.reports = vec![Report { step: text.into(), to: format!("{text}2"), at: at(9) }];
    timeline.windows = vec![Window { name: text.into(), ..sample.windows.remove(0) }];
    timeline.promises = sample.promises;
    timeline.promises.iter_mut().for_each(|p| (p.sentence, p.kept) = (text.into(), false));
    timeline.world = vec![Held { place: text.into(), key: text.into(), fingerprint: text.into() }];
    timeline.record_sent(at(1), text);
    timeline.record_judged(at(2), text, Err(text));
    timeline
}

pub(crate) const HOSTILE: [&str; 8] = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    "'/><svg onload=document.title='owned'>",
    "</title></style></svg></td><script>document.title='owned'</script>",
    "]]><!--",
    "--><script>document.title='owned'</script>&lt;&#x3c;&amp",
    "\u{202e}gnp.\u{2066}evil\u{200b}\u{feff}",
    "\u{0}\u{1b}]0;owned\u{7}\r\n\u{ffff}\u{fffe}\u{85}\u{2028}",
];

#[test]
fn nothing_foreign_breaks_out() {
    for hostile in HOSTILE {
        let (page, plain) = (Page(&named(hostile)).to_string(), Page(&named("plain")).to_string());
        assert_eq!(shape(&page).unwrap(), shape(&plain).unwrap(), "{hostile:?}");
        let summary = Summary(&named(hostile)).to_string();
        let steering =
            |c: char| keyroll::source::is_hostile(c) || matches!(c, '\r' | '\u{fffe}' | '\u{ffff}');
        assert!(!page.contains(steering), "{hostile:?}");
        assert!(!summary.contains(keyroll::source::is_hostile), "{hostile:?}");
        assert_eq!(summary.lines().count(), Summary(&named("plain")).to_string().lines().count());
    }
    let unescaped = Page(&named(HOSTILE[0])).to_string().replace("&lt;", "<").replace("&gt;", ">");
    assert_ne!(shape(&unescaped).ok(), shape(&Page(&named("plain")).to_string()).ok());
}

#[test]
fn labels_do_not_lie_on_one_another() {
    for (name, timeline) in all_samples() {
        let mut lanes = lanes::layout(&timeline, &chart::scale(&timeline), 0.0);
        assert_eq!(collisions(&lanes), Vec::<String>::new(), "{name}");
        let lane = lanes.first_mut().unwrap();
        let (middle, extent) = lane.steps.first().map(|s| (s.middle, s.extent)).unwrap();
        lane.steps.last_mut().map(|s| (s.middle, s.extent) = (middle, extent)).unwrap();
        assert_ne!(collisions(&lanes), Vec::<String>::new(), "the check sees nothing");
    }
}

#[test]
fn a_summary_is_short_and_says_it_all() {
    for (name, timeline) in all_samples() {
        golden(name, &Summary(&timeline).to_string());
    }
}

#[test]
fn a_small_drawing_stays_as_it_is() {
    let mut timeline = Timeline::new("r", Kind::Rehearsal, samples::two_keys().plan, at(0));
    timeline.roles = samples::roles(&[("admin", "Administrator"), ("partner", "Partner")]);
    timeline.steps = vec![samples::step("exchange_key", "admin", "exchanges the key", 4, 5)];
    timeline.reports = vec![samples::report("exchange_key", "partner", 6)];
    timeline.interruptions =
        vec![Interruption { from: at(4), to: Some(at(5)), cause: Cause::AliasUnresolved }];
    for (second, key, judged) in [(1, "old", Ok(())), (6, "new", Ok(())), (8, "old", Err("stale"))] {
        timeline.record_sent(at(second - 1), key);
        timeline.record_judged(at(second), key, judged);
    }
    let drawing = Chart(&timeline).to_string();
    let (head, rest) = drawing.split_once("<style>").unwrap();
    let body = rest.split_once("</defs>").unwrap().1;
    golden("small-drawing", &format!("{head}{body}"));
}

fn moments() -> impl Strategy<Value = Timestamp> {
    let any = any::<i64>().prop_map(|s| Timestamp::from_second(s % 253_402_207_200).unwrap_or_default());
    prop_oneof![6 => (0_i64..4_000).prop_map(at), 1 => any, 1 => Just(Timestamp::MAX), 1 => Just(Timestamp::MIN)]
}

fn steps() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(StepStatus::Done),
        Just(StepStatus::AlreadySo),
        Just(StepStatus::Failed),
        Just(StepStatus::Waiting),
        Just(StepStatus::NotTried)
    ];
    let times = (proptest::option::of(moments()), proptest::option::of(moments()));
    (any::<String>(), "[abc]", status, proptest::option::of(any::<String>()), times).prop_map(
        |(name, role, status, note, (began, done))| Step {
            sentence: name.clone(),
            name,
            role,
            status,
            note,
            began,
            done,
        },
    )
}

prop_compose! {
    fn timelines()(
        began in moments(), ended in moments(),
        steps in proptest::collection::vec(steps(), 0..30),
        messages in proptest::collection::vec((moments(), any::<u8>(), 0_u8..3), 0..60),
        stops in proptest::collection::vec((moments(), proptest::option::of(moments())), 0..20),
        windows in proptest::collection::vec((any::<String>(), any::<u64>(), moments(), proptest::option::of(moments())), 0..4),
        compression in any::<f64>(), wall in any::<u64>(),
    ) -> Timeline {
        let mut timeline = Timeline::new("r", Kind::Rehearsal, PlanFacts::default(), began);
        for (at, key, what) in messages {
            let key = format!("k{}", key % 12);
            match what {
                0 => timeline.record_sent(at, &key),
                1 => timeline.record_judged(at, &key, Ok(())),
                _ => timeline.record_judged(at, &key, Err("no")),
            }
        }
        timeline.roles = samples::roles(&[("a", "A"), ("b", "")]);
        timeline.reports = steps.iter().map(|s| Report { step: s.name.clone(), to: "b".into(), at: ended }).collect();
        timeline.interruptions =
            stops.into_iter().map(|(from, to)| Interruption { from, to, cause: Cause::Undeployed }).collect();
        timeline.windows = windows.into_iter().map(|(name, agreed, opened, closed)| Window {
            name, agreed: Duration::from_millis(agreed), opened: Some(opened), closed,
        }).collect();
        (timeline.steps, timeline.ended, timeline.compression) = (steps, ended, compression);
        timeline.wall = Duration::from_secs(wall);
        timeline
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_can_be_drawn(timeline in timelines()) {
        let page = Page(&timeline).to_string();
        prop_assert!(shape(&page).is_ok());
        prop_assert!(page.len() < 1_000_000);
        prop_assert!(!page.contains("NaN") && !page.contains("inf\""));
        let lanes = lanes::layout(&timeline, &chart::scale(&timeline), 0.0);
        prop_assert_eq!(collisions(&lanes), Vec::<String>::new());
        let columns = Columns::of(&timeline, &chart::scale(&timeline));
        let drawn: u64 = columns.accepted.iter().flatten().sum();
        prop_assert_eq!(drawn, timeline.figures().accepted);
        prop_assert!(Summary(&timeline).to_string().lines().count() < 40);
    }
}

/// What a real browser makes of a page: the document after loading, and what it complained about.
#[cfg(test)]
pub(crate) fn browsed(name: &str, page: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join(name);
    std::fs::write(&file, page).unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("this test reads the report in a real browser: install the package `chromium`");
    assert!(output.status.success(), "chromium: {}", String::from_utf8_lossy(&output.stderr));
    let errors = String::from_utf8_lossy(&output.stderr);
    let errors = errors.lines().filter(|l| l.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    (String::from_utf8(output.stdout).unwrap(), errors)
}

#[test]
fn a_browser_shows_the_report_and_runs_nothing() {
    let (dom, errors) = browsed("report.html", &Page(&one_key()).to_string());
    assert_eq!(errors, "");
    for (id, figure) in
        [("sent", "1,128"), ("accepted", "1,128"), ("rejected", "0"), ("interrupted", "6 min 12 s")]
    {
        assert_eq!(after(&dom, &format!("id=\"{id}\">")), figure);
    }
    assert!(dom.contains("Not one message was rejected.") && dom.contains("interrupted for 6 min 12 s"));
    assert!(dom.contains("</svg>") && dom.contains("<tbody>"));

    let all = HOSTILE.concat();
    let (dom, errors) = browsed("hostile.html", &Page(&named(&all)).to_string());
    assert_eq!(errors, "", "the browser met something that it had to refuse");
    assert!(!dom.contains("<script") && !after(&dom, "<title>").starts_with("owned"));

    // The same page without escapes and policy does run, so the two checks above can fail.
    let open =
        Page(&named(HOSTILE[0])).to_string().replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'");
    let (dom, _) = browsed("open.html", &open.replace("http-equiv", "data-off"));
    assert!(after(&dom, "<title>").starts_with("owned"), "{}", after(&dom, "<title>"));
}

#[test]
fn samples_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, timeline) in all_samples() {
        let file = folder.join(format!("{name}.html"));
        std::fs::write(&file, Page(&timeline).to_string()).unwrap();
        assert!(std::fs::metadata(&file).unwrap().len() < 100_000, "{name}");
    }
}

/// A promised length of an interruption is held against the longest one.
#[test]
fn a_promised_length_is_kept_or_broken_by_what_happened() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/emergency/signing-key-stolen.renewal");
    let source = keyroll::source::Source::new("plan.renewal", std::fs::read_to_string(path).unwrap());
    let checked = keyroll::check::read(&source, &keyroll::plan::given::Given::default()).unwrap();
    let mut timeline = two_keys();
    let began = timeline.began();
    let hours = |count: i64| began + jiff::SignedDuration::from_hours(count);
    let kept = |timeline: &Timeline| {
        let found = keyroll::evidence::collect::promises(&checked, timeline, &[]);
        let row = found.iter().find(|one| one.sentence == "orders interrupted at most 6h").unwrap();
        assert!(!row.stated);
        row.kept
    };
    let interruption =
        |from, to| Interruption { from: hours(from), to: Some(hours(to)), cause: Cause::Undeployed };
    let (short, other, long) = (interruption(1, 6), interruption(7, 12), interruption(1, 8));
    timeline.interruptions.clear();
    assert!(kept(&timeline));
    timeline.interruptions = vec![short, other];
    assert!(kept(&timeline), "each by itself");
    timeline.interruptions = vec![long];
    assert!(!kept(&timeline));
}

#[test]
fn what_is_waived_is_said_and_is_no_bad_ending() {
    let mut timeline = without_drain();
    assert_eq!(outcome::ending(&timeline), Ending::Broken);
    assert!(!outcome::messages(&timeline).contains("waives"));
    timeline.promises.clear();
    timeline.interruptions.clear();
    timeline.rejections_waived = true;
    assert!(outcome::messages(&timeline).ends_with("rejected, which the plan waives."));
    assert_eq!(outcome::ending(&timeline), Ending::Good);
    let (from, to) = (timeline.began(), Some(timeline.began() + Duration::from_secs(60)));
    timeline.windows.clear();
    timeline.interruptions = vec![Interruption { from, to, cause: Cause::Undeployed }];
    assert_eq!(outcome::ending(&timeline), Ending::Broken);
    timeline.interruptions_waived = true;
    assert_eq!(outcome::ending(&timeline), Ending::Good);
}
