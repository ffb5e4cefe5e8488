//! Which type of an answer is wanted.

use hyper::HeaderMap;
use hyper::header::ACCEPT;

/// The first of the types offered that is wanted most; `None` if none is.
pub(super) fn chosen(headers: &HeaderMap, offered: &[&'static str]) -> Option<&'static str> {
    let wanted: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let wanted = wanted.join(",");
    let ranges: Vec<_> = wanted.split(',').map(str::trim).filter(|range| !range.is_empty()).collect();
    if ranges.is_empty() {
        return offered.first().copied();
    }
    let mut best = (0, None);
    for kind in offered {
        // The range that says most of it counts.
        let of_kind = ranges.iter().filter_map(|range| weight(range, kind)).max_by_key(|(exact, _)| *exact);
        if let Some((_, weight)) = of_kind
            && weight > best.0
        {
            best = (weight, Some(*kind));
        }
    }
    best.1
}

/// How exactly a range means a type, and how much it is wanted, in thousandths.
fn weight(range: &str, kind: &str) -> Option<(u8, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let exact = match name.split_once('/')? {
        _ if name == kind => 2,
        ("*", "*") => 0,
        (group, "*") if kind.split_once('/').is_some_and(|(own, _)| own == group) => 1,
        _ => return None,
    };
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality: f32 = quality.map_or(Ok(1.0), str::parse).ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
    Some((exact, (quality.clamp(0.0, 1.0) * 1000.0) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_most_is_chosen_and_the_first_of_equals() {
        let offered = ["application/json", "text/plain", "application/octet-stream"];
        let rows = [
            ("", Some("application/json")),
            ("*/*", Some("application/json")),
            ("text/*", Some("text/plain")),
            ("TEXT/plain;q=0.5, application/json;q=0.4", Some("text/plain")),
            ("application/*;q=0.3, application/json;q=0, text/plain;q=0.1", Some("application/octet-stream")),
            ("text/html, */*;q=0.1", Some("application/json")),
            ("image/png", None),
            ("text/plain;q=0", None),
            ("nonsense", None),
        ];
        for (accept, wanted) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().expect("it is a header"));
            assert_eq!(chosen(&headers, &offered), wanted, "{accept}");
        }
    }
}
