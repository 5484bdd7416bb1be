//! rcon: a daemonless, rootless container tool. ARCHITECTURE.md says how its rooms fit together.

pub mod bake;
pub mod build;
pub mod commands;
pub mod config;
pub mod dockerfile;
pub mod durable;
pub mod engine;
pub mod error;
pub mod ids;
pub mod network;
pub mod oci;
pub mod output;
pub mod packet;
pub mod paths;
pub mod registry;
pub mod runtime;
pub mod signals;
pub mod storage;
pub mod sys;
pub mod terminal;
pub mod userns;
