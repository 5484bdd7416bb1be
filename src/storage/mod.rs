//! Durable truth under one root.

pub mod compression;
pub mod unpack;
