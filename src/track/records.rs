//! The canonical exercise: its suites, compiled in, and a starter kit for each language.

mod builtin;
mod kits;

pub use builtin::{FILES, builtin};
pub use kits::{KITS, Kit};
