//! One family of plans for every judge: a renewal with two keys, many times over, each with roles, a
//! keystore, a receiver and a flow of its own. Each one has 28 states, so that `n` of them have 28ⁿ.

use std::fmt::Write;

/// As a plan.
pub(crate) fn plan(partners: usize) -> String {
    let mut plan = "keyroll 1\n\nplan partners\n  \"Renewals that do not know each other\"\n".to_owned();
    for n in 0..partners {
        let _ = write!(
            plan,
            r#"
role tenant{n}
role receiver{n}

key old{n}
key new{n}

keystore store{n} of tenant{n} {{
  alias "signer" is old{n}
}}

receiver partner{n} of receiver{n} {{
  accepts old{n}
  accepts at most 2
}}

flow orders{n} of tenant{n} {{
  signs xml with store{n}["signer"]
  sends to partner{n}
  delivers within 24h
  deployed
}}

step create{n} by tenant{n} {{
  create new{n} in store{n} as "signer-next"
}}

step provide{n} by tenant{n} {{
  after create{n}
  provide new{n} to receiver{n}
}}

step trust{n} by receiver{n} {{
  after provide{n}
  accept new{n} at partner{n}
}}

step confirm{n} by receiver{n} {{
  after trust{n}
  inform tenant{n}
}}

step exchange{n} by tenant{n} {{
  after confirm{n}
  needs partner{n} accepts new{n}
  exchange store{n}["signer"] for new{n}
}}

step announce{n} by tenant{n} {{
  after exchange{n}
  inform receiver{n}
}}

step retire{n} by receiver{n} {{
  after announce{n}
  needs orders{n} drained of old{n}
  retire old{n} at partner{n}
}}

promise orders{n} never rejected
promise orders{n} never interrupted
"#
        );
    }
    plan
}

/// As a model for SPIN: what happens next is one atomic act, and what must hold is asserted after it.
pub(crate) fn promela(partners: usize) -> String {
    let mut model = format!(
        r"#define N {partners}
bit created[N], handed[N], trusts[N], confirmed[N], exchanged[N], announced[N], retired[N];
bit has_key[N], knows_trust[N], knows_exchange[N];
bit next_key[N], backup[N], signs_new[N], accepts_new[N], old_under_way[N], new_under_way[N];
bit accepts_old[N] = 1;
#define CHECK(n) assert((!old_under_way[n] || accepts_old[n]) && (!new_under_way[n] || accepts_new[n]))
#define PARTNER(n) \
  :: d_step {{ !created[n] && !next_key[n] -> next_key[n] = 1; created[n] = 1; CHECK(n) }} \
  :: d_step {{ created[n] && !handed[n] -> handed[n] = 1; CHECK(n) }} \
  :: d_step {{ handed[n] && !has_key[n] -> has_key[n] = 1; CHECK(n) }} \
  :: d_step {{ has_key[n] && !trusts[n] -> accepts_new[n] = 1; trusts[n] = 1; CHECK(n) }} \
  :: d_step {{ trusts[n] && !confirmed[n] -> confirmed[n] = 1; CHECK(n) }} \
  :: d_step {{ confirmed[n] && !knows_trust[n] -> knows_trust[n] = 1; CHECK(n) }} \
  :: d_step {{ knows_trust[n] && accepts_new[n] && !exchanged[n] -> \
       signs_new[n] = 1; next_key[n] = 0; backup[n] = 1; exchanged[n] = 1; CHECK(n) }} \
  :: d_step {{ exchanged[n] && !announced[n] -> announced[n] = 1; CHECK(n) }} \
  :: d_step {{ announced[n] && !knows_exchange[n] -> knows_exchange[n] = 1; CHECK(n) }} \
  :: d_step {{ knows_exchange[n] && signs_new[n] && !old_under_way[n] && !retired[n] -> \
       accepts_old[n] = 0; retired[n] = 1; CHECK(n) }} \
  :: d_step {{ !signs_new[n] && !old_under_way[n] -> old_under_way[n] = 1; CHECK(n) }} \
  :: d_step {{ signs_new[n] && !new_under_way[n] -> new_under_way[n] = 1; CHECK(n) }} \
  :: d_step {{ old_under_way[n] -> old_under_way[n] = 0; CHECK(n) }} \
  :: d_step {{ new_under_way[n] -> new_under_way[n] = 0; CHECK(n) }}
init {{
  do
"
    );
    for n in 0..partners {
        let _ = writeln!(model, "  PARTNER({n})");
    }
    model.push_str("  od\n}\n");
    model
}
