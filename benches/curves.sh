#!/usr/bin/env bash
# Writes docs/curves.md and docs/curves.svg anew: `bash benches/curves.sh`, on a machine without other work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cores=$(nproc)
memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
rust=$(rustc --version | cut -d' ' -f2)
spin=$(spin -V | cut -d' ' -f3)
stateright=$(sed -n '/^name = "stateright"/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
load=$(cut -d' ' -f1 /proc/loadavg)
table=$(cargo bench --quiet --locked --bench ratios -- --curves "$PWD/docs/curves.svg")

cat >docs/curves.md <<END
# How proofs grow

Made by \`bash benches/curves.sh\` on $cores shared cores with $memory GiB, with Rust $rust, SPIN $spin and stateright $stateright. When it
began, $load processes wanted to run (the load of the last minute).

![What a proof takes, by the size of the plan](curves.svg)

Both scales go up by tens. A search through the states looks at 28 times as much for each partner more, whoever
searches, and with five partners that is 17,210,368 states. [Causal cuts](proof.md#how-a-verdict-is-reached) ask for a few
moments for each partner, so a million take about as long as a search for four.

| line | what it is |
|---|---|
| partners | Renewals with two keys that have nothing in common: seven steps each, their receipts and a drain. Each flow is never rejected and never interrupted. |
| one alias | One alias and as many receivers, each with a flow: all confirm before the one exchange, and each retires the old certificate after a drain of its own. |
| SPIN, stateright, search | The same states of the partners, all of them, without any reduction (\`prove\` looks at slices, whose states add up); SPIN is a process of its own, and most of its first 20 ms is its table of states. |
| cuts, text | From the text of a plan to the verdict: it is read, checked and proved. 10,000 partners have 20,000 keys and 70,000 steps, and a plan of a few thousand more is longer than 16 MiB; 24,999 receivers of one alias are 100,000 steps. |
| cuts, no text | Events and facts made by rule, and asked for the same promises by the same code that is asked for plans. What a check finds and whether each step fits is not asked. First a drain is left out, then a confirmation, and each time that is refused. |

What a processor spends is measured, over as many turns as last a fiftieth of a second.

$table
END
