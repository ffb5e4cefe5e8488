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

/// How many of a thousand queries are backups, and restores of one of the last ten seconds.
const MIXES: [(usize, usize); 3] = [(0, 0), (2, 1), (20, 20)];

/// Prints the table.
pub(crate) fn table() {
    println!("a whole run: {QUERIES} mixed timed queries from a file to answers (medians of processor time)");
    println!("{:>9} {:>9} {:>12} {:>12} {:>8}", "backups", "restores", "rewind run", "json.load", "ratio");
    for (backups, restores) in MIXES {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("million-{backups}-{restores}.json"));
        if let Err(error) = write(&file, backups, restores) {
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
        let (backups, restores) = (backups * QUERIES / 1000, restores * QUERIES / 1000);
        println!(
            "{backups:>9} {restores:>9} {:>9.0} ms {:>9.0} ms {:>7.3}x",
            run * 1e3,
            load * 1e3,
            run / load
        );
    }
}

/// The number that a Python program prints; not a number if it cannot be run.
fn python(program: &str, arguments: &[&str]) -> f64 {
    let output =
        Command::new("python3").arg("-c").arg(program).args(arguments).stderr(Stdio::inherit()).output();
    let printed = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    printed.ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(f64::NAN)
}

fn write(file: &Path, backups: usize, restores: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    let (mut random, mut now) = (Random::new(5), 0);
    for number in 0..QUERIES {
        out.write_all(if number == 0 { b"[" } else { b", " })?;
        now += random.below(4) / 2;
        let (key, field) =
            (format!("account{:05}", random.below(20_000)), format!("field{}", random.below(8)));
        match random.below(1000) {
            other if other < backups => write!(out, r#"["BACKUP", "{now}"]"#)?,
            other if other < backups + restores => {
                write!(out, r#"["RESTORE", "{now}", "{}"]"#, now - random.below(now.clamp(1, 10_000)))?;
            }
            0..400 => write!(out, r#"["SET_AT", "{key}", "{field}", "value{number:07}", "{now}"]"#)?,
            400..550 => {
                let ttl = 1 + random.below(100_000);
                write!(
                    out,
                    r#"["SET_AT_WITH_TTL", "{key}", "{field}", "value{number:07}", "{now}", "{ttl}"]"#
                )?;
            }
            550..850 => write!(out, r#"["GET_AT", "{key}", "{field}", "{now}"]"#)?,
            850..930 => write!(out, r#"["DELETE_AT", "{key}", "{field}", "{now}"]"#)?,
            _ => write!(out, r#"["SCAN_AT", "{key}", "{now}"]"#)?,
        }
    }
    out.write_all(b"]\n")?;
    out.flush()
}
