//! Signing and verifying XML, against bare RSA and against xmlsec1.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use keyroll::{
    backend::xml_dsig::{SignatureProfile, SigningKey, VerifyOptions, sign, verify},
    world::material::Certificate,
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::{MessageDigest, hash},
    pkey::{PKey, Private},
    pkey_ctx::PkeyCtx,
    rsa::{Padding, Rsa},
    x509::{X509, X509NameBuilder},
};

use super::{
    documents::{Repeated, SHAPES},
    figure::{Demand, Figure},
    measure::{CHILD, Measured, cpu, cpu_of, pair, peak_of, shown},
};

type Failed = Box<dyn Error>;

const MEGABYTE: usize = 1_000_000;

/// A key, with its files for xmlsec1.
struct Signer {
    key: PKey<Private>,
    certificate: Certificate,
    signing: SigningKey,
    folder: tempfile::TempDir,
}

/// Two kilobytes at nine tenths of bare RSA, a megabyte at three times xmlsec1, fifty in 32 MB;
/// verifying at least as fast as xmlsec1.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let signer = Signer::new()?;
    bare(&signer, tell)?;
    for (name, bytes, times, turns) in
        [("2 KB", 2_000, 300, 7), ("1 MB", MEGABYTE, 4, 21), ("50 MB", 50 * MEGABYTE, 1, 3)]
    {
        against_xmlsec1(&signer, (name, bytes), (times, turns), tell)?;
    }
    for shape in SHAPES {
        in_memory(&signer, shape, tell)?;
    }
    Ok(())
}

impl Signer {
    fn new() -> Result<Self, Failed> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut subject = X509NameBuilder::new()?;
        subject.append_entry_by_text("CN", "bench")?;
        let subject = subject.build();
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        builder.set_serial_number(BigNum::from_u32(1)?.to_asn1_integer()?.as_ref())?;
        builder.set_subject_name(&subject)?;
        builder.set_issuer_name(&subject)?;
        builder.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
        builder.set_not_after(Asn1Time::days_from_now(30)?.as_ref())?;
        builder.set_pubkey(&key)?;
        builder.sign(&key, MessageDigest::sha256())?;
        let certificate = Certificate::from_x509(builder.build())?;
        let signing = SigningKey::new(&key, &certificate)?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        std::fs::write(folder.path().join("key"), key.private_key_to_pem_pkcs8()?)?;
        std::fs::write(folder.path().join("certificate"), certificate.pem())?;
        Ok(Self { key, certificate, signing, folder })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sign(&self, document: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut out = Vec::with_capacity(document.len() + 8192);
        sign(&mut Cursor::new(document), &mut out, &self.signing, &SignatureProfile::default())?;
        Ok(out)
    }
}

/// What OpenSSL signs, in this process and by its own command.
fn bare(signer: &Signer, tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    const TIMES: u32 = 200;
    let document = Repeated::new("wide", 2_000).text()?;
    let digest = hash(MessageDigest::sha256(), &document)?;
    let mut context = PkeyCtx::new(&signer.key)?;
    context.sign_init()?;
    context.set_rsa_padding(Padding::PKCS1)?;
    context.set_signature_md(openssl::md::Md::sha256())?;
    let mut value = Vec::new();
    let sides = pair(
        21,
        || cpu(|| (0..TIMES).try_for_each(|_| signer.sign(&document).map(drop))),
        || {
            cpu(|| {
                (0..TIMES).try_for_each(|_| {
                    value.clear();
                    context.sign_to_vec(&digest, &mut value).map(drop).map_err(Failed::from)
                })
            })
        },
    )?;
    let rate = |time: Duration| f64::from(TIMES) / time.as_secs_f64();
    tell(Figure {
        subject: "sign 2 KB, RSA 2048".to_owned(),
        ours: format!("{:.0}/s", rate(sides.ours)),
        against: format!("bare RSA, same OpenSSL: {:.0}/s", rate(sides.theirs)),
        ratio: sides.ratio.recip(),
        demand: Demand::AtLeast(0.9),
    });
    // Each a second long, so that both see the same machine.
    let sides = pair(
        7,
        || {
            const MANY: u32 = 3_000;
            Ok(cpu(|| (0..MANY).try_for_each(|_| signer.sign(&document).map(drop)))? / MANY)
        },
        || Ok(Duration::from_secs_f64(1.0 / speed()?)),
    )?;
    tell(Figure {
        subject: "sign 2 KB, RSA 2048".to_owned(),
        ours: format!("{:.0}/s", 1.0 / sides.ours.as_secs_f64()),
        against: format!("`openssl speed rsa2048`: {:.0}/s", 1.0 / sides.theirs.as_secs_f64()),
        ratio: sides.ratio.recip(),
        demand: Demand::AtLeast(0.9),
    });
    Ok(())
}

