//! Networks and the containers on them.

pub mod connect;
pub mod exposed;
pub mod joined;
pub mod place;
pub mod publish;
pub mod shared;
pub mod wiring;
