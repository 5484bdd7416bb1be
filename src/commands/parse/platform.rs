//! `--platform OS[/ARCH[/VARIANT]]`.

use crate::error::{Error, Result};

/// Checks a platform and keeps it as it was typed.
pub fn platform(typed: &str) -> Result<String> {
    let parts: Vec<&str> = typed.split('/').collect();
    let part_is_valid = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    if parts.len() > 3 || !parts.iter().all(part_is_valid) {
        return Err(Error::usage(format!("error parsing specified platform: {typed:?}"))
            .because("cannot parse platform specifier: invalid argument")
            .fix("--platform linux/amd64"));
    }
    Ok(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::platform;

    #[test]
    fn a_platform_has_one_to_three_parts() {
        for typed in ["linux", "linux/amd64", "linux/arm64/v8", "amd64"] {
            assert_eq!(platform(typed).unwrap(), typed);
        }
        for typed in ["", "/", "linux/", "a/b/c/d", "linux/a md64", "linux/\0"] {
            assert!(platform(typed).is_err(), "{typed:?}");
        }
    }
}
