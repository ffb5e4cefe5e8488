//! What becomes of a store whose files are changed beneath it, that may only be read, or that another writes beside.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rstest::rstest;

use crate::program::stored::{Scratch, answers, refusal};
use crate::{feed_to, rewind, text};

/// A process that has the store open, and its answers.
struct Holder {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Holder {
    /// Begins with a value of three letters.
    fn start(scratch: &Scratch, options: &[&str]) -> Self {
        let mut command = rewind(&[&["run", "-", "--store", &scratch.name()], options].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut holder = Self { child, answers };
        assert_eq!(holder.ask("[\"SET\",\"A\",\"B\",\"one\"]"), "\"\"\n");
        holder
    }

    fn ask(&mut self, line: &str) -> String {
        let mut answer = String::new();
        writeln!(self.child.stdin.as_mut().expect("it is piped"), "{line}").expect("it listens");
        self.answers.read_line(&mut answer).expect("it answers, or ends");
        answer
    }

    /// Ends its input. How it ends.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let output = self.child.wait_with_output().expect("it ends");
        (output.status.code(), text(&output.stderr))
    }
}

const SET: &str = "[\"SET\",\"A\",\"B\",\"two\"]";

#[test]
fn a_lock_file_that_is_removed_lets_nobody_in() {
    let scratch = Scratch::new();
    let mut holder = Holder::start(&scratch, &[]);
    let lock = scratch.store().join("lock");
    fs::remove_file(&lock).expect("it is there");
    let is_refused = |output: &Output| {
        let wanted =
            format!("error: {}: this store is open already, in this process or another\n", scratch.name());
        assert_eq!(refusal(output), (Some(75), wanted));
        assert!(!lock.exists());
    };
    for command in ["stats", "cat", "verify", "compact", "repair", "export", "replay"] {
        is_refused(&scratch.log(command, &[]));
    }
    is_refused(&scratch.run(&[], "[[\"SET\", \"A\", \"B\", \"mine\"]]"));
    assert_eq!(holder.ask(SET), "\"\"\n");
    assert_eq!(holder.end(), (Some(0), String::new()));
    assert_eq!(answers(&scratch.run(&[], "[[\"GET\", \"A\", \"B\"]]")), "[\"two\"]\n");
    assert!(lock.exists(), "who writes makes it again");
}

/// What somebody does to the segment.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Removed,
    Replaced,
    Truncated,
    Emptied,
    Grown,
}

impl Harm {
    fn befall(self, segment: &Path) {
        match self {
            Self::Removed => fs::remove_file(segment),
            Self::Replaced => {
                let copy = segment.with_extension("copy");
                fs::copy(segment, &copy).and_then(|_| fs::rename(copy, segment))
            }
            Self::Truncated => {
                fs::File::options().write(true).open(segment).and_then(|file| file.set_len(600))
            }
            Self::Emptied => fs::write(segment, ""),
            Self::Grown => {
                fs::File::options().append(true).open(segment).and_then(|mut file| file.write_all(b"x"))
            }
        }
        .expect("it can be done");
    }

    fn told(self) -> &'static str {
        match self {
            Self::Removed => "it is gone",
            Self::Replaced => "another file has its name",
            Self::Truncated => "it has 600 bytes instead of ",
            Self::Emptied => "it has 0 bytes instead of ",
            Self::Grown => " bytes instead of ",
        }
    }
}

