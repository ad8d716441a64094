#!/usr/bin/env bash
# Writes docs/performance.md anew: `bash benches/report.sh`, on a machine without other work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cores=$(nproc)
memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
rust=$(rustc --version | cut -d' ' -f2)
crypto=$(openssl version | cut -d' ' -f2)
java=$(java -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p')
xmlsec=$(xmlsec1 --version | cut -d' ' -f2)
spin=$(spin -V | cut -d' ' -f3)
load=$(cut -d' ' -f1 /proc/loadavg)
table=$(cargo bench --quiet --locked --bench ratios -- --markdown)

cat >docs/performance.md <<END
# Performance

Made by \`bash benches/report.sh\` on $cores shared cores with $memory GiB, with Rust $rust, OpenSSL $crypto (command),
Java $java, xmlsec1 $xmlsec and SPIN $spin. When it began, $load processes wanted to run (the load of the last minute): work beside it
makes both sides of a ratio slower, and seldom by the same factor. Only the ratios mean something elsewhere.

$table

## How it is measured

Each figure stands against a peer or a limit that was measured in the same run. The two sides take turns, and the
median of the turns counts. Times of one act are those that a processor spent on it; those of whole processes passed
on the wall, but where a processor is named. Nothing in \`cargo test\` depends on a time.

| subject | how |
|---|---|
| command | \`keyroll check\` and \`keyroll prove\`, from the start of the process to its end. |
| plans | Plans made by rule: reports in a row, and an act at the end; a renewal with 24,999 partners (one exchange, four steps, a role, a receiver and a flow a partner: three times as much to read, so that the second is shown and not demanded). Read and resolved in the process, by as many processors as there are, and what passes on the wall counts, as it does for a proof by causal cuts, a process that goes the whole way from the text; memory is the peak of a process of its own; the search through the states goes on to the default budget and ends \`not proved: bound reached\`: two million states, 1 GiB, two thousand million looks at a step. The 10 MB texts are no plans and are refused. |
| proof | A stock plan is read, checked and proved in the process. The family is the renewal with two keys, four times over, with nothing in common: 28⁴ states, seen by all three and counted; no reduction is on anywhere, and the search is without the certificates and stories that come after it. SPIN is compiled with \`-O2 -DSAFETY -DNOREDUCE\`, and what the processor spends on its whole process counts; stateright goes depth first with one thread over the same states as a structure of flags; keyroll compiles the plan's rules anew in each turn. Bytes a state are what the words and the table of states take up, once without and once with the parent of each. |
| cuts | Renewals made by rule, without a text: of partners that have nothing in common (eleven events each), and of one alias that many receivers share. Making them and asking whether each flow is never rejected and never interrupted counts; those of a hundred thousand and of a million partners and of a hundred thousand receivers are each a process of its own, and the memory is its peak. First a drain is left out, then a confirmation, and each time that must be refused. The last line of each says that one of many takes about as long as one of a tenth as many. [How proofs grow](curves.md) draws it beside searches. |
| signature | The library signs from memory to memory with RSA 2048, checks its own signature, and is set against the bare RSA operation of the same OpenSSL. The first signature of a key is verified with the certificate before it is given out; of the later ones OpenSSL checks each itself, as it does in the bare operation. xmlsec1 does the same enveloped signature with \`--repeat\`; its start and its first repetition are taken off, since keyroll stays in its process too. The memory is that of a process that signs or verifies 50 MB of one shape; it reads the document as a stream. |
| keystore | A store of 10,000 EC keys that Java made, each under 2,000 iterations of PBKDF2. Both sides are whole processes, with the store's integrity checked and written anew. The second line sets 10,000 keys against 10 keys and 9,990 certificates: only the key that is exchanged is decrypted. |
| journal | One event with its commands and the state after it, against one \`INSERT\` into a table of the same file system; both with \`synchronous = FULL\`. That an event is one commit is a test of its own. |
| board | \`keyroll status\` and \`keyroll board\`, from the start of the process to its end: alone in a journal; beside 125,000 runs that wait, of eight events each; of a plan with a thousand partners, half of whom have said that they accept the new key. |
| together, resting | 64 runs in one journal, carried on at one desk by 64 threads, against the same rows in SQLite under the same rule of grouping; then a step of one run alone. 10,000 runs that wait, in a process that stays: the peak of its memory, and how often it wakes up. |
| rehearsal | \`keyroll rehearse\` of the two-key plan, bound to one processor, with as much traffic as goes: each message is signed, made durable with its group, delivered, verified and counted. The time is that of the processor, with proof, keys and report. |

## Limits that hold on any machine

- A plan has at most 16 MiB. It is read in memory that grows with its size, without recursion.
- The order of the steps and what each role knows take at most 768 MiB, or the plan is refused
  (\`keyroll explain too_entangled\`).
- A search through the states takes at most 512 bytes and a thousand looks for each state of \`--budget\`: 1 GiB for the two million states
  that are the default.
- At most a hundred findings are drawn; the others are counted.
- What a signed document may demand is in the limits of the signature profile; running text has none.
END
