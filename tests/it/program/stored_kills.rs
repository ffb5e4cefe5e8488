//! The program, killed in the midst of its work: what it has told is in the store.
//!
//! `REWIND_TESTS=long cargo test kill` kills more often, `REWIND_SEED=7` elsewhere.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::amounts::{KILLS, first_seed};
use crate::program::stored::{Scratch, Stream, answers, mixed};
use crate::{rewind, text};

/// Small bounds, so that the log goes on in new files and is compacted all the while.
const SMALL: [&str; 6] = ["--segment-max", "4KiB", "--compact-after", "8KiB", "--inline-max", "100"];

/// More queries than are answered until a kill.
const SENT: u64 = 1500;

fn seed() -> u64 {
    let seed = first_seed();
    println!("seed {seed}");
    seed
}

fn start(scratch: &Scratch, file: &str, options: &[&str]) -> Child {
    let name = scratch.name();
    let arguments = [&["run", file, "--store", &name], &SMALL[..], options].concat();
    let piped = || Stdio::piped();
    rewind(&arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("it starts")
}

/// Ends a process as a crash would, or as a person does.
fn kill(child: &mut Child, interrupted: bool) {
    if interrupted {
        let kill =
            std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
        assert!(kill.expect("there is a shell").success());
    } else {
        child.kill().expect("it runs");
    }
}

/// Feeds lines to the program and kills it at a random place; the answers that it gave, and how many lines
/// it may have read.
fn run_until_killed(mut child: Child, lines: Vec<String>, random: u64) -> (Vec<String>, u64) {
    let sent = Arc::new(AtomicU64::new(0));
    let (mut stdin, counted) = (child.stdin.take().expect("it is piped"), Arc::clone(&sent));
    // Now a line at a time, now many that are committed together.
    let together = 1 + usize::try_from(random % 3 * (random / 3 % 60)).expect("it is small");
    let writer = std::thread::spawn(move || {
        for lines in lines.chunks(together) {
            counted.fetch_add(lines.len() as u64, Ordering::SeqCst);
            // Nobody listens any more after the kill.
            if stdin.write_all(lines.concat().as_bytes()).is_err() {
                break;
            }
        }
        // Until then it waits for more.
        stdin
    });
    let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
    let (mut told, wanted) = (Vec::new(), random / 1000 % 8 * (random / 8000 % 150));
    for _ in 0..wanted {
        assert_ne!(answers.read_until(b'\n', &mut told).expect("it answers"), 0, "it ended before the kill");
    }
    std::thread::sleep(Duration::from_micros(if wanted == 0 { random % 12_000 } else { random % 300 }));
    kill(&mut child, random.is_multiple_of(5));
    std::io::Read::read_to_end(&mut answers, &mut told).expect("what was told can be read");
    let output = child.wait_with_output().expect("it ends");
    drop(writer.join().expect("the writer ends"));
    // A kill may come between two pages of a write: the run after it tells what it has cut off.
    let message = text(&output.stderr);
    assert!(message.is_empty() || message.starts_with("note: ") && message.lines().count() == 1, "{message}");
    // An answer that has no end was not told.
    let whole = told.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let read = |line: &[u8]| serde_json::from_slice(line).expect("an answer is a string");
    (whole.map(read).collect(), sent.load(Ordering::SeqCst))
}

#[rstest]
#[case(&["--sync", "always"])]
#[case(&["--sync", "never"])]
#[case(&["--sync", "never", "--encoding", "json"])]
#[case(&["--sync", "1", "--lz4"])]
fn what_was_answered_before_a_kill_is_in_the_store(#[case] options: &[&str]) {
    let (scratch, mut stream, seed) = (Scratch::new(), Stream::new(), seed());
    assert_eq!(answers(&scratch.run(&[options, &SMALL[..]].concat(), "[]")), "[]\n");
    let (mut told, mut compacted) = (0, false);
    for number in 0..KILLS.get() {
        let child = start(&scratch, "-", options);
        let (answers, sent) = run_until_killed(child, stream.lines(SENT), mixed(seed * 1_000_000 + number));
        stream.follow(&scratch.store(), &answers, sent);
        told += answers.len();
        compacted |= scratch.files().keys().any(|name| name.starts_with("snapshot"));
    }
    // It was not killed before it had done anything.
    assert!(told > 100, "{told} answers");
    let output = scratch.run(&[options, &SMALL[..]].concat(), &stream.lines(10).concat());
    let rest: Vec<String> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((output.status.code(), rest.len()), (Some(0), 10));
    compacted |= scratch.files().keys().any(|name| name.starts_with("snapshot"));
    assert!(compacted, "there was something to compact");
    stream.follow(&scratch.store(), &rest, 10);
    answers(&scratch.log("verify", &[]));
}

#[rstest]
#[case("always")]
#[case("never")]
fn a_list_is_in_the_store_whole_or_not_at_all_after_a_kill(#[case] sync: &str) {
    let (scratch, mut stream, seed) = (Scratch::new(), Stream::new(), seed());
    assert_eq!(answers(&scratch.run(&[], "[]")), "[]\n");
    let file = scratch.store().with_extension("json");
    let (mut longest, mut whole) = (Duration::ZERO, 0);
    for number in 0..=KILLS.get() {
        let list = stream.list(1000);
        std::fs::write(&file, &list).expect("there is room");
        let mut child = start(&scratch, file.to_str().expect("it has a plain name"), &["--sync", sync]);
        let begun = Instant::now();
        // The first is let run, to see how long it takes.
        if number > 0 {
            let share = u32::try_from(mixed(seed * 1_000_000 + number) % 1000).expect("it is small");
            std::thread::sleep(longest * share / 1000);
            kill(&mut child, false);
        }
        let output = child.wait_with_output().expect("it ends");
        longest = if number == 0 { begun.elapsed() } else { longest };
        assert!(number > 0 || output.status.success());
        let has_answered = !output.stdout.is_empty();
        whole += u64::from(stream.follow_list(&scratch.store(), 1000, has_answered));
    }
    println!("{whole} of {} lists took effect", KILLS.get());
    answers(&scratch.log("verify", &[]));
}

#[test]
fn a_store_that_was_being_made_at_a_kill_is_made_then() {
    let seed = seed();
    for number in 0..KILLS.get() {
        let scratch = Scratch::new();
        let mut child = start(&scratch, "-", &[]);
        std::thread::sleep(Duration::from_micros(mixed(seed * 1_000_000 + number) % 6000));
        kill(&mut child, false);
        child.wait().expect("it ends");
        let list = r#"[["SET", "A", "B", "C"]]"#;
        assert_eq!(answers(&scratch.run(&[], list)), "[\"\"]\n", "kill {number}");
    }
}

/// What others were told of the time was forgotten, and what had died lived again.
#[rstest]
#[case::tick(&[r#"["TICK",100]"#])]
#[case::read(&[r#"["GET_AT","k","f",100]"#])]
#[case::scan(&[r#"["SCAN_AT","k",100]"#])]
#[case::write_that_is_rolled_back(&[r#"["BEGIN"]"#, r#"["SET_AT","k","g","v",100]"#, r#"["ROLLBACK"]"#])]
#[case::write_that_is_open(&[r#"["BEGIN"]"#, r#"["SET_AT","k","g","v",100]"#])]
fn what_has_moved_the_clock_survives(
    #[case] moves: &[&str],
    #[values("KILL", "INT", "TERM", "HUP")] signal: &str,
) {
    let scratch = Scratch::new();
    let name = scratch.name();
    let mut child = rewind(&["run", "-", "--store", &name, "--sync", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut told = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    for line in [&[r#"["SET_AT_WITH_TTL","k","f","v",10,20]"#], moves].concat() {
        writeln!(stdin, "{line}").expect("it reads");
        told.next().expect("it answers").expect("a line");
    }
    let kill = format!("kill -{signal} {}", child.id());
    let killed = std::process::Command::new("sh").args(["-c", &kill]).status();
    assert!(killed.expect("there is a shell").success());
    child.wait().expect("it ends");
    assert_eq!(answers(&scratch.run(&[], r#"[["GET","k","f"]]"#)), "[\"\"]\n");
    let refused = scratch.run(&[], r#"[["SET_AT","x","y","z",15]]"#);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("15 after 100"), "{}", text(&refused.stderr));
}
