//! The program as a person or a pipe uses it.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use rstest::rstest;

use crate::{feed, rewind, text};

const LIST: &[u8] = br#"[["SET", "A", "B", "C"], ["GET", "A", "B"], ["SCAN", "A"], ["DELETE", "A", "x"]]"#;
const LINES: &[u8] = b"[\"SET\", \"A\", \"B\", \"C\"]\n\n[\"GET\", \"A\", \"B\"]\r\n[\"SCAN\", \"A\"]\n[\"DELETE\",\"A\",\"x\"]";
const SUITE: &[u8] = br#"{"name": "s", "cases": [
    {"name": "one", "why": "it shows", "queries": [["SET", "A", "B", "say \"hi\""], ["GET", "A", "B"]]},
    {"name": "none", "queries": []}]}"#;

#[rstest]
#[case(LIST, &[], "[\"\",\"C\",\"B(C)\",\"false\"]\n")]
#[case(LIST, &["--format", "jsonl"], "\"\"\n\"C\"\n\"B(C)\"\n\"false\"\n")]
#[case(LIST, &["--format", "text"], concat!(
    "    1  SET A B C  =>  \"\"\n",
    "    2  GET A B  =>  \"C\"\n",
    "    3  SCAN A  =>  \"B(C)\"\n",
    "    4  DELETE A x  =>  \"false\"\n",
))]
#[case(LINES, &[], "\"\"\n\"C\"\n\"B(C)\"\n\"false\"\n")]
#[case(LINES, &["--format", "json"], "[\"\",\"C\",\"B(C)\",\"false\"]\n")]
#[case(SUITE, &[], "[{\"name\":\"one\",\"answers\":[\"\",\"say \\\"hi\\\"\"]},\n {\"name\":\"none\",\"answers\":[]}]\n")]
#[case(SUITE, &["--format", "jsonl"], "{\"name\":\"one\",\"answers\":[\"\",\"say \\\"hi\\\"\"]}\n{\"name\":\"none\",\"answers\":[]}\n")]
#[case(SUITE, &["--format", "text"], concat!(
    "# one\n# it shows\n",
    "    1  SET A B \"say \\\"hi\\\"\"  =>  \"\"\n",
    "    2  GET A B  =>  \"say \\\"hi\\\"\"\n",
    "\n# none\n",
))]
#[case(b"[]", &[], "[]\n")]
#[case(b" [ ] ", &["--format", "jsonl"], "")]
#[case(br#"[["SET", 1, 2, 18446744073709551616], ["GET", "1", "2"]]"#, &[], "[\"\",\"18446744073709551616\"]\n")]
#[case(br#"[["SET_AT", "a", "b", "c", 5], ["GET_AT", "a", "b", 4]]"#, &["--clock", "free"], "[\"\",\"c\"]\n")]
fn answers_come_in_every_format(#[case] input: &[u8], #[case] arguments: &[&str], #[case] wanted: &str) {
    let output = feed(&[&["run", "-"], arguments].concat(), input);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), wanted);
    assert_eq!(output.status.code(), Some(0));
}

/// A folder with these files.
fn files(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("there is room");
    }
    folder
}

