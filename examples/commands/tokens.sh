#!/bin/sh
# API tokens, as a backend of keyroll: tokens.sh FOLDER. One request on standard input, one answer
# on standard output, as docs/commands.md says.
#
# FOLDER holds a vault (alias, id and secret of each token), the ids that a gateway accepts, whether
# a client runs, the ids of its calls that are under way, one a line, and what is said of each fact. A real backend asks a vault
# and a gateway instead. The public half of a token is its id; the secret never leaves the vault.
set -eu
umask 077
folder=$1
tab=$(printf '\t')

IFS= read -r request

# The text of a field. A request has each name once, and the aliases that are taken here need no escapes.
field() { printf '%s\n' "$request" | sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }
ok() { printf '{"keyroll":1,"ok":{%s}}\n' "$1"; exit 0; }
refuse() { printf '{"keyroll":1,"error":{"code":"%s","alias":"%s","message":"%s"}}\n' "$1" "$2" "$3"; exit 0; }
digest() { printf %s "$1" | sha256sum | cut -c 1-64; }

# An alias names the same token in capitals and in small letters.
row() { awk -F '\t' -v alias="$1" 'tolower($1) == tolower(alias)' "$folder/vault"; }
id_of() { row "$1" | cut -f 2; }
entry() { printf '{"alias":"%s","kind":"credential","public":{"text":"%s"}}' "$1" "$2"; }
# Whether an alias names the token of this fingerprint.
names() { [ -n "$(id_of "$1")" ] && [ "$(digest "$(id_of "$1")")" = "$2" ]; }
# Puts standard input in the place of a file, in one act.
replace() { cat >"$folder/.$1" && mv "$folder/.$1" "$folder/$1"; }

alias=$(field alias) staged=$(field staged) backup=$(field backup)
# A name of the plan holds no sign that means something in a path.
fact=fact-$(field name)
for word in "$alias" "$staged" "$backup"; do
    case $word in *[!A-Za-z0-9._-]*) refuse unsupported "" "an alias is made of letters, digits, '.', '_' and '-'" ;; esac
done

# One at a time: a keyroll that was killed may have left a change under way, and the next one asks again.
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
for file in vault accepted under_way; do [ -e "$folder/$file" ] || : >"$folder/$file"; done
[ -e "$folder/client" ] || echo undeployed >"$folder/client"

case "$(field face) $(field act)" in
'keystore entry')
    id=$(id_of "$alias")
    if [ -z "$id" ]; then ok '"entry":null'; fi
    ok "\"entry\":$(entry "$(row "$alias" | cut -f 1)" "$id")" ;;

'keystore entries')
    list=
    while IFS=$tab read -r name id _secret; do list="$list${list:+,}$(entry "$name" "$id")"; done <"$folder/vault"
    ok "\"entries\":[$list]" ;;

'keystore create')
    id=$(id_of "$alias")
    if [ -n "$id" ]; then ok "\"outcome\":\"already_so\",\"public\":{\"text\":\"$id\"}"; fi
    [ "$(field type)" = opaque ] || refuse unsupported "$alias" "only tokens are made here"
    id=token-$(od -An -N 8 -t x1 /dev/urandom | tr -d ' \n')
    secret=$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \n')
    { cat "$folder/vault"; printf '%s\t%s\t%s\n' "$alias" "$id" "$secret"; } | replace vault
    ok "\"outcome\":\"changed\",\"public\":{\"text\":\"$id\"}" ;;

