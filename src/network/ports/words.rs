//! Words.
use crate::network::port::Published;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::BorrowedFd;
/// What is dialled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub ipv4: Option<Ipv4Addr>,
    pub ipv6: Option<Ipv6Addr>,
    pub gateway4: Option<Ipv4Addr>,
    pub gateway6: Option<Ipv6Addr>,
}
/// Serve.
pub fn listen(_: BorrowedFd<'_>, _: &Published, _: BorrowedFd<'_>) -> io::Result<()> {
    Ok(())
}
/// Stop.
pub fn unlisten(_: BorrowedFd<'_>, _: &Published) -> io::Result<()> {
    Ok(())
}
/// Dial.
pub fn target(_: BorrowedFd<'_>, _: &Target) -> io::Result<()> {
    Ok(())
}
