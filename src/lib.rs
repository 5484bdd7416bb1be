//! rcon: a daemonless, rootless container tool. ARCHITECTURE.md says how its rooms fit together.

pub mod error;
pub mod ids;
pub mod oci;
pub mod output;
pub mod sys;