#[rstest]
#[case(&["a.json", "b.json"], "[\"\",\"1\"]\n[\"\"]\n")]
#[case(&["a.json", "b.jsonl", "a.json"], "[\"\",\"1\"]\n[\"\"]\n[\"\",\"1\"]\n")]
#[case(&["a.json", "b.json", "--format", "jsonl"], "[\"\",\"1\"]\n[\"\"]\n")]
#[case(&["a.json", "s.json"], "[\"\",\"1\"]\n[{\"name\":\"c\",\"answers\":[\"\"]}]\n")]
#[case(&["a.json", "b.json", "--store", "db"], "[\"\",\"1\"]\n[\"1\"]\n")]
#[case(&["a.json", "b.jsonl", "--store", "db"], "[\"\",\"1\"]\n[\"1\"]\n")]
#[case(&["a.json", "b.json", "--format", "text"], concat!(
    "a.json\n    1  SET k f 1  =>  \"\"\n    2  GET k f  =>  \"1\"\n",
    "b.json\n    1  GET k f  =>  \"\"\n",
))]
#[case(&["a.json"], "[\"\",\"1\"]\n")]
#[case(&["b.jsonl"], "\"\"\n")]
fn several_files_have_an_array_each(#[case] arguments: &[&str], #[case] wanted: &str) {
    let folder = files(&[
        ("a.json", br#"[["SET","k","f","1"],["GET","k","f"]]"#),
        ("b.json", br#"[["GET","k","f"]]"#),
        ("b.jsonl", b"[\"GET\",\"k\",\"f\"]\n"),
        ("s.json", br#"{"cases":[{"name":"c","queries":[["GET","k","f"]]}]}"#),
    ]);
    let output =
        rewind(&[&["run"], arguments].concat()).current_dir(folder.path()).output().expect("it runs");
    assert_eq!((text(&output.stdout), text(&output.stderr)), (wanted.to_owned(), String::new()));
    assert_eq!(output.status.code(), Some(0));
}

#[rstest]
#[case(&["a.json", "no.json"], "cannot open no.json", "")]
#[case(&["-", "a.json", "-"], "standard input can be read once", "")]
#[case(&["a.json", "s.json", "--store", "db"], "each case of a suite is answered on a fresh database", "")]
// What came before a list that is refused stands.
#[case(&["a.json", "bad.json", "a.json"], "bad.json:1:3", "[\"\"]\n")]
#[case(&["a.json", "bad.json", "--store", "db"], "bad.json:1:3", "[\"\"]\n")]
fn what_is_wrong_with_one_of_several_files_is_told(
    #[case] arguments: &[&str],
    #[case] message: &str,
    #[case] answers: &str,
) {
    let folder = files(&[
        ("a.json", br#"[["SET","k","f","1"]]"#),
        ("bad.json", br#"[["GTE","k","f"]]"#),
        ("s.json", br#"{"cases":[]}"#),
    ]);
    let output =
        rewind(&[&["run"], arguments].concat()).current_dir(folder.path()).output().expect("it runs");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), answers));
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    if arguments.contains(&"bad.json") && arguments.contains(&"db") {
        let kept = rewind(&["log", "export", "db"]).current_dir(folder.path()).output().expect("it runs");
        assert!(text(&kept.stdout).contains(r#""k","f","1""#), "{}", text(&kept.stdout));
    }
}

#[test]
fn a_table_shows_numbers_queries_and_answers() {
    let output = feed(&["run", "-", "--format", "table"], LIST);
    let table = text(&output.stdout);
    for part in ["#", "query", "answer", "SET A B C", "\"B(C)\"", "\"\""] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
}

#[test]
fn what_a_person_reads_has_its_control_characters_escaped() {
    let list = br#"[["SET", "a\u001b[2J", "b\tc", "\u0007\u202e"], ["GET", "a\u001b[2J", "b\tc"]]"#;
    for format in ["text", "table"] {
        let shown = text(&feed(&["run", "-", "--format", format], list).stdout);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\t', '\u{202e}']), "{shown:?}");
        assert!(shown.contains("\\u{7}\\u{202e}"), "{shown}");
    }
}

#[rstest]
#[case(&["--color", "always"], None, true)]
#[case(&["--color", "never"], Some(("CLICOLOR_FORCE", "1")), false)]
#[case(&[], Some(("CLICOLOR_FORCE", "1")), true)]
#[case(&[], Some(("NO_COLOR", "1")), false)]
#[case(&[], None, false)]
fn colors_are_used_as_asked(
    #[case] arguments: &[&str],
    #[case] variable: Option<(&str, &str)>,
    #[case] colored: bool,
) {
    for (file, status) in [("fixtures/level1/records.json", 0), ("fixtures/bad/many-mistakes.json", 2)] {
        let mut command = rewind(&[&["run", file, "--format", "text"], arguments].concat());
        command.envs(variable);
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(status));
        let shown = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(shown.contains('\u{1b}'), colored, "{file} {arguments:?} {variable:?}");
    }
}

#[rstest]
#[case(&["run", "no/such/file.json"], "cannot open no/such/file.json")]
#[case(&["run", "src"], "cannot read src")]
#[case(&["run", "x.json", "--level", "9"], "levels go from 1 to 6")]
#[case(&["hunt", "mine.py", "--cases", "0"], "invalid value '0' for '--cases <N>'")]
#[case(&["run", "x.json", "--format", "yaml"], "the formats are json, jsonl, text and table")]
#[case(&["run", "x.json", "--clock", "wall"], "invalid value 'wall'")]
#[case(&["run"], "FILE|-")]
#[case(&["help", "FROBNICATE"], "no help on FROBNICATE; the operations are SET, GET")]
#[case(&["help", "SCNA"], "no help on SCNA; did you mean SCAN?")]
#[case(&["help", "jugde"], "no help on jugde; did you mean judge?")]
#[case(&["frobnicate"], "unrecognized subcommand")]
fn a_wrong_command_line_ends_with_status_2(#[case] arguments: &[&str], #[case] message: &str) {
    let output = rewind(arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty());
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
}

#[test]
fn a_table_of_json_lines_or_of_a_huge_list_is_refused() {
    let huge = format!("[{}[\"SCAN\", \"A\"]]", "[\"SCAN\", \"A\"], ".repeat(100_000));
    for input in [LINES, huge.as_bytes()] {
        let output = feed(&["run", "-", "--format", "table"], input);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(text(&output.stderr).contains("--format text"));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_program_ends_with_status_130() {
    let mut child =
        rewind(&["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Once a query is answered the program is up and waits for the next.
    writeln!(stdin, "[\"SCAN\", \"A\"]").expect("it listens");
    let mut answer = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    stdout.read_line(&mut answer).expect("there is an answer");
    let kill = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("there is a shell").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn each_line_is_answered_before_the_next_is_sent() {
    let mut child =
        rewind(&["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    for (query, wanted) in [("[\"SET\",\"A\",\"B\",\"C\"]", "\"\""), ("[\"GET\",\"A\",\"B\"]", "\"C\"")] {
        writeln!(stdin, "{query}").expect("it listens");
        assert_eq!(answers.next().expect("there is an answer").expect("it can be read"), wanted);
    }
    drop(stdin);
    assert!(answers.next().is_none());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let list = format!("[{}[\"SCAN\", \"A\"]]", "[\"SET\", \"A\", \"B\", \"C\"], ".repeat(200_000));
    let mut child = rewind(&["run", "-", "--format", "text"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("it is piped").write_all(list.as_bytes()).expect("it reads");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    stdout.read_line(&mut first).expect("there is a line");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_status_74() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = rewind(&["run", "fixtures/level1/records.json"]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(74));
    assert!(text(&output.stderr).contains("cannot write the output"));
}

#[cfg(target_os = "linux")]
#[rstest]
#[case("run fixtures/bad/many-mistakes.json 2>/dev/full", 2)]
#[case("run no/such/file 2>/dev/full", 2)]
#[case("run fixtures/level1/records.json >/dev/full 2>/dev/full", 74)]
#[case("--help >/dev/full", 74)]
#[case("help >/dev/full", 74)]
fn the_status_tells_even_where_no_message_can(#[case] command: &str, #[case] status: i32) {
    let script = format!("\"$0\" {command}");
    let mut shell = std::process::Command::new("sh");
    let ended = shell.args(["-c", &script, env!("CARGO_BIN_EXE_rewind")]).current_dir(crate::top()).output();
    assert_eq!(ended.expect("there is a shell").status.code(), Some(status), "{command}");
}

#[test]
fn a_stream_of_any_length_is_answered_in_constant_memory() {
    // A million lines on two hundred cells, with lifetimes and backups that are overtaken.
    let mut child =
        rewind(&["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut stdin = std::io::BufWriter::new(child.stdin.take().expect("it is piped"));
    let mut most = 0;
    for number in 0..1_000_000_u32 {
        let (key, field) = (number % 20, number % 7);
        writeln!(stdin, "[\"SET_AT_WITH_TTL\",\"k{key}\",\"f{field}\",\"v{number}\",{number},100]")
            .expect("it reads");
        if number % 100_000 == 99_999 {
            most = most.max(resident_kilobytes(child.id()));
        }
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(most < 30_000, "{most} kB");
}

/// What a process holds in memory; 0 where the system does not tell.
fn resident_kilobytes(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[test]
fn help_tells_every_operation_and_the_exit_statuses() {
    let help = text(&rewind(&["help"]).output().expect("it runs").stdout);
    for row in crate::language().forms() {
        assert!(help.contains(&row.usage()), "{} is missing", row.name);
        let one = text(&rewind(&["help", &row.name.to_lowercase()]).output().expect("it runs").stdout);
        let one = one.replace("\n  ", " ");
        for part in [row.usage().as_str(), row.does(), row.answers] {
            assert!(one.contains(part), "{part:?} is missing in the help on {}:\n{one}", row.name);
        }
    }
    for status in ["0 ", "2 ", "70 ", "74 ", "130 "] {
        assert!(help.contains(&format!("\n  {status}")), "exit status {status}is missing");
    }
    let run = text(&rewind(&["help", "run"]).output().expect("it runs").stdout);
    assert_eq!(run, text(&rewind(&["run", "--help"]).output().expect("it runs").stdout));
    assert!(run.contains("--clock") && run.contains("--color"), "{run}");
}

/// It would have panicked over what is no UTF-8.
#[cfg(unix)]
#[test]
fn a_command_that_is_no_text_is_none() {
    use std::os::unix::ffi::OsStrExt as _;
    let output = rewind(&[]).arg(std::ffi::OsStr::from_bytes(b"r\xffn")).output().expect("it runs");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("error: ") && !told.contains("panicked"), "{told}");
}

/// What the standard library says of a number that is none, and nothing at all of a command that is none, helped
/// nobody.
#[rstest]
#[case(&["hunt", "--seed", "x"], "invalid value 'x' for '--seed <S>'\n\n  tip: write a whole number, as in 1000\n")]
#[case(&["hunt", "--seed", "99999999999999999999"], "tip: the number is too large")]
#[case(&["serve", "--max-connections", ""], "tip: write a whole number, as in 1000")]
#[case(&["serve", "--max-memory", "x"], "'--max-memory <BYTES>': a number of bytes, as in 4096, 4KiB or 64MiB")]
#[case(&["hunt", "--cases", "0"], "0 is not in 1..")]
#[case(&["rnu", "list.json"], "unrecognized subcommand 'rnu'\n\n  tip: did you mean run?\n")]
#[case(&["my list.json"], "tip: `rewind run 'my list.json'` answers a file of queries")]
#[case(&["-"], "tip: `rewind run -` answers queries")]
#[case(&["mine.py"], "tip: `rewind judge mine.py` judges a solution")]
#[case(&["log", "vrify", "db"], "tip: a similar subcommand exists: 'verify'")]
#[case(&["frobnicate"], "unrecognized subcommand 'frobnicate'\n\nUsage:")]
fn a_mistyped_command_line_is_told_what_it_should_have_been(#[case] arguments: &[&str], #[case] tip: &str) {
    let output = rewind(arguments).output().expect("it runs");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    let told = text(&output.stderr);
    assert!(told.contains(tip) && !told.contains("digit found"), "{told}");
}
