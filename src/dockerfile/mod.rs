//! Dockerfiles: the language of the Dockerfile reference (docker/dockerfile 1.x), read and never executed. Pure.
//!
//! Words are kept as they were written: which variables they see is known only while a stage is built, where
//! [`words`] expands them.

pub mod ast;
pub mod patterns;