'keystore exchange')
    if names "$alias" "$(field wanted)" && [ -z "$(row "$staged")" ]; then ok '"outcome":"already_so"'; fi
    names "$alias" "$(field expected)" || refuse moved "$alias" "another token is there"
    same=$(printf '%s' "$alias" | tr A-Z a-z)
    if [ "$same" = "$(printf '%s' "$staged" | tr A-Z a-z)" ] || ! names "$staged" "$(field wanted)"; then
        refuse moved "$staged" "another token waits"
    fi
    if [ -n "$backup" ] && [ -n "$(row "$backup")" ]; then refuse occupied "$backup" "there is a token already"; fi
    awk -F '\t' -v OFS='\t' -v alias="$alias" -v staged="$staged" -v backup="$backup" -v kept="$(row "$alias" | cut -f 1)" '
        tolower($1) == tolower(alias) { if (backup == "") next; $1 = backup; print; next }
        tolower($1) == tolower(staged) { $1 = kept }
        { print }' "$folder/vault" | replace vault
    ok '"outcome":"changed"' ;;

'keystore remove')
    if [ -z "$(row "$alias")" ]; then ok '"outcome":"already_so"'; fi
    names "$alias" "$(field meant)" || refuse moved "$alias" "another token is there"
    awk -F '\t' -v alias="$alias" 'tolower($1) != tolower(alias)' "$folder/vault" | replace vault
    ok '"outcome":"changed"' ;;

'receiver accepted')
    list=
    while read -r id; do list="$list${list:+,}{\"text\":\"$id\"}"; done <"$folder/accepted"
    ok "\"accepted\":[$list]" ;;

'receiver change')
    # The ids to be added stand as "text", and the fingerprints to be removed behind "remove".
    printf '%s\n' "$request" | grep -o '"text":"[^"]*"' | cut -d '"' -f 4 >"$folder/.add" || :
    remove=$(printf '%s\n' "$request" | sed 's/.*"remove":\[\([^]]*\)\].*/\1/')
    { cat "$folder/accepted" "$folder/.add"; } | awk '!seen[$0]++' | while read -r id; do
        case $remove in *"$(digest "$id")"*) ;; *) printf '%s\n' "$id" ;; esac
    done >"$folder/.wanted"
    rm "$folder/.add"
    if cmp -s "$folder/.wanted" "$folder/accepted"; then rm "$folder/.wanted"; ok '"outcome":"already_so"'; fi
    mv "$folder/.wanted" "$folder/accepted"
    ok '"outcome":"changed"' ;;

'flow state')
    ok "\"state\":\"$(cat "$folder/client")\"" ;;

'flow bring_to')
    state=$(field state)
    if [ "$(cat "$folder/client")" = "$state" ]; then ok '"outcome":"already_so"'; fi
    printf '%s\n' "$state" | replace client
    ok '"outcome":"changed"' ;;

# A client calls with the token under one alias; it was installed with that of `orders-api`.
'flow signs_with')
    ok "\"alias\":\"$(cat "$folder/aimed" 2>/dev/null || echo orders-api)\"" ;;

'flow repoint')
    if [ "$(cat "$folder/aimed" 2>/dev/null || echo orders-api)" = "$alias" ]; then ok '"outcome":"already_so"'; fi
    printf '%s\n' "$alias" | replace aimed
    ok '"outcome":"changed"' ;;

'fact state')
    ok "\"state\":\"$(cat "$folder/$fact" 2>/dev/null || echo clear)\"" ;;

'fact bring_to')
    state=$(field state)
    if [ "$(cat "$folder/$fact" 2>/dev/null || echo clear)" = "$state" ]; then ok '"outcome":"already_so"'; fi
    printf '%s\n' "$state" | replace "$fact"
    ok '"outcome":"changed"' ;;

'flow in_flight')
    count=0 key=$(field key)
    while read -r id; do if [ "$(digest "$id")" = "$key" ]; then count=$((count + 1)); fi; done <"$folder/under_way"
    ok "\"count\":$count" ;;

'flow test')
    id=$(id_of "$alias")
    if grep -qxF -e "$id" "$folder/accepted"; then ok "\"accepted\":\"$(digest "$id")\""; fi
    ok '"rejected":"the gateway does not know this token"' ;;

*)
    refuse unsupported "" "this program has no such act" ;;
esac
