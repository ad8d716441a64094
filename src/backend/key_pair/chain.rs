//! Certificates in the order of their issue (RFC 5280 section 6.1).

use crate::world::material::Certificate;

/// The longest chain of issuers that is followed.
pub(crate) const LONGEST_CHAIN: usize = 32;

/// A certificate and its issuers among some others, nearest first: each one's name is the issuer of
/// the one before, and its key verifies that one's signature. It ends where the next issuer is not
/// there, or at a certificate that issued itself.
#[must_use]
pub fn ordered(own: &Certificate, others: &[Certificate]) -> Vec<Certificate> {
    let mut chain = vec![own.clone()];
    while let Some(last) = chain.last()
        && chain.len() <= LONGEST_CHAIN
        && !is_issuer(last, last)
        && let Some(next) = others.iter().find(|other| is_issuer(other, last))
        && !chain.contains(next)
    {
        chain.push(next.clone());
    }
    chain
}

/// Whether a certificate has the name and the key that issued another one.
#[must_use]
pub fn is_issuer(issuer: &Certificate, issued: &Certificate) -> bool {
    let (Some(over), Some(under)) = (issuer.x509(), issued.x509()) else { return false };
    let names = (over.subject_name().to_der(), under.issuer_name().to_der());
    matches!(names, (Ok(subject), Ok(named)) if subject == named)
        && issuer.public_key().is_ok_and(|key| under.verify(&key).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::key_pair::sample::{issued, pair};

    #[test]
    fn a_chain_is_found_in_any_order_by_name_and_signature() {
        let [root, same_name, stranger] = ["root", "root", "stranger"].map(pair);
        let middle = issued("middle", &root);
        let own = issued("own", &middle);
        let all = [&same_name, &root, &stranger, &own, &middle].map(|pair| pair.1.clone());
        let whole = [&own, &middle, &root].map(|pair| pair.1.clone());
        assert_eq!(ordered(&own.1, &all), whole);
        let alone = std::slice::from_ref;
        assert_eq!(ordered(&own.1, alone(&root.1)), alone(&own.1), "a gap ends it");
        assert_eq!(ordered(&root.1, &all), alone(&root.1));
    }
}
