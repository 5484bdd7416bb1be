//! Command lines of `build`, whole.
