//! Builds: a Dockerfile becomes a graph of stages, and the graph an image.

pub mod bases;
pub mod progress;
pub mod wish;
