//! Where a request goes: an address of http or https, read strictly, since most of them come from strangers.

use crate::error::{Error, Kind, Result};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest address, in bytes: signed ones have a thousand and more.
const LONGEST: usize = 8192;
/// The longest name of a host, in bytes.
const LONGEST_HOST: usize = 255;
/// Hosts that give their secrets to whoever asks from inside a cloud.
const METADATA_NAMES: [&str; 3] = ["metadata", "metadata.google.internal", "instance-data"];
/// The same by number, besides the link-local ones: Alibaba's, and Amazon's of IPv6.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// In the clear.
    Http,
    /// Inside TLS.
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// How near a host is, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// A name, or an address of the whole world.
    World,
    /// An address of this machine or of a private network.
    Inside,
    /// Link-local, a cloud's metadata, or a number that only some readers take for an address.
    Never,
}

/// A server, and what is asked of it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
}

impl Address {
    /// The root of `host`, which may have a port.
    ///
    /// # Errors
    /// When it is not a host.
    pub(super) fn of(scheme: Scheme, host: &str) -> Result<Self> {
        Self::parse(&format!("{}://{host}/", scheme.name()))
            .ok_or_else(|| Error::new(Kind::Invalid, format!("registry `{host}` is not a host and a port")))
    }

    /// Reads an absolute address. No user, no spaces, nothing but ASCII; a fragment is cut off.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, port) = split_authority(&rest[..end])?;
        let path = match &rest[end..] {
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        let visible = path.bytes().all(|c| c.is_ascii_graphic() && !matches!(c, b'\\' | b'"' | b'<' | b'>'));
        let fits = visible && text.len() <= LONGEST;
        fits.then(|| Self { scheme, host, port: port.unwrap_or(scheme.port()), path })
    }

    /// What `location` means, read at this address (RFC 3986, 5.2, without the dots).
    pub(super) fn join(&self, location: &str) -> Option<Self> {
        let path = self.path.split('?').next().unwrap_or_default();
        let origin = self.origin();
        match location {
            "" => None,
            text if text.starts_with("//") => Self::parse(&format!("{}:{text}", self.scheme.name())),
            text if text.starts_with('/') => Self::parse(&format!("{origin}{text}")),
            text if text.starts_with('?') => Self::parse(&format!("{origin}{path}{text}")),
            text if text.contains("://") => Self::parse(text),
            text => Self::parse(&format!("{origin}{}/{text}", path.rsplit_once('/')?.0)),
        }
    }

    /// The same server with another path, which begins with `/` and may have a query.
    pub(super) fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// With `values` added to the query, percent-encoded.
    #[must_use]
    pub(super) fn with_query(mut self, values: &[(&str, &str)]) -> Self {
        if !values.is_empty() {
            self.path.push(if self.path.contains('?') { '&' } else { '?' });
            self.path.push_str(&form(values));
        }
        self
    }

    /// How it is spoken to.
    pub(super) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host without its port, in lower case; an IPv6 address has brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own where none was written.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The host as an IP address, when it is one.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// Whether scheme, host and port are the same.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        (self.scheme, &self.host, self.port) == (other.scheme, &other.host, other.port)
    }

    /// Whether a server here may send us to `other`: to the world always, to inner networks only from inside.
    pub(super) fn may_lead_to(&self, other: &Self) -> bool {
        self.host == other.host
            || match other.reach() {
                Reach::World => true,
                Reach::Inside => self.reach() == Reach::Inside,
                Reach::Never => false,
            }
    }

    /// How near the host is.
    pub(super) fn reach(&self) -> Reach {
        let name = self.host.trim_end_matches('.');
        match self.ip() {
            Some(IpAddr::V4(ip)) => reach_v4(ip),
            Some(IpAddr::V6(ip)) => ip.to_ipv4_mapped().map_or_else(|| reach_v6(ip), reach_v4),
            None if METADATA_NAMES.contains(&name) || is_odd_number(name) => Reach::Never,
            None if name == "localhost" || name.ends_with(".localhost") => Reach::Inside,
            None => Reach::World,
        }
    }

    /// Whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let name = self.host.trim_end_matches('.');
        let loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
        self.ip().map_or(name == "localhost" || name.ends_with(".localhost"), loopback)
    }

    /// Host and port, the port only where it is not the scheme's own.
    pub(super) fn authority(&self) -> String {
        match self.port == self.scheme.port() {
            true => self.host.clone(),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The whole address, with a query that may be a secret.
    pub(super) fn url(&self) -> String {
        format!("{}{}", self.origin(), self.path)
    }

    fn origin(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.authority())
    }
}

/// Without the query, which may be a secret.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path.split('?').next().unwrap_or_default())
    }
}

