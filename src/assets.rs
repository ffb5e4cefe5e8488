//! What the pages of a browser share, as text: colours and letters, and a list step by step with its chart.
//!
//! Invariants: nothing here is of one page alone; scripts make text of what they are given, never markup, and set no
//! style as an attribute, so that a page may refuse both.

/// Colours, in light and in dark, and letters.
pub const TOKENS: &str = include_str!("assets/tokens.css");

/// How a list step by step looks.
pub const STEPS_STYLE: &str = include_str!("assets/steps.css");

/// What scripts make pages with. It comes first.
pub const DOM: &str = include_str!("assets/dom.js");

/// Draws a list over time.
pub const CHART: &str = include_str!("assets/chart.js");

/// Shows a list step by step, below its chart.
pub const STEPS: &str = include_str!("assets/steps.js");

/// What stands in a document so that these can show a list in it.
pub const STEPS_FRAME: &str = include_str!("assets/steps.html");
