//! Dockerfiles: the language of the Dockerfile reference (docker/dockerfile 1.x), read and never executed. Pure.
//!
//! Words are kept as they were written: which variables they see is known only while a stage is built, where
//! [`words`] expands them.

pub mod ast;
mod directives;
pub mod excerpt;
mod heredoc;
mod interpret;
pub mod lint;
mod node;
mod parse;
pub mod patterns;
pub mod ports;
pub mod quote;
mod source;
mod suggest;
pub mod words;

pub use interpret::mount;
pub use parse::{ParseError, instruction, parse};

#[cfg(test)]
mod tests;
