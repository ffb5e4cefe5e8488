//! All tests that use the project from outside, in one binary.

mod model;
mod random;
