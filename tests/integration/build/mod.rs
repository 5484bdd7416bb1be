//! `rcon build` and `rcon buildx`, as users see them.

mod bake;
mod cache;
mod call;
mod case;
mod cases;
mod change_one_input;
mod failures;
mod history;
mod kill;
mod network;
mod outputs;
mod parallel;
mod project;
mod reproducible;
mod saved;
mod security;
