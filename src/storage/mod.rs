//! Durable truth under one root.

pub mod containers;
pub mod volumes;
