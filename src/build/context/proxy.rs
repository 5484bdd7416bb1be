//! Which proxy leads to a server: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case.

use crate::error::{Error, Kind, Result};
use std::net::IpAddr;
use ureq::Proxy;

/// The proxy for `url`, of http or https, as the environment has it. Never for this machine.
///
/// # Errors
/// When what the environment has is none.
pub(super) fn of(url: &str) -> Result<Option<Proxy>> {
    let Some(address) = choose(url, |name| std::env::var(name).ok()) else { return Ok(None) };
    // It may hold a password, and so is not repeated.
    Proxy::new(&address).map(Some).map_err(|_| {
        Error::new(Kind::Usage, "HTTP_PROXY or HTTPS_PROXY is not the address of a proxy")
            .fix("write it as http://host:port")
    })
}

fn choose(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let either = |name: &str| {
        let set = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
        set.filter(|value| !value.trim().is_empty())
    };
    let (scheme, rest) = url.split_once("://")?;
    let proxy = either(if scheme == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" })?;
    let (host, port) = host_and_port(rest);
    let port = port.unwrap_or(if scheme == "https" { "443" } else { "80" });
    let except = either("NO_PROXY").unwrap_or_default();
    let direct = is_this_machine(&host) || except.split([',', ' ']).any(|except| covers(except, &host, port));
    (!direct).then_some(proxy)
}

/// The host in lower case, without brackets, and the port, of what stands behind `scheme://`.
fn host_and_port(rest: &str) -> (String, Option<&str>) {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    (host.trim_end_matches('.').to_ascii_lowercase(), port)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    address || host == "localhost" || host.ends_with(".localhost")
}

/// `*`, a host with all below it, `.domain` or `*.domain` for those below alone; each with or without a port.
fn covers(except: &str, host: &str, port: &str) -> bool {
    let except = except.trim().to_ascii_lowercase();
    let (name, only) = match except.rsplit_once(':').filter(|(name, _)| !name.contains(':')) {
        Some((name, port)) => (name, Some(port)),
        None => (except.as_str(), None),
    };
    if name == "*" {
        return true;
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    let suffix = name.trim_matches(['.', '[', ']']);
    let below = host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
    let itself = !name.starts_with('.') && host == suffix;
    !suffix.is_empty() && (below || itself) && only.is_none_or(|only| only == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(except: &str, url: &str) -> Option<String> {
        choose(url, |name| match name {
            "HTTP_PROXY" => Some("http://plain:1".to_owned()),
            "https_proxy" => Some("http://tls:2".to_owned()),
            "no_proxy" => Some(except.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn a_proxy_is_chosen_by_scheme_and_never_for_this_machine() {
        assert_eq!(proxy("", "http://h/").as_deref(), Some("http://plain:1"));
        assert_eq!(proxy("", "https://h").as_deref(), Some("http://tls:2"));
        for url in ["http://localhost:1/x", "https://127.0.0.7", "https://u@[::1]:5", "http://a.localhost?x"]
        {
            assert_eq!(proxy("", url), None, "{url}");
        }
    }

    #[test]
    fn no_proxy_names_hosts_domains_and_ports() {
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
}
