//! The options of a signature, as words.

use crate::backend::xml_dsig::{
    Algorithm, CanonicalForm, Canonicalization, Digest, IdAttributes, KeyInfo, PlainName, Position, Prefix,
    Selector, Shape, SignatureProfile,
};

use super::{exit::Exit, screen::Screen};

/// How a document is signed.
#[derive(Debug, clap::Args)]
pub struct Signature {
    /// How the signature stands to what it signs: enveloped, enveloping, detached
    #[arg(long = "type", default_value = "enveloped", value_name = "TYPE")]
    shape: Shape,
    /// The element to sign, instead of the whole document: #id, a name, or a path such as
    /// /order/item[2]
    #[arg(long, value_name = "ELEMENT")]
    reference: Option<Selector>,
    /// Where the signature goes: into an element, or after one (after:ELEMENT)
    #[arg(long, value_name = "PLACE")]
    position: Option<Position>,
    /// The signature algorithm, such as rsa-pss-sha256; otherwise the one that fits the key
    #[arg(long, value_name = "NAME")]
    algorithm: Option<Algorithm>,
    /// The digest algorithm, if it is not that of the signature: sha256, sha384, sha512
    #[arg(long, value_name = "NAME")]
    digest: Option<Digest>,
    /// The canonicalization: exclusive, inclusive or inclusive-1.1, each also with -with-comments
    #[arg(long, default_value = "exclusive", value_name = "NAME")]
    c14n: Canonicalization,
    /// That of what is signed, if it is another one
    #[arg(long, value_name = "NAME")]
    content_c14n: Option<Canonicalization>,
    /// Prefixes that an exclusive canonicalization writes wherever they are in scope, as in
    /// "p q #default"
    #[arg(long, value_name = "PREFIXES")]
    inclusive_namespaces: Option<String>,
    /// What is said of the key: certificate, chain, key-value, issuer-serial, ski, subject, parted by
    /// commas, or none
    #[arg(long, default_value = "certificate", value_name = "PARTS")]
    key_info: KeyInfo,
    /// Sign what is said of the key too
    #[arg(long)]
    sign_key_info: bool,
    /// The prefix of the signature's elements; empty for none
    #[arg(long, default_value = "ds", value_name = "PREFIX")]
    prefix: Prefix,
    /// The Id of the signature
    #[arg(long, value_name = "NAME")]
    id: Option<PlainName>,
    #[command(flatten)]
    ids: Ids,
}

/// Which attributes are ids.
#[derive(Debug, clap::Args)]
pub struct Ids {
    /// An attribute that is an id, beside Id, ID, id and xml:id: NAME or {NAMESPACE}NAME
    #[arg(long = "id-attribute", value_name = "NAME")]
    names: Vec<String>,
}

impl Ids {
    /// Reads them.
    ///
    /// # Errors
    /// The exit: one of them is no name.
    pub fn read(&self, screen: &mut Screen) -> Result<IdAttributes, Exit> {
        self.names.iter().try_fold(IdAttributes::default(), |known, name| {
            known.with(name).map_err(|_| {
                let name = crate::source::shown(name);
                screen.talk(format_args!(
                    "`{name}` is no name of an attribute: write NAME or {{NAMESPACE}}NAME"
                ));
                Exit::Usage
            })
        })
    }
}

impl Signature {
    /// That of `ds:SignedInfo` and that of what is signed. The prefixes are for those that are exclusive.
    fn canonicalizations(
        &self,
        screen: &mut Screen,
    ) -> Result<(Canonicalization, Option<Canonicalization>), Exit> {
        let (own, content) = (self.c14n.clone(), self.content_c14n.clone());
        let Some(list) = &self.inclusive_namespaces else { return Ok((own, content)) };
        if Canonicalization::exclusive().with_prefix_list(list).is_none() {
            let list = crate::source::shown(list);
            screen.talk(format_args!(
                "`{list}` is no list of prefixes: write them with blanks between, and #default for none"
            ));
            return Err(Exit::Usage);
        }
        let is_exclusive = |one: &Canonicalization| one.form() == CanonicalForm::Exclusive;
        if !is_exclusive(&own) && !content.as_ref().is_some_and(is_exclusive) {
            screen.talk("--inclusive-namespaces goes with an exclusive canonicalization only");
            return Err(Exit::Usage);
        }
        let with = |one: Canonicalization| one.clone().with_prefix_list(list).unwrap_or(one);
        Ok((with(own), content.map(with)))
    }

    /// What they ask for.
    ///
    /// # Errors
    /// The exit: one of them cannot be read.
    pub fn profile(&self, screen: &mut Screen) -> Result<SignatureProfile, Exit> {
        let (canonicalization, content_canonicalization) = self.canonicalizations(screen)?;
        Ok(SignatureProfile {
            shape: self.shape,
            reference: self.reference.clone(),
            position: self.position.clone(),
            algorithm: self.algorithm,
            digest: self.digest,
            canonicalization,
            content_canonicalization,
            key_info: self.key_info.clone(),
            sign_key_info: self.sign_key_info,
            prefix: self.prefix.clone(),
            id: self.id.clone(),
            id_attributes: self.ids.read(screen)?,
            ..SignatureProfile::default()
        })
    }
}
