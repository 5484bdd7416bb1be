//! The rules, and who keeps what they say.

use super::super::ast::Lines;
use super::{Options, Warning};

/// Warnings of one file; a file that has more is not helped by them.
const MOST_WARNINGS: usize = 10_000;

#[derive(Debug)]
pub(super) struct Rule {
    pub name: &'static str,
    pub description: &'static str,
    pub url: &'static str,
    /// Only where it is asked for.
    pub experimental: bool,
}

macro_rules! rules {
    ($($name:ident: $rule:literal, $slug:literal, $description:literal $(, $experimental:ident)?;)*) => {
        $(pub(super) const $name: Rule = Rule {
            name: $rule,
            description: $description,
            url: concat!("https://docs.docker.com/go/dockerfile/rule/", $slug, "/"),
            experimental: false $(|| stringify!($experimental).len() > 0)?,
        };)*
    };
}

rules! {
    STAGE_NAME_CASING: "StageNameCasing", "stage-name-casing", "Stage names should be lowercase";
    FROM_AS_CASING: "FromAsCasing", "from-as-casing",
        "The 'as' keyword should match the case of the 'from' keyword";
    NO_EMPTY_CONTINUATION: "NoEmptyContinuation", "no-empty-continuation",
        "Empty continuation lines will become errors in a future release";
    CONSISTENT_INSTRUCTION_CASING: "ConsistentInstructionCasing", "consistent-instruction-casing",
        "All commands within the Dockerfile should use the same casing (either upper or lower)";
    DUPLICATE_STAGE_NAME: "DuplicateStageName", "duplicate-stage-name", "Stage names should be unique";
    RESERVED_STAGE_NAME: "ReservedStageName", "reserved-stage-name",
        "Reserved words should not be used as stage names";
    JSON_ARGS_RECOMMENDED: "JSONArgsRecommended", "json-args-recommended",
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals";
    MAINTAINER_DEPRECATED: "MaintainerDeprecated", "maintainer-deprecated",
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author";
    UNDEFINED_ARG_IN_FROM: "UndefinedArgInFrom", "undefined-arg-in-from", "FROM command must use declared ARGs";
    UNDEFINED_VAR: "UndefinedVar", "undefined-var", "Variables should be defined before their use";
    WORKDIR_RELATIVE_PATH: "WorkdirRelativePath", "workdir-relative-path",
        "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes";
    MULTIPLE_INSTRUCTIONS_DISALLOWED: "MultipleInstructionsDisallowed", "multiple-instructions-disallowed",
        "Multiple instructions of the same type should not be used in the same stage";
    LEGACY_KEY_VALUE_FORMAT: "LegacyKeyValueFormat", "legacy-key-value-format",
        "Legacy key/value format with whitespace separator should not be used";
    REDUNDANT_TARGET_PLATFORM: "RedundantTargetPlatform", "redundant-target-platform",
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior";
    SECRETS_USED_IN_ARG_OR_ENV: "SecretsUsedInArgOrEnv", "secrets-used-in-arg-or-env",
        "Sensitive data should not be used in the ARG or ENV commands";
    INVALID_DEFAULT_ARG_IN_FROM: "InvalidDefaultArgInFrom", "invalid-default-arg-in-from",
        "Default value for global ARG results in an empty or invalid base image name";
    FROM_PLATFORM_FLAG_CONST_DISALLOWED: "FromPlatformFlagConstDisallowed", "from-platform-flag-const-disallowed",
        "FROM --platform flag should not use a constant value";
    COPY_IGNORED_FILE: "CopyIgnoredFile", "copy-ignored-file",
        "Attempting to Copy file that is excluded by .dockerignore", experimental;
    INVALID_DEFINITION_DESCRIPTION: "InvalidDefinitionDescription", "invalid-definition-description",
        "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.",
        experimental;
    EXPOSE_PROTO_CASING: "ExposeProtoCasing", "expose-proto-casing",
        "Protocol in EXPOSE instruction should be lowercase";
    EXPOSE_INVALID_FORMAT: "ExposeInvalidFormat", "expose-invalid-format",
        "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release";
}

/// Keeps what the rules that are wanted say.
#[derive(Debug)]
pub(super) struct Linter {
    options: Options,
    warnings: Vec<Warning>,
}

impl Linter {
    pub(super) const fn new(options: Options) -> Self {
        Self { options, warnings: Vec::new() }
    }

    pub(super) fn warn(&mut self, rule: &Rule, lines: Lines, detail: impl FnOnce() -> String) {
        if self.warnings.len() < MOST_WARNINGS && self.options.wants(rule.name, rule.experimental) {
            let Rule { name, description, url, .. } = *rule;
            self.warnings.push(Warning { rule: name, description, url, detail: detail(), lines });
        }
    }

    pub(super) fn done(self) -> Vec<Warning> {
        self.warnings
    }
}
