//! One process: started, given its request, read within bounds, and ended with all that it started.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{
    Arc, Mutex, PoisonError,
    mpsc::{self, Receiver, RecvTimeoutError},
};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{fault::Fault, program::Program};

/// The longest answer of a program, in bytes.
pub const ANSWER_LIMIT: usize = 1 << 20;

/// So much of what it writes to standard error is kept in memory, in bytes.
pub const ERROR_LIMIT: usize = 64 << 10;

/// How often it is looked whether the process has ended.
const BEAT: Duration = Duration::from_millis(5);

/// How long the answer of a process that has ended may take to be read.
const GRACE: Duration = Duration::from_secs(3);

/// What a process said, and how it ended.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) answer: Result<Vec<u8>, Fault>,
    pub(super) error: Vec<u8>,
    pub(super) status: Option<ExitStatus>,
}

/// Starts the program, gives it the request and hears it to its end. Whatever it left running in its
/// process group is ended too.
pub(super) fn hear(program: &Program, request: Vec<u8>) -> Heard {
    let begun = Instant::now();
    let mut command = Command::new(&program.path);
    command.args(&program.arguments).current_dir(&program.folder).env_clear();
    command.envs(program.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let answer = Err(Fault::NotStarted(error.to_string()));
            return Heard { answer, error: Vec::new(), status: None };
        }
    };
    let group = Pid::from_child(&child);
    write(&mut child, request);
    let (answer, error) = (answer(&mut child), errors(&mut child));
    let ended = until_it_ends(group, begun, program.timeout, &answer);
    // Its own process is not waited for yet, so that the number of the group is still its own.
    let _nobody_left = kill_process_group(group, Signal::KILL);
    let status = child.wait().ok();
    let answer = ended.and_then(|early| match early {
        Some(answer) => answer,
        None => answer.recv_timeout(GRACE).unwrap_or(Err(Fault::Held)),
    });
    let error = error.heard(program.keep_output);
    Heard { answer, error, status }
}

/// The way in which a process did not end well.
pub(super) fn failure(status: ExitStatus) -> Option<Fault> {
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(code), _) => Some(Fault::Exited(code)),
        (None, signal) => Some(Fault::Signalled(signal.unwrap_or_default())),
    }
}

type Answer = Result<Vec<u8>, Fault>;

/// Waits for the end of the process, or for an answer that is too long; the answer, if it came first.
fn until_it_ends(
    process: Pid,
    begun: Instant,
    limit: Duration,
    answer: &Receiver<Answer>,
) -> Result<Option<Answer>, Fault> {
    let mut early = None;
    loop {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(process), options) {
            Ok(Some(_)) => return Ok(early),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Fault::Lost(error.to_string())),
        }
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(Fault::TimedOut(limit));
        }
        if early.is_some() {
            std::thread::sleep(BEAT.min(left));
            continue;
        }
        match answer.recv_timeout(BEAT.min(left)) {
            Ok(Err(fault)) => return Err(fault),
            Ok(whole) => early = Some(whole),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Fault::Silent),
        }
    }
}

/// Writes the request beside everything else: the program may not read it, or only after it has
/// written much itself.
fn write(child: &mut Child, request: Vec<u8>) {
    let Some(mut input) = child.stdin.take() else { return };
    std::thread::spawn(move || {
        // A program that ends without reading is judged by what it answered.
        let _unread = input.write_all(&request);
    });
}

/// Reads standard output to its end, or to its limit.
fn answer(child: &mut Child) -> Receiver<Answer> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = output.take(ANSWER_LIMIT as u64 + 1).read_to_end(&mut bytes);
            let answer = match read {
                Ok(_) if bytes.len() > ANSWER_LIMIT => Err(Fault::TooLong),
                Ok(_) => Ok(bytes),
                Err(error) => Err(Fault::Lost(error.to_string())),
            };
            // Nobody listens any more when the time is over.
            let _unheard = sender.send(answer);
        });
    }
    receiver
}

/// What comes on standard error.
struct Errors {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Closed when all of it is read.
    read: Receiver<()>,
}

impl Errors {
    /// What was written there, where somebody wants to know: then its end is waited for.
    fn heard(&self, wanted: bool) -> Vec<u8> {
        if !wanted {
            return Vec::new();
        }
        let _end = self.read.recv_timeout(GRACE);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads standard error to its end; its beginning is kept.
fn errors(child: &mut Child) -> Errors {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let (reading, read) = mpsc::channel();
    if let Some(mut output) = child.stderr.take() {
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || {
            let _reading: mpsc::Sender<()> = reading;
            let mut part = [0; 4096];
            loop {
                let count = match output.read(&mut part) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Ok(0) | Err(_) => return,
                    Ok(count) => count,
                };
                let mut kept = keep.lock().unwrap_or_else(PoisonError::into_inner);
                let room = ERROR_LIMIT.saturating_sub(kept.len());
                kept.extend(part.iter().take(count.min(room)));
            }
        });
    }
    Errors { kept, read }
}
