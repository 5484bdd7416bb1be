//! The verbs: each a function over the store and the runtime.

pub mod attach;
pub mod capabilities;
pub mod copied;
pub mod create;
pub mod events;
pub mod exec;
pub mod files;
pub mod host;
pub mod image;
pub mod info;
pub mod inspect;
pub mod list;
pub mod logs;
pub mod names;
pub mod observe;
pub mod record;
pub mod remove;
pub mod start;
pub mod state;
pub mod stop;
pub mod supervise;
pub mod tmpfs;
pub mod wish;
