//! The language of bake files: two notations of one tree, and the values of its expressions.

pub mod budget;
pub mod diagnostic;
pub mod eval;
pub mod functions;
pub mod hcl;
pub mod json;
pub mod number;
pub mod operators;
pub mod syntax;
pub mod types;
pub mod value;
