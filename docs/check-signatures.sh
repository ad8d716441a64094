#!/usr/bin/env bash
# Signs a document in every way that docs/xml-signatures.md lists, and asks keyroll itself, xmlsec1
# and Java for their verdicts: `bash docs/check-signatures.sh`.
#
# Needs keyroll (or its path in KEYROLL), keytool and java 17, and xmlsec1. Works in a folder of its
# own, which it removes. Prints a line for each way and a count; ends with 1 if any verdict is bad.
set -euo pipefail

readonly KEYROLL=${KEYROLL:-keyroll}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
for tool in "$KEYROLL" keytool java xmlsec1; do
    command -v "$tool" >/dev/null || { echo "\`$tool\` is needed" >&2; exit 2; }
done
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT
cd "$work"

export STORE_PASSWORD=check-signatures
pair() {
    keytool -genkeypair -alias "$1" -keystore store.p12 -storetype PKCS12 -storepass:env STORE_PASSWORD \
        -dname "CN=$1, O=Example" -validity 30 "${@:2}" 2>keytool.log || { cat keytool.log >&2; exit 2; }
    keytool -exportcert -rfc -alias "$1" -keystore store.p12 -storepass:env STORE_PASSWORD >"$1.pem" 2>keytool.log
}
pair rsa -keyalg RSA -keysize 2048
pair p256 -keyalg EC -groupname secp256r1
pair p384 -keyalg EC -groupname secp384r1
pair p521 -keyalg EC -groupname secp521r1

cat >order.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<!-- an order -->
<o:order xmlns:o="urn:example:order" xmlns="urn:example:item" xml:lang="en" Id="order">
  <o:head>4711</o:head>
  <item Id="first" price="9.99">Nuts &amp; bolts<!-- M8 --></item>
  <item Id="second" price="1.50">Washers</item>
</o:order>
XML

# A key pair, and the options that it signs with.
ways() {
    local name
    for name in rsa-sha256 rsa-sha384 rsa-sha512 rsa-pss-sha256 rsa-pss-sha384 rsa-pss-sha512; do
        echo "rsa --algorithm $name"
    done
    for name in ecdsa-sha256 ecdsa-sha384 ecdsa-sha512; do
        for key in p256 p384 p521; do echo "$key --algorithm $name"; done
    done
    for name in sha256 sha384 sha512; do echo "p256 --digest $name"; done
    for name in exclusive exclusive-with-comments inclusive inclusive-with-comments inclusive-1.1 \
        inclusive-1.1-with-comments; do
        echo "p256 --c14n $name"
        echo "p256 --c14n $name --type enveloping"
        echo "p256 --c14n $name --type detached --reference #first"
        echo "p256 --c14n $name --type enveloped --reference #first"
    done
    for name in exclusive exclusive-with-comments inclusive inclusive-with-comments inclusive-1.1 \
        inclusive-1.1-with-comments; do
        echo "p256 --content-c14n $name"
        echo "p256 --c14n inclusive --content-c14n $name --type detached --reference #first"
    done
    for name in o '#default' absent; do
        echo "p256 --inclusive-namespaces $name"
        echo "p256 --inclusive-namespaces $name --type enveloping"
        echo "p256 --inclusive-namespaces $name --c14n inclusive --content-c14n exclusive --type detached --reference #first"
    done
    for name in certificate chain key-value issuer-serial subject ski none \
        certificate,key-value,issuer-serial,subject,ski; do
        echo "rsa --key-info $name"
        echo "p384 --key-info $name"
    done
    for name in certificate issuer-serial,key-value chain; do
        echo "rsa --sign-key-info --key-info $name"
        echo "p521 --sign-key-info --key-info $name --type enveloping"
    done
    for name in sig dsig; do echo "p256 --prefix $name"; done
    echo "p256 --prefix="
    echo "p256 --prefix= --type detached --reference /order/item[2]"
    echo "p256 --id signature-1"
    echo "p256 --id signature-1 --type enveloping"
    echo "p256 --reference #order"
    echo "p256 --reference {urn:example:order}order"
    echo "p256 --reference /order/item[2]"
    echo "p256 --position head"
    echo "p256 --position {urn:example:order}head"
    echo "p256 --position after:head"
    echo "p256 --position after:/order/item[1]"
    echo "p256 --type detached --reference #first --position head"
    echo "p256 --type detached --reference #second --position after:head"
    echo "p256 --id-attribute price --type detached --reference #second"
}

# xmlsec1 is told which elements have ids; versions before 1.3 do not know PSS.
readonly SIGNATURE=http://www.w3.org/2000/09/xmldsig#
ids=()
for element in urn:example:order:order urn:example:item:item "$SIGNATURE:Object" "$SIGNATURE:KeyInfo"; do
    ids+=(--id-attr:Id "$element")
done
xmlsec1_version=$(xmlsec1 --version | awk '{ print $2 }')

with_xmlsec1() {
    case "$3 $xmlsec1_version" in *rsa-pss*\ 1.[012].*) echo '-'; return ;; esac
    if xmlsec1 --verify --enabled-key-data key-name --pubkey-cert-pem "$1.pem" "${ids[@]}" "$2" >xmlsec1.log 2>&1; then
        echo ok
    else
        echo BAD
    fi
}

with_keyroll() {
    # What is signed in part, and stands elsewhere, has to be asked for.
    local place=() part=() words
    read -ra words <<<"$3"
    for ((at = 0; at < ${#words[@]}; at++)); do
        case ${words[at]} in
        --position) place=(--position "${words[at + 1]}") ;;
        --id-attribute) place=(--id-attribute "${words[at + 1]}") part=(--part) ;;
        --reference) part=(--part) ;;
        esac
    done
    if "$KEYROLL" verify --trust "$1.pem" "${part[@]}" "${place[@]}" "$2" >keyroll.log 2>&1; then
        echo ok
    else
        echo BAD
    fi
}

mapfile -t all < <(ways)
number=0
for way in "${all[@]}"; do
    number=$((number + 1))
    key=${way%% *}
    read -ra options <<<"${way#* }"
    file=$(printf '%s.%03d.xml' "$key" "$number")
    if ! "$KEYROLL" sign --keystore store.p12 --alias "$key" --password env:STORE_PASSWORD "${options[@]}" \
        --output "$file" order.xml 2>sign.log; then
        echo "keyroll did not sign with $way:" >&2
        cat sign.log >&2
        exit 1
    fi
done
java "$here/CheckSignatures.java" . >java.txt

printf '%-8s%-72s%-9s%-9s%s\n' key options keyroll xmlsec1 java
number=0 good=0 bad=0
for way in "${all[@]}"; do
    number=$((number + 1))
    key=${way%% *}
    file=$(printf '%s.%03d.xml' "$key" "$number")
    own=$(with_keyroll "$key" "$file" "$way")
    theirs=$(with_xmlsec1 "$key" "$file" "$way")
    java=$(awk -v file="$file" '$1 == file { print $2 }' java.txt)
    printf '%-8s%-72s%-9s%-9s%s\n' "$key" "${way#* }" "$own" "$theirs" "${java:-BAD}"
    for verdict in "$own" "$theirs" "${java:-BAD}"; do
        case $verdict in
        ok) good=$((good + 1)) ;;
        BAD) bad=$((bad + 1)) ;;
        esac
    done
done
echo "$number ways to sign: $good verdicts are good, $bad are bad (xmlsec1 $xmlsec1_version)"
[[ $bad -eq 0 ]]
