//! Networks and the containers on them.

pub mod connect;
pub mod joined;
pub mod publish;
pub mod shared;
