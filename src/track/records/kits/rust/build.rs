//! Looks at your solution for what the compiler cannot be asked: what shape it has. You need not read this file.

use std::fs;

const NUMBERS: [&str; 12] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

fn main() {
    println!("cargo:rerun-if-changed=solution.rs");
    let source = fs::read_to_string("solution.rs").unwrap_or_default();
    if source.lines().any(|line| line.starts_with("pub fn solution(")) {
        println!("cargo:rustc-cfg=takes_list");
    }
    let timed = ["set_at", "get_at", "delete_at", "scan_at"];
    let mut first = timed.iter().filter_map(|method| is_time_first(&source, method)).peekable();
    if first.peek().is_some() && first.all(|is_first| is_first) {
        println!("cargo:rustc-cfg=timestamps_first");
    }
}

/// Is the first parameter of a method a number?
fn is_time_first(source: &str, method: &str) -> Option<bool> {
    let (_, behind) = source.split_once(&format!("fn {method}("))?;
    let (parameters, _) = behind.split_once(')')?;
    let first = parameters.split(',').find(|parameter| parameter.contains(':'))?;
    let kind = first.split(':').nth(1)?.trim();
    Some(NUMBERS.contains(&kind))
}
