//! The verbs: each a function over the store and the runtime.

pub mod attach;
pub mod builtin;
pub mod capabilities;
pub mod changes;
pub mod check;
pub mod copied;
pub mod create;
pub mod events;
pub mod exec;
pub mod files;
pub mod history;
pub mod host;
pub mod image;
pub mod images;
pub mod import;
pub mod info;
pub mod inspect;
pub mod list;
pub mod load;
pub mod login;
pub mod logs;
pub mod names;
pub mod observe;
pub mod prune;
pub mod record;
pub mod registries;
pub mod remove;
pub mod reset;
pub mod start;
pub mod state;
pub mod stop;
pub mod supervise;
pub mod tmpfs;
pub mod unshare;
pub mod usage;
pub mod uses;
pub mod wish;

#[cfg(test)]
mod tests;
