//! stdout is data, stderr is talk.

pub mod size;
pub mod table;
