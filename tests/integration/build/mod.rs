//! `rcon build` and `rcon buildx`.

mod bake;
mod cache;
mod call;
mod history;
