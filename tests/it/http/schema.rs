//! What schemathesis makes of the document is asked of a server, which answers as the document says. REWIND_PYTHON names
//! a Python that has it.

use std::env;
use std::process::Command;

use super::client::start_still;
use crate::top;

fn schemathesis() -> Command {
    let mut python = Command::new(env::var_os("REWIND_PYTHON").unwrap_or_else(|| "python3".into()));
    python.args(["-c", "from schemathesis.cli import schemathesis; schemathesis()"]);
    python
}

#[test]
fn schemathesis_finds_nothing() {
    let asked = schemathesis().arg("--version").output();
    if !asked.is_ok_and(|asked| asked.status.success()) {
        eprintln!("skipped: schemathesis is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store, "--sync", "never", "--transaction-timeout", "2000"]);
    let document = format!("http://{}/openapi.json", server.address("http"));
    let config = top().join("fixtures/http/schemathesis.toml");
    let mut schemathesis = schemathesis();
    schemathesis.current_dir(folder.path()).arg("--config-file").arg(config);
    schemathesis.args([
        "run",
        &document,
        "--no-color",
        "--seed",
        "1",
        "--max-examples",
        "10",
        "--continue-on-failure",
    ]);
    let output = schemathesis.output().expect("it runs");
    let told = crate::text(&output.stdout);
    assert!(output.status.success(), "{told}{}", crate::text(&output.stderr));
    let cases = told.lines().find_map(|line| line.trim().strip_suffix(" passed")).unwrap_or(&told);
    println!("{cases}");
    assert!(told.contains("Tested: "), "{told}");
}
