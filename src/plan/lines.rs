//! What may be said between the braces of keystores, receivers and flows.

/// What may be said of a keystore.
pub(super) const KEYSTORE_LINES: [&str; 2] = ["alias <alias> is <key>", "exchanges with a gap"];

/// What may be said of a receiver.
pub(super) const RECEIVER_LINES: [&str; 2] = ["accepts <key>", "accepts at most <number>"];

/// What may be said of a flow.
pub(super) const FLOW_LINES: [&str; 10] = [
    "signs xml with <keystore[alias]>",
    "sends to <receiver>",
    "delivers within <duration>",
    "delivers immediately",
    "deployed",
    "undeployed",
    "caches keys for <duration>",
    "stamps with <keystore[alias]>",
    "signs xml with <keystore[alias]> and <keystore[alias]>",
    "stamps with <keystore[alias]> and <keystore[alias]>",
];
