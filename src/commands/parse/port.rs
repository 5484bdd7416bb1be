//! `--expose PORT[-PORT][/PROTOCOL]`.

use super::number;
use crate::error::{Error, Result};

/// Checks a port or a range of ports and keeps it as it was typed.
pub fn expose(typed: &str) -> Result<String> {
    let wrong =
        |why: String| Error::usage(format!("invalid range format for --expose: {typed}, error: {why}"));
    let (range, protocol) = typed.split_once('/').unwrap_or((typed, "tcp"));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let read = |port: &str| number::uint16(port).map_err(|error| wrong(error.to_string()));
    if read(first)? > read(last)? {
        return Err(wrong(format!("invalid range specified for port: {range}")));
    }
    match protocol {
        "tcp" | "udp" | "sctp" => Ok(typed.to_owned()),
        other => Err(Error::usage(format!("invalid protocol for --expose: {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::expose;

    #[test]
    fn a_port_is_a_number_or_a_range_with_a_protocol() {
        for typed in ["80", "80/udp", "7000-7002/tcp"] {
            assert_eq!(expose(typed).unwrap(), typed);
        }
        for typed in ["", "foo", "80/icmp", "9-8", "70000", "80-"] {
            assert!(expose(typed).is_err(), "{typed:?}");
        }
        assert_eq!(
            expose("foo").unwrap_err().to_string(),
            "invalid range format for --expose: foo, error: strconv.ParseUint: parsing \"foo\": invalid syntax"
        );
    }
}
