//! The name server of one container.
pub mod config;
use std::io;
use std::os::fd::OwnedFd;
/// What it works with.
#[derive(Debug)]
pub struct Setup {
    pub udp: OwnedFd,
    pub tcp: OwnedFd,
    pub inside: OwnedFd,
    pub control: OwnedFd,
    pub config: config::Config,
}
/// Serves.
pub fn run(_setup: Setup) -> io::Result<()> {
    Ok(())
}
