//! What is signed by `""` or `#id` has no comments, whatever its canonicalization (XML Signature 1.1,
//! 4.4.3.3).

use keyroll::backend::xml_dsig::Canonicalization;

/// The same canonicalization without comments.
pub fn without(method: &Canonicalization) -> Canonicalization {
    let plain = Canonicalization::new(method.form());
    match method.prefix_list() {
        Some(list) => plain.with_prefix_list(&list).expect("its own list"),
        None => plain,
    }
}
