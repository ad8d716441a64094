//! Stores in BER, and with PBMAC1, which the tools at hand do not write.
#![cfg(test)]

use openssl::pkcs12::Pkcs12;

use super::*;

/// The same DER as NSS and Bouncy Castle write it: open lengths, octet strings in pieces.
fn as_ber(der: &[u8], is_outermost: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut reader = Reader::new(der, 0);
    while !reader.is_empty() {
        let own = reader.any().unwrap();
        match own.tag {
            OCTET_STRING if own.content.len() > 3 && is_outermost => {
                out.extend([0x24, 0x80]);
                own.content.chunks(100).for_each(|piece| out.extend(element(OCTET_STRING, &[piece])));
                out.extend([0, 0]);
            }
            tag if tag & 0x20 != 0 => {
                out.extend([tag, 0x80]);
                out.extend(as_ber(own.content, is_outermost));
                out.extend([0, 0]);
            }
            tag => out.extend(element(tag, &[own.content])),
        }
    }
    out
}

/// A whole store in BER, its parts too; the integrity check is over the octets as they are.
fn store_in_ber(der: &[u8]) -> Vec<u8> {
    let mut fields = Reader::new(der, 0).any().unwrap().reader();
    let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
    let mut typed = info.reader();
    typed.any().unwrap();
    let content = typed.any().unwrap().reader().any().unwrap().content;
    let content = as_ber(content, true);
    // The ciphertext of an encrypted part is `[0] IMPLICIT OCTET STRING`, in pieces as well.
    let octets = element(CONTEXT_0, &[&element(OCTET_STRING, &[&content])]);
    let info = element(SEQUENCE, &[&element(OID, &[oid::DATA]), &octets]);
    let mac = quick_mac().over(&content, Password::new(PASSWORD, false)).unwrap();
    as_ber(&element(SEQUENCE, &[version.raw, &info, &mac]), true)
}

#[test]
fn a_store_in_ber_is_read_and_becomes_der() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = ["live", "next", "other"].map(pair);
    let bags = pairs.iter().zip(["live", "next", "other"]).flat_map(|(pair, name)| both(pair, name));
    let der = store(bags.collect());
    let ber = store_in_ber(&der);
    assert_ne!(ber, der);
    Pkcs12::from_der(&ber).unwrap().parse2(PASSWORD).unwrap();
    assert_eq!(raws(&safe_of(&ber, PASSWORD).unwrap()), raws(&safe_of(&der, PASSWORD).unwrap()));
    assert!(matches!(safe_of(&ber, "wrong"), Err(Flaw::WrongPassword)));
    let mut store = open(folder.path(), &ber);
    exchange(&mut store, ["live", "next"], [&pairs[0], &pairs[1]]).unwrap();
    assert_eq!(names(&store), ["backup", "live", "other"]);
    let written = fs::read(store.path()).unwrap();
    assert!(matches!(super::super::ber::definite(&written), std::borrow::Cow::Borrowed(_)));
    Pkcs12::from_der(&written).unwrap().parse2(PASSWORD).unwrap();
    for cut in 0..ber.len() {
        let refused = safe_of(&ber[..cut], PASSWORD);
        assert!(matches!(refused, Err(Flaw::Damaged { .. })), "cut at {cut}");
    }
}

