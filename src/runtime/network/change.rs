//! Changes to the networks of a container that runs.

use super::requests::{self, Around, Change};
use super::{Networked, worker};
use crate::network::attach;
use crate::network::names::egress::CONFIGURE;
use crate::network::port::Published;
use crate::network::ports::words;
use crate::network::wiring::Cable;
use crate::packet;
use crate::sys::fork::SingleThreaded;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

impl Networked {
    /// Makes a change that a client asked for, and answers.
    pub fn change(&mut self, client: &OwnedFd, mut descriptors: Vec<OwnedFd>) {
        let done = if descriptors.is_empty() {
            Err(io::ErrorKind::InvalidData.into())
        } else {
            let sockets = descriptors.split_off(1);
            let body = descriptors.into_iter().next();
            body.ok_or_else(|| io::ErrorKind::InvalidData.into())
                .and_then(requests::read)
                .and_then(|change| self.make(change, sockets))
        };
        requests::answer(client.as_fd(), done);
    }

    fn make(&mut self, change: Change, sockets: Vec<OwnedFd>) -> io::Result<()> {
        let proof = SingleThreaded::prove()?;
        match change {
            Change::Connect { cable, around } => self.connect_one(&proof, *cable, around),
            Change::Disconnect { interface, around } => self.disconnect_one(&proof, &interface, around),
            Change::Publish(published) => self.publish(&proof, published, sockets),
            Change::Unpublish(published) => self.unpublish(&published),
        }
    }

    fn connect_one(&mut self, proof: &SingleThreaded, cable: Cable, around: Around) -> io::Result<()> {
        self.wiring.names.clone_from(&around.names);
        self.set_up(proof, std::slice::from_ref(&cable))?;
        let obeys = !cable.egress.is_empty();
        self.wiring.cables.push(cable);
        if obeys {
            self.listen_to_notes(proof)?;
        }
        self.change_around(proof, around)
    }

    fn disconnect_one(&mut self, proof: &SingleThreaded, interface: &str, around: Around) -> io::Result<()> {
        let at = self.wiring.cables.iter().position(|cable| cable.interface == interface);
        if let Some(at) = at {
            let cable = self.wiring.cables.remove(at);
            let port = self.ports.remove(at);
            self.forget(proof, &cable, port)?;
        }
        self.change_around(proof, around)
    }

    /// In the hub: the cable is taken away, with its rules.
    pub(super) fn forget(&self, proof: &SingleThreaded, cable: &Cable, port: u32) -> io::Result<()> {
        let hub = self.hub.as_ref().ok_or(io::ErrorKind::NotFound)?;
        worker::done(proof, || {
            worker::enter(hub.as_fd())?;
            attach::disconnect(cable, port)
        })
    }

    /// Names, default routes and the address that published ports lead to.
    fn change_around(&mut self, proof: &SingleThreaded, around: Around) -> io::Result<()> {
        let container = self.container.as_fd();
        worker::done(proof, || {
            worker::enter(container)?;
            attach::route_through(&around.gateways)
        })?;
        for cable in &mut self.wiring.cables {
            let own = around.gateways.iter().filter(|(interface, _)| *interface == cable.interface);
            cable.gateways = own.map(|(_, gateway)| *gateway).collect();
        }
        self.wiring.names = around.names;
        match (&self.names, &self.wiring.names) {
            (Some(names), Some(config)) => {
                packet::send(names.control.as_fd(), CONFIGURE, &serde_json::to_vec(config)?, &[])?;
            }
            (None, Some(_)) => self.serve_names(proof)?,
            (_, None) => {}
        }
        if let Some(ports) = &self.published {
            words::target(ports.control.as_fd(), &self.target())?;
        }
        Ok(())
    }

    fn publish(
        &mut self,
        proof: &SingleThreaded,
        published: Vec<Published>,
        sockets: Vec<OwnedFd>,
    ) -> io::Result<()> {
        if published.len() != sockets.len() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let new: Vec<(Published, OwnedFd)> = published.into_iter().zip(sockets).collect();
        match &self.published {
            Some(ports) => {
                for (published, socket) in &new {
                    words::listen(ports.control.as_fd(), published, socket.as_fd())?;
                }
                self.listeners.extend(new);
            }
            None => {
                let container = self.container.as_fd();
                worker::done(proof, || {
                    worker::enter(container)?;
                    attach::prepare_ports()
                })?;
                self.listeners.extend(new);
                self.serve_ports(proof)?;
            }
        }
        self.tell_published()
    }

    fn unpublish(&mut self, published: &[Published]) -> io::Result<()> {
        for one in published {
            if let Some(ports) = &self.published {
                words::unlisten(ports.control.as_fd(), one)?;
            }
            self.listeners.retain(|(kept, _)| kept != one);
        }
        self.tell_published()
    }
}
