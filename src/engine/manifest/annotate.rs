//! `rcon manifest annotate`: what a list says of a member.

use super::no_such_manifest;
use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::Reference;
use crate::storage::lists::Member;
use crate::storage::tags::TagName;

/// Systems, and the architectures docker takes for them.
const KNOWN: [(&str, &str); 10] = [
    ("aix", "ppc64"),
    ("darwin", "386 amd64 arm arm64"),
    ("dragonfly", "amd64"),
    ("freebsd", "386 amd64 arm arm64"),
    ("linux", "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x"),
    ("netbsd", "386 amd64 arm"),
    ("openbsd", "386 amd64 arm"),
    ("plan9", "386 amd64"),
    ("solaris", "amd64"),
    ("windows", "386 amd64 arm arm64"),
];

/// What is changed of a member's platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Go's name: `amd64`.
    pub architecture: Option<String>,
    /// `linux`.
    pub os: Option<String>,
    /// Of Windows.
    pub os_version: Option<String>,
    /// Of Windows; those there are already stay.
    pub os_features: Vec<String>,
    /// `v7`.
    pub variant: Option<String>,
}

impl Change {
    /// Changes what `member` is said to be for.
    ///
    /// # Errors
    /// Usage, in docker's words, for a system or an architecture there is not.
    pub fn apply(&self, member: &mut Member) -> Result<()> {
        let mut platform = member.descriptor.platform.clone().unwrap_or_default();
        let given =
            |new: &Option<String>, old: String| new.clone().filter(|new| !new.is_empty()).unwrap_or(old);
        platform.architecture = given(&self.architecture, platform.architecture);
        platform.os = given(&self.os, platform.os);
        platform.os_version = self.os_version.clone().or(platform.os_version);
        platform.variant = self.variant.clone().or(platform.variant);
        for feature in &self.os_features {
            if !platform.os_features.contains(feature) {
                platform.os_features.push(feature.clone());
            }
        }
        let names_platform = self.architecture.is_some() || self.os.is_some();
        if names_platform && !is_known(&platform.os, &platform.architecture) {
            let (os, architecture) = (&platform.os, &platform.architecture);
            return Err(Error::usage(format!(
                "manifest entry for image has unsupported os/arch combination: {os}/{architecture}"
            )));
        }
        member.descriptor.platform = Some(platform);
        Ok(())
    }
}

fn is_known(os: &str, architecture: &str) -> bool {
    KNOWN.iter().any(|(known, all)| *known == os && all.split(' ').any(|one| one == architecture))
}

/// Changes the member of the list `name` that `typed` names, or has the digest of.
///
/// # Errors
/// [`Kind::NotFound`] in docker's words when the list or the member is not here; those of the change.
pub fn annotate(engine: &Engine, name: &TagName, typed: &str, change: &Change) -> Result<()> {
    let store = engine.store()?;
    let lists = store.lists();
    let _locks = lists.lock()?;
    let missing = || {
        Error::new(
            Kind::NotFound,
            format!("manifest for image {typed} does not exist in {}", name.familiar()),
        )
    };
    let mut list = lists.get(name)?.ok_or_else(missing)?;
    let member = list.members.iter_mut().find(|member| is_meant(member, typed)).ok_or_else(missing)?;
    change.apply(member)?;
    lists.put(name, &list)
}

/// The member of the list `name` that `typed` names.
pub(super) fn member_of(engine: &Engine, name: &TagName, typed: &str) -> Result<Member> {
    let list = engine.store()?.lists().get(name)?;
    let member = list.and_then(|list| list.members.into_iter().find(|member| is_meant(member, typed)));
    member.ok_or_else(|| no_such_manifest(typed))
}

fn is_meant(member: &Member, typed: &str) -> bool {
    let by_name = typed.parse::<Reference>().map(|name| name.with_default_tag().canonical());
    by_name.is_ok_and(|name| name == member.reference) || typed == member.descriptor.digest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: &Change) -> Result<serde_json::Value> {
        let digest = crate::oci::digest::Digest::of(b"{}");
        let descriptor = serde_json::json!({
            "digest": digest, "size": 2, "platform": { "os": "linux", "architecture": "amd64" },
        });
        let descriptor = serde_json::from_value(descriptor).unwrap();
        let mut member = Member { reference: "a".into(), descriptor, manifest: "{}".into() };
        change.apply(&mut member)?;
        Ok(serde_json::to_value(member.descriptor.platform).unwrap())
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let change = Change { variant: Some("v8".into()), ..Change::default() };
        let platform = serde_json::json!({ "architecture": "amd64", "os": "linux", "variant": "v8" });
        assert_eq!(changed(&change).unwrap(), platform);
        let change = Change {
            architecture: Some("arm64".into()),
            os: Some("windows".into()),
            os_version: Some("10.0".into()),
            os_features: vec!["win32k".into(), "win32k".into()],
            variant: None,
        };
        let platform = serde_json::json!({
            "architecture": "arm64", "os": "windows", "os.version": "10.0", "os.features": ["win32k"],
        });
        assert_eq!(changed(&change).unwrap(), platform);
    }

    #[test]
    fn a_platform_that_there_is_not_is_refused() {
        for (os, architecture) in [("linux", "foo"), ("foo", "amd64"), ("solaris", "arm64")] {
            let change =
                Change { os: Some(os.into()), architecture: Some(architecture.into()), ..Change::default() };
            let words =
                format!("manifest entry for image has unsupported os/arch combination: {os}/{architecture}");
            assert_eq!(changed(&change).unwrap_err().to_string(), words);
        }
    }
}
