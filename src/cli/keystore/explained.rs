//! What `keyroll explain` says of keystores.

use crate::explanation::Explanation;

/// The codes of [`fault`](super::fault), explained.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "keystore_missing",
        title: "there is no keystore at this path",
        text: "\
The path leads to no file. Nothing was made: a misspelt name would otherwise become a keystore
that nobody looks into. `keyroll keystore create` makes a keystore when it is told so with
--new-store.
",
    },
    Explanation {
        code: "keystore_wrong_password",
        title: "the password does not open the keystore",
        text: "\
A PKCS#12 keystore carries a digest over its whole content, made with its password. The file is
well formed, and the digest does not fit: the password is another one, or the content was
changed. Nothing is read from such a file, and nothing is written to it.
",
    },
    Explanation {
        code: "keystore_damaged",
        title: "the file is damaged, or it is no PKCS#12 keystore",
        text: "\
The bytes at the place that is named cannot be what they should be. A file that was cut off, a
PEM file and a JKS keystore all end here. Nothing is written to such a file. The place helps
those who look into it with `openssl asn1parse -inform DER`.
",
    },
    Explanation {
        code: "keystore_tampered",
        title: "the keystore was changed without its password",
        text: "\
What is encrypted opens with the password, and the digest over the whole content does not fit:
somebody changed the file who does not know the password. Nothing is read from it, and nothing
is written to it.
",
    },
    Explanation {
        code: "keystore_not_the_answer",
        title: "the answer is for another key pair",
        text: "\
The answer of an authority takes the place of a pair's own certificate. Exactly one certificate
in it has to have the public key of that pair; its issuers come with it. Nothing was changed.
",
    },
    Explanation {
        code: "keystore_unsupported",
        title: "the keystore uses something that keyroll does not change",
        text: "\
The keystore is whole, but something in it is not understood well enough to promise that a
change leaves the rest as it is. Another tool may write it anew in a form that is.
",
    },
    Explanation {
        code: "keystore_ambiguous",
        title: "two entries answer to one alias",
        text: "\
Aliases are compared without case, as Java does it. When two entries answer to one, nobody can
say which of them is meant, so nothing is done to either.
",
    },
    Explanation {
        code: "keystore_occupied",
        title: "something else lies under the alias",
        text: "\
An entry is never written over. Free the alias, or take another one. An exchange moves the pair
that was in use to a backup alias; when the pair of an earlier exchange is still there, it has
to go first.
",
    },
    Explanation {
        code: "keystore_moved",
        title: "the alias does not name what it did a moment ago",
        text: "\
What an alias names is looked at once more under the lock of the keystore, just before the
change. It was something else by then, so nothing was changed.
",
    },
    Explanation {
        code: "keystore_no_key_pair",
        title: "the alias names no key pair",
        text: "\
What was asked needs a private key together with its certificate. The alias names a certificate
alone, a secret key, or a key whose certificate is not in the keystore.
",
    },
    Explanation {
        code: "keystore_unknown_alias",
        title: "no entry has this alias",
        text: "\
Aliases are compared without case. An entry whose alias is not there, or holds control
characters, cannot be named; other tools may give it another alias.
",
    },
    Explanation {
        code: "keystore_failed",
        title: "the cryptographic library refused",
        text: "\
What was asked cannot be done with these keys or certificates; the message says what. A private
key that does not belong to the certificate beside it ends here too. Nothing was changed.
",
    },
    Explanation {
        code: "keystore_io",
        title: "the system refused to read or write",
        text: "\
The operating system refused; its reason is in the message. A keystore is replaced as a whole,
by a file that is written beside it: its folder has to be writable, not only the file.
",
    },
    Explanation {
        code: "keystore_locked",
        title: "another process is changing the keystore",
        text: "\
Changes take a lock beside the keystore (`<keystore>.lock`) and wait ten seconds for it. It is
the system's own lock: it ends with its process, so there is never one to be removed by hand.
Tools that know nothing of the lock are noticed too: the file is compared once more before it is
replaced.
",
    },
    Explanation {
        code: "keystore_held",
        title: "a run holds the alias",
        text: "\
A run claims the aliases that its plan works on (`<keystore>.held`), those for the new pair and
for the backup included, until it is done. A change by hand would pull the world from under its
proof. So would a run of another journal: a keystore is claimed by one journal at a time.
Looking, exporting and signing are always allowed.

A run that is given up keeps its claim until somebody releases it, by name and with a reason.
",
    },
    Explanation {
        code: "keystore_released",
        title: "the run does not hold its keystore any more",
        text: "\
Each change of a run looks for its own claim first (`<keystore>.held`). Somebody has released
it, or removed the file, so nothing was changed. The next `keyroll run` claims the keystore
again, if nobody else does.
",
    },
    Explanation {
        code: "claim_unreadable",
        title: "the claim beside the keystore cannot be read",
        text: "\
The file `<keystore>.held` says which aliases a run holds. This one cannot be understood, so
nobody knows what it allows, and nothing is changed. Find out which run wrote it. When no run is
under way, remove it.
",
    },
    Explanation {
        code: "record_broken",
        title: "the record of changes by hand was changed",
        text: "\
Each line of `<keystore>.record` carries the digest of the line before. A line that was changed,
removed, inserted or moved breaks that chain at the line after it. Lines taken from the end are
not noticed: keep a copy elsewhere of a record that has to prove something.
",
    },
];
