#!/usr/bin/env bash
# Draws the pictures of the reports in this folder anew: `bash docs/report-pictures.sh`.
#
# Needs keyroll (or its path in KEYROLL; a release build), chromium and pngquant. Rehearses both
# stock plans, which takes about half a minute.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly KEYROLL=${KEYROLL:-keyroll}
for tool in "$KEYROLL" chromium pngquant; do
    command -v "$tool" >/dev/null || { echo "\`$tool\` is needed" >&2; exit 2; }
done
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT

# The plan, and how much of its report is shown: down to the time below the lanes.
draw() {
    local name=$1 height=$2
    "$KEYROLL" rehearse "$here/../plans/xml-signature/$name.renewal" --report "$work/$name.html" >"$work/log" ||
        { cat "$work/log" >&2; exit 2; }
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
        --window-size="1100,$height" --screenshot="$work/$name.png" "file://$work/$name.html" 2>"$work/log" ||
        { cat "$work/log" >&2; exit 2; }
    pngquant --force --output "$here/$name-report.png" 64 "$work/$name.png"
    echo "docs/$name-report.png"
}
draw two-keys 895
draw one-key 950
