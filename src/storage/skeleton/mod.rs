//! The skeleton of a layer that came as a plain tar: all of the tar that is not in the tree.
//!
//! A layer that came compressed keeps its blob. Of a plain one only the tree stays, and what else its
//! digest was made of is kept here: headers, padding, extended headers, what follows the end. So
//! [`reassemble`] gives the very tar again, and no content is stored twice.
//!
//! The contents are those of the files as they lie in the tree. An archive may replace what it brought
//! before; while a skeleton is drafted, no replaced file is removed: it goes to the layer's `trash`
//! under the number of its inode, or with the directory it was in. If anything is there in the end,
//! [`settle`] puts the contents of those files into the skeleton, before the trash is thrown away.
//! Nothing else ever changes the content of a file that was placed, so every other frame is right.

mod draft;
mod frame;
mod reassemble;
mod settle;

#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use frame::Piece;
pub use reassemble::{Reassembled, reassemble};
pub(super) use settle::{name_of, settle};
