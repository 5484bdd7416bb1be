//! What becomes of a query: an answer from the table, a refusal, or a question to others.

use super::config::{Config, Upstream};
use super::egress;
use super::message::{self, Answer, LARGEST, LARGEST_QUERY, Query, Unreadable};
use super::table::{Owner, Table, Wanted};
use domain::base::Name;
use domain::base::iana::{Class, ExtendedErrorCode, OptRcode, Rtype};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How a query came, and so how large its answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// As large as the query says.
    Udp,
    /// As large as can be.
    Tcp,
}

/// What becomes of a query.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Silence,
    /// This is the answer.
    Reply(Vec<u8>),
    /// This is the answer, and the launcher is told the name, which may not be asked for.
    Blocked {
        /// See [`message::text`].
        name: String,
        /// The answer.
        reply: Vec<u8>,
    },
    /// Others are asked.
    Forward,
}

/// Decides about `packet`, which is anything that came from the container.
pub fn answer(packet: &[u8], transport: Transport, table: &mut Table, config: &Config) -> Verdict {
    if packet.len() > LARGEST_QUERY {
        return Verdict::Silence;
    }
    let query = match Query::read(packet) {
        Ok(query) => query,
        Err(Unreadable::Noise) => return Verdict::Silence,
        Err(Unreadable::Wrong(code)) => return Verdict::Reply(message::complaint(packet, code)),
    };
    let limit = limit(&query, transport);
    let plain = |code| Verdict::Reply(query.answer(code, &[], None, limit));
    if !query.has_known_version() {
        return plain(OptRcode::BADVERS);
    }
    // Chaos asks for the server's version; zones are not given away.
    if query.class() != Class::IN || [Rtype::AXFR, Rtype::IXFR].contains(&query.kind()) {
        return plain(OptRcode::REFUSED);
    }
    if let Some((code, records)) = from_table(&query, table, config) {
        return Verdict::Reply(query.answer(code, &records, None, limit));
    }
    if !egress::allows(config.egress.as_deref(), &query.name) {
        let reply = query.answer(OptRcode::NXDOMAIN, &[], Some(ExtendedErrorCode::BLOCKED), limit);
        return Verdict::Blocked { name: query.name, reply };
    }
    match config.upstream {
        Upstream::Nobody => plain(OptRcode::SERVFAIL),
        Upstream::Host | Upstream::Servers(_) => Verdict::Forward,
    }
}

/// The most bytes an answer to `query` may have.
pub fn limit(query: &Query<'_>, transport: Transport) -> usize {
    match transport {
        Transport::Udp => query.limit(),
        Transport::Tcp => LARGEST,
    }
}

/// What the container's networks know about the question; `None`: nothing.
fn from_table(query: &Query<'_>, table: &mut Table, config: &Config) -> Option<(OptRcode, Vec<Answer>)> {
    let asked = |kind| query.kind() == kind || query.kind() == Rtype::ANY;
    let wanted = Wanted { v4: asked(Rtype::A), v6: asked(Rtype::AAAA) };
    if let Some(addresses) = table.find(&query.name, &config.links, wanted) {
        return Some((OptRcode::NOERROR, addresses.into_iter().map(Answer::Address).collect()));
    }
    let address = reverse(&query.name)?;
    match table.owner(address) {
        Owner::Elsewhere => None,
        Owner::Nobody => Some((OptRcode::NXDOMAIN, Vec::new())),
        Owner::Container(name) => {
            let name = asked(Rtype::PTR).then(|| Name::vec_from_str(&name).ok()).flatten();
            Some((OptRcode::NOERROR, name.map(Answer::Name).into_iter().collect()))
        }
    }
}

