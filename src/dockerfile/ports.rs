//! Ports of `EXPOSE`.

use super::quote::quoted;
use std::net::IpAddr;

/// The ports that a word of `EXPOSE` stands for, each `NUMBER/PROTOCOL`: `80`, `53/udp`, `8000-8010`. A host's port and
/// address before it are read and mean nothing.
///
/// # Errors
/// BuildKit's words.
pub fn exposed(word: &str) -> Result<Vec<String>, String> {
    let (address, host, target) = parts(word);
    let (target, protocol) = target.split_once('/').unwrap_or((target, ""));
    let protocol = protocol.to_lowercase();
    let wrong = |told: String| Err(format!("invalid port: {}: {told}", quoted(word)));
    if target.is_empty() {
        return wrong("no port specified".to_owned());
    }
    let protocol = match protocol.as_str() {
        "" => "tcp",
        "tcp" | "udp" | "sctp" => &protocol,
        _ => return wrong(format!("invalid proto: {protocol}")),
    };
    let bare = address.strip_prefix('[').and_then(|address| address.strip_suffix(']')).unwrap_or(address);
    if !address.is_empty() && bare.parse::<IpAddr>().is_err() {
        return Err(format!("invalid IP address: {address}"));
    }
    let (first, last) = range(target).ok_or_else(|| format!("invalid containerPort: {target}"))?;
    if !host.is_empty() {
        let (from, to) = range(host).ok_or_else(|| format!("invalid hostPort: {host}"))?;
        if first != last && to - from != last - first {
            return Err(format!(
                "invalid ranges specified for container and host Ports: {target} and {host}"
            ));
        }
    }
    Ok((first..=last).map(|port| format!("{port}/{protocol}")).collect())
}

/// Address, host's port, port and protocol.
pub(super) fn parts(word: &str) -> (&str, &str, &str) {
    let Some((before, target)) = word.rsplit_once(':') else { return ("", "", word) };
    let (address, host) = before.rsplit_once(':').unwrap_or(("", before));
    (address, host, target)
}

fn range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_stand_for_several_ports() {
        assert_eq!(exposed("80").unwrap(), ["80/tcp"]);
        assert_eq!(exposed("53/UDP").unwrap(), ["53/udp"]);
        assert_eq!(exposed("127.0.0.1:8080:80").unwrap(), ["80/tcp"]);
        assert_eq!(exposed("[::1]:1-2:7-8/sctp").unwrap(), ["7/sctp", "8/sctp"]);
        assert_eq!(exposed("0-65535").unwrap().len(), 65_536);
    }

    #[test]
    fn wrong_ports_are_told_in_buildkits_words() {
        let cases = [
            ("80/foo", "invalid port: \"80/foo\": invalid proto: foo"),
            ("80-70", "invalid containerPort: 80-70"),
            ("65536", "invalid containerPort: 65536"),
            ("a:80", "invalid hostPort: a"),
            ("x:1:80", "invalid IP address: x"),
            ("1-3:7-8", "invalid ranges specified for container and host Ports: 7-8 and 1-3"),
        ];
        for (word, told) in cases {
            assert_eq!(exposed(word), Err(told.to_owned()), "{word}");
        }
    }
}
