//! How much of a document is taken on.

/// What a document may demand. Beyond any of these it is refused, in constant memory and linear
/// time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements open at a time.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Namespace declarations in scope at a time, shadowed ones included.
    pub namespaces: usize,
    /// Bytes of the namespace declarations and of the `xml:` attributes of all open elements, which
    /// those inside of them inherit.
    pub scope: u64,
    /// Bytes of the name of an element or attribute, its prefix included.
    pub name: usize,
    /// Bytes, in UTF-8, of one tag, comment, processing instruction or CDATA section, and of all that follows
    /// the content of the root. Running text has no limit of its own.
    pub token: u64,
    /// Distinct ids in one document.
    pub ids: usize,
    /// Bytes of the whole document as it comes; `None` for as many as there are.
    pub bytes: Option<u64>,
    /// Bytes of a `ds:Signature` element, its certificates included.
    pub signature: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 256,
            attributes: 1_000,
            namespaces: 256,
            scope: 1 << 20,
            name: 4_096,
            token: 8 << 20,
            ids: 100_000,
            bytes: None,
            signature: 256 << 10,
        }
    }
}
