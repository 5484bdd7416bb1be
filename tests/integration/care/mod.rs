//! Care of the store: what it takes, what can go, whether it is whole.

mod df;
mod prune;
