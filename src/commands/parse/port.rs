//! `-p [ADDRESS:][HOST[-HOST]:]PORT[-PORT][/PROTOCOL]`, `--expose PORT[-PORT][/PROTOCOL]`.

use super::number;
use crate::error::{Error, Kind, Result};
use crate::network::port::{Port, Protocol, Publish};
use std::net::IpAddr;

/// First and last, both of them included.
type Range = (u16, u16);

/// Reads a `-p`: one [`Publish`] for each port of the container.
pub fn publish(typed: &str) -> Result<Vec<Publish>> {
    match typed.contains('=') {
        true => short(&from_pairs(typed)?),
        false => short(typed),
    }
}

/// Reads a `--expose`: one port for each number.
pub fn expose(typed: &str) -> Result<Vec<Port>> {
    if typed.contains(':') {
        return Err(Error::usage(format!("invalid port format for --expose: {typed}")));
    }
    let wrong =
        |why: String| Error::usage(format!("invalid range format for --expose: {typed}, error: {why}"));
    let (ports, word) = split_protocol(typed);
    if ports.is_empty() {
        return Err(wrong("Empty string specified for ports.".to_owned()));
    }
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let read = |port: &str| uint16(port).map_err(|error| wrong(error.to_string()));
    let (first, last) = (read(first)?, read(last)?);
    if first > last {
        return Err(wrong(format!("Invalid range specified for the Port: {ports}")));
    }
    if first == 0 {
        return Err(wrong("there is no port 0".to_owned()));
    }
    let wrong = || Error::usage(format!("invalid protocol for --expose: {word}"));
    let protocol = protocol(word)?.ok_or_else(wrong)?;
    Ok((first..=last).map(|number| Port { number, protocol }).collect())
}

fn short(typed: &str) -> Result<Vec<Publish>> {
    let (address, host, container) = parts(typed);
    let (ports, word) = split_protocol(container);
    let address = self::address(address)?;
    if ports.is_empty() {
        return Err(Error::usage(format!("No port specified: {typed}<empty>")));
    }
    let containers =
        range(ports).filter(|(first, _)| *first != 0).ok_or_else(|| wrong("containerPort", ports))?;
    let hosts = match host {
        "" => None,
        host => Some(range(host).ok_or_else(|| wrong("hostPort", host))?),
    };
    let several = containers.0 != containers.1;
    if hosts.is_some_and(|hosts| several && hosts.1 - hosts.0 != containers.1 - containers.0) {
        return Err(Error::usage(format!(
            "Invalid ranges specified for container and host Ports: {ports} and {host}"
        )));
    }
    let protocol = protocol(word)?.ok_or_else(|| wrong("proto", word))?;
    let host_of = |number: u16| match hosts {
        // docker's way to ask for any.
        None | Some((0, 0)) => None,
        Some((first, _)) if several => {
            let host = first + (number - containers.0);
            Some((host, host))
        }
        Some(all) => Some(all),
    };
    let one = |number: u16| Publish { container: Port { number, protocol }, address, host: host_of(number) };
    match hosts {
        Some((0, last)) if last != 0 => Err(wrong("hostPort", host)),
        _ => Ok((containers.0..=containers.1).map(one).collect()),
    }
}

fn wrong(what: &str, typed: &str) -> Error {
    Error::usage(format!("Invalid {what}: {typed}"))
}

/// The address, the ports of the host and those of the container, from the right.
fn parts(typed: &str) -> (&str, &str, &str) {
    let mut from_right = typed.rsplitn(3, ':');
    let container = from_right.next().unwrap_or_default();
    let host = from_right.next().unwrap_or_default();
    (from_right.next().unwrap_or_default(), host, container)
}

/// The number before the slash and the protocol after it, `tcp` where there is none; what follows a second
/// slash is not looked at.
fn split_protocol(typed: &str) -> (&str, &str) {
    let mut words = typed.split('/');
    let number = words.next().unwrap_or_default();
    (number, words.next().filter(|word| !word.is_empty()).unwrap_or("tcp"))
}