/// A process whose segment is harmed notices with its next write, stops with a message, and leaves what is there alone.
#[rstest]
fn a_segment_that_is_changed_beneath_a_process_stops_it(
    #[values(Harm::Removed, Harm::Replaced, Harm::Truncated, Harm::Emptied, Harm::Grown)] harm: Harm,
    #[values("always", "never", "60000")] sync: &str,
) {
    let scratch = Scratch::new();
    let mut holder = Holder::start(&scratch, &["--sync", sync]);
    if sync != "always" {
        // Where it is not synced it is looked at once a second.
        std::thread::sleep(Duration::from_millis(1001));
    }
    harm.befall(&scratch.file("log-"));
    let before = scratch.files();
    assert_eq!(holder.ask(SET), "");
    let (status, message) = holder.end();
    assert_eq!(status, Some(74), "{message}");
    let changed = "log-00000000000000000001.bin was changed by something else while the store was open: ";
    let wanted = format!("error: {}: {changed}", scratch.name());
    assert!(message.starts_with(&wanted) && message.contains(harm.told()), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert_eq!(scratch.files(), before, "nothing is written any more");
}

/// It also notices when it ends, though it has nothing more to write.
#[rstest]
fn a_segment_that_was_changed_is_noticed_at_the_end(
    #[values(Harm::Removed, Harm::Replaced, Harm::Emptied)] harm: Harm,
    #[values("always", "never", "60000")] sync: &str,
) {
    let scratch = Scratch::new();
    let holder = Holder::start(&scratch, &["--sync", sync]);
    harm.befall(&scratch.file("log-"));
    let before = scratch.files();
    let (status, message) = holder.end();
    assert!(status == Some(74) && message.contains(harm.told()), "{status:?}, {message}");
    assert_eq!(scratch.files(), before);
}

/// A store that is moved away is not written to under its old name, nor is one that is put in its place.
#[test]
fn a_directory_that_is_moved_stops_the_store() {
    let scratch = Scratch::new();
    let mut holder = Holder::start(&scratch, &[]);
    let away = scratch.store().with_extension("away");
    fs::rename(scratch.store(), &away).expect("it can be moved");
    answers(&scratch.run(&[], "[[\"SET\", \"A\", \"B\", \"mine\"]]"));
    assert_eq!(holder.ask(SET), "");
    let (status, message) = holder.end();
    assert!(status == Some(74) && message.contains("another file has its name"), "{message}");
    assert_eq!(answers(&scratch.run(&[], "[[\"GET\", \"A\", \"B\"]]")), "[\"mine\"]\n");
    let moved = rewind(&["log", "replay", away.to_str().expect("it has a plain name")]).output();
    assert!(answers(&moved.expect("it runs")).contains("one"));
}

/// It cut a torn end off and did not say so.
#[test]
fn a_compaction_reports_what_it_cuts_off() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], SET));
    let log = scratch.file("log-");
    let mut bytes = fs::read(&log).expect("it is there");
    bytes.extend(b"garbage");
    fs::write(&log, bytes).expect("there is room");
    let output = scratch.log("compact", &[]);
    let told = text(&output.stderr);
    assert!(output.status.success() && told.starts_with("note: 7 bytes of log-"), "{told}");
    assert!(told.contains(" were cut off: group 2 was being written"), "{told}");
}

/// A filled store that may only be read, and the program as somebody who may not write there.
struct ReadOnly {
    scratch: Scratch,
    program: PathBuf,
}

