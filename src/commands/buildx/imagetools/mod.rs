//! `rcon buildx imagetools`, a file for each of its verbs.

pub mod create;
pub mod inspect;
mod show;
