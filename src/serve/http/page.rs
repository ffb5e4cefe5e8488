//! The page: one file, and what a browser is told that it may do.
//!
//! Invariants: it runs its own script and wears its own style alone, both by their hashes, which are made of them; it
//! asks nobody but the server that it came from.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::body::Bytes;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY};

use super::answer::{Answer, Outcome};
use super::call::Call;
use crate::assets::{CHART, DOM, STEPS, STEPS_FRAME, STEPS_STYLE, TOKENS};

/// The type of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What stands here in braces goes where its name stands in it.
const FRAME: &str = include_str!("page/frame.html");

const STYLE: &[&str] = &[
    TOKENS,
    STEPS_STYLE,
    include_str!("page/layout.css"),
    include_str!("page/cells.css"),
    include_str!("page/asking.css"),
];

/// In this order: a file uses what stands before it at once, and all others once all have run.
const SCRIPT: &[&str] = &[
    DOM,
    CHART,
    STEPS,
    include_str!("page/words.js"),
    include_str!("page/server.js"),
    include_str!("page/life.js"),
    include_str!("page/cells.js"),
    include_str!("page/moments.js"),
    include_str!("page/difference.js"),
    include_str!("page/cell.js"),
    include_str!("page/language.js"),
    include_str!("page/box.js"),
    include_str!("page/counters.js"),
    include_str!("page/lists.js"),
    include_str!("page/page.js"),
];

/// The page, and its policy.
static PAGE: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let (style, script) = (STYLE.concat(), SCRIPT.concat());
    let html = FRAME.replace("{steps}", STEPS_FRAME).replace("{style}", &style).replace("{script}", &script);
    // An icon is part of the page, as data.
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; connect-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
        source(&script),
        source(&style)
    );
    (Bytes::from(html), policy)
});

/// A text as a policy names it.
fn source(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(hmac_sha256::Hash::hash(text.as_bytes())))
}

/// The page needs no password: it asks for one.
#[expect(clippy::unnecessary_wraps, reason = "all handlers are of one type")]
pub(super) fn page(_: &mut Call<'_>) -> Outcome {
    let (html, policy) = &*PAGE;
    Ok(Answer::typed(200, HTML, html.clone())
        .with_header(CONTENT_SECURITY_POLICY, policy)
        .with_header(REFERRER_POLICY, "no-referrer")
        .with_header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin")
        .with_header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
}