/// The address that `name` asks the name of: `2.0.18.172.in-addr.arpa` (RFC 1035, section 3.5; RFC 3596, section
/// 2.5). `None` when it is not that of a whole address.
fn reverse(name: &str) -> Option<IpAddr> {
    if let Some(octets) = name.strip_suffix(".in-addr.arpa") {
        let mut address = [0u8; 4];
        let mut words = octets.split('.');
        for octet in address.iter_mut().rev() {
            *octet = words.next()?.parse().ok()?;
        }
        let address = Ipv4Addr::from(address);
        return words.next().is_none().then_some(IpAddr::V4(address));
    }
    let digits = name.strip_suffix(".ip6.arpa")?;
    let (mut address, mut words) = (0u128, digits.split('.'));
    for place in 0..32 {
        let word = words.next().filter(|word| word.len() == 1)?;
        address |= u128::from_str_radix(word, 16).ok()? << (4 * place);
    }
    words.next().is_none().then(|| IpAddr::V6(Ipv6Addr::from(address)))
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{mutations, query};
    use super::super::table::tests::{id, table, view};
    use super::*;
    use domain::base::iana::Rcode;

    fn config() -> Config {
        Config {
            networks: vec![view("Front", &["172.18.0.0/16"], true)],
            links: [("legacy".to_owned(), id(6))].into(),
            ..Config::default()
        }
    }

    /// The code and the addresses or names of the answer; what became of the query when there is none.
    fn asked(bytes: &[u8], config: &Config) -> String {
        let reply = match answer(bytes, Transport::Udp, &mut table(), config) {
            Verdict::Silence => return "silence".to_owned(),
            Verdict::Forward => return "forward".to_owned(),
            Verdict::Blocked { name, .. } => return format!("blocked {name}"),
            Verdict::Reply(reply) => reply,
        };
        let seen = simple_dns::Packet::parse(&reply).unwrap();
        let mut words = vec![format!("{:?}", seen.rcode())];
        words.extend(seen.answers.iter().map(|record| match &record.rdata {
            simple_dns::rdata::RData::A(address) => Ipv4Addr::from(address.address).to_string(),
            simple_dns::rdata::RData::AAAA(address) => Ipv6Addr::from(address.address).to_string(),
            simple_dns::rdata::RData::PTR(name) => name.0.to_string(),
            other => panic!("{other:?}"),
        }));
        words.join(" ")
    }

    #[test]
    fn each_question_has_its_answer() {
        let v6 = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.1.0.0.0.0.d.f.ip6.arpa";
        let cases = [
            ("web", Rtype::A, "NoError 172.18.0.2"),
            ("WEB", Rtype::A, "NoError 172.18.0.2"),
            ("web.front", Rtype::AAAA, "NoError fd00:18::2"),
            ("web", Rtype::ANY, "NoError 172.18.0.2 fd00:18::2"),
            ("db", Rtype::AAAA, "NoError"),
            ("db", Rtype::MX, "NoError"),
            ("db", Rtype::HTTPS, "NoError"),
            ("legacy", Rtype::A, "NoError 172.17.0.2"),
            ("old", Rtype::A, "forward"),
            ("example.com", Rtype::A, "forward"),
            ("example.com", Rtype::TLSA, "forward"),
            ("example.com", Rtype::from_int(65280), "forward"),
            ("3.0.18.172.in-addr.arpa", Rtype::PTR, "NoError api-1.Front"),
            ("3.0.18.172.IN-ADDR.arpa", Rtype::ANY, "NoError api-1.Front"),
            ("3.0.18.172.in-addr.arpa", Rtype::A, "NoError"),
            ("9.0.18.172.in-addr.arpa", Rtype::PTR, "NameError"),
            ("2.0.17.172.in-addr.arpa", Rtype::PTR, "forward"),
            ("1.2.0.192.in-addr.arpa", Rtype::PTR, "forward"),
            ("18.172.in-addr.arpa", Rtype::PTR, "forward"),
            ("1.3.0.18.172.in-addr.arpa", Rtype::PTR, "forward"),
            ("300.0.18.172.in-addr.arpa", Rtype::PTR, "forward"),
            (v6, Rtype::PTR, "NoError web.Front"),
            ("web", Rtype::AXFR, "Refused"),
            ("example.com", Rtype::IXFR, "Refused"),
        ];
        for (name, kind, wanted) in cases {
            assert_eq!(asked(&query(name, kind, None), &config()), wanted, "{name} {kind}");
        }
    }

    #[test]
    fn the_version_of_the_server_is_refused() {
        let mut bytes = query("version.bind", Rtype::TXT, None);
        *bytes.last_mut().unwrap() = 3;
        assert_eq!(asked(&bytes, &config()), "Refused");
        let mut bytes = query("web", Rtype::A, Some(1232));
        let version = bytes.len() - 5;
        bytes[version] = 1;
        let Verdict::Reply(reply) = answer(&bytes, Transport::Udp, &mut table(), &config()) else { panic!() };
        assert_eq!(reply[reply.len() - 6..], [1, 0, 0x80, 0, 0, 0]);
    }

    #[test]
    fn an_internal_network_asks_nobody() {
        let config = Config { upstream: Upstream::Nobody, ..config() };
        assert_eq!(asked(&query("web", Rtype::A, None), &config), "NoError 172.18.0.2");
        assert_eq!(asked(&query("example.com", Rtype::A, None), &config), "ServerFailure");
    }

    #[test]
    fn names_that_may_not_be_asked_for_do_not_exist() {
        let config = Config { egress: Some(vec!["*.example.com".to_owned()]), ..config() };
        assert_eq!(asked(&query("web", Rtype::A, None), &config), "NoError 172.18.0.2");
        assert_eq!(asked(&query("a.EXAMPLE.com", Rtype::A, None), &config), "forward");
        assert_eq!(asked(&query("Example.com", Rtype::A, None), &config), "blocked example.com");
        let blocked = answer(&query("x.org", Rtype::A, Some(1232)), Transport::Udp, &mut table(), &config);
        let Verdict::Blocked { reply, .. } = blocked else { panic!("{blocked:?}") };
        assert!(reply.ends_with(&[0, 15, 0, 2, 0, 15]));
        assert_eq!(message::code(&reply), Rcode::NXDOMAIN);
    }

    #[test]
    fn over_tcp_an_answer_may_be_large() {
        let bytes = query("web", Rtype::A, None);
        let read = Query::read(&bytes).unwrap();
        assert_eq!((limit(&read, Transport::Udp), limit(&read, Transport::Tcp)), (512, 65535));
    }

    #[test]
    fn no_packet_makes_it_fail() {
        let (mut table, mut config) = (table(), config());
        config.egress = Some(vec!["example.com".to_owned()]);
        let packets = [
            query("api.front", Rtype::ANY, Some(1232)),
            query("3.0.18.172.in-addr.arpa", Rtype::PTR, None),
            query("example.com", Rtype::A, Some(600)),
        ];
        for changed in packets.iter().flat_map(|packet| mutations(packet)) {
            for transport in [Transport::Udp, Transport::Tcp] {
                if let Verdict::Reply(reply) = answer(&changed, transport, &mut table, &config) {
                    assert!(reply.len() <= LARGEST && reply[2] & 0x80 != 0);
                }
            }
        }
        assert_eq!(answer(&[0; LARGEST_QUERY + 1], Transport::Udp, &mut table, &config), Verdict::Silence);
    }
}
