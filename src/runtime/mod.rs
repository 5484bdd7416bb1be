//! Carries out a [`plan::Plan`]: namespaces, root file system, capabilities, filter, console, monitor.
//! It knows no image and no store.

pub mod plan;
