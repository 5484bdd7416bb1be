//! Builds: a Dockerfile becomes a graph of stages, and the graph an image.
//!
//! ```text
//! BuildWish → context → Dockerfile → Graph (stage, graph: pure) → driver → layers → image → outputs
//! ```

pub mod apart;
pub mod bases;
pub mod builders;
pub mod cache;
pub mod call;
pub mod context;
pub mod driver;
pub mod export;
pub mod files;
pub mod findings;
pub mod graph;
pub mod history;
pub mod identity;
pub mod image;
pub mod images;
pub mod inside;
pub mod key;
pub mod make;
pub mod progress;
pub mod remote_cache;
pub mod report;
pub mod run;
pub mod sources;
pub mod stage;
pub mod steps;
pub mod trees;
pub mod whole;
pub mod wish;
pub mod work;
pub mod worker;

pub use whole::{Built, Failure, attempt, build};
