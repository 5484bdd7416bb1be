//! Containers and the world: the way out, and clients from elsewhere at published ports.

mod clients;
mod lacking;
mod out;

/// What a call answered on the host's port says is the client's address, without its port.
pub(super) fn address(told: &str) -> &str {
    told.split_once(' ').map_or(told, |(address, _)| address)
}
