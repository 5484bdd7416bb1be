//! `--dns`, `--dns-search`, `--dns-option`: lines of resolv.conf(5).

use crate::error::{Error, Result};
use std::net::IpAddr;

/// The longest domain, RFC 1035 2.3.4.
const LONGEST: usize = 254;

/// Reads the address of a name server.
pub fn server(typed: &str) -> Result<IpAddr> {
    let wrong = |_| Error::usage(format!("IP address is not correctly formatted: {typed}"));
    typed.trim().parse().map_err(wrong)
}

/// Reads a domain to search in; `.` stands for none.
pub fn search(typed: &str) -> Result<String> {
    let domain = typed.trim_matches(' ');
    if domain == "." {
        return Ok(domain.to_owned());
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let fits = domain.len() <= LONGEST && domain.contains(|c: char| c.is_ascii_alphabetic());
    match fits && domain.split('.').all(is_label) {
        true => Ok(domain.to_owned()),
        false => Err(Error::usage(format!("{typed} is not a valid domain"))),
    }
}

/// Reads an option, such as `ndots:2`: one word.
pub fn option(typed: &str) -> Result<String> {
    match typed.contains(|c: char| c.is_whitespace() || c.is_control()) {
        true => Err(Error::usage(format!("invalid DNS option: {typed}"))),
        false => Ok(typed.to_owned()),
    }
}

fn is_label(label: &str) -> bool {
    let inner = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses() {
        assert_eq!(server("1.1.1.1").unwrap().to_string(), "1.1.1.1");
        assert_eq!(server("::1").unwrap().to_string(), "::1");
        assert_eq!(server("foo").unwrap_err().to_string(), "IP address is not correctly formatted: foo");
        assert!(server("").is_err());
    }

    #[test]
    fn domains_are_letters_digits_and_dashes() {
        for (typed, read) in [(".", "."), ("foo.", "foo"), ("a-b.c1", "a-b.c1"), (" x ", "x")] {
            assert_eq!(search(typed).unwrap(), read, "{typed:?}");
        }
        for typed in ["", "a b", "-a", "a-", "a_b", "..foo", "1.2", "a..b", "a\nb"] {
            let told = format!("{typed} is not a valid domain");
            assert!(search(typed).is_err_and(|error| error.kind == crate::error::Kind::Usage), "{told}");
        }
        assert!(search(&"a.".repeat(200)).is_err());
    }

    #[test]
    fn an_option_cannot_begin_a_line_of_its_own() {
        assert_eq!(option("ndots:9").unwrap(), "ndots:9");
        assert!(option("a\nnameserver 1.2.3.4").is_err());
    }
}
