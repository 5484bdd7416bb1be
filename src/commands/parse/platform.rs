//! `--platform OS[/ARCH[/VARIANT]]`.

use crate::error::Result;
use crate::oci::platform::Wanted;

/// Checks a platform and keeps it as it was typed.
pub fn platform(typed: &str) -> Result<String> {
    Wanted::parse(typed).map(|_| typed.to_owned())
}
