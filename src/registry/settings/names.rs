//! Names of images that do not say which registry they are of.

use super::podman::Conf;
use super::site::Site;
use crate::error::Result;
use crate::oci::reference::{DEFAULT_DOMAIN, Reference};

/// Whether `typed`, which is a name of an image, leaves its registry out.
pub(super) fn is_short(typed: &str) -> bool {
    let says = |domain: &str| typed.strip_prefix(domain).is_some_and(|rest| rest.starts_with('/'));
    let hub = |reference: Reference| reference.domain() == DEFAULT_DOMAIN;
    typed.parse().is_ok_and(hub) && !says(DEFAULT_DOMAIN) && !says("index.docker.io")
}

/// What `typed` may stand for, in the order to try: our own default alone, else the one alias, else every
/// registry of the search list, else Docker Hub.
///
/// # Errors
/// docker's words for what is no name of an image.
pub(super) fn candidates(typed: &str, default: Option<&Site>, conf: &Conf) -> Result<Vec<Reference>> {
    let plain: Reference = typed.parse()?;
    if !is_short(typed) {
        return Ok(vec![plain]);
    }
    let name = &typed[..typed.find([':', '@']).unwrap_or(typed.len())];
    match (default, conf.alias(name), conf.search()) {
        (Some(default), _, _) => Ok(vec![default.qualify(typed)?]),
        (None, Some(full), _) => Ok(vec![format!("{full}{}", &typed[name.len()..]).parse()?]),
        (None, None, []) => Ok(vec![plain]),
        (None, None, registries) => registries.iter().map(|registry| registry.qualify(typed)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn conf(text: &str) -> Conf {
        Conf::parse(text, Path::new("registries.conf")).unwrap()
    }

    fn names(typed: &str, default: Option<&str>, conf: &Conf) -> Vec<String> {
        let default = default.map(|text| Site::parse(text).unwrap());
        let found = candidates(typed, default.as_ref(), conf).unwrap();
        found.iter().map(Reference::canonical).collect()
    }

    #[test]
    fn a_plain_name_is_docker_hubs_when_nothing_is_configured() {
        let conf = Conf::default();
        assert_eq!(names("alpine:3", None, &conf), ["docker.io/library/alpine:3"]);
        assert_eq!(names("u/x", None, &conf), ["docker.io/u/x"]);
        assert_eq!(names("quay.io/x", None, &conf), ["quay.io/x"]);
    }

    #[test]
    fn several_search_registries_are_candidates_in_order() {
        let conf = conf("unqualified-search-registries = ['a.b', 'docker.io', 'c.d:80/base/']");
        assert_eq!(names("x:1", None, &conf), ["a.b/x:1", "docker.io/library/x:1", "c.d:80/base/x:1"]);
        for full in ["docker.io/x", "index.docker.io/library/x", "localhost/x", "e.f/x"] {
            assert_eq!(names(full, None, &conf).len(), 1, "{full}");
        }
    }

    #[test]
    fn an_alias_is_the_only_candidate_and_keeps_tag_and_digest() {
        let conf =
            conf("unqualified-search-registries = ['a.b']\n[aliases]\nx = 'q.io/y/x'\n'p/z' = 'q.io/z'");
        assert_eq!(names("x", None, &conf), ["q.io/y/x"]);
        assert_eq!(names("x:1", None, &conf), ["q.io/y/x:1"]);
        assert_eq!(names("p/z:1", None, &conf), ["q.io/z:1"]);
        assert_eq!(names("xx", None, &conf), ["a.b/xx"]);
    }

    #[test]
    fn our_own_default_comes_before_what_other_tools_say() {
        let conf = conf("unqualified-search-registries = ['a.b']\n[aliases]\nx = 'q.io/x'");
        assert_eq!(names("x", Some("docker.io"), &conf), ["docker.io/library/x"]);
        assert_eq!(names("x:1", Some("c.d/base"), &conf), ["c.d/base/x:1"]);
        assert_eq!(names("a.b/x", Some("c.d"), &conf), ["a.b/x"]);
    }

    #[test]
    fn what_is_no_name_stays_an_error_in_dockers_words() {
        let error = candidates("Alpine", None, &Conf::default()).unwrap_err();
        assert!(error.to_string().contains("must be lowercase"));
    }
}
