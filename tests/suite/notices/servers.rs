//! The servers that the tests speak to, in Python.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// A server, until it is dropped.
pub(crate) struct Server {
    child: Child,
    scratch: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Server {
    fn start(script: &str, scratch: tempfile::TempDir, words: &[&str]) -> Self {
        let seen = scratch.path().join("seen");
        fs::create_dir(&seen).unwrap();
        fs::write(seen.join("mode"), "").unwrap();
        let script = format!("{}/tests/oracles/{script}", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("python3");
        command.arg(&script).arg(&seen).args(words).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("these tests need python3: {e}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port =
            line.trim().parse().unwrap_or_else(|_| panic!("{script} does not begin: is aiosmtpd there?"));
        Self { child, scratch, port }
    }

    /// A mail server that takes everything.
    pub(crate) fn of_mail(words: &[&str]) -> Self {
        Self::mail(tempfile::tempdir().unwrap(), words)
    }

    fn mail(scratch: tempfile::TempDir, words: &[&str]) -> Self {
        let server = Self::start("mail_server.py", scratch, words);
        server.answers("take");
        server
    }

    /// A webhook that takes everything.
    pub(crate) fn of_hooks(secret: &str) -> Self {
        let server = Self::start("hook_server.py", tempfile::tempdir().unwrap(), &[secret]);
        server.answers("204");
        server
    }

    /// The same by TLS, with a certificate that its own authority has issued.
    pub(crate) fn of_secure_hooks(secret: &str) -> Self {
        let (scratch, [cert, key]) = certified();
        let server = Self::start("hook_server.py", scratch, &[secret, &cert, &key]);
        server.answers("204");
        server
    }

    /// A mail server by TLS: `--tls` or `--starttls`.
    pub(crate) fn of_secure_mail(how: &str) -> Self {
        let (scratch, [cert, key]) = certified();
        Self::mail(scratch, &[how, &cert, &key])
    }

    /// The certificate of its authority, as a file.
    pub(crate) fn authority(&self) -> String {
        self.scratch.path().join("ca.pem").display().to_string()
    }

    /// What it answers from now on.
    pub(crate) fn answers(&self, mode: &str) {
        fs::write(self.folder().join("mode"), mode).unwrap();
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.scratch.path().join("seen")
    }

    /// How much it was sent.
    pub(crate) fn count(&self, end: &str) -> usize {
        (0..).take_while(|number| self.folder().join(format!("{number}.{end}")).exists()).count()
    }

    pub(crate) fn seen(&self, number: usize) -> Value {
        let path = self.folder().join(format!("{number}.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// The last mail that it refused.
    pub(crate) fn refused(&self) -> Mail {
        Mail::read(&self.folder().join("refused"))
    }

    /// The mails that it was sent, as Python reads them.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        (0..self.count("eml"))
            .map(|number| Mail::read(&self.folder().join(format!("{number}.eml"))))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A certificate for 127.0.0.1 with its key, and in `ca.pem` the authority that has issued it.
fn certified() -> (tempfile::TempDir, [String; 2]) {
    let scratch = tempfile::tempdir().unwrap();
    let line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=test authority' -days 2 \
         -keyout ca.key -out ca.pem -addext basicConstraints=critical,CA:TRUE 2>said && \
         openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -keyout own.key -out own.csr \
         2>said && printf 'subjectAltName=IP:127.0.0.1\\n' >own.ext && \
         openssl x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile own.ext -out own.pem 2>said";
    let status = Command::new("sh").args(["-euc", line]).current_dir(scratch.path()).status().unwrap();
    assert!(status.success(), "{}", fs::read_to_string(scratch.path().join("said")).unwrap());
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let pair = [at("own.pem"), at("own.key")];
    (scratch, pair)
}

/// A mail, as Python reads it.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) said: Value,
}

impl Mail {
    pub(crate) fn read(path: &Path) -> Self {
        let script = format!("{}/tests/oracles/mail.py", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&fs::read(path).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["defects"], Value::Array(Vec::new()), "{said}");
        assert_eq!(said["bare"], 0, "each line ends with both: {said}");
        assert!(said["longest"].as_u64().unwrap() <= 998, "RFC 5322, section 2.1.1: {said}");
        Self { said }
    }

    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let all = self.said["headers"].as_array().unwrap().iter();
        all.filter(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers(name);
        assert_eq!(found.len(), 1, "{name}: {}", self.said);
        found[0]
    }

    pub(crate) fn to(&self) -> Vec<&str> {
        self.said["to"].as_array().unwrap().iter().map(|address| address.as_str().unwrap()).collect()
    }

    /// The types of its parts, in their order.
    pub(crate) fn types(&self) -> Vec<&str> {
        self.said["parts"].as_array().unwrap().iter().map(|part| part["type"].as_str().unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn part(&self, kind: &str) -> &str {
        let found = self.said["parts"].as_array().unwrap().iter().find(|part| part["type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind}: {}", self.said))["text"].as_str().unwrap()
    }
}
