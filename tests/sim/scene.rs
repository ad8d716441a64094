//! What a renewal begins with: its plan, a site, and the world.

use std::{collections::BTreeMap, path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::bench::{Backends, Bound},
    check::{self, Checked},
    name::Alias,
    plan::given::Given,
    proof::verdict::{Proven, Verdict, prove},
    run::site::Site,
    source::Source,
    world::{landscape::Transit, material::Certificate},
};

use crate::{
    dice::Dice,
    pair::self_signed,
    stores::{Line, Partner, Vault},
    world::{Shared, World},
};

/// A plan that is simulated.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) proven: Proven,
    /// How many keys the receiver holds.
    pub(crate) capacity: usize,
    /// A certificate that nobody has to do with.
    stranger: String,
}

impl Case {
    pub(crate) fn read(name: &'static str, capacity: usize) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature").join(name);
        let source = Source::new(name, std::fs::read_to_string(path).unwrap());
        let checked = check::read(&source, &Given::default()).unwrap();
        let start = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove(checked, &start, 10_000_000) else { panic!("{name}") };
        let now: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        let stranger = self_signed(&[("CN".to_owned(), "stranger".to_owned())], now, 365).pem();
        Self { name, proven: *proven, capacity, stranger }
    }

    /// How long a message is under way at most.
    pub(crate) fn transit(&self) -> SignedDuration {
        let most = match self.checked().plan().landscape.channels.rows().next().unwrap().transit {
            Transit::Within(most) => most,
            Transit::Immediately => Duration::ZERO,
        };
        SignedDuration::try_from(most).unwrap()
    }

    pub(crate) fn checked(&self) -> &Checked {
        self.proven.checked()
    }
}

/// A site for a seed: who is played by the program, and what it reaches.
pub(crate) fn site(dice: &mut Dice, checked: &Checked, capacity: usize) -> (Site, Reach) {
    let reach = Reach { partner: dice.chance(60), flow: dice.chance(70) };
    let bound = |reached: bool, binding: &str| match reached {
        true => binding.to_owned(),
        false => "backend = \"manual\"\n".to_owned(),
    };
    let mut text =
        "site = 1\n[keystores.tenant]\nbackend = \"pkcs12\"\npath = \"t.p12\"\npassword = \"env:T\"\n\
        [keys.new]\ntype = \"ec-p256\"\nsubject = \"CN=orders\"\ndays = 730\n"
            .to_owned();
    let directory = format!("backend = \"directory\"\npath = \"trust\"\ncapacity = {capacity}\n");
    text += &format!("[receivers.partner]\n{}", bound(reach.partner, &directory));
    text += &format!("[flows.orders]\n{}", bound(reach.flow, "backend = \"local\"\npath = \"flow\"\n"));
    for role in checked.plan().landscape.roles.rows() {
        if dice.chance(50) {
            text += &format!("[roles.{role}]\nautomatic = true\n");
        }
    }
    (Site::read(&Source::new("site.toml", text)).unwrap(), reach)
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    pub(crate) partner: bool,
    pub(crate) flow: bool,
}

pub(crate) fn backends(world: &Shared, reach: Reach) -> Backends {
    let mut backends = Backends::default();
    backends.keystores.push(Bound::To(Box::new(Vault(world.clone()))));
    backends.receivers.push(match reach.partner {
        true => Bound::To(Box::new(Partner(world.clone()))),
        false => Bound::Manual,
    });
    backends.flows.push(match reach.flow {
        true => Bound::To(Box::new(Line(world.clone()))),
        false => Bound::Manual,
    });
    backends
}

/// The world before it begins.
pub(crate) fn world(mut dice: Dice, case: &Case, reach: Reach, is_liar: bool) -> (World, Certificate) {
    let now: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    let old = self_signed(&[("CN".to_owned(), "orders".to_owned())], now, 30_000);
    let alias = Alias::new("orders-signer".to_owned()).unwrap();
    let (faults, is_seen) = (dice.below(4), dice.chance(50));
    let (capacity, transit) = (case.capacity, case.transit());
    let world = World {
        now,
        skew: SignedDuration::ZERO,
        dice,
        fuse: None,
        faults,
        failed: 0,
        store: BTreeMap::from([(alias.clone(), old.clone())]),
        alias,
        made: 0,
        trusted: vec![old.clone()],
        capacity,
        deployed: true,
        still: SignedDuration::ZERO,
        transit,
        is_seen,
        under_way: Vec::new(),
        arrived: 0,
        is_observed: reach.partner,
        liar: is_liar && !reach.partner,
        owed: Vec::new(),
        withdrawn: None,
        blamed: 0,
        is_found_out: false,
        stranger: case.stranger.clone(),
        wrong: Vec::new(),
    };
    (world, old)
}
