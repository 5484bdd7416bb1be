//! The user's namespace: id maps, subordinate ids, and the way into U0.
//!
//! U0 is the outer user namespace that all containers of a user share: uid 0 is the user, 1 and up the
//! subordinate range. Nothing exists only to hold it open: the first process makes it, the monitors of
//! running containers keep it alive, and later calls join it through one of them.

pub mod idmap;
pub mod mapping;
pub mod outer;
pub mod subid;
