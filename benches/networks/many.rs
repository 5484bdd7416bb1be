//! A hundred containers that are started at once on one network.

use super::ground::{Ground, IMAGE, Tool, succeed};
use super::{figures::verdict, number};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Instant;

/// A network for what is measured here.
const NETWORK: &str = "rcon-bench-many";

pub(crate) fn measure(ground: &Ground) {
    let count = number("MANY", 100);
    println!("\n{count} containers, started at once on one network:");
    succeed(&mut ground.call(Tool::Rcon, &["network", "create", NETWORK]));
    let names: Vec<String> = (0..count).map(|number| format!("many-{number}")).collect();
    let began = Instant::now();
    let started: Vec<_> = names
        .iter()
        .map(|name| {
            let words = ["run", "-d", "--name", name, "--network", NETWORK, IMAGE, "sleep", "100000"];
            ground.call(Tool::Rcon, &words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in started {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "a start failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    let took = began.elapsed().as_secs_f64();
    let told: BTreeSet<String> = names.iter().filter_map(|name| told(ground, name)).collect();
    let real: BTreeSet<String> = names.iter().filter_map(|name| real(ground, name)).collect();
    println!(
        "  {took:.2} s, {:.1} ms each; {} addresses told, {} in place{}",
        took * 1000.0 / count as f64,
        told.len(),
        real.len(),
        verdict(told.len() == count && real == told)
    );
    let began = Instant::now();
    let mut remove = vec!["rm", "-f"];
    remove.extend(names.iter().map(String::as_str));
    succeed(&mut ground.call(Tool::Rcon, &remove));
    println!("  rm -f of all: {:.2} s", began.elapsed().as_secs_f64());
    succeed(&mut ground.call(Tool::Rcon, &["network", "rm", NETWORK]));
}

/// The address that `inspect` tells.
fn told(ground: &Ground, name: &str) -> Option<String> {
    let inspected: Value = ground.inspect(Tool::Rcon, name);
    let address = inspected["NetworkSettings"]["Networks"][NETWORK]["IPAddress"].as_str()?;
    (!address.is_empty()).then(|| address.to_owned())
}

/// The address that the container has.
fn real(ground: &Ground, name: &str) -> Option<String> {
    let script = "ip -4 -o address show dev eth0";
    let said = succeed(&mut ground.call(Tool::Rcon, &["exec", name, "sh", "-c", script])).stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let address = said.split_whitespace().find(|word| word.contains('/'))?;
    address.split('/').next().map(str::to_owned)
}
