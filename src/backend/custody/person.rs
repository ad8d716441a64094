//! Who is at work, as the system knows them.

/// The largest list of users that is read, in bytes.
const LIMIT: usize = 4 << 20;

/// The name of the user who runs the program, or `uid N` when the list of local users has none. The
/// environment is not asked: it says what its user likes.
pub(super) fn user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = crate::backend::file::bounded::read(std::path::Path::new("/etc/passwd"), LIMIT);
    named(&String::from_utf8_lossy(&users.unwrap_or_default()), uid).unwrap_or_else(|| format!("uid {uid}"))
}

/// The name of a user in a list of users (passwd, 5).
fn named(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number() {
        let users = "root:x:0:0:root:/:/bin/sh\nbroken\n:x:7:7::/:/x\nann:x:1000:1000:Ann:/:/bin/sh\n";
        assert_eq!(named(users, 1000), Some("ann".to_owned()));
        assert_eq!(named(users, 0), Some("root".to_owned()));
        assert_eq!(named(users, 7), None);
        assert!(!user().is_empty());
    }
}
