//! Networks and the containers on them.

pub mod connect;
pub mod create;
pub mod exposed;
pub mod joined;
pub mod list;
pub mod place;
pub mod pools;
pub mod publish;
pub mod remove;
pub mod shared;
pub mod show;
pub mod wiring;