/// `name=value&name=value`, percent-encoded, as a query or as a form.
pub(super) fn form(values: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        values.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

fn split_authority(text: &str) -> Option<(String, Option<u16>)> {
    let end = text.find(']').map_or_else(|| text.find(':'), |end| Some(end + 1));
    let (host, port) = text.split_at(end.unwrap_or(text.len()));
    let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => format!("[{}]", address.parse::<Ipv6Addr>().ok()?),
        None => {
            let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_');
            let name = !host.is_empty() && host.len() <= LONGEST_HOST && host.bytes().all(fits);
            name.then(|| host.to_ascii_lowercase())?
        }
    };
    if port.is_empty() {
        return Some((host, None));
    }
    let digits = port.strip_prefix(':').filter(|digits| digits.bytes().all(|c| c.is_ascii_digit()))?;
    Some((host, Some(digits.parse().ok()?)))
}

/// `127.1`, `2130706433`, `0x7f.0.0.1`: no IPv4 address, and the resolver of the C library takes it for one.
fn is_odd_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    last.starts_with(|c: char| c.is_ascii_digit())
        && (last.bytes().all(|c| c.is_ascii_digit()) || last.starts_with("0x"))
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let [first, second, ..] = ip.octets();
    let carrier = first == 100 && (64..128).contains(&second);
    if ip == METADATA_V4 || ip.is_link_local() || first == 0 || first >= 224 {
        Reach::Never
    } else if ip.is_loopback() || ip.is_private() || carrier {
        Reach::Inside
    } else {
        Reach::World
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    if ip == METADATA_V6 || ip.is_unicast_link_local() || ip.is_unspecified() || ip.is_multicast() {
        Reach::Never
    } else if ip.is_loopback() || ip.is_unique_local() {
        Reach::Inside
    } else {
        Reach::World
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn an_address_is_read_into_its_parts() {
        let cases = [
            ("https://Host.io/x?y=1#z", "https://host.io/x?y=1"),
            ("http://h:80", "http://h/"),
            ("https://h:5000?a", "https://h:5000/?a"),
            ("HTTPS://[::1]:5000/v2/", "https://[::1]:5000/v2/"),
        ];
        for (text, url) in cases {
            assert_eq!(address(text).url(), url);
        }
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        let long = format!("http://h/{}", "a".repeat(LONGEST));
        let wrong = [
            "",
            "h/x",
            "ftp://h/",
            "http://",
            "http://u@h/",
            "http://u:p@h/",
            "http://h:/",
            "http://h:x/",
            "http://h:70000/",
            "http://h /",
            "http://h/a b",
            "http://h/\u{e9}",
            "http://[::1/",
            "http://[x]/",
            "http://[::1]x/",
            "http://h\\@g/",
            "http://h/\r\nX: y",
            &long,
        ];
        for text in wrong {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_location_is_read_where_it_was_found() {
        let here = address("https://h:5000/v2/x/uploads/?a=b");
        let cases = [
            ("/v2/y", "https://h:5000/v2/y"),
            ("?c=d", "https://h:5000/v2/x/uploads/?c=d"),
            ("id", "https://h:5000/v2/x/uploads/id"),
            ("//g/z", "https://g/z"),
            ("http://g:1/z", "http://g:1/z"),
        ];
        for (location, url) in cases {
            assert_eq!(here.join(location).unwrap().url(), url);
        }
        assert_eq!(here.join(""), None);
        assert_eq!(here.join("file:///etc/passwd").map(|address| address.url()), None);
    }

    #[test]
    fn only_from_inside_one_is_led_inside() {
        let cases = [
            ("https://registry.io", "https://auth.io", true),
            ("https://registry.io", "https://10.0.0.1", false),
            ("https://registry.io", "https://127.0.0.1", false),
            ("https://registry.io", "https://localhost.", false),
            ("https://registry.io", "https://[::1]", false),
            ("https://registry.io", "https://[::ffff:10.0.0.1]", false),
            ("https://registry.io", "https://2130706433", false),
            ("https://registry.io", "https://127.1", false),
            ("https://registry.io", "https://0x7f000001", false),
            ("https://registry.io", "https://8.8.8.8", true),
            ("https://10.0.0.2", "https://10.0.0.1", true),
            ("http://localhost:5000", "http://127.0.0.1:5001", true),
            ("http://localhost:5000", "http://169.254.169.254", false),
            ("http://localhost:5000", "http://[fe80::1]", false),
            ("http://localhost:5000", "http://metadata.google.internal", false),
            ("http://169.254.1.1:5000", "http://169.254.1.1:5001", true),
        ];
        for (from, to, may) in cases {
            assert_eq!(address(from).may_lead_to(&address(to)), may, "{from} to {to}");
        }
    }

    #[test]
    fn values_of_a_query_are_encoded() {
        let scoped = address("https://h/token?x=1").with_query(&[("scope", "repository:a/b:pull,push")]);
        assert_eq!(scoped.path(), "/token?x=1&scope=repository%3Aa%2Fb%3Apull%2Cpush");
        assert_eq!(format!("{scoped:?}"), "https://h/token");
    }
}