impl ReadOnly {
    fn new(options: &[&str]) -> Self {
        let scratch = Scratch::new();
        let long = "long".repeat(50);
        let list = format!("[[\"SET\", \"A\", \"B\", \"one\"], [\"SET\", \"A\", \"C\", \"{long}\"]]");
        answers(&scratch.run(options, &list));
        answers(&scratch.log("compact", &[]));
        answers(&scratch.run(options, "[[\"SET\", \"A\", \"D\", \"two\"], [\"BACKUP\", 5]]"));
        // Whoever it is can come to the program and to the store.
        let top = scratch.store().parent().expect("it is in a directory").to_owned();
        let program = top.join("rewind");
        fs::copy(env!("CARGO_BIN_EXE_rewind"), &program).expect("there is room");
        fs::set_permissions(&top, fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self { scratch, program }
    }

    /// Lets nobody write to the directory and its files.
    fn close(&self) {
        let store = self.scratch.store();
        for name in self.scratch.files().keys().map(String::as_str).chain(["lock"]) {
            let file = store.join(name);
            if file.exists() {
                fs::set_permissions(file, fs::Permissions::from_mode(0o444)).expect("it is ours");
            }
        }
        fs::set_permissions(&store, fs::Permissions::from_mode(0o555)).expect("it is ours");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        // Root may write everywhere.
        if fs::metadata(&self.program).expect("it is there").uid() == 0 {
            command.uid(65_534).gid(65_534);
        }
        command
    }

    fn log(&self, command: &str, options: &[&str]) -> Output {
        let name = self.scratch.name();
        self.command(&[&["log", command, &name], options].concat()).output().expect("it runs")
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        // So that it can be removed.
        let _ = fs::set_permissions(self.scratch.store(), fs::Permissions::from_mode(0o755));
    }
}

#[rstest]
#[case(&[], true)]
#[case(&["--encoding", "json", "--inline-max", "10"], true)]
#[case(&["--inline-max", "10", "--segment-max", "1"], false)]
fn a_directory_that_may_only_be_read_can_be_read(#[case] options: &[&str], #[case] has_lock: bool) {
    let store = ReadOnly::new(options);
    let wanted: Vec<_> = ["stats", "cat", "verify", "export", "replay"]
        .map(|command| (command, answers(&store.scratch.log(command, &[]))))
        .into();
    if !has_lock {
        fs::remove_file(store.scratch.store().join("lock")).expect("it is there");
    }
    store.close();
    let before = store.scratch.files();
    for (command, wanted) in wanted {
        assert_eq!(answers(&store.log(command, &[])), wanted, "{command}");
    }
    for refused in [store.log("compact", &[]), store.log("repair", &[])] {
        let (status, message) = refusal(&refused);
        assert!(status == Some(74) && message.contains("Permission denied"), "{message}");
    }
    let mut run = store.command(&["run", "-", "--store", &store.scratch.name()]);
    let (status, message) = refusal(&run.stdin(Stdio::null()).output().expect("it runs"));
    assert!(status == Some(74) && message.contains("Permission denied"), "{message}");
    assert_eq!(store.scratch.files(), before);
    assert_eq!(store.scratch.store().join("lock").exists(), has_lock);
}

/// Where a compaction finds no room, a list that needs none ends well, and the failure is noted. On a file system of
/// 256 KiB, in a name space of its own.
#[cfg(target_os = "linux")]
#[rstest]
#[case("[]", "[]\n")]
#[case("[[\"GET\", \"A\", \"B\"]]", "[\"two\"]\n")]
fn a_list_that_needs_nothing_ends_well_on_a_full_disk(#[case] list: &str, #[case] answer: &str) {
    let scratch = Scratch::new();
    fs::create_dir(scratch.store()).expect("there is room");
    let script = "mount -t tmpfs -o size=256k none \"$1\" || exit 99; \
        \"$0\" run - --store \"$1/db\" --compact-after 1GiB >\"$1/answers\" || exit 98; rm \"$1/answers\"; \
        head -c 1000000 /dev/zero >\"$1/fill\" 2>&1; \
        echo \"$2\" | \"$0\" run - --store \"$1/db\" --compact-after 1KiB --stats";
    let mut command = Command::new("unshare");
    let program = env!("CARGO_BIN_EXE_rewind");
    command.args(["--mount", "--map-root-user", "sh", "-c", script, program, &scratch.name(), list]);
    let output = feed_to(command, format!("{SET}\n").repeat(300).as_bytes());
    let message = text(&output.stderr);
    if output.status.code() == Some(99) || message.starts_with("unshare") {
        eprintln!("left out, as nothing can be mounted here: {message}");
        return;
    }
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), answer.to_owned()), "{message}");
    for told in ["\nlast compaction failed  ", "note: a compaction in the background has failed: cannot "] {
        assert!(message.contains(told) && message.contains("No space left on device"), "{message}");
    }
}

/// A header of version 0 is none that a newer program wrote: it is damage.
#[test]
fn a_header_of_version_0_is_damage() {
    let scratch = Scratch::new();
    answers(&scratch.run(&["--encoding", "json"], "[[\"SET\", \"A\", \"B\", \"one\"]]"));
    let file = scratch.file("log-");
    let log = fs::read_to_string(&file).expect("it can be read");
    let (header, rest) = log.split_once('\n').expect("it has lines");
    let header = format!(
        "{}\n",
        header.replace("\"version\":1,", "\"version\":0,").replace("\"version\":2,", "\"version\":0,")
    );
    let summed = crate::store::format::second_reader::crc32(0, &header.as_bytes()[22..]);
    fs::write(&file, format!("{{\"checksum\":\"{summed:08x}\"{}{rest}", &header[22..])).expect("it is ours");
    let (status, message) = refusal(&scratch.run(&[], "[]"));
    assert_eq!(status, Some(74), "{message}");
    let told = "is damaged at byte 0: its header has version 0 of the format, which no program wrote";
    assert!(message.contains(told) && !message.contains("newer"), "{message}");
    let verified = scratch.log("verify", &[]);
    assert!(verified.status.code() == Some(1) && text(&verified.stdout).contains(told));
}

