//! Extended attributes of a layer, or of files that become one: which ones may pass.

/// Attributes that mean something to a file system below the container, or to a tool that keeps its
/// own metadata there. An image that brings them could forge whiteouts, redirects or owners.
const RESERVED: [&[u8]; 4] = [b"user.overlay.", b"user.fuseoverlayfs.", b"user.containers.", b"user.rcon."];

/// Whether an image may set the attribute: file capabilities and the user's own, nothing else.
/// `trusted.*` is overlayfs' own, other `security.*` the host's, and access lists hold ids of the host.
pub fn may_pass(name: &[u8]) -> bool {
    name == b"security.capability"
        || (name.starts_with(b"user.") && !RESERVED.iter().any(|reserved| name.starts_with(reserved)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlay_metadata_cannot_be_brought_along() {
        for refused in [
            "user.overlay.opaque",
            "user.overlay.redirect",
            "trusted.overlay.opaque",
            "trusted.x",
            "security.selinux",
            "system.posix_acl_access",
            "user.containers.override_stat",
            "",
        ] {
            assert!(!may_pass(refused.as_bytes()), "{refused}");
        }
        assert!(may_pass(b"security.capability"));
        assert!(may_pass(b"user.mime_type"));
    }
}
