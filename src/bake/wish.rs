//! What is wanted of bake files.

use std::collections::BTreeMap;

/// Targets to build, and everything from outside that files can see.
#[derive(Debug, Clone, Default)]
pub struct BakeWish {
    /// Targets, groups or patterns of them; empty: `default`.
    pub targets: Vec<String>,
    /// `--set`, as typed, in order; `--push`, `--load`, `--no-cache` and the like are such too: `*.push=true`.
    pub overrides: Vec<String>,
    /// `--var`: before the environment.
    pub variables: BTreeMap<String, String>,
    /// The environment of the call.
    pub environment: BTreeMap<String, String>,
    /// The content of `.env` beside the compose file; the environment comes before it.
    pub dotenv: Option<Vec<u8>>,
    /// Seconds since 1970.
    pub now: i64,
    /// `os/arch[/variant]` of this machine, for `BAKE_LOCAL_PLATFORM`.
    pub platform: String,
    /// `BAKE_CMD_CONTEXT`; empty: `cwd://`.
    pub command_context: String,
}

impl BakeWish {
    /// The value of a variable from outside.
    pub fn lookup(&self, name: &str) -> Option<&String> {
        self.variables.get(name).or_else(|| self.environment_value(name))
    }

    /// The value of a variable of the environment, unless files must not see those.
    pub fn environment_value(&self, name: &str) -> Option<&String> {
        self.environment_allowed().then(|| self.environment.get(name)).flatten()
    }

    /// Whether files may see the environment.
    pub fn environment_allowed(&self) -> bool {
        let switch = self.environment.get("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP");
        switch.and_then(|value| parse_bool(value)) != Some(true)
    }
}

/// A truth value as Go reads it.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
