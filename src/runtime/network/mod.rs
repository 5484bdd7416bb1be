//! A container's networks as its launcher sees them: cables in the hub, processes beside the container, and what
//! must be done when one of them dies or the container goes.

mod beside;
mod change;
mod names_words;
mod notes;
mod own_pasta;
mod pasta;
pub mod requests;
mod set_up;
mod way_out;
mod worker;

use super::handshake::{Failure, Step, failed};
use super::plan::{Filters, Plan};
use crate::durable::{self, Lock};
use crate::error::Result as Told;
use crate::network::attach::NameSockets;
use crate::network::egress::kernel::{self, DENIED};
use crate::network::egress::log::{self, Line};
use crate::network::hub::Hub;
use crate::network::names;
use crate::network::port::{Publish, Published};
use crate::network::ports::{self, listener, words};
use crate::network::uplink::Wire;
use crate::network::uplink::addresses::HOST;
use crate::network::wiring::{Cable, Wiring};
use crate::packet;
use crate::sys::fork::{Child, SingleThreaded};
use crate::sys::process;
use beside::{Beside, Role};
use names_words::{FromNames, Resolved};
use rustix::fs::{Mode, OFlags};
use rustix::thread::CapabilitySet;
use set_up::{Done, Task};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// Sockets of the host that serve published ports.
pub type Listeners = Vec<(Published, OwnedFd)>;

/// Takes the ports that are to be published, all of them or none.
///
/// # Errors
/// docker's words for one that is taken.
pub fn bind(wanted: &[Publish]) -> Told<Listeners> {
    let mut bound: Listeners = Vec::new();
    for publish in wanted {
        bound.extend(listener::bind(publish, &[])?);
    }
    Ok(bound)
}

/// The networks of a running container.
#[derive(Debug)]
pub struct Networked {
    wiring: Wiring,
    filter: Filters,
    /// The container's folder, for its egress log.
    folder: PathBuf,
    /// Where what is published is told.
    sockets: PathBuf,
    /// What the rules of the hub note about it.
    notes: Option<OwnedFd>,
    /// By which names it found the addresses that it may reach.
    resolved: BTreeMap<IpAddr, String>,
    /// Its network namespace.
    container: OwnedFd,
    /// The hub's, where it is connected to one.
    hub: Option<OwnedFd>,
    /// Keeps the way out.
    lifeline: Option<OwnedFd>,
    /// Indices of the cables' ports in the hub.
    ports: Vec<u32>,
    listeners: Listeners,
    published: Option<Beside>,
    name_sockets: Option<NameSockets>,
    names: Option<Beside>,
    /// Its own pasta.
    pasta: Option<Child>,
    /// Addresses that its pasta gave it.
    given: Vec<IpAddr>,
    /// How often a process beside the container was started again.
    repaired: u32,
}

/// One that dies again and again is not started for ever.
const MOST_REPAIRS: u32 = 64;

impl Networked {
    /// Connects the container whose first process is `init` and has its network namespace.
    pub fn start(
        proof: &SingleThreaded,
        plan: &Plan,
        init: i32,
        listeners: Listeners,
    ) -> Result<Option<Self>, Failure> {
        let Some(wiring) = &plan.wiring else { return Ok(None) };
        Self::connect(proof, plan, wiring, init, listeners).map(Some).map_err(failed(Step::Network))
    }

