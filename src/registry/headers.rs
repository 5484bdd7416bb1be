//! Headers of registries, read strictly: `Link`, `Content-Range`, `Range`, `Retry-After`.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use std::time::Duration;

/// The longest value that is looked at, in bytes.
pub const LONGEST: usize = 8192;
/// The longest date that is looked at, in bytes.
const LONGEST_DATE: usize = 64;
/// The longest a server can make us wait.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The part of a body that an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte.
    pub first: u64,
    /// The last byte, which belongs to it.
    pub last: u64,
    /// Bytes of the whole, where the server knows.
    pub total: Option<u64>,
}

/// `bytes 0-9/10`, `bytes 0-9/*` (RFC 9110, 14.4).
pub fn content_range(text: &str) -> Option<ContentRange> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = match total {
        "*" => None,
        total => Some(number(total)?),
    };
    let range = ContentRange { first: number(first)?, last: number(last)?, total };
    let fits = range.first <= range.last && range.total.is_none_or(|total| range.last < total);
    fits.then_some(range)
}

/// How many bytes of an upload a registry has, from its `Range: 0-9`. One byte looks as none.
pub fn stored(text: &str) -> Option<u64> {
    let text = text.trim();
    let (first, last) = text.strip_prefix("bytes=").unwrap_or(text).split_once('-')?;
    match (number(first)?, number(last)?) {
        (0, 0) => Some(0),
        (0, last) => last.checked_add(1),
        _ => None,
    }
}

/// Seconds or a date (RFC 9110, 10.2.3), never longer than [`LONGEST_WAIT`].
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Some(seconds) = number(text) {
        return Some(Duration::from_secs(seconds).min(LONGEST_WAIT));
    }
    let short = (text.len() <= LONGEST_DATE).then_some(text)?;
    let date = DateTimeParser::new().parse_timestamp(short).ok()?;
    let wait = Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST_WAIT))
}

/// The page after this one: the target of the link whose `rel` is `next` (RFC 8288).
pub fn next_page(text: &str) -> Option<&str> {
    let mut rest = (text.len() <= LONGEST).then_some(text)?;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let end = end_of_link(after);
        if after[..end].split(';').any(is_next) {
            return Some(target);
        }
        rest = &after[end..];
    }
}

/// The comma after a link's parameters, or the end; commas in quotes do not count.
fn end_of_link(text: &str) -> usize {
    let mut quoted = false;
    let comma = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    text.find(comma).unwrap_or(text.len())
}

fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
    })
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_exact_or_none() {
        let range = |first, last, total| Some(ContentRange { first, last, total });
        let huge = format!("bytes 0-{}9/*", u64::MAX);
        let cases = [
            ("bytes 0-9/10", range(0, 9, Some(10))),
            ("bytes 5-9/*", range(5, 9, None)),
            ("bytes 5-10/10", None),
            ("bytes 9-5/10", None),
            ("bytes */10", None),
            ("bytes -5/10", None),
            ("bytes +5-9/10", None),
            ("items 0-9/10", None),
            (huge.as_str(), None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(content_range(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_upload_tells_how_much_is_there() {
        let last = format!("0-{}", u64::MAX);
        let cases = [
            ("0-9", Some(10)),
            ("bytes=0-9", Some(10)),
            ("0-0", Some(0)),
            ("1-9", None),
            ("0-", None),
            ("-", None),
            (last.as_str(), None),
        ];
        for (text, wanted) in cases {
            assert_eq!(stored(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_long() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        let cases = [
            ("0", Some(0)),
            ("7", Some(7)),
            ("100000", Some(60)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(60)),
            ("-1", None),
            ("soon", None),
            ("\u{e9}", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let cases = [
            (r#"</v2/x/tags/list?last=b&n=2>; rel="next""#, Some("/v2/x/tags/list?last=b&n=2")),
            ("</a>; rel=prev, </b>;REL=Next", Some("/b")),
            (r#"</a>; title="x, <y>"; rel="prev", </b>; rel="next""#, Some("/b")),
            ("</a>; rel=\"prev\"", None),
            ("</a", None),
            ("rel=next", None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(next_page(text), wanted, "{text}");
        }
    }
}
