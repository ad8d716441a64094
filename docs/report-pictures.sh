#!/usr/bin/env bash
# Draws the pictures of the reports and of the board in this folder anew: `bash docs/report-pictures.sh`.
#
# Needs keyroll (or its path in KEYROLL; a release build), chromium and pngquant. Rehearses both
# stock plans, which takes about half a minute. The board is the page that the test of it leaves in BOARD,
# or in `target/tmp`.
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
    show "$work/$name.html" 1100 "$height" "$name-report"
}

# A page, how wide and high it is shown, and the picture.
show() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
        --window-size="$2,$3" --screenshot="$work/$4.png" "file://$1" 2>"$work/log" ||
        { cat "$work/log" >&2; exit 2; }
    pngquant --force --output "$here/$4.png" 64 "$work/$4.png"
    echo "docs/$4.png"
}
draw two-keys 895
draw one-key 950
show "${BOARD:-$here/../target/tmp/board.html}" 1250 800 board
