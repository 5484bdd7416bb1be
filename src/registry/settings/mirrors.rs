//! Places that have copies of what a registry has.

use super::site::Site;
use crate::oci::reference::Reference;

/// A place to ask before the registry itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mirror {
    pub site: Site,
    /// Whether it need prove nothing, where that was said.
    pub insecure: Option<bool>,
    pub pulls: Pulls,
}

/// What a mirror is asked for: a copy may be late with tags, never with digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulls {
    All,
    ByDigest,
    ByTag,
}

impl Mirror {
    /// Reads a URL.
    pub(super) fn parse_url(text: &str) -> Result<Self, String> {
        let (site, insecure) = Site::parse_url(text)?;
        Ok(Self { site, insecure, pulls: Pulls::All })
    }

    /// Whether it is asked for `reference`.
    pub(super) fn serves(&self, reference: &Reference) -> bool {
        match self.pulls {
            Pulls::All => true,
            Pulls::ByDigest => reference.digest().is_some(),
            Pulls::ByTag => reference.digest().is_none(),
        }
    }
}
