//! Nothing lies on anything else, and everything on the paper.

use keyroll::evidence::swimlane::card::{PADDING, WIDTH};
use keyroll::evidence::swimlane::layout::{Area, Layout};
use keyroll::graph::outline::Outline;
use keyroll::world::id::{Id as _, StepId};
use proptest::prelude::*;

use super::odd::{Odd, odd};
use super::{STOCK, outline, stock};

/// Two points of a line, the smaller one first.
fn segments(points: &[(f64, f64)]) -> impl Iterator<Item = Area> + '_ {
    points.windows(2).map(|pair| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        Area { left: ax.min(bx), top: ay.min(by), width: (ax - bx).abs(), height: (ay - by).abs() }
    })
}

/// Whether two rectangles have more in common than a border.
fn meet(a: &Area, b: &Area, apart: f64) -> bool {
    a.left < b.right() + apart
        && b.left < a.right() + apart
        && a.top < b.bottom() + apart
        && b.top < a.bottom() + apart
}

/// What is wrong with a layout.
fn faults(outline: &Outline, layout: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let cards: Vec<(StepId, &Area)> = layout.cards.iter().map(|(id, (_, area))| (id, area)).collect();
    let (wide, high) = layout.size;
    let on_paper = |area: &Area| {
        area.left >= 0.0 && area.top >= -60.0 && area.right() <= wide && area.bottom() <= high + 10.0
    };
    for (n, (id, area)) in cards.iter().enumerate() {
        let lane = &layout.lanes[outline.steps[*id].role];
        if area.left < lane.left || area.right() > lane.right() {
            faults.push(format!("{id:?} leaves its lane"));
        }
        if !on_paper(area) {
            faults.push(format!("{id:?} leaves the paper"));
        }
        let others = cards.iter().skip(n + 1).filter(|(_, other)| meet(area, other, 8.0));
        faults.extend(others.map(|(other, _)| format!("{id:?} lies on {other:?}")));
    }
    for (id, (card, area)) in layout.cards.iter() {
        for line in &card.lines {
            let right = line.x + line.style.width(&line.text);
            if right > WIDTH - PADDING + 0.01 || line.y > area.height || line.x < 0.0 {
                faults.push(format!("{:?} of {id:?} does not fit", line.text));
            }
        }
        if card.lines.is_empty() {
            faults.push(format!("{id:?} is empty"));
        }
    }
    for wire in &layout.wires {
        let from = &layout.cards[wire.from].1;
        let (first, last) = (wire.points[0], wire.points[wire.points.len() - 1]);
        if first.1 != from.bottom() || first.0 <= from.left || first.0 >= from.right() {
            faults.push(format!("a line of {:?} begins elsewhere", wire.from));
        }
        if let Some(to) = wire.to {
            let to = &layout.cards[to].1;
            if last.1 != to.top || last.0 <= to.left || last.0 >= to.right() || last.1 <= first.1 {
                faults.push(format!("a line of {:?} ends elsewhere", wire.from));
            }
        }
        for part in segments(&wire.points) {
            if part.width != 0.0 && part.height != 0.0 {
                faults.push(format!("a line of {:?} is askew", wire.from));
            }
            if !on_paper(&part) {
                faults.push(format!("a line of {:?} leaves the paper", wire.from));
            }
            let own = |id: StepId| id == wire.from || Some(id) == wire.to;
            let crossed =
                cards.iter().filter(|(id, area)| meet(&part, area, if own(*id) { -0.5 } else { 1.0 }));
            faults.extend(crossed.map(|(id, _)| format!("a line of {:?} runs through {id:?}", wire.from)));
        }
    }
    faults.extend(on_one_another(layout));
    faults
}

/// Lines between different boxes that lie on each other for a stretch.
fn on_one_another(layout: &Layout) -> Vec<String> {
    let mut parts: Vec<(usize, Area)> = Vec::new();
    for (n, wire) in layout.wires.iter().enumerate() {
        parts.extend(segments(&wire.points).map(|part| (n, part)));
    }
    let mut faults = Vec::new();
    for (index, (n, a)) in parts.iter().enumerate() {
        for (m, b) in parts.iter().skip(index + 1).filter(|(m, _)| m != n) {
            let (one, other) = (&layout.wires[*n], &layout.wires[*m]);
            if one.from == other.from || (one.to.is_some() && one.to == other.to) {
                continue;
            }
            let upright = a.width == 0.0 && b.width == 0.0 && a.left == b.left;
            let level = a.height == 0.0 && b.height == 0.0 && a.top == b.top;
            let shared = if upright {
                a.bottom().min(b.bottom()) - a.top.max(b.top)
            } else if level {
                a.right().min(b.right()) - a.left.max(b.left)
            } else {
                0.0
            };
            if shared > 0.5 {
                faults.push(format!("lines of {:?} and {:?} lie on each other", one.from, other.from));
            }
        }
    }
    faults
}

