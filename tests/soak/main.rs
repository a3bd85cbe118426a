//! A server under load: many sessions at once, a tenth of them hostile. Every honest one's echoes are exact,
//! memory stays flat, and nothing is left over.
//!
//! Server and clients are two processes. `ECHOGRAPH_SOAK_SESSIONS` says how many sessions there are in all
//! (5,000 without it; `.ci/run` has 100,000), `ECHOGRAPH_PROGRAM` which program serves. Figures are printed:
//! `cargo test --test soak -- --nocapture`.

#![cfg(target_os = "linux")]

#[path = "../support/random.rs"]
#[expect(dead_code, reason = "it has more than whole numbers for others")]
mod random;

mod honest;
mod hostile;
mod serving;

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use random::Random;
use serving::{MAX_SIZE, Serving};
use tokio::task::JoinSet;

/// Sessions at once.
const AT_ONCE: u64 = 1_000;
/// Of so many one is hostile.
const ONE_HOSTILE_IN: u64 = 10;
/// Far more than any of it takes; a session that hangs is found out.
const PATIENCE: Duration = Duration::from_mins(2);
/// After that the whole test is given up: many times what a hundred thousand sessions take.
const WATCHED_FOR: Duration = Duration::from_mins(15);
/// Memory that a session may take beyond its message, in bytes.
const MOST_OF_A_SESSION: u64 = 16 * 1024;
/// What the server may have grown by from the second fifth of all sessions to the last, in bytes: of a hundred
/// thousand sessions not even 70 bytes each may be left.
const MOST_GROWTH: u64 = 4 << 20;
/// The log keeps its newest records; once it is full it grows no more. That many sessions fill it.
const SESSIONS_FILL_THE_LOG: u64 = 4_000;

/// A failure in words.
type Trouble = String;

fn in_all() -> u64 {
    env::var("ECHOGRAPH_SOAK_SESSIONS").map_or(5_000, |text| {
        text.parse().expect("ECHOGRAPH_SOAK_SESSIONS is a number")
    })
}

#[test]
fn many_sessions_at_once_are_served_exactly_and_leave_nothing_behind() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let ended = tokio::time::timeout(WATCHED_FOR, soak()).await;
        ended.unwrap_or_else(|_| panic!("not done after {} s", WATCHED_FOR.as_secs()));
    });
}

async fn soak() {
    let files = serving::raise_limit();
    assert!(
        files > 2 * AT_ONCE,
        "this system allows only {files} open files"
    );
    let serving = Serving::start();
    let files_before = serving.files();

    for index in 0..SESSIONS_FILL_THE_LOG {
        let session = honest::session(serving.address, index, 100, 3);
        session.await.unwrap_or_else(|trouble| panic!("{trouble}"));
    }
    memory_of_a_session(&serving).await;
    let fifths = all_sessions(&serving, in_all()).await;
    // The first fifth may have been too short to come to all there is at a time.
    let (early, last) = (fifths[1], fifths[fifths.len() - 1]);
    assert!(
        last <= early + MOST_GROWTH,
        "it grows: {fifths:?} bytes after each fifth"
    );

    let began = Instant::now();
    while serving.files() > files_before {
        let files = serving.files();
        assert!(
            began.elapsed() < PATIENCE,
            "{files} files are open, {files_before} were"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "files open: {files_before} before, {} after; memory then: {} bytes",
        serving.files(),
        serving.memory()
    );
    let clean = honest::session(serving.address, 1, 1000, 10).await;
    clean.unwrap_or_else(|trouble| panic!("afterwards: {trouble}"));
    serving.ends_well();
}

/// What a thousand sessions between two probes cost, each beyond its message.
async fn memory_of_a_session(serving: &Serving) {
    let before = serving.memory();
    let mut open = Vec::new();
    for index in 0..AT_ONCE {
        let begun = honest::Begun::new(serving.address, index, 100, 50).await;
        let mut begun = begun.unwrap_or_else(|trouble| panic!("{trouble}"));
        begun
            .probes(3)
            .await
            .unwrap_or_else(|trouble| panic!("{trouble}"));
        open.push(begun);
    }
    let during = serving.memory();
    let each = during.saturating_sub(before) / AT_ONCE;
    println!("memory: {before} bytes before, {during} with {AT_ONCE} sessions, {each} for each");
    assert!(each <= MOST_OF_A_SESSION, "a session takes {each} bytes");
    for begun in open {
        begun
            .rest()
            .await
            .unwrap_or_else(|trouble| panic!("{trouble}"));
    }
}

/// All sessions, so many at once; the server's memory after each fifth of them.
async fn all_sessions(serving: &Serving, in_all: u64) -> Vec<u64> {
    let address = serving.address;
    let began = Instant::now();
    let probes = std::sync::Arc::new(AtomicU64::new(0));
    let mut running = JoinSet::new();
    let (mut fifths, mut honest) = (Vec::new(), 0);
    for index in 0..in_all {
        while running.len() as u64 >= AT_ONCE {
            ended(running.join_next().await);
        }
        if index % ONE_HOSTILE_IN == 0 {
            running.spawn(async move {
                // What becomes of it is its own affair.
                let _ = tokio::time::timeout(PATIENCE, hostile::session(address, index)).await;
                Ok(())
            });
        } else {
            honest += 1;
            let probes = std::sync::Arc::clone(&probes);
            running.spawn(async move {
                let mut random = Random(index);
                let size = match random.next() % 100 {
                    0 => 1 + random.next() % MAX_SIZE,
                    1..=9 => 1 + random.next() % 20_000,
                    _ => 1 + random.next() % 1_000,
                };
                let count = u32::try_from(1 + random.next() % 8).unwrap_or(1);
                probes.fetch_add(count.into(), Ordering::Relaxed);
                let session = honest::session(address, index, size, count);
                let ended = tokio::time::timeout(PATIENCE, session).await;
                ended.unwrap_or_else(|_| Err(format!("session {index} hangs")))
            });
        }
        if (index + 1) % in_all.div_ceil(5) == 0 || index + 1 == in_all {
            fifths.push(serving.memory());
        }
    }
    while let Some(one) = running.join_next().await {
        ended(Some(one));
    }
    let seconds = began.elapsed().as_secs_f64();
    let probes = probes.load(Ordering::Relaxed);
    println!(
        "{in_all} sessions, {AT_ONCE} at once, in {seconds:.1} s: {honest} honest ones with {probes} exact echoes"
    );
    println!("memory after each fifth: {fifths:?} bytes");
    fifths
}

fn ended(one: Option<Result<Result<(), Trouble>, tokio::task::JoinError>>) {
    match one {
        Some(Ok(Ok(()))) | None => {}
        Some(Ok(Err(trouble))) => panic!("{trouble}"),
        Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
    }
}
