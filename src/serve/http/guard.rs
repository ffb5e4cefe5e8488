//! What is refused for its head alone: another page's requests, rebound names, heads that two readers may read in two
//! ways.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::header::{HOST, HeaderName, ORIGIN, TRANSFER_ENCODING};
use hyper::http::request::Parts;

use super::problem::Problem;
use crate::serve::clients::Client;
use crate::serve::options::Options;

/// Where a browser says that a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// May this head be answered at all?
///
/// # Errors
/// 400, 403, 414 or 501; nothing more is read of the connection but after 403.
pub(super) fn check(head: &Parts, client: &Client, options: &Options) -> Result<(), Problem> {
    let length = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > options.limits.target {
        return Err(Problem::new(414, "target", "the target is too long").closing());
    }
    check_framing(head)?;
    let host = check_host(head, client, options)?;
    check_origin(head, host, options)
}

fn check_framing(head: &Parts) -> Result<(), Problem> {
    let mut encodings = head.headers.get_all(TRANSFER_ENCODING).iter();
    match (encodings.next(), encodings.next()) {
        (None, _) => Ok(()),
        // A length beside it does not count, and the connection ends with the answer: the codec sees to that.
        (Some(one), None) if one.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Problem::new(501, "encoding", "only chunked bodies are read").closing()),
    }
}

/// The host that is meant: one of ours, whatever its port.
fn check_host<'h>(head: &'h Parts, client: &Client, options: &Options) -> Result<&'h str, Problem> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let bad = || Problem::bad("a request names one host").closing();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(bad()) };
    let host = host.to_str().map_err(|_| bad())?;
    let absolute = head.uri.authority().map(hyper::http::uri::Authority::as_str);
    let are_ours = [Some(host), absolute].into_iter().flatten().all(|host| is_ours(host, client, options));
    if are_ours {
        return Ok(host);
    }
    Err(Problem::new(403, "host", "this host is not served here").with_detail("--allow-host NAME serves it"))
}

fn is_ours(host: &str, client: &Client, options: &Options) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(name, _)| name),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let bound = || client.local.parse::<SocketAddr>().ok().map(|local| local.ip());
    let own = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| own.contains(&ip) || Some(ip) == bound())
        || options.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// A page may ask that this server has sent, or one of an origin that was named.
fn check_origin(head: &Parts, host: &str, options: &Options) -> Result<(), Problem> {
    let text = |name| head.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let refused = || {
        Problem::new(403, "origin", "pages of this origin may not ask").with_detail("--cors ORIGIN lets them")
    };
    if let Some(origin) = text(ORIGIN) {
        if options.cors.iter().any(|allowed| allowed == origin) {
            return Ok(());
        }
        let (_, own) = origin.split_once("://").unwrap_or_default();
        if !own.eq_ignore_ascii_case(host) {
            return Err(refused());
        }
    }
    match text(FETCH_SITE) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(refused()),
    }
}
