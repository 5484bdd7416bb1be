//! Networks and the containers on them.

pub mod connect;
pub mod create;
pub mod egress_log;
pub mod exposed;
pub mod fit;
pub mod joined;
pub mod list;
pub mod of;
pub mod options;
pub mod place;
pub mod pools;
pub mod ports;
pub mod publish;
pub mod remove;
pub mod settings;
pub mod shared;
pub mod show;
pub mod wiring;
