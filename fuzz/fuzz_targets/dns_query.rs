//! Any bytes as what a container asks its name server, and as what a server outside answers: an answer that fits, a refusal or silence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::network::names::answer::{self, Transport};
use rcon::network::names::config::{Config, View};
use rcon::network::names::egress;
use rcon::network::names::message::Query;
use rcon::network::names::table::Table;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (query, answer) = input;
    let view = View {
        name: "n".to_owned(),
        folder: "/nonexistent".into(),
        subnets: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/64".parse().unwrap()],
        resolves: true,
    };
    let config = Config {
        networks: vec![view],
        egress: Some(vec!["*.example.com".to_owned()]),
        ..Config::default()
    };
    let mut table = Table::new(&config.networks);
    for transport in [Transport::Udp, Transport::Tcp] {
        let _ = answer::answer(query, transport, &mut table, &config);
    }
    if let Ok(read) = Query::read(query) {
        let _ = egress::reached(&read, answer);
        if read.is_answered_by(answer) {
            assert!(read.fit(answer.to_vec(), 512).len() <= answer.len().max(512));
        }
    }
});