fn laid_out(text: &str) -> (Outline, Layout) {
    let outline = outline(text);
    let layout = Layout::of(&outline);
    (outline, layout)
}

#[test]
fn nothing_lies_on_anything_in_the_stock_plans() {
    for name in STOCK {
        let (outline, layout) = laid_out(&stock(name));
        assert_eq!(faults(&outline, &layout), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn three_hundred_steps_of_twelve_roles_find_their_places() {
    for ordered in [95, 40] {
        let (outline, layout) = laid_out(&odd(Odd { seed: 7, steps: 300, roles: 12, ordered }));
        assert_eq!((outline.steps.len(), outline.lanes.len()), (300, 12));
        assert_eq!(faults(&outline, &layout), Vec::<String>::new(), "{ordered}");
    }
}

#[test]
fn the_order_runs_downwards_and_sides_stay_visible() {
    let (outline, layout) = laid_out(&stock("one-key"));
    for edge in &outline.edges {
        assert!(layout.cards[edge.from].1.bottom() < layout.cards[edge.to].1.top, "{edge:?}");
    }
    // What has no order lies side by side.
    let of = |name: &str| {
        let step = outline.steps.find(|step| step.name == name).unwrap();
        layout.cards[step].1
    };
    assert_eq!(of("exchange_key").top, of("announce_silence").top);
    assert_eq!(of("create_key").top, of("agree_downtime").top);
    // The band begins with the stop and ends with the start.
    let [band] = layout.bands.as_slice() else { panic!("{:?}", layout.bands) };
    assert!(band.area.top < of("undeploy").top && band.area.top > of("request_undeploy").bottom());
    assert!(band.area.bottom() > of("deploy").bottom());
}

#[test]
fn each_fault_of_a_layout_is_seen() {
    let (outline, good) = laid_out(&stock("one-key"));
    let (one, other) = (StepId::at(6), StepId::at(7));
    type Spoil = fn(&mut Layout, StepId, StepId);
    let spoils: [(&str, Spoil); 7] = [
        ("lies on", |l, one, other| l.cards[one].1.left = l.cards[other].1.left - 4.0),
        ("leaves its lane", |l, one, _| l.cards[one].1.left += 400.0),
        ("leaves the paper", |l, _, _| l.size.0 -= 100.0),
        ("runs through", |l, one, _| {
            let area = l.cards[one].1;
            let y = area.top + area.height / 2.0;
            l.wires[0].points.insert(1, (0.0, y));
            l.wires[0].points.insert(2, (900.0, y));
        }),
        ("askew", |l, _, _| l.wires[0].points[0].0 += 1.0),
        ("does not fit", |l, one, _| l.cards[one].0.lines[0].text.push_str(&"x".repeat(40))),
        ("lie on each other", |l, _, _| {
            let points = l.wires[0].points.clone();
            let far = l.wires.len() - 1;
            l.wires[far].points = points;
        }),
    ];
    for (fault, spoil) in spoils {
        let mut layout = good.clone();
        spoil(&mut layout, one, other);
        let found = faults(&outline, &layout);
        assert!(found.iter().any(|f| f.contains(fault)), "{fault}: {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_finds_its_places(seed in any::<u64>(), steps in 1_usize..60, roles in 2_usize..7, ordered in 0_usize..=100) {
        let text = odd(Odd { seed: seed >> 1, steps, roles, ordered });
        let (outline, layout) = laid_out(&text);
        prop_assert_eq!(faults(&outline, &layout), Vec::<String>::new(), "{}", text);
        let again = keyroll::evidence::swimlane::Swimlanes(&outline).to_string();
        prop_assert_eq!(again, keyroll::evidence::swimlane::Swimlanes(&super::outline(&text)).to_string());
    }
}
