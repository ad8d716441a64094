//! What may be said between the braces of keystores, receivers and flows, and of a hazard.

/// Two lists of the same lines: how each is written, and that with what it says.
macro_rules! lines {
    ($($(#[$doc:meta])* $usages:ident, $explained:ident, $count:literal: $($usage:literal => $says:literal,)*;)*) => {$(
        $(#[$doc])*
        pub(super) const $usages: [&str; $count] = [$($usage,)*];
        $(#[$doc])*
        pub const $explained: [(&str, &str); $count] = [$(($usage, $says),)*];
    )*};
}

lines! {
    /// What may be said of a keystore.
    KEYSTORE_LINES, OF_KEYSTORES, 3:
        "alias <alias> is <key>" => "the alias names the key at the start.",
        "exchanges with a gap" => "an exchange takes the old pair away before it puts the new one there.",
        "alias <alias> is also used by <text>" => "something beside the flows of the plan uses the alias: where a step changes it, a flow stands for that use, or it is waived.",
    ;
    /// What may be said of a receiver.
    RECEIVER_LINES, OF_RECEIVERS, 2:
        "accepts <key>" => "it accepts the key at the start.",
        "accepts at most <number>" => "it can hold so many keys.",
    ;
    /// What may be said of a flow.
    FLOW_LINES, OF_FLOWS, 11:
        "signs xml with <keystore[alias]>" => "its messages are signed with whatever the alias names then.",
        "sends to <receiver>" => "there its messages go.",
        "delivers within <duration>" => "a message may be under way so long, and messages arrive in any order.",
        "delivers immediately" => "a message arrives in the moment in which it is sent.",
        "deployed" => "it runs at the start.",
        "undeployed" => "it does not run at the start.",
        "caches keys for <duration>" => "its runtime may go on for so long with a key after an exchange.",
        "stamps with <keystore[alias]>" => "its messages carry something else of what the alias names then: another signature, an encryption, a client certificate, a user and password.",
        "signs xml with <keystore[alias]> and <keystore[alias]>" => "its messages are signed with what both aliases name then; one signature that is accepted is enough.",
        "stamps with <keystore[alias]> and <keystore[alias]>" => "its messages carry something else of what both aliases name then; one that is accepted is enough.",
        "stands for <text>" => "it is judged in place of what a keystore names as another use of its alias.",
    ;
}

/// What may be said of a step beside what it does. The grammar reads these lines itself.
pub const OF_STEPS: [(&str, &str); 11] = [
    ("after <steps>", "these steps, or the last ones of these parts, come first."),
    ("needs <condition>", "what must hold before it begins; a run waits for it."),
    ("takes <duration>", "how long it takes at most."),
    ("takes <duration> to <duration>", "how long it takes, at least and at most."),
    ("waits <duration> after <step>", "it begins no earlier than so long after that step is done."),
    ("not before <date>", "it does not begin before that date."),
    ("not after <date>", "it has to have begun by the end of that date."),
    ("only if <question>", "it is done under this answer only."),
    ("only if not <question>", "it is done under the other answer only."),
    ("may come late", "an attempt of it that was given up may take effect at any later moment."),
    ("two people", "it takes effect when two people of its role have confirmed it."),
];

/// How the members of a group are written, behind its name and `is`.
pub(super) const MEMBERS: &str = "<roles>";

/// How a hazard is accepted.
pub(super) const WAIVERS: [&str; 4] = [
    "<flow> rejected because <text>",
    "<flow> interrupted because <text>",
    "use <text> because <text>",
    "<key> weak because <text>",
];

/// How it is said who issues the certificate of a key, behind the word `certificate`.
pub(super) const ISSUED: &str = "of <key> issued by <role>";

/// How it is said what kind of pair a key is, behind the word `type`.
pub(super) const TYPED: &str = "of <key> is <type>";

/// How the whole sentence is written of which a usage line is the end.
pub(super) fn sentence(usage: &'static str) -> String {
    let begins = match usage {
        MEMBERS => return "group NAME is ROLE, ROLE".to_owned(),
        ISSUED => "certificate ",
        TYPED => "type ",
        waiver if WAIVERS.contains(&waiver) => "waive ",
        _ => "",
    };
    format!("{begins}{usage}")
}