/// `None` for a word that is no protocol.
fn protocol(word: &str) -> Result<Option<Protocol>> {
    match word.to_ascii_lowercase().as_str() {
        "tcp" => Ok(Some(Protocol::Tcp)),
        "udp" => Ok(Some(Protocol::Udp)),
        "sctp" => Err(Error::new(Kind::Unsupported, "sctp ports are not supported")
            .because("ports are carried by processes of yours, which know tcp and udp")),
        _ => Ok(None),
    }
}

fn range(typed: &str) -> Option<Range> {
    let (first, last) = typed.split_once('-').unwrap_or((typed, typed));
    let (first, last) = (uint16(first).ok()?, uint16(last).ok()?);
    (first <= last).then_some((first, last))
}

/// Go's strconv with base 10: nothing but digits.
pub fn uint16(typed: &str) -> Result<u16> {
    match typed.bytes().all(|c| c.is_ascii_digit()) {
        // Without the zeros before it, which would make it octal.
        true if !typed.is_empty() => {
            let digits = typed.trim_start_matches('0');
            number::uint16(if digits.is_empty() { "0" } else { digits })
        }
        _ => Err(Error::usage(format!("strconv.ParseUint: parsing {typed:?}: invalid syntax"))),
    }
}

fn address(typed: &str) -> Result<Option<IpAddr>> {
    let wrong = |why: &str| Error::usage(format!("Invalid ip address {typed}: address {typed}:: {why}"));
    let bare = match typed.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').ok_or_else(|| wrong("missing ']' in address"))?,
        None if typed.contains(':') => return Err(wrong("too many colons in address")),
        None => typed,
    };
    match bare {
        "" => Ok(None),
        bare => bare.parse().map(Some).map_err(|_| Error::usage(format!("Invalid ip address: {bare}"))),
    }
}

