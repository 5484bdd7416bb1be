//! References, digests, manifests, image configurations: types, parsing, printing. Pure.

pub mod config;
pub mod digest;
pub mod manifest;
pub mod platform;
pub mod reference;