    fn connect(
        proof: &SingleThreaded,
        plan: &Plan,
        wiring: &Wiring,
        init: i32,
        listeners: Listeners,
    ) -> io::Result<Self> {
        let container = rustix::fs::open(
            format!("/proc/{init}/ns/net"),
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut networked = Self {
            wiring: wiring.clone(),
            filter: plan.beside.clone(),
            folder: plan.folder.clone(),
            sockets: plan.sockets.clone(),
            notes: None,
            resolved: BTreeMap::new(),
            container,
            hub: None,
            lifeline: None,
            ports: Vec::new(),
            listeners,
            published: None,
            name_sockets: None,
            names: None,
            pasta: None,
            given: Vec::new(),
            repaired: 0,
        };
        if let Some(words) = &wiring.pasta {
            networked.pasta = Some(own_pasta::start(proof, words, init, &plan.sockets)?);
        }
        networked.set_up(proof, &wiring.cables)?;
        networked.listen_to_notes(proof)?;
        networked.serve_ports(proof)?;
        networked.serve_names(proof)?;
        networked.tell_published()?;
        Ok(networked)
    }

    /// Leaves word of what is published, for `port`, `ps` and `inspect`.
    fn tell_published(&self) -> io::Result<()> {
        let path = self.sockets.join(PUBLISHED);
        if self.listeners.is_empty() && !path.exists() {
            return Ok(());
        }
        let published: Vec<Published> = self.listeners.iter().map(|(published, _)| *published).collect();
        let text = serde_json::to_vec(&published)?;
        durable::replace(&path, &text).map_err(io::Error::other)
    }

    /// Everything that is done in the hub and in the container for these cables.
    fn set_up(&mut self, proof: &SingleThreaded, cables: &[Cable]) -> io::Result<()> {
        let records = Hub::at(&self.wiring.hub);
        let known = self.hub.as_ref().map(OwnedFd::try_clone).transpose()?;
        let (hub, making) = match (cables, known) {
            ([], _) => (None, None),
            (_, Some(known)) => (Some(known), None),
            (_, None) => find_hub(&records)?,
        };
        let obeys = |cable: &Cable| !cable.egress.is_empty();
        let task = Task {
            cables,
            names: self.wiring.names.is_some() && self.name_sockets.is_none(),
            obeys: cables.iter().chain(&self.wiring.cables).any(obeys),
            publishes: self.published.is_none() && !self.listeners.is_empty(),
            has_pasta: self.pasta.is_some(),
        };
        let (done, descriptors): (Done, _) =
            worker::run(proof, || task.carry_out(hub.as_ref(), self.container.as_fd()))?;
        let mut descriptors = descriptors.into_iter();
        let mut next = || descriptors.next().ok_or(io::ErrorKind::UnexpectedEof);
        let (hub, wire) = match done.made_hub {
            true => (Some(next()?), Some(Wire::of(next()?)?)),
            false => (hub, None),
        };
        if done.named {
            self.name_sockets = Some(NameSockets { udp: next()?, tcp: next()?, inside: next()? });
        }
        self.ports.extend(done.ports);
        self.given.extend(done.given);
        if let (Some(hub), None) = (hub, &self.hub) {
            records.register(&hub).map_err(io::Error::other)?;
            self.hub = Some(hub);
            self.lifeline = Some(self.hold_way_out(proof, wire)?);
        }
        drop(making);
        Ok(())
    }

    /// One socket hears the notes about all cables: the kernel tells each of them to one socket only.
    fn listen_to_notes(&mut self, proof: &SingleThreaded) -> io::Result<()> {
        let cables = self.wiring.cables.iter().zip(&self.ports);
        let obeying: Vec<u32> =
            cables.filter(|(cable, _)| !cable.egress.is_empty()).map(|(_, port)| *port).collect();
        let Some(hub) = self.hub.as_ref().filter(|_| !obeying.is_empty()) else { return Ok(()) };
        self.hear_notes();
        drop(self.notes.take());
        let ((), sockets) = worker::run(proof, || {
            worker::enter(hub.as_fd())?;
            Ok(((), vec![log::open(&obeying)?]))
        })?;
        self.notes = sockets.into_iter().next();
        Ok(())
    }

    fn hold_way_out(&self, proof: &SingleThreaded, wire: Option<Wire>) -> io::Result<OwnedFd> {
        let namespace = self.hub.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let needs = way_out::Needs {
            hub: &Hub::at(&self.wiring.hub),
            namespace,
            uplink: &self.wiring.uplink,
            filter: &self.filter.uplink,
        };
        way_out::hold(proof, needs, wire)
    }

    /// Starts the process that serves published ports, if there are any.
    fn serve_ports(&mut self, proof: &SingleThreaded) -> io::Result<()> {
        if self.listeners.is_empty() {
            return Ok(());
        }
        let role = Role {
            name: c"rcon-ports",
            capabilities: CapabilitySet::NET_RAW | CapabilitySet::NET_ADMIN,
            filter: &self.filter.ports,
        };
        let container = self.container.as_fd();
        let enter = || worker::enter(container);
        let beside =
            Beside::start(proof, role, &[container], enter, |control| ports::run(ports::Setup { control }))?;
        words::target(beside.control.as_fd(), &self.target())?;
        for (published, socket) in &self.listeners {
            words::listen(beside.control.as_fd(), published, socket.as_fd())?;
        }
        self.published = Some(beside);
        Ok(())
    }

    /// Where published ports lead: the container's first addresses, and gateways that stand for the host.
    fn target(&self) -> words::Target {
        let mut target = words::Target::default();
        for address in &self.given {
            match address {
                IpAddr::V4(address) => target.ipv4 = Some(*address),
                IpAddr::V6(address) => target.ipv6 = Some(*address),
            }
            (target.gateway4, target.gateway6) = (Some(HOST.0), Some(HOST.1));
        }
        // That of the default route first: from there UDP servers answer.
        let mut cables: Vec<&Cable> = self.wiring.cables.iter().collect();
        cables.sort_by_key(|cable| cable.gateways.is_empty());
        for cable in cables {
            target.networks.extend(cable.addresses.iter().map(|address| address.trunc()));
            for address in cable.addresses.iter().map(|network| network.addr()) {
                match address {
                    IpAddr::V4(address) => _ = target.ipv4.get_or_insert(address),
                    IpAddr::V6(address) => _ = target.ipv6.get_or_insert(address),
                }
            }
            for gateway in cable.bridge.addresses.iter().map(|network| network.addr()) {
                match gateway {
                    IpAddr::V4(address) => _ = target.gateway4.get_or_insert(address),
                    IpAddr::V6(address) => _ = target.gateway6.get_or_insert(address),
                }
            }
        }
        target
    }

    /// Starts the container's name server, if it has one.
    fn serve_names(&mut self, proof: &SingleThreaded) -> io::Result<()> {
        let (Some(sockets), Some(config)) = (&self.name_sockets, &self.wiring.names) else { return Ok(()) };
        let role =
            Role { name: c"rcon-names", capabilities: CapabilitySet::empty(), filter: &self.filter.names };
        let kept = [sockets.udp.as_fd(), sockets.tcp.as_fd(), sockets.inside.as_fd()];
        let work = |control| {
            names::run(names::Setup {
                udp: sockets.udp.try_clone()?,
                tcp: sockets.tcp.try_clone()?,
                inside: sockets.inside.try_clone()?,
                control,
                config: config.clone(),
            })
        };
        let beside = Beside::start(proof, role, &kept, || Ok(()), work)?;
        self.names = Some(beside);
        Ok(())
    }
}

/// The name of the file of published ports, beside the container's sockets.
pub const PUBLISHED: &str = "ports.json";

/// The name of the file that says that another container shares the network, beside the container's sockets.
pub const SHARED: &str = "shared";

impl Networked {
    /// What to poll for reading.
    pub fn watched(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let names = self.names.as_ref().map(|names| names.control.as_fd());
        let others = [self.lifeline.as_ref(), self.notes.as_ref()];
        names.into_iter().chain(others.into_iter().flatten().map(AsFd::as_fd))
    }

