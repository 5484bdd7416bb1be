//! `--tmpfs /target[:options]`: docker's options, tmpfs(5)'s words.

use crate::error::{Error, Result};
use crate::runtime::plan::{Mount, TmpfsFlags};

/// The mount for these options.
///
/// # Errors
/// docker's words for an option that tmpfs does not have.
pub fn planned(target: String, options: &[String]) -> Result<Mount> {
    let mut flags = TmpfsFlags { read_only: false, no_suid: true, no_dev: true, no_exec: true };
    let mut passed = Vec::new();
    for option in options.iter().filter(|option| !option.is_empty()) {
        match option.as_str() {
            "ro" => flags.read_only = true,
            "rw" | "defaults" | "rprivate" | "private" | "strictatime" | "relatime" | "noatime" => {}
            "suid" => flags.no_suid = false,
            "nosuid" => flags.no_suid = true,
            "dev" => flags.no_dev = false,
            "nodev" => flags.no_dev = true,
            "exec" => flags.no_exec = false,
            "noexec" => flags.no_exec = true,
            option => passed.push(parameter(option)?),
        }
    }
    Ok(Mount::Tmpfs { target, options: passed, flags })
}

fn parameter(option: &str) -> Result<(String, String)> {
    let invalid = || Error::usage(format!("invalid tmpfs option {option:?}"));
    let (key, value) = option.split_once('=').ok_or_else(invalid)?;
    let known = matches!(key, "size" | "mode" | "uid" | "gid" | "nr_inodes" | "nr_blocks");
    let plain = !value.is_empty()
        && value.len() <= 20
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'%');
    if known && plain { Ok((key.to_owned(), value.to_owned())) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_s_defaults_are_kept_unless_they_are_turned_off() {
        let options = ["exec".to_owned(), "size=64m".to_owned()];
        let Mount::Tmpfs { flags, options, .. } = planned("/t".into(), &options).unwrap() else {
            panic!("a tmpfs")
        };
        assert_eq!(flags, TmpfsFlags { read_only: false, no_suid: true, no_dev: true, no_exec: false });
        assert_eq!(options, [("size".to_owned(), "64m".to_owned())]);
    }

    #[test]
    fn unknown_options_are_refused() {
        for option in ["nonsense", "size=", "lowerdir=/", "mode=0777,uid"] {
            assert!(planned("/t".into(), &[option.to_owned()]).is_err(), "{option}");
        }
    }
}
