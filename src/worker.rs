//! Work that is done by several processors at the same time, and whose results stand in one order all the same.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// From so many pieces on a thread costs less than it saves.
const MANY: usize = 4000;

/// By how many workers so many pieces are worked on.
#[must_use]
pub fn workers(pieces: usize) -> usize {
    if pieces < MANY { 1 } else { processors() }
}

/// How many workers have a processor each.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does some work for each of these, by so many workers, and gives what came of it in their order.
pub fn each<T: Sync, R: Send>(all: &[T], workers: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if workers < 2 {
        return all.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut mine = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(at) else { return mine };
            mine.push((at, work(one)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers.min(all.len())).map(|_| scope.spawn(worker)).collect();
        let ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ends.flat_map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does two pieces of work, by two workers at the same time; where there is only one, or no thread to be had,
/// one after the other.
pub fn both<A: Send, B>(workers: usize, one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    if workers < 2 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new().spawn_scoped(scope, &one);
        let theirs = other();
        let mine = match worker {
            Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => one(),
        };
        (mine, theirs)
    })
}

/// Gives back something of so many pieces: where that takes its time, while its owner goes on.
pub fn give_back(pieces: usize, what: impl Send + 'static) {
    if pieces < MANY {
        return drop(what);
    }
    // Where there is no thread to be had, it is given back here and now.
    let _given_back = thread::Builder::new().spawn(move || drop(what));
}

#[cfg(test)]
mod tests {
    use super::{both, each};

    #[test]
    fn results_stand_in_the_order_of_the_work() {
        let work: Vec<u32> = (0..1000).collect();
        let doubled: Vec<u32> = work.iter().map(|one| one * 2).collect();
        for workers in [1, 2, 7, 2000] {
            assert_eq!(each(&work, workers, |one| one * 2), doubled, "{workers}");
        }
        for workers in [1, 2] {
            assert_eq!(both(workers, || "one", || "other"), ("one", "other"));
        }
    }

    #[test]
    #[should_panic(expected = "told")]
    fn a_panic_of_a_worker_is_told() {
        let _ = both(2, || assert_eq!(1, 2, "told"), || ());
    }
}
