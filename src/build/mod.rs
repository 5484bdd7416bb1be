//! Builds: a Dockerfile becomes a graph of stages, and the graph an image.

pub mod context;
pub mod progress;
pub mod wish;
