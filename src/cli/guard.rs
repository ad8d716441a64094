//! What the program does to itself before it reads anything: nothing of its memory reaches a disk,
//! what it creates is its owner's alone, and its libraries take no orders from the environment.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::Write,
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
};

use rustix::{
    fs::Mode,
    process::{Resource, Rlimit, setrlimit, umask},
};

use super::exit::Exit;

#[cfg(not(unix))]
compile_error!("keyroll needs a Unix system: it does not support Windows");

/// The variables by which OpenSSL is told from outside what to load, whom to trust, and what to leave
/// out (`getenv` in its sources, 3.0 to 3.6), and by which SQLite is told where to put copies of a
/// journal. Each name stands alone: a whole family would take passwords of sites along, which may be
/// called `OPENSSL_something` too.
const UNHEARD: &[&str] = &[
    "OPENSSL_CONF",
    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "OPENSSL_MALLOC_FAILURES",
    "OPENSSL_MALLOC_FD",
    "OPENSSL_MALLOC_SEED",
    "OPENSSL_TRACE",
    "OPENSSL_armcap",
    "OPENSSL_ia32cap",
    "OPENSSL_ppccap",
    "OPENSSL_riscvcap",
    "OPENSSL_s390xcap",
    "OPENSSL_sparcv9cap",
    "CTLOG_FILE",
    "LEGACY_GOST_PKCS12",
    "OSSL_QFILTER",
    "QLOGDIR",
    "RANDFILE",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SQLITE_TMPDIR",
];

/// By this variable OpenSSL is told which configuration it reads.
const CONFIGURATION: &str = "OPENSSL_CONF";
/// The one that keyroll lets it read: an empty one.
const NOTHING: &str = "/dev/null";

/// By this variable the C library of GNU is told, before `main`, how it takes memory. Programs that keyroll
/// starts do not get it.
const HEAP: &str = "GLIBC_TUNABLES";
/// In pages of 2 MiB where there are any, 16 MiB at a time, and without lists of small pieces that are gone
/// through anew for each large one: a plan of 100,000 steps takes a third less time.
const LARGE_PAGES: &str = "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216:glibc.malloc.mxfast=0";

/// Guards the process. Must come before anything else is done, with the arguments of the program.
///
/// # Errors
/// When the process cannot be guarded; what is wrong was said on standard error.
pub fn raise(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Exit> {
    umask(Mode::RWXG | Mode::RWXO);
    let kept = no_image().map_err(|error| format!("cannot keep its memory to itself: {error}"));
    kept.and_then(|()| unheard(arguments)).map_err(|fault| {
        let _unheard = writeln!(std::io::stderr(), "keyroll {fault}");
        Exit::Backend
    })
}

/// No core file, and no look into the memory by others of the same user: it holds passwords and keys.
fn no_image() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // Also where cores go to a program, which the limit does not keep from them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Begins anew without the variables, if there are any, and with an empty configuration of OpenSSL, if
/// the machine has one: it may name code to load. OpenSSL reads some variables before `main`, and the
/// rest at its first use, whichever that is; and no variable can be changed in a running process
/// safely. So the program takes its own place: same file, same process, same arguments.
fn unheard(arguments: impl IntoIterator<Item = OsString>) -> Result<(), String> {
    let quiet = env::var_os(CONFIGURATION).is_some_and(|value| value == NOTHING);
    let is_heard = |name: &&str| env::var_os(name).is_some() && !(quiet && *name == CONFIGURATION);
    let heard: Vec<&str> = UNHEARD.iter().copied().filter(is_heard).collect();
    let unwanted = match heard.first() {
        Some(first) => format!("the variable `{first}`"),
        None if !quiet && is_configured() => "the machine's `openssl.cnf`".to_owned(),
        None => return Ok(()),
    };
    let fail = |error| {
        format!("cannot begin anew without {unwanted}: {error}; set `{CONFIGURATION}={NOTHING}` for it")
    };
    let mut arguments = arguments.into_iter();
    let mut again = Command::new(env::current_exe().map_err(fail)?);
    again.arg0(arguments.next().as_deref().unwrap_or(OsStr::new("keyroll"))).args(arguments);
    heard.iter().for_each(|name| {
        again.env_remove(name);
    });
    again.env(CONFIGURATION, NOTHING);
    if env::var_os(HEAP).is_none() {
        again.env(HEAP, LARGE_PAGES);
    }
    Err(fail(again.exec()))
}

/// Whether there is a configuration where OpenSSL looks for one, or may be.
fn is_configured() -> bool {
    // As in `OPENSSLDIR: "/usr/lib/ssl"`.
    let Some(folder) = openssl::version::dir().split('"').nth(1) else { return true };
    !matches!(Path::new(folder).join("openssl.cnf").try_exists(), Ok(false))
}
