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
