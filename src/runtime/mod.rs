//! Carries out a [`plan::Plan`]: namespaces, root file system, capabilities, filter, console, monitor.
//! It knows no image and no store.

pub mod confine;
pub mod credentials;
pub mod enter;
pub mod exec;
pub mod handshake;
pub mod init;
pub mod init_process;
pub mod launch;
pub mod launcher;
pub mod log;
pub mod network;
pub mod plan;
pub mod program;
pub mod pump;
pub mod rootfs;
pub mod seccomp;
pub mod stream;
