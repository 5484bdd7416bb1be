//! The verbs: each a function over the store and the runtime.

pub mod builtin;
pub mod changes;
pub mod history;
pub mod images;
pub mod import;
pub mod load;
pub mod wish;

#[cfg(test)]
mod tests;
