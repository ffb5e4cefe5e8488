//! What is printed from the table of operations: the methods in Rust, their stubs, and the table of docs/python.md.
//! `REWIND_PRINT=1 cargo test --manifest-path python/Cargo.toml` prints them anew.
//!
//! The forms of one name are one method: SET, SET_AT and SET_AT_WITH_TTL are `set`, with `at=` and `ttl=`.

mod method;
mod python;
mod rust;

use std::collections::BTreeSet;
use std::{env, fs};

use method::{Method, methods};
use rewinddb::query::Operation;

/// The part of a file between two marks is what is printed; or it is printed anew.
fn holds(file: &str, marks: [&str; 2], printed: &str) {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).expect("it is there");
    let begin = text.find(marks[0]).expect("it has the first mark") + marks[0].len();
    let end = begin + text[begin..].find(marks[1]).expect("it has the second mark");
    if env::var_os("REWIND_PRINT").is_some() {
        fs::write(&path, [&text[..begin], printed, &text[end..]].concat()).expect("it is written");
    } else {
        assert_eq!(&text[begin..end], printed, "{file}: REWIND_PRINT=1 prints it anew");
    }
}

#[test]
fn the_methods_are_those_of_the_table() {
    let rust: Vec<_> = methods().iter().map(Method::rust).collect();
    holds("src/methods.rs", ["impl Database {\n", "}\n// end"], &rust.join("\n"));
}

#[test]
fn the_stubs_are_those_of_the_table() {
    let stubs: String = methods().iter().map(Method::stub).collect();
    holds("rewinddb/_rewinddb.pyi", ["    # Printed from the table of operations\n", "    # End\n"], &stubs);
}

#[test]
fn the_document_has_every_method() {
    let rows: String = methods().iter().map(Method::row).collect();
    holds(
        "../docs/python.md",
        ["<!-- methods -->\n", "<!-- end -->"],
        &format!("| method | returns | asks |\n|---|---|---|\n{rows}"),
    );
}

#[test]
fn every_operation_has_a_method_or_is_of_transactions() {
    let held: BTreeSet<_> =
        methods().iter().flat_map(|method| &method.forms).map(|(operation, _)| *operation).collect();
    for operation in Operation::ALL {
        assert!(held.contains(operation) || operation.access().is_of_transactions(), "{operation:?}");
    }
}
