//! Builds: Dockerfiles as users write them, through the real binary.

mod case;
mod cases;
mod saved;
