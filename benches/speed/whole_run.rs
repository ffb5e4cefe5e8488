//! A whole run of the program: a file of a million mixed timed queries to answers, against Python's `json.load`
//! of that same file. Processor time of each process, in turn.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::meter::{Random, in_turn};

const QUERIES: usize = 1_000_000;

/// What prints the processor time of a command's children, in seconds: Python is needed for the comparison anyway.
const LOAD: &str = "import json,sys,time
begun = time.process_time(); json.load(open(sys.argv[1], encoding='utf-8')); print(time.process_time() - begun)";
const RUN: &str = "import resource,subprocess,sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)";

/// Prints the table.
pub(crate) fn table() {
    println!("a whole run: {QUERIES} mixed timed queries from a file to answers (medians of processor time)");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("million.json");
    if let Err(error) = write(&file) {
        println!("cannot write {}: {error}", file.display());
        return;
    }
    let file = file.to_str().expect("the target folder has a plain name");
    let rewind = env!("CARGO_BIN_EXE_rewind");
    let mut run = || python(RUN, &[rewind, "run", file]);
    let mut load = || python(LOAD, &[file]);
    let medians = in_turn(5, &mut [&mut run, &mut load]);
    let (run, load) = (medians[0], medians[1]);
    if run.is_nan() || load.is_nan() {
        println!("python3 is needed to compare with");
        return;
    }
    println!("rewind run {:.0} ms, json.load {:.0} ms: {:.3}x", run * 1e3, load * 1e3, run / load);
}

/// The number that a Python program prints; not a number if it cannot be run.
fn python(program: &str, arguments: &[&str]) -> f64 {
    let output =
        Command::new("python3").arg("-c").arg(program).args(arguments).stderr(Stdio::inherit()).output();
    let printed = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    printed.ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(f64::NAN)
}

fn write(file: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    let (mut random, mut now) = (Random::new(5), 0);
    for number in 0..QUERIES {
        out.write_all(if number == 0 { b"[" } else { b", " })?;
        now += random.below(4) / 2;
        let (key, field) =
            (format!("account{:05}", random.below(20_000)), format!("field{}", random.below(8)));
        match random.below(100) {
            0..35 => write!(out, r#"["SET_AT", "{key}", "{field}", "value{number:07}", "{now}"]"#)?,
            35..50 => {
                let ttl = 1 + random.below(100_000);
                write!(
                    out,
                    r#"["SET_AT_WITH_TTL", "{key}", "{field}", "value{number:07}", "{now}", "{ttl}"]"#
                )?;
            }
            50..84 => write!(out, r#"["GET_AT", "{key}", "{field}", "{now}"]"#)?,
            84..92 => write!(out, r#"["DELETE_AT", "{key}", "{field}", "{now}"]"#)?,
            92..98 => write!(out, r#"["SCAN_AT", "{key}", "{now}"]"#)?,
            98 => write!(out, r#"["BACKUP", "{now}"]"#)?,
            _ => write!(out, r#"["RESTORE", "{now}", "{}"]"#, now - random.below(now.clamp(1, 1000)))?,
        }
    }
    out.write_all(b"]\n")?;
    out.flush()
}