#[test]
fn an_export_is_written_whole_and_replaces_nothing_unasked() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], "[[\"SET\", \"A\", \"B\", \"one\"]]"));
    let list = answers(&scratch.log("export", &[]));
    let folder = scratch.store().parent().expect("it is in a directory").to_owned();
    let (file, link) = (folder.join("list.json"), folder.join("link.json"));
    let export = |to: &Path, options: &[&str]| {
        let to = to.to_str().expect("it has a plain name");
        scratch.log("export", &[&["--out", to], options].concat())
    };
    assert_eq!(answers(&export(&file, &[])), "");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), list);
    fs::write(&file, "mine").expect("it is ours");
    let (status, message) = refusal(&export(&file, &[]));
    assert_eq!(status, Some(2));
    assert!(message.ends_with("list.json: it is there already; --force replaces it\n"), "{message}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "mine");
    assert_eq!(answers(&export(&file, &["--force"])), "");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), list);
    // A link goes on leading where it does.
    fs::write(&file, "mine").expect("it is ours");
    symlink(&file, &link).expect("it can be made");
    assert_eq!(refusal(&export(&link, &[])).0, Some(2));
    assert_eq!(answers(&export(&link, &["--force"])), "");
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&file).expect("it is there"), list);
    assert_eq!(refusal(&scratch.log("export", &["--force"])).0, Some(2), "without --out nothing is replaced");
    let (status, message) = refusal(&export(&folder.join("no/list.json"), &[]));
    assert!(!message.contains(".new"), "a name that nobody gave: {message}");
    assert!(status == Some(74) && message.contains("No such file"), "{message}");
    assert_eq!(refusal(&export(&folder, &["--force"])).0, Some(74));
    let mut names: Vec<_> = fs::read_dir(&folder)
        .expect("it is there")
        .map(|entry| entry.expect("it is there").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["link.json", "list.json", "store"], "nothing is left aside");
}

/// Neither by its name nor through a link is a file written where a store is, though it be asked for.
#[rstest]
#[case::the_log("store/log-00000000000000000001.bin")]
#[case::the_watermark("store/watermark")]
#[case::a_link_to_the_log("to_log")]
#[case::a_link_to_the_directory("to_store/watermark")]
#[case::another_name("store/list.json")]
fn nothing_is_saved_or_exported_into_a_store(#[case] place: &str, #[values(true, false)] is_forced: bool) {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], "[[\"SET\", \"A\", \"B\", \"one\"]]"));
    let folder = scratch.store().parent().expect("it is in a directory").to_owned();
    symlink(scratch.file("log-"), folder.join("to_log")).expect("it can be made");
    symlink(scratch.store(), folder.join("to_store")).expect("it can be made");
    let before = scratch.files();
    let force = if is_forced { &["--force"][..] } else { &[] };
    let mut export = rewind(&[&["log", "export", "store", "--out", place], force].concat());
    let output = export.current_dir(&folder).output().expect("it runs");
    let (status, message) = refusal(&output);
    assert!(status == Some(2) && message.contains("in the directory of a store"), "{message}");
    assert_eq!(scratch.files(), before);

    // Also of a store that is open, which is not its own affair alone.
    let lines = format!("SET A B two\n.save {place} {}\n", force.concat());
    let mut shell = rewind(&["repl", "--store", "store"]);
    shell.current_dir(&folder);
    let output = feed_to(shell, lines.as_bytes());
    let message = text(&output.stderr);
    assert!(output.status.code() == Some(2) && message.contains("in the directory of a store"), "{message}");
    assert_eq!(answers(&scratch.run(&[], "[[\"GET\", \"A\", \"B\"]]")), "[\"two\"]\n");
    assert_eq!(scratch.files().into_keys().collect::<Vec<_>>(), before.into_keys().collect::<Vec<_>>());
}

/// A link into a store that leads to nothing there is no way in either: the link itself is replaced.
#[test]
fn a_link_to_nothing_in_a_store_is_not_followed() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], "[[\"SET\", \"A\", \"B\", \"one\"]]"));
    let link = scratch.store().with_file_name("link.json");
    symlink(scratch.store().join("log-00000000000000000009.bin"), &link).expect("it can be made");
    let before = scratch.files();
    let to = link.to_str().expect("it has a plain name");
    assert_eq!(refusal(&scratch.log("export", &["--out", to])).0, Some(2));
    assert_eq!(answers(&scratch.log("export", &["--out", to, "--force"])), "");
    assert!(!link.is_symlink());
    assert_eq!(scratch.files(), before);
}
