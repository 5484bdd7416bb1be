//! The verbs: each a function over the store and the runtime.

pub mod names;
pub mod wish;
