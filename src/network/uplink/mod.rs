//! The way out.
pub mod addresses;
use std::io;
use std::os::fd::OwnedFd;
/// The wire.
#[derive(Debug)]
pub struct Wire(pub OwnedFd);
impl Wire {
    /// Of a socket.
    pub fn of(socket: OwnedFd) -> io::Result<Self> {
        Ok(Self(socket))
    }
}
impl From<Wire> for OwnedFd {
    fn from(wire: Wire) -> Self {
        wire.0
    }
}
impl std::os::fd::AsFd for Wire {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}
/// Opens it.
pub fn open(_interface: &str) -> io::Result<Wire> {
    Err(io::ErrorKind::Unsupported.into())
}
/// What it works with.
#[derive(Debug)]
pub struct Setup {
    pub wire: Wire,
    pub lifelines: OwnedFd,
    pub host_loopback: bool,
}
/// Serves.
pub fn run(_setup: Setup) -> io::Result<()> {
    Ok(())
}
