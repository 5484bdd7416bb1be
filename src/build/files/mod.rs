//! What `COPY` and `ADD` do with files, by BuildKit's rules.
//!
//! ```text
//! words of the instruction → select → Selection ─┬→ digest: the key of the step in the cache
//!                                                └→ copy:   files in the stage's tree
//! ```
//!
//! Everything happens below two open roots ([`Tree`]). A path is walked by rcon itself, link by link, inside its
//! root; the kernel is only ever asked to open what has no link in it ([`Tree::look`]), so nothing that a context,
//! an image or a `RUN` has left there leads to a file of the host. Contexts and images are strangers': depths,
//! sizes and counts have limits.

mod archive;
mod attributes;
mod chmod;
mod contents;
mod copy;
mod destination;
mod digest;
mod filter;
mod known;
mod listing;
mod owner;
mod select;
mod tree;
mod walk;
mod write;

#[cfg(test)]
mod tests;

pub use chmod::Chmod;
pub use copy::{Copied, copy};
pub use destination::{Ownership, Placing};
pub use digest::{Digested, digest};
pub use known::Known;
pub use owner::Owner;
pub use select::{Asked, Selection, select};
pub use tree::{Owners, Tree};
pub use write::{Contents, Made, write_file};

/// A path of a tree as people read it: from its root.
fn shown(path: &[u8]) -> String {
    format!("/{}", String::from_utf8_lossy(path))
}

/// The last part of a path, and what is before it.
fn split_last(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

/// `parent/name`, where an empty parent is the root.
fn join(parent: &[u8], name: &[u8]) -> Vec<u8> {
    match (parent, name) {
        (b"", _) => name.to_vec(),
        (_, b"") => parent.to_vec(),
        _ => [parent, name].join(&b'/'),
    }
}