    /// What the pump holds as well, so that all of it stays should this process be killed.
    pub fn held(&self) -> Vec<BorrowedFd<'_>> {
        let besides = self.names.iter().chain(&self.published).map(|beside| beside.control.as_fd());
        besides.chain(self.lifeline.iter().chain(&self.hub).map(AsFd::as_fd)).collect()
    }

    /// Does what can be done without waiting.
    pub fn serve(&mut self) {
        if self.lifeline.as_ref().is_some_and(|lifeline| packet::is_readable(lifeline.as_fd())) {
            self.renew_way_out();
        }
        self.hear_names();
        self.hear_notes();
    }

    fn hear_notes(&self) {
        let Some(notes) = self.notes.as_ref().filter(|notes| packet::is_readable(notes.as_fd())) else {
            return;
        };
        let mut lines = log::receive(notes.as_fd());
        for line in &mut lines {
            line.name = line.address.and_then(|address| self.resolved.get(&address).cloned());
        }
        notes::append(&self.folder, &lines);
    }

    /// What was noted last belongs into the log too.
    fn hear_the_rest(&mut self) {
        while self.hear_names() {}
        self.hear_notes();
    }

    /// The way out was killed: whoever sees it first starts another.
    fn renew_way_out(&mut self) {
        self.lifeline = None;
        self.repaired += 1;
        if self.repaired > MOST_REPAIRS {
            return;
        }
        let renewed = SingleThreaded::prove().and_then(|proof| self.hold_way_out(&proof, None));
        self.lifeline = renewed.ok();
    }

