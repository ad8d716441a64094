#!/usr/bin/env python3
"""A keystore, a receiver, a flow and facts, as a backend of keyroll: store.py FOLDER.

One request on standard input, one answer on standard output, as docs/commands.md says. The program
keeps everything in FOLDER/state.json; a real one asks a vault, a gateway or a scheduler instead.
Key pairs are made by `openssl`, and anything that is asked for as `opaque` is a token with an id.
"""

import fcntl
import hashlib
import json
import os
import secrets
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

KINDS = {
    "rsa-2048": ["-newkey", "rsa:2048"],
    "rsa-3072": ["-newkey", "rsa:3072"],
    "rsa-4096": ["-newkey", "rsa:4096"],
    "ec-p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    "ec-p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
    "ec-p521": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"],
    "ed25519": ["-newkey", "ed25519"],
}


class Refused(Exception):
    """What was asked for was not done."""

    def __init__(self, code, message, alias=None):
        super().__init__(message)
        self.answer = {"code": code, "message": message}
        if alias is not None:
            self.answer["alias"] = alias


def fingerprint(public):
    """SHA-256 over the DER of a certificate, or over the UTF-8 bytes of a text."""
    if "text" in public:
        return hashlib.sha256(public["text"].encode()).hexdigest()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(public["certificate"])).hexdigest()


def made(spec):
    """A new credential: its private half, which stays here, and its public half."""
    if spec["type"] == "opaque":
        return secrets.token_hex(24), {"text": "token-" + secrets.token_hex(8)}
    if spec["type"] not in KINDS:
        raise Refused("unsupported", "no keys of this type are made")
    escaped = [f"{name}={value}".replace("\\", "\\\\").replace("/", "\\/") for name, value in spec["subject"]]
    command = ["openssl", "req", "-x509", "-nodes", "-keyout", "-", "-days", str(spec["days"])]
    command += KINDS[spec["type"]] + ["-utf8", "-subj", "/" + "/".join(escaped)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused("failed", "openssl made no key pair")
    private, begin, certificate = done.stdout.partition("-----BEGIN CERTIFICATE-----")
    return private, {"certificate": begin + certificate}


class Store:
    """What lies in the folder."""

    def __init__(self, state):
        self.state = state

    def find(self, alias):
        """The entry of an alias, which names the same one in capitals and in small letters."""
        same = (entry for entry in self.state["entries"] if entry["alias"].lower() == alias.lower())
        return next(same, None)

    def names(self, alias, wanted):
        """Whether an alias names the credential of this fingerprint."""
        entry = self.find(alias)
        return entry is not None and fingerprint(entry["public"]) == wanted

    def keystore_entry(self, request):
        entry = self.find(request["alias"])
        return {"entry": entry and shown(entry)}

    def keystore_entries(self, _request):
        return {"entries": [shown(entry) for entry in self.state["entries"]]}

    def keystore_create(self, request):
        entry, spec = self.find(request["alias"]), request["spec"]
        wanted = {"type": spec["type"], "subject": spec["subject"]}
        if entry is not None:
            if entry["spec"] != wanted:
                raise Refused("occupied", "another one is there", request["alias"])
            return {"outcome": "already_so", "public": entry["public"]}
        private, public = made(spec)
        entry = {"alias": request["alias"], "public": public, "private": private, "spec": wanted}
        self.state["entries"].append(entry)
        return {"outcome": "changed", "public": public}

    def keystore_exchange(self, request):
        alias, staged, backup = request["alias"], request["staged"], request["backup"]
        kept, waiting = self.find(alias), self.find(staged)
        if self.names(alias, request["wanted"]) and waiting is None:
            return {"outcome": "already_so"}
        if not self.names(alias, request["expected"]):
            raise Refused("moved", "another one is there", alias)
        if kept is waiting or not self.names(staged, request["wanted"]):
            raise Refused("moved", "another one waits", staged)
        if backup is not None and self.find(backup) is not None:
            raise Refused("occupied", "another one is there", backup)
        waiting["alias"] = kept["alias"]
        if backup is None:
            self.state["entries"].remove(kept)
        else:
            kept["alias"] = backup
        return {"outcome": "changed"}

    def keystore_remove(self, request):
        entry = self.find(request["alias"])
        if entry is None:
            return {"outcome": "already_so"}
        if not self.names(request["alias"], request["meant"]):
            raise Refused("moved", "another one is there", request["alias"])
        self.state["entries"].remove(entry)
        return {"outcome": "changed"}

    def receiver_accepted(self, _request):
        return {"accepted": self.state["accepted"]}

    def receiver_change(self, request):
        held = {fingerprint(public): public for public in self.state["accepted"]}
        wanted = {key: public for key, public in held.items() if key not in request["remove"]}
        for public in request["add"]:
            wanted.setdefault(fingerprint(public), public)
        if wanted == held:
            return {"outcome": "already_so"}
        self.state["accepted"] = list(wanted.values())
        return {"outcome": "changed"}

    def flow_state(self, _request):
        return {"state": self.state["flow"]}

    def flow_bring_to(self, request):
        if self.state["flow"] == request["state"]:
            return {"outcome": "already_so"}
        self.state["flow"] = request["state"]
        return {"outcome": "changed"}

    def flow_signs_with(self, request):
        return {"alias": self.state.get("aimed", "orders-api")}

    def flow_repoint(self, request):
        if self.state.get("aimed", "orders-api") == request["alias"]:
            return {"outcome": "already_so"}
        self.state["aimed"] = request["alias"]
        return {"outcome": "changed"}

    def fact_state(self, request):
        return {"state": self.state.get("facts", {}).get(request["name"], "clear")}

    def fact_bring_to(self, request):
        facts = self.state.setdefault("facts", {})
        if facts.get(request["name"], "clear") == request["state"]:
            return {"outcome": "already_so"}
        facts[request["name"]] = request["state"]
        return {"outcome": "changed"}

    def flow_in_flight(self, request):
        return {"count": self.state["under_way"].count(request["key"])}

    def flow_test(self, request):
        entry = self.find(request["alias"])
        if entry is None:
            raise Refused("missing", "nothing is under the alias", request["alias"])
        key = fingerprint(entry["public"])
        if key in map(fingerprint, self.state["accepted"]):
            return {"accepted": key}
        return {"rejected": "the receiver does not know it"}


def shown(entry):
    """An entry without its private half."""
    return {"alias": entry["alias"], "kind": "credential", "public": entry["public"]}


def answer(folder, request):
    """Does what is asked for, one request at a time; the state is replaced in one act."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "state.json"
        empty = {"entries": [], "accepted": [], "flow": "undeployed", "under_way": []}
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty
        store = Store(json.loads(json.dumps(before)))
        act = getattr(store, f"{request['face']}_{request['act']}", None)
        if act is None:
            raise Refused("unsupported", "this program has no such act")
        done = act(request)
        if store.state != before:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as file:
                json.dump(store.state, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, path)
        return done


def main():
    request = json.loads(sys.stdin.readline())
    if request["keyroll"] != 1:
        sys.exit("only version 1 of the protocol is spoken here")
    try:
        said = {"ok": answer(Path(sys.argv[1]), request)}
    except Refused as refused:
        said = {"error": refused.answer}
    print(json.dumps({"keyroll": 1} | said))


if __name__ == "__main__":
    main()
