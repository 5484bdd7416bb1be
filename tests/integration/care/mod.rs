//! Care of the store: what it takes, what can go, whether it is whole.

mod check;
mod df;
mod full_disk;
mod prune;
mod reset;
mod unshare;
