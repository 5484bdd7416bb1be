//! References, digests, manifests, image configurations: types, parsing, printing. Pure.

pub mod digest;
pub mod reference;
