//! Disks that take no more, and directories that another process has.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rewinddb::store::{Options, RealDisk, Store, SyncPolicy};
use rstest::rstest;

use crate::program::stored::{Scratch, Stream, answers, refusal};
use crate::{rewind, text};

/// What was answered, line by line.
fn told(output: &Output) -> Vec<String> {
    let text = text(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("an answer is a string")).collect()
}

/// Runs a script with the program as `$0`, the store as `$1` and queries as its input, of which a few come at a time.
fn shell(script: &str, scratch: &Scratch, queries: &[String], options: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_rewind"), &scratch.name()]).args(options);
    let piped = || Stdio::piped();
    let mut child = shell.stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("there is a shell");
    let (mut stdin, queries) = (child.stdin.take().expect("it is piped"), queries.to_vec());
    let writer = std::thread::spawn(move || {
        for few in queries.chunks(8) {
            if stdin.write_all(few.concat().as_bytes()).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output
}

/// Where no file may become larger, a write fails; the signal that would come with it is ignored here.
#[cfg(unix)]
#[rstest]
#[case(&["--sync", "always"], 20)]
#[case(&["--sync", "never"], 20)]
#[case(&["--sync", "20", "--encoding", "json"], 20)]
#[case(&["--segment-max", "4KiB", "--compact-after", "6KiB", "--sync", "never"], 7)]
#[case(&["--segment-max", "4KiB", "--inline-max", "10", "--compact-after", "1KiB"], 7)]
fn where_a_file_cannot_grow_what_was_answered_is_kept(#[case] options: &[&str], #[case] blocks: u32) {
    // A program that is slow to start finds all queries at once, and fails before it has answered any.
    let mut attempts = (0..20).map(|_| fail_to_grow(options, blocks));
    let (scratch, mut stream, told) =
        attempts.find(|(.., told)| !told.is_empty()).expect("now and then it is quick enough");
    stream.follow(&scratch.store(), &told, 3000);
    // With room again it goes on.
    let output = scratch.run(options, &stream.lines(50).concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    stream.follow(&scratch.store(), &self::told(&output), 50);
    answers(&scratch.log("verify", &[]));
}

/// A store that has failed to grow, and what was answered before.
#[cfg(unix)]
fn fail_to_grow(options: &[&str], blocks: u32) -> (Scratch, Stream, Vec<String>) {
    let (scratch, stream) = (Scratch::new(), Stream::new());
    assert_eq!(answers(&scratch.run(&[], "[]")), "[]\n");
    // A shell counts in blocks of 512 bytes or in KiB, as it likes.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run - --store \"$@\"");
    let output = shell(&script, &scratch, &stream.lines(3000), options);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(74), "{message}");
    assert!(
        message.starts_with(&format!("error: {}: cannot write ", scratch.name()))
            && message.contains("File too large"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
    let told = told(&output);
    (scratch, stream, told)
}

#[cfg(unix)]
#[test]
fn a_list_that_finds_no_room_leaves_nothing() {
    let (scratch, mut stream) = (Scratch::new(), Stream::new());
    let first = scratch.run(&[], &stream.lines(20).concat());
    stream.follow(&scratch.store(), &told(&first), 20);
    let script = "trap '' XFSZ; ulimit -f 20; exec \"$0\" run - --store \"$1\"";
    let output = shell(script, &scratch, &[stream.list(2000)], &[]);
    let (status, message) = refusal(&output);
    assert_eq!(status, Some(74), "{message}");
    assert!(!stream.follow_list(&scratch.store(), 2000, false));
    answers(&scratch.run(&[], &stream.list(2000)));
    assert!(stream.follow_list(&scratch.store(), 2000, true));
}

#[cfg(unix)]
#[test]
fn a_store_that_finds_no_room_when_it_is_made_is_made_later() {
    let scratch = Scratch::new();
    let output = shell(
        "trap '' XFSZ; ulimit -f 0; exec \"$0\" run - --store \"$1\"",
        &scratch,
        &["[]".to_owned()],
        &[],
    );
    let (status, message) = refusal(&output);
    assert_eq!((status, message.lines().count()), (Some(74), 1), "{message}");
    assert_eq!(answers(&scratch.run(&[], "[]")), "[]\n");
}

/// On a file system of 64 KiB, in a name space of its own, which takes the file system with it when it ends.
#[cfg(target_os = "linux")]
#[rstest]
#[case(&["--sync", "always"])]
#[case(&["--sync", "never", "--segment-max", "4KiB", "--compact-after", "6KiB"])]
fn a_full_disk_keeps_what_was_answered(#[case] options: &[&str]) {
    let (scratch, stream) = (Scratch::new(), Stream::new());
    std::fs::create_dir(scratch.store()).expect("there is room");
    let kept = scratch.store().with_extension("kept");
    let script = "store=$1; mount -t tmpfs -o size=64k none \"$store\" || exit 99; \"$0\" run - --store \"$@\"; \
        status=$?; mkdir \"${store%store}store.kept\"; cp \"$store\"/* \"${store%store}store.kept\"; exit $status";
    let script = format!(
        "exec unshare --mount --map-root-user sh -c '{}' \"$0\" \"$@\"",
        script.replace('\'', "'\\''")
    );
    let output = shell(&script, &scratch, &stream.lines(9000), options);
    let message = text(&output.stderr);
    if ![Some(74), Some(0)].contains(&output.status.code()) {
        eprintln!("left out, as nothing can be mounted here: {message}");
        return;
    }
    assert_eq!(output.status.code(), Some(74), "{message}");
    assert!(message.contains("No space left on device") && message.lines().count() == 1, "{message}");
    std::fs::remove_dir(scratch.store()).expect("it is empty");
    std::fs::rename(kept, scratch.store()).expect("it was copied");
    let (mut stream, told) = (stream, told(&output));
    assert!(told.len() > 100, "{} answers", told.len());
    stream.follow(&scratch.store(), &told, 9000);
    answers(&scratch.run(&[], "[]"));
}

/// A process that has the store open until it is told to end.
fn hold(scratch: &Scratch) -> Child {
    let mut child = rewind(&["run", "-", "--store", &scratch.name()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut answer = String::new();
    writeln!(child.stdin.as_mut().expect("it is piped"), "[\"SET\",\"A\",\"B\",\"C\"]").expect("it listens");
    BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut answer).expect("it answers");
    assert_eq!(answer, "\"\"\n");
    child
}

#[test]
fn a_store_that_is_open_elsewhere_is_refused_at_once() {
    let scratch = Scratch::new();
    let mut holder = hold(&scratch);
    let is_refused = |output: Output| {
        let wanted =
            format!("error: {}: this store is open already, in this process or another\n", scratch.name());
        assert_eq!(refusal(&output), (Some(75), wanted));
    };
    let before = scratch.files();
    for command in ["stats", "cat", "verify", "compact", "repair", "export", "replay"] {
        is_refused(scratch.log(command, &[]));
    }
    is_refused(scratch.log("cat", &["log-00000000000000000001.bin"]));
    is_refused(scratch.run(&[], r#"[["GET", "A", "B"]]"#));
    is_refused(scratch.run(&["--encoding", "json"], "[\"GET\", \"A\", \"B\"]"));
    assert_eq!(scratch.files(), before);

    holder.kill().expect("it runs");
    holder.wait().expect("it ends");
    assert_eq!(answers(&scratch.run(&[], r#"[["GET", "A", "B"]]"#)), "[\"C\"]\n");
}

/// A process that is being started has the files of its parent for a moment, and a lock with them.
#[cfg(unix)]
#[test]
fn a_store_that_was_closed_is_free_though_processes_are_being_started() {
    let scratch = Scratch::new();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    rewind(&["--version"]).output().expect("it runs");
                }
            });
        }
        let refused = (0..500).find_map(|_| {
            let disk = RealDisk::create(scratch.store()).expect("there is room");
            let store =
                Store::open(Arc::new(disk), Options { sync: SyncPolicy::Never, ..Options::default() });
            store.and_then(Store::close).err()
        });
        is_done.store(true, Ordering::Relaxed);
        assert!(refused.is_none(), "{refused:?}");
    });
}

#[test]
fn a_directory_may_be_taken_again_after_its_lock_was_let_go() {
    let scratch = Scratch::new();
    let mut holder = hold(&scratch);
    drop(holder.stdin.take());
    assert_eq!(holder.wait().expect("it ends").code(), Some(0));
    assert!(
        scratch.store().join("lock").exists(),
        "between a removal and a creation two could hold one each"
    );
    for _ in 0..3 {
        assert_eq!(answers(&scratch.run(&[], r#"[["GET", "A", "B"]]"#)), "[\"C\"]\n");
    }
}
