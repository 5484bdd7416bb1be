//! What a build says while it works, in BuildKit's words.

pub mod event;