/// The long form, `target=80,published=8080,protocol=tcp,mode=ingress`, as the short one.
fn from_pairs(typed: &str) -> Result<String> {
    let (mut target, mut published, mut protocol) = ("", "", "tcp");
    for pair in typed.split(',') {
        let wrong =
            || Error::usage(format!("invalid publish opts format (should be name=value but got '{pair}')"));
        let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
        match key {
            "target" => target = value,
            "published" => published = value,
            "protocol" => protocol = value,
            "mode" if matches!(value, "host" | "ingress") => {}
            _ => return Err(wrong()),
        }
    }
    match published {
        "" => Ok(format!("{target}/{protocol}")),
        published => Ok(format!("{published}:{target}/{protocol}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `docker inspect` shows them: `127.0.0.1 80->80/tcp`.
    fn read(typed: &str) -> Result<String, String> {
        let all = publish(typed).map_err(|error| error.to_string())?;
        let shown = all.iter().map(|publish| {
            let host = match publish.host {
                None => String::new(),
                Some((first, last)) if first == last => first.to_string(),
                Some((first, last)) => format!("{first}-{last}"),
            };
            let address = publish.address.map(|address| format!("{address} ")).unwrap_or_default();
            format!("{address}{host}->{}", publish.container)
        });
        Ok(shown.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn ports_are_published_in_every_form() {
        for (typed, wanted) in [
            ("80", "->80/tcp"),
            (":80", "->80/tcp"),
            ("80/", "->80/tcp"),
            ("0:80", "->80/tcp"),
            ("080:080", "80->80/tcp"),
            ("80:80", "80->80/tcp"),
            ("8080:80/UDP", "8080->80/udp"),
            ("80:80/tcp/udp", "80->80/tcp"),
            ("1-3", "->1/tcp, ->2/tcp, ->3/tcp"),
            ("1-3:4-6", "1->4/tcp, 2->5/tcp, 3->6/tcp"),
            ("60000-60010:22", "60000-60010->22/tcp"),
            ("127.0.0.1:80:80", "127.0.0.1 80->80/tcp"),
            ("127.0.0.1::80", "127.0.0.1 ->80/tcp"),
            ("127.0.0.1:1-2:1-2", "127.0.0.1 1->1/tcp, 127.0.0.1 2->2/tcp"),
            ("[::1]:80:80", "::1 80->80/tcp"),
            ("[::1]::80", "::1 ->80/tcp"),
            ("[::]:80:80", ":: 80->80/tcp"),
            ("[]:80:80", "80->80/tcp"),
            ("target=80", "->80/tcp"),
            ("target=80,published=8080,protocol=udp,mode=host", "8080->80/udp"),
            ("target=1-2,published=1-2", "1->1/tcp, 2->2/tcp"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(wanted), "{typed}");
        }
        assert_eq!(publish("1-65535:1-65535").unwrap().len(), 65535);
    }

    #[test]
    fn wrong_ports_are_told_in_dockers_words() {
        for (typed, told) in [
            ("", "No port specified: <empty>"),
            ("/tcp", "No port specified: /tcp<empty>"),
            ("80:", "No port specified: 80:<empty>"),
            (":80:", "No port specified: :80:<empty>"),
            ("127.0.0.1::", "No port specified: 127.0.0.1::<empty>"),
            ("published=80", "No port specified: 80:/tcp<empty>"),
            ("0", "Invalid containerPort: 0"),
            ("65536", "Invalid containerPort: 65536"),
            ("80:a", "Invalid containerPort: a"),
            ("1-3:5-3", "Invalid containerPort: 5-3"),
            ("80-", "Invalid containerPort: 80-"),
            ("-80", "Invalid containerPort: -80"),
            ("target=x", "Invalid containerPort: x"),
            ("65536:80", "Invalid hostPort: 65536"),
            ("a:80", "Invalid hostPort: a"),
            ("5-3:1-3", "Invalid hostPort: 5-3"),
            ("0-5:80", "Invalid hostPort: 0-5"),
            ("127.0.0.1:80", "Invalid hostPort: 127.0.0.1"),
            ("+80:80", "Invalid hostPort: +80"),
            (" 80:80", "Invalid hostPort:  80"),
            ("80/tcp:80", "Invalid hostPort: 80/tcp"),
            ("1-3:4-5", "Invalid ranges specified for container and host Ports: 4-5 and 1-3"),
            ("1:2-3", "Invalid ranges specified for container and host Ports: 2-3 and 1"),
            ("80/foo", "Invalid proto: foo"),
            ("[::1]:80", "Invalid ip address [:: address [::: missing ']' in address"),
            ("::1:80:80", "Invalid ip address ::1: address ::1:: too many colons in address"),
            ("[zz]:80:80", "Invalid ip address: zz"),
            ("300.1.1.1:80:80", "Invalid ip address: 300.1.1.1"),
            ("[::1%lo]:80:80", "Invalid ip address: ::1%lo"),
            ("*:80:80", "Invalid ip address: *"),
            ("80:80:80", "Invalid ip address: 80"),
            ("target=80,foo=bar", "invalid publish opts format (should be name=value but got 'foo=bar')"),
            (
                "80/sctp",
                "sctp ports are not supported: ports are carried by processes of yours, which know tcp and udp",
            ),
        ] {
            assert_eq!(read(typed).unwrap_err(), told, "{typed:?}");
        }
    }

    #[test]
    fn exposed_ports_are_numbers_or_ranges_with_a_protocol() {
        let shown = |typed| expose(typed).map(|ports| ports.iter().map(Port::to_string).collect::<Vec<_>>());
        assert_eq!(shown("80").unwrap(), ["80/tcp"]);
        assert_eq!(shown("80/UDP").unwrap(), ["80/udp"]);
        assert_eq!(shown("7000-7002/tcp").unwrap(), ["7000/tcp", "7001/tcp", "7002/tcp"]);
        for (typed, told) in [
            (
                "foo",
                "invalid range format for --expose: foo, error: strconv.ParseUint: parsing \"foo\": invalid syntax",
            ),
            (
                "65536",
                "invalid range format for --expose: 65536, error: strconv.ParseUint: parsing \"65536\": value out of range",
            ),
            ("", "invalid range format for --expose: , error: Empty string specified for ports."),
            ("/tcp", "invalid range format for --expose: /tcp, error: Empty string specified for ports."),
            ("80:80", "invalid port format for --expose: 80:80"),
            (
                "9-8",
                "invalid range format for --expose: 9-8, error: Invalid range specified for the Port: 9-8",
            ),
            ("80/icmp", "invalid protocol for --expose: icmp"),
        ] {
            assert_eq!(expose(typed).unwrap_err().to_string(), told, "{typed:?}");
        }
    }
}
