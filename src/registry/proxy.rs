//! Which proxy leads to a server: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case.

use super::address::{Address, Scheme};
use crate::error::{Error, Kind, Result};
use std::fmt;
use std::net::IpAddr;
use ureq::Proxy;

/// Proxies by scheme, and who is asked without one.
#[derive(Default)]
pub(super) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    except: Vec<Exception>,
}

/// Whom no proxy stands before.
#[derive(Debug, PartialEq, Eq)]
enum Exception {
    All,
    Network(IpAddr, u8),
    Domain { suffix: String, itself: bool, port: Option<u16> },
}

impl Proxies {
    /// As the environment has them.
    pub(super) fn from_environment() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            let set = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            set.filter(|value| !value.trim().is_empty())
        };
        let except = either("NO_PROXY").unwrap_or_default();
        Self {
            http: either("HTTP_PROXY"),
            https: either("HTTPS_PROXY"),
            except: except.split([',', ' ']).filter_map(Exception::parse).collect(),
        }
    }

    /// The proxy's address, where one leads to `target`. Never to this machine.
    pub(super) fn choose(&self, target: &Address) -> Option<&str> {
        let proxy = match target.scheme() {
            Scheme::Http => &self.http,
            Scheme::Https => &self.https,
        };
        let direct = target.is_loopback() || self.except.iter().any(|except| except.covers(target));
        proxy.as_deref().filter(|_| !direct)
    }
}

/// The proxy at `address`, which may hold a password and so is not repeated in the error.
pub(super) fn open(address: &str) -> Result<Proxy> {
    Proxy::new(address).map_err(|_| {
        Error::new(Kind::Usage, "HTTP_PROXY or HTTPS_PROXY is not the address of a proxy")
            .fix("write it as http://host:port")
    })
}

/// The proxy for `url`, of http or https, as the environment has it. Never for this machine.
///
/// # Errors
/// When what the environment has is none, or `url` names no host.
pub fn for_url(url: &str) -> Result<Option<Proxy>> {
    let proxies = Proxies::from_environment();
    let target = origin(url).ok_or_else(|| Error::new(Kind::Usage, "an address without a host"))?;
    proxies.choose(&target).map(open).transpose()
}

/// The scheme, host and port of `url`: who is asked, and what for, does not matter here.
fn origin(url: &str) -> Option<Address> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    Address::parse(&format!("{scheme}://{place}/"))
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text == "*" {
            return Some(Self::All);
        }
        if let Some(network) = Self::network(&text) {
            return Some(network);
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok()?)),
            None => (text.as_str(), None),
        };
        let name = name.strip_prefix('*').unwrap_or(name);
        let suffix = name.trim_matches('.').to_owned();
        (!suffix.is_empty()).then(|| Self::Domain { suffix, itself: !name.starts_with('.'), port })
    }

    /// `10.0.0.0/8`, or one address.
    fn network(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let ip: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
        let whole = if ip.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(whole), |bits| bits.parse().ok())?;
        (bits <= whole).then_some(Self::Network(ip, bits))
    }

    fn covers(&self, target: &Address) -> bool {
        match self {
            Self::All => true,
            Self::Network(network, bits) => target.ip().is_some_and(|ip| inside(ip, *network, *bits)),
            Self::Domain { suffix, itself, port } => {
                let host = target.host().trim_end_matches('.');
                let below = host.strip_suffix(suffix.as_str()).is_some_and(|rest| rest.ends_with('.'));
                (below || (*itself && host == suffix)) && port.is_none_or(|port| port == target.port())
            }
        }
    }
}

/// Whether the first `bits` of both are the same.
fn inside(ip: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let differ = u32::from(ip) ^ u32::from(network);
            differ.leading_zeros() >= u32::from(bits)
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let differ = u128::from(ip) ^ u128::from(network);
            differ.leading_zeros() >= u32::from(bits)
        }
        _ => false,
    }
}

/// Without the addresses, which may hold passwords.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = (self.http.is_some(), self.https.is_some());
        write!(f, "Proxies(http, https: {set:?}, except {:?})", self.except)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(except: &str) -> Proxies {
        Proxies::new(|name| match name {
            "HTTP_PROXY" => Some("http://plain:1".to_owned()),
            "https_proxy" => Some("http://tls:2".to_owned()),
            "no_proxy" => Some(except.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn a_proxy_is_chosen_by_scheme() {
        let proxies = proxies("");
        let choose = |url: &str| proxies.choose(&Address::parse(url).unwrap());
        assert_eq!(choose("http://h/"), Some("http://plain:1"));
        assert_eq!(choose("https://h/"), Some("http://tls:2"));
    }

    #[test]
    fn this_machine_is_never_asked_through_a_proxy() {
        for url in ["http://localhost:5000", "https://127.0.0.7", "https://[::1]:5000", "https://a.localhost"]
        {
            assert_eq!(proxies("").choose(&Address::parse(url).unwrap()), None, "{url}");
        }
    }

    #[test]
    fn no_proxy_names_hosts_domains_ports_and_networks() {
        let cases = [
            ("*", "https://h", true),
            ("h.io", "https://h.io", true),
            ("h.io", "https://a.h.io", true),
            ("h.io", "https://ah.io", false),
            (".h.io", "https://a.h.io", true),
            (".h.io", "https://h.io", false),
            ("*.h.io", "https://a.h.io", true),
            ("x, H.io:5000", "https://h.io:5000", true),
            ("h.io:5000", "https://h.io", false),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.1.2.3", "https://10.1.2.3:5000", true),
            ("fd00::/8", "https://[fd01::1]", true),
            ("fd00::/8", "https://10.0.0.1", false),
            ("0.0.0.0/0", "https://10.0.0.1", true),
            ("10.0.0.0/99", "https://10.0.0.1", false),
            ("h.io:x,.,:", "https://h.io", false),
        ];
        for (except, url, direct) in cases {
            let chosen = proxies(except).choose(&Address::parse(url).unwrap()).is_none();
            assert_eq!(chosen, direct, "{except} {url}");
        }
    }

    #[test]
    fn of_any_address_the_host_alone_decides() {
        let proxy =
            |except: &str, url: &str| proxies(except).choose(&origin(url).unwrap()).map(str::to_owned);
        assert_eq!(proxy("", "http://h/").as_deref(), Some("http://plain:1"));
        assert_eq!(proxy("", "https://h").as_deref(), Some("http://tls:2"));
        for url in ["http://localhost:1/x", "https://127.0.0.7", "https://u@[::1]:5", "http://a.localhost?x"]
        {
            assert_eq!(proxy("", url), None, "{url}");
        }
        for (except, url, direct) in [
            ("*", "https://h", true),
            ("h.io", "https://H.io./x", true),
            ("h.io", "https://a.h.io", true),
            ("h.io", "https://ah.io", false),
            (".h.io", "https://a.h.io", true),
            (".h.io", "https://h.io", false),
            ("x, h.io:5000", "https://h.io:5000", true),
            ("h.io:443", "https://h.io", true),
            ("h.io:5000", "https://h.io", false),
            ("10.0.0.1", "https://10.0.0.1", true),
            (":,.,", "https://h.io", false),
        ] {
            assert_eq!(proxy(except, url).is_none(), direct, "{except} {url}");
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_not_shown() {
        let proxies = Proxies::new(|name| (name == "HTTP_PROXY").then(|| "http://u:geheim@h:1".to_owned()));
        assert!(!format!("{proxies:?}").contains("geheim"));
        assert!(!open("http://u:geheim@").unwrap_err().to_string().contains("geheim"));
    }
}