/// How many signatures a second of its processor the command makes.
fn speed() -> Result<f64, Failed> {
    let output = Command::new("openssl").args(["speed", "-seconds", "1", "rsa2048"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().rfind(|line| line.starts_with("rsa 2048")).ok_or("openssl speed says nothing")?;
    Ok(line.split_whitespace().nth(5).ok_or("openssl speed says too little")?.parse()?)
}

fn against_xmlsec1(
    signer: &Signer,
    (name, bytes): (&str, usize),
    (times, turns): (u32, usize),
    tell: &mut dyn FnMut(Figure),
) -> Result<(), Failed> {
    let document = Repeated::new("wide", bytes).text()?;
    let message = signer.sign(&document)?;
    let (template, signed) = (signer.file("template.xml"), signer.file("signed.xml"));
    std::fs::write(&template, blank(&String::from_utf8(message.clone())?)?)?;
    std::fs::write(&signed, &message)?;
    let key = signer.file("key");
    let signs = |count: u32| xmlsec1(&["--sign", "--privkey-pem"], &key, (&template, count));
    let sides = pair(
        turns,
        || Ok(cpu(|| (0..times).try_for_each(|_| signer.sign(&document).map(drop)))? / times),
        || each(times, signs),
    )?;
    let demand = if bytes == MEGABYTE { Demand::AtLeast(3.0) } else { Demand::Nothing };
    tell(faster(format!("sign {name}"), sides, demand));
    let accepted = [signer.certificate.clone()];
    let options = VerifyOptions::default();
    let verifies = || verify(&mut Cursor::new(&message), &mut io::sink(), &accepted, &options).map(drop);
    let certificate = signer.file("certificate");
    let theirs = |count: u32| {
        let words = ["--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem"];
        xmlsec1(&words, &certificate, (&signed, count))
    };
    let sides = pair(
        turns,
        || Ok(cpu(|| (0..times).try_for_each(|_| verifies()).map_err(Failed::from))? / times),
        || each(times, theirs),
    )?;
    tell(faster(format!("verify {name}"), sides, Demand::AtLeast(1.0)));
    Ok(())
}

fn faster(subject: String, sides: super::measure::Pair, demand: Demand) -> Figure {
    Figure {
        subject,
        ours: shown(sides.ours),
        against: format!("xmlsec1, its start left out: {}", shown(sides.theirs)),
        ratio: sides.ratio.recip(),
        demand,
    }
}

/// What one more repetition takes: the start of the program and the first one are taken off.
fn each(times: u32, command: impl Fn(u32) -> Command) -> Measured {
    let once = cpu_of(&mut command(1))?;
    Ok(cpu_of(&mut command(1 + times))?.saturating_sub(once) / times)
}

fn xmlsec1(words: &[&str], key: &Path, (file, count): (&Path, u32)) -> Command {
    let mut command = Command::new("xmlsec1");
    command.args(words).arg(key).args(["--repeat", &count.to_string(), "--output", "/dev/null"]).arg(file);
    command
}

/// A message as a template: what signing fills in is taken out.
fn blank(message: &str) -> Result<String, Failed> {
    let mut text = message.to_owned();
    for name in ["DigestValue", "SignatureValue", "KeyInfo"] {
        let (open, close) = (format!("<ds:{name}>"), format!("</ds:{name}>"));
        let start = text.rfind(&open).ok_or("no such element")? + open.len();
        let end = text.rfind(&close).ok_or("no such end")?;
        text.replace_range(start..end, "");
    }
    Ok(text.replace("<ds:KeyInfo></ds:KeyInfo>", ""))
}

/// Fifty megabytes in 32 MB, by a process of its own.
fn in_memory(signer: &Signer, shape: &str, tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let signed = signer.file("large.xml");
    let mut out = File::create(&signed)?;
    sign(&mut Repeated::new(shape, 50 * MEGABYTE), &mut out, &signer.signing, &SignatureProfile::default())?;
    drop(out);
    for verb in ["sign", "verify"] {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(CHILD).arg(format!("{verb} {shape} {}", signer.folder.path().display()));
        let (peak, _) = peak_of(&mut command, &[0])?;
        tell(Figure {
            subject: format!("{verb} 50 MB, {shape}: memory"),
            ours: format!("{:.1} MB", peak as f64 * 1024.0 / 1e6),
            against: "32 MB".to_owned(),
            ratio: peak as f64 * 1024.0 / 32e6,
            demand: Demand::AtMost(1.0),
        });
    }
    Ok(())
}

/// One act, for a process of its own.
pub(crate) fn act(words: &str) -> Result<(), Failed> {
    let mut words = words.splitn(3, ' ');
    let (Some(verb), Some(shape), Some(folder)) = (words.next(), words.next(), words.next()) else {
        return Err("an act is a verb, a shape and a folder".into());
    };
    let folder = Path::new(folder);
    let certificate = Certificate::from_pem(&std::fs::read(folder.join("certificate"))?)?;
    if verb == "verify" {
        let mut file = BufReader::new(File::open(folder.join("large.xml"))?);
        verify(&mut file, &mut io::sink(), &[certificate], &VerifyOptions::default())?;
    } else {
        let key = PKey::private_key_from_pem(&std::fs::read(folder.join("key"))?)?;
        let key = SigningKey::new(&key, &certificate)?;
        let mut document = Repeated::new(shape, 50 * MEGABYTE);
        sign(&mut document, &mut io::sink(), &key, &SignatureProfile::default())?;
    }
    Ok(())
}
