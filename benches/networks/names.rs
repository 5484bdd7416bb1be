//! Look-ups of names while containers come and go.

use super::figures::verdict;
use super::ground::{Container, Ground, IMAGE, Tool, succeed};
use super::number;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A network for what is measured here.
const NETWORK: &str = "rcon-bench-names";

/// How many containers come and go at a time.
const CHURNERS: usize = 2;

/// Asks for the name `$1` `$2` times, and prints each answer on a line, `-` for none.
const ASK: &str = r#"
i=0
while [ $i -lt $2 ]; do
    answer=$(nslookup -type=a $1 2>&1 | busybox awk '/^Name:/ { on = 1 } on && /^Address/ { print $NF; exit }')
    echo ${answer:--}
    i=$((i + 1))
done
"#;

/// What came of look-ups.
#[derive(Default)]
struct Tally {
    right: AtomicUsize,
    wrong: AtomicUsize,
    failed: AtomicUsize,
    /// Names that were gone and still answered.
    ghosts: AtomicUsize,
    rounds: AtomicUsize,
}

impl Tally {
    fn count(&self, answer: &str, address: IpAddr) {
        let counter = match answer {
            "-" => &self.failed,
            answer if answer.parse() == Ok(address) => &self.right,
            _ => &self.wrong,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn measure(ground: &Ground) {
    let count = number("LOOKUPS", 1000);
    println!("\n{count} look-ups of a name that stays, while containers come and go:");
    // Internal, so that nobody else is asked for names that are gone.
    succeed(&mut ground.call(Tool::Rcon, &["network", "create", "--internal", NETWORK]));
    let start = |name: &str| {
        let words = ["--name", name, "--network", NETWORK, IMAGE, "sleep", "100000"];
        ground.start(Tool::Rcon, &words)
    };
    let (stays, asks) = (start("stays"), start("asks"));
    let address = stays.address();
    let (steady, fresh) = (Tally::default(), Tally::default());
    let over = AtomicBool::new(false);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for churner in 0..CHURNERS {
            let (fresh, over, asks) = (&fresh, &over, &asks);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    come_and_go(&start, &format!("comes-{churner}"), asks, fresh);
                }
            });
        }
        ask(&asks, "stays", count).iter().for_each(|answer| steady.count(answer, address));
        over.store(true, Ordering::Relaxed);
    });
    let took = began.elapsed();
    report("the name that stays", &steady);
    report("names right after their start", &fresh);
    let rounds = fresh.rounds.load(Ordering::Relaxed);
    let ghosts = fresh.ghosts.load(Ordering::Relaxed);
    println!("  {:30} {ghosts} of {rounds}{}", "answered after they were gone", verdict(ghosts == 0));
    println!("  {rounds} containers came and went in {:.1} s", took.as_secs_f64());
    quiet(&asks, count);
    drop((stays, asks));
    succeed(&mut ground.call(Tool::Rcon, &["network", "rm", NETWORK]));
}

/// A container comes, is found at once, goes, and is found no more.
fn come_and_go<'a>(start: &impl Fn(&str) -> Container<'a>, name: &str, asks: &Container<'_>, tally: &Tally) {
    let came = start(name);
    let found = ask(asks, name, 1);
    tally.count(&found[0], came.address());
    drop(came);
    if ask(asks, name, 1)[0] != "-" {
        tally.ghosts.fetch_add(1, Ordering::Relaxed);
    }
    tally.rounds.fetch_add(1, Ordering::Relaxed);
}

fn ask(asks: &Container<'_>, name: &str, count: usize) -> Vec<String> {
    let done = succeed(&mut asks.exec(&["sh", "-c", ASK, "ask", name, &count.to_string()]));
    String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect()
}

fn report(what: &str, tally: &Tally) {
    let [right, wrong, failed] =
        [&tally.right, &tally.wrong, &tally.failed].map(|n| n.load(Ordering::Relaxed));
    let judged = verdict(wrong == 0 && failed == 0);
    println!("  {what:30} {right} right, {wrong} wrong, {failed} failed{judged}");
}

/// How long look-ups take when nothing else goes on, the processes that ask included.
fn quiet(asks: &Container<'_>, count: usize) {
    let began = Instant::now();
    ask(asks, "stays", count);
    let each: Duration = began.elapsed() / count.max(1) as u32;
    println!("  {:.2} ms each in peace, with the process that asks", each.as_secs_f64() * 1000.0);
}
