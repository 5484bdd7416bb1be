//! The built binary, as users see it. One test binary: it is linked once.

#![expect(clippy::unwrap_used, reason = "what fails here fails its test")]

mod bad_archives;
mod bad_input;
mod build;
mod care;
mod concurrency;
mod confinement;
mod credentials;
mod egress;
mod exec;
mod exit_codes;
mod harness;
mod images;
mod imagetools;
mod kill_anywhere;
mod layouts;
mod lifecycle;
mod listing;
mod manifest;
mod network;
mod network_cluster;
mod network_faults;
mod networks;
mod outside;
mod pull;
mod push;
mod registry_documents;
mod registry_faults;
mod registry_secrets;
mod run;
mod save;
mod search;
mod state;
mod streams;
mod support;
mod terminal;
