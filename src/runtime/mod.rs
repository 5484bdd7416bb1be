//! Making a container run: what confines it, and what is executed in which order.

pub mod seccomp;
