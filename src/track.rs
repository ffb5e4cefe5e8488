//! Tracks: the forms in which the exercise is asked. There is one, the canonical exercise of records and fields.

pub mod records;
