//! `rcon build`, as users see it.

mod change_one_input;
mod failures;
mod kill;
mod network;
mod outputs;
mod parallel;
mod project;
mod reproducible;
mod security;