#[test]
fn a_ciphertext_in_pieces_is_joined() {
    let live = pair("live");
    let der = store(both(&live, "live"));
    let pieces = |from: &[u8]| {
        // Only the implicit strings are cut; the rest stays as it is.
        let mut out = Vec::new();
        let mut reader = Reader::new(from, 0);
        while !reader.is_empty() {
            let own = reader.any().unwrap();
            out.push((own.tag, own.content.to_vec()));
        }
        out
    };
    let mut fields = Reader::new(&der, 0).any().unwrap().reader();
    let (version, info) = (fields.any().unwrap(), fields.any().unwrap());
    let mut typed = info.reader();
    typed.any().unwrap();
    let content = typed.any().unwrap().reader().any().unwrap().content.to_vec();
    let parts = pieces(Reader::new(&content, 0).any().unwrap().content);
    let cut: Vec<Vec<u8>> = parts
        .iter()
        .map(|(tag, part)| {
            let [kind, (outer, wrapped)] = pieces(part).try_into().unwrap();
            if kind.1 != oid::ENCRYPTED_DATA {
                return element(*tag, &[part]);
            }
            let [(sequence, data)] = pieces(&wrapped).try_into().unwrap();
            let [number, (_, inner)] = pieces(&data).try_into().unwrap();
            let [data_kind, algorithm, (_, ciphertext)] = pieces(&inner).try_into().unwrap();
            let strings: Vec<u8> = ciphertext.chunks(50).flat_map(|c| element(OCTET_STRING, &[c])).collect();
            let element = |(tag, content): &(u8, Vec<u8>)| element(*tag, &[content]);
            let inner = [element(&data_kind), element(&algorithm), element(&(CONTEXT_0, strings))].concat();
            let data = [element(&number), element(&(SEQUENCE, inner))].concat();
            let wrapped = element(&(sequence, data));
            element(&(*tag, [element(&kind), element(&(outer, wrapped))].concat()))
        })
        .collect();
    let content = element(SEQUENCE, &[&cut.concat()]);
    let mac = quick_mac().over(&content, Password::new(PASSWORD, false)).unwrap();
    let octets = element(CONTEXT_0, &[&element(OCTET_STRING, &[&content])]);
    let info = element(SEQUENCE, &[&element(OID, &[oid::DATA]), &octets]);
    let cut = element(SEQUENCE, &[version.raw, &info, &mac]);
    Pkcs12::from_der(&cut).unwrap().parse2(PASSWORD).unwrap();
    let safe = safe_of(&cut, PASSWORD).unwrap();
    assert_eq!(raws(&safe), raws(&safe_of(&der, PASSWORD).unwrap()));
    let unchanged = Safe { parts: safe.parts.clone(), ..safe.clone() };
    let written = unchanged.write(PASSWORD).unwrap().to_vec();
    assert_eq!(raws(&safe_of(&written, PASSWORD).unwrap()), raws(&safe));
}

/// RFC 9579, appendix A: the file with SHA-256 in all its functions.
const PBMAC1: &[u8] = include_bytes!("../../../../tests/vectors/pkcs12/rfc9579-a.p12");

#[test]
fn the_integrity_check_of_rfc_9579_is_held_and_kept() {
    let safe = safe_of(PBMAC1, "1234").unwrap();
    assert!(matches!(safe_of(PBMAC1, "1235"), Err(Flaw::WrongPassword)));
    let mac = safe.mac.clone().unwrap();
    assert_eq!(mac.name(), "PBMAC1: HMAC SHA-256 under PBKDF2 with HMAC SHA-256");
    assert!(mac.is_strong());
    let inventory = Inventory::of(&safe, "1234").unwrap();
    assert_eq!(inventory.found.len(), 1, "one pair, without a name");
    // What is written anew has a fresh salt, and OpenSSL holds it.
    let written = safe.write("1234").unwrap().to_vec();
    assert_ne!(written, PBMAC1);
    assert_eq!(written.len(), PBMAC1.len());
    assert_eq!(raws(&safe_of(&written, "1234").unwrap()), raws(&safe));
    Pkcs12::from_der(&written).unwrap().parse2("1234").unwrap();
    assert!(Pkcs12::from_der(&written).unwrap().parse2("1235").is_err());
    let tampered = {
        let mut bytes = PBMAC1.to_vec();
        let last = bytes.len() - 20;
        bytes[last] ^= 1;
        bytes
    };
    assert!(matches!(safe_of(&tampered, "1234"), Err(Flaw::Tampered)));
}

#[test]
fn an_integrity_check_without_the_length_of_its_key_is_damage() {
    // As in appendix A.6: the length of the key is taken out of PBKDF2's parameters.
    let mut fields = Reader::new(PBMAC1, 0).any().unwrap().reader();
    let (version, info, data) = (fields.any().unwrap(), fields.any().unwrap(), fields.any().unwrap());
    let without = data.raw.windows(3).position(|w| w == [2, 1, 0x20]).unwrap();
    let mut bytes = data.raw.to_vec();
    bytes.drain(without..without + 3);
    // The lengths around it are one byte each.
    for at in [1, 3, 5, 18, 20, 33] {
        assert!(bytes[at] > 3, "{at}");
    }
    for at in [1, 3, 5, 18, 20, 33] {
        bytes[at] -= 3;
    }
    let file = element(SEQUENCE, &[version.raw, info.raw, &bytes]);
    match safe_of(&file, "1234") {
        Err(Flaw::Damaged { what, .. }) => assert!(what.contains("PBMAC1's key is missing"), "{what}"),
        other => panic!("{:?}", other.err()),
    }
}
