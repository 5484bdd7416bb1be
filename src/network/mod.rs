//! Networks of containers without root: one network namespace of the user, the hub, holds the bridges, a stack in
//! user mode leads out of it, and small processes beside each container answer for names and published ports.

pub mod attach;
pub mod definition;
pub mod egress;
pub mod endpoint;
pub mod hub;
pub mod links;
pub mod names;
pub mod nft;
pub mod port;
pub mod ports;
pub mod resolvers;
pub mod uplink;
pub mod wiring;
