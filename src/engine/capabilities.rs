//! Which capabilities a container has: podman's eleven, and what `--cap-add`, `--cap-drop` and
//! `--privileged` make of them.

use crate::error::{Error, Result};
use caps::Capability;

/// podman's default set: docker's without MKNOD, NET_RAW and AUDIT_WRITE.
const DEFAULT: [Capability; 11] = [
    Capability::CAP_CHOWN,
    Capability::CAP_DAC_OVERRIDE,
    Capability::CAP_FSETID,
    Capability::CAP_FOWNER,
    Capability::CAP_SETGID,
    Capability::CAP_SETUID,
    Capability::CAP_SETFCAP,
    Capability::CAP_SETPCAP,
    Capability::CAP_NET_BIND_SERVICE,
    Capability::CAP_SYS_CHROOT,
    Capability::CAP_KILL,
];

/// A set as a mask of `1 << CAP_…`.
pub fn mask(capabilities: impl IntoIterator<Item = Capability>) -> u64 {
    capabilities.into_iter().fold(0, |mask, capability| mask | capability.bitmask())
}

/// All capabilities there are.
pub fn all() -> u64 {
    mask(caps::all())
}

/// The bounding set of a container. Names are as a wish has them: upper case without `CAP_`, or `ALL`.
///
/// # Errors
/// docker's words for a name that is none.
pub fn bounding(add: &[String], drop: &[String], privileged: bool) -> Result<u64> {
    if privileged {
        return Ok(all());
    }
    let is_all = |names: &[String]| names.iter().any(|name| name == "ALL");
    let start = match (is_all(add), is_all(drop)) {
        (true, _) => all(),
        (false, true) => 0,
        (false, false) => mask(DEFAULT),
    };
    let dropped = if is_all(add) || !is_all(drop) { named(drop)? } else { 0 };
    Ok((start & !dropped) | if is_all(add) { 0 } else { named(add)? })
}

fn named(names: &[String]) -> Result<u64> {
    names.iter().filter(|name| *name != "ALL").try_fold(0, |mask, name| {
        let capability: Capability = format!("CAP_{name}")
            .parse()
            .map_err(|_| Error::usage(format!("invalid capability: {name:?}")))?;
        Ok(mask | capability.bitmask())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(add: &[&str], drop: &[&str]) -> u64 {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        bounding(&owned(add), &owned(drop), false).unwrap()
    }

    #[test]
    fn the_default_is_podmans_eleven() {
        assert_eq!(of(&[], &[]), 0x8004_05fb);
    }

    #[test]
    fn add_and_drop_work_as_docker_has_them() {
        assert_eq!(of(&[], &["ALL"]), 0);
        assert_eq!(of(&["NET_ADMIN"], &["ALL"]), 1 << 12);
        assert_eq!(of(&["ALL"], &["CHOWN"]), all() & !1);
        assert_eq!(of(&[], &["CHOWN"]), 0x8004_05fa);
        assert!(bounding(&["NOPE".to_owned()], &[], false).is_err());
    }
}
