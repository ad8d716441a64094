//! Keys, certificates and answers of authorities, made by openssl.

use std::path::Path;

use super::run;

pub(super) fn openssl(folder: &Path, arguments: &str) -> String {
    run("openssl", &arguments.split_whitespace().collect::<Vec<_>>(), folder)
}

/// An authority in the folder (`ca.key`, `ca.pem`), unless there is one.
pub(super) fn authority(folder: &Path) {
    if !folder.join("ca.pem").exists() {
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
        openssl(
            folder,
            &format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority -days 3650"),
        );
    }
}

/// A key and its certificate (`NAME.key`, `NAME.pem`), issued by the authority.
pub(super) fn issued(folder: &Path, name: &str) {
    authority(folder);
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
    openssl(folder, &format!("req -new {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
    answer(folder, name);
}

/// Answers the request `NAME.csr` with the certificate `NAME.pem`.
pub(super) fn answer(folder: &Path, name: &str) {
    let issue = "x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 365";
    openssl(folder, &format!("{issue} -in {name}.csr -out {name}.pem"));
}
