//! Where no overlay can be mounted, a container gets a copy of its image's layers.

/// The file in a container's folder that says its upper folder is the whole tree.
pub const MARK: &str = "copied";