    /// Hears one word of the name server; false at its end.
    fn hear_names(&mut self) -> bool {
        let Some(names) = &self.names else { return false };
        if !packet::is_readable(names.control.as_fd()) {
            return false;
        }
        match names_words::hear(names.control.as_fd()) {
            Some(FromNames::Resolved(resolved)) => {
                // When the rule cannot be made the connection is refused, and noted.
                let _ = self.pin(&resolved);
                if self.resolved.len() > MOST_RESOLVED {
                    self.resolved.clear();
                }
                let found = resolved.addresses.iter().map(|found| (found.address, resolved.name.clone()));
                self.resolved.extend(found);
                let Some(names) = &self.names else { return false };
                let _ = names_words::go_on(names.control.as_fd());
            }
            Some(FromNames::Denied { name }) => notes::append(
                &self.folder,
                &[Line {
                    time: jiff::Timestamp::now(),
                    verdict: DENIED.to_owned(),
                    protocol: "dns".to_owned(),
                    address: None,
                    port: None,
                    name: Some(name),
                }],
            ),
            // Its end is seen when it is reaped.
            None => return false,
        }
        true
    }

    /// Lets the container reach what an allowed name was resolved to.
    fn pin(&self, resolved: &Resolved) -> io::Result<()> {
        let hub = self.hub.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let addresses: Vec<(IpAddr, u64)> = resolved
            .addresses
            .iter()
            .map(|found| (found.address, u64::from(found.ttl).clamp(SHORTEST_PIN, LONGEST_PIN)))
            .collect();
        let proof = SingleThreaded::prove()?;
        worker::done(&proof, || {
            worker::enter(hub.as_fd())?;
            let socket = &mut netlink_socket2::NetlinkSocket::new();
            for (cable, port) in self.wiring.cables.iter().zip(&self.ports) {
                kernel::pin(socket, *port, &cable.egress, &resolved.name, &addresses)?;
            }
            Ok(())
        })
    }

    /// Whether the process that ended was one beside the container; then another takes its place.
    pub fn ended(&mut self, pid: i32) -> bool {
        let is = |beside: &Option<Beside>| beside.as_ref().is_some_and(|beside| beside.pid() == pid);
        let (names, published) = (is(&self.names), is(&self.published));
        if !names && !published {
            return false;
        }
        self.repaired += 1;
        if self.repaired <= MOST_REPAIRS
            && let Ok(proof) = SingleThreaded::prove()
        {
            // Without it the container goes on, and the next call tells what is missing.
            let _ = if names { self.serve_names(&proof) } else { self.serve_ports(&proof) };
        }
        true
    }

    /// The container has ended: nobody listens for it any more when this returns.
    pub fn end(mut self) {
        self.hear_the_rest();
        self.leave_shared();
        let Self { wiring, hub, listeners, published, names, pasta, .. } = self;
        drop(listeners);
        for beside in published.into_iter().chain(names) {
            beside.end();
        }
        if let Some(pasta) = pasta {
            let _ = process::send_signal(&pasta.pidfd, libc::SIGKILL);
        }
        if hub.is_some() {
            let records = Hub::at(&wiring.hub);
            records.unregister();
            records.tidy();
        }
    }
}

impl Networked {
    /// The network namespace outlives this container where another shares it; its addresses do not, as with docker:
    /// they are given to others.
    fn leave_shared(&self) {
        let mark = self.sockets.join(SHARED);
        if rustix::fs::unlink(&mark).is_err() {
            return;
        }
        let Ok(proof) = SingleThreaded::prove() else { return };
        for (cable, port) in self.wiring.cables.iter().zip(&self.ports) {
            // What is not there is taken away.
            let _ = self.forget(&proof, cable, *port);
        }
    }
}

/// For how long an address that a name was resolved to stays allowed, in seconds: programs keep addresses longer
/// than short-lived records say, and none may stay for ever.
const SHORTEST_PIN: u64 = 300;
/// Addresses whose names are remembered for the log.
const MOST_RESOLVED: usize = 4096;
/// See [`SHORTEST_PIN`].
const LONGEST_PIN: u64 = 86400;

/// The hub, or the lock under which it is to be made.
fn find_hub(records: &Hub) -> io::Result<(Option<OwnedFd>, Option<Lock>)> {
    if let Some(found) = records.find() {
        return Ok((Some(found), None));
    }
    let lock = records.lock().map_err(io::Error::other)?;
    Ok(match records.find() {
        Some(found) => (Some(found), None),
        None => (None, Some(lock)),
    })
}
