//! What is said of flags that change nothing, in docker's words where docker says something.

use super::{BuildArgs, cache};
use crate::commands::caller::Caller;
use crate::commands::parse::boolean::boolean;

impl BuildArgs {
    /// The notes, for people.
    pub(super) fn notes(&self, caller: &Caller) -> Vec<String> {
        let mut notes = Vec::new();
        if self.isolation.as_deref().is_some_and(|typed| !typed.is_empty()) {
            notes.push("WARNING: isolation flag is deprecated with BuildKit.".to_owned());
        }
        if !self.security_opt.is_empty() {
            notes.push(
                "WARNING: security-opt flag is deprecated. \"RUN --security=insecure\" should be used with \
                 BuildKit."
                    .to_owned(),
            );
        }
        for kind in cache::unknown(&self.cache_from) {
            notes.push(format!("WARNING: --cache-from type={kind} is left out: rcon has no client for it"));
        }
        let classic =
            caller.variable("DOCKER_BUILDKIT").is_some_and(|typed| boolean(&typed).is_ok_and(|on| !on));
        if classic {
            notes.push(
                "WARNING: DOCKER_BUILDKIT=0 has no effect: there is one builder, and it builds as BuildKit does"
                    .to_owned(),
            );
        }
        notes
    }
}
