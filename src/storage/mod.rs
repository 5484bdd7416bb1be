//! Durable truth under one root.
