//! The small grammars inside a command line: one file each, pure, from what was typed to a value that is
//! valid in itself. Their errors are docker's words, since scripts look for them.

pub mod boolean;
pub mod capability;
pub mod clean;
pub mod csv;
pub mod dns;
pub mod duration;
pub mod egress;
pub mod env;
pub mod filter;
pub mod host;
pub mod hostname;
pub mod keys;
pub mod label;
pub mod lines;
pub mod link;
pub mod mac;
pub mod name;
pub mod network;
pub mod number;
pub mod platform;
pub mod port;
pub mod pull;
pub mod security;
pub mod size;
pub mod stream;
pub mod tail;
pub mod tmpfs;
pub mod ulimit;
pub mod volume;
