//! `--ssh default`, `--ssh ID=SOCKET`, `--ssh ID=KEY,KEY`.

use crate::build::wish::SshWish;
use crate::commands::caller::Caller;
use crate::error::{Error, Result};

/// The agents and keys.
///
/// # Errors
/// Usage in BuildKit's words: two of one id, a file there is not, an agent that nobody started.
pub(super) fn all(typed: &[String], caller: &Caller) -> Result<Vec<SshWish>> {
    let mut all: Vec<SshWish> = Vec::new();
    for typed in typed {
        let (id, paths) = typed.split_once('=').unwrap_or((typed, ""));
        let id = if id.is_empty() { "default" } else { id };
        if all.iter().any(|other| other.id == id) {
            return Err(Error::usage(format!("invalid duplicate ID {id}")));
        }
        let paths: Vec<_> = paths
            .split(',')
            .filter(|path| !path.is_empty())
            .map(|path| caller.directory.join(path))
            .collect();
        let failed = || Error::usage(format!("failed to convert agent config for ID: {id:?}"));
        if paths.is_empty() && caller.variable("SSH_AUTH_SOCK").is_none_or(|path| path.is_empty()) {
            return Err(failed()
                .because("invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set")
                .fix("eval \"$(ssh-agent)\" && ssh-add"));
        }
        for path in &paths {
            std::fs::metadata(path)
                .map_err(|cause| failed().because(format!("stat {}: {cause}", path.display())))?;
        }
        all.push(SshWish { id: id.to_owned(), paths });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_named_or_the_callers() {
        let variables = vec![("SSH_AUTH_SOCK".into(), "/run/agent".into())];
        let caller = Caller { directory: "/".into(), variables, selinux: false };
        let of = |typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(|typed| (*typed).to_owned()).collect();
            all(&typed, &caller)
        };
        let wish = |id: &str, paths: &[&str]| SshWish {
            id: id.to_owned(),
            paths: paths.iter().map(Into::into).collect(),
        };
        assert_eq!(of(&["default"]).unwrap(), [wish("default", &[])]);
        assert_eq!(
            of(&["a=/proc", "b=dev,/sys"]).unwrap(),
            [wish("a", &["/proc"]), wish("b", &["/dev", "/sys"])]
        );
        assert_eq!(of(&["a", "a"]).unwrap_err().to_string(), "invalid duplicate ID a");
        assert!(of(&["a=/nowhere"]).is_err());
        let told = all(&["default".to_owned()], &Caller::default()).unwrap_err().to_string();
        assert!(told.ends_with("make sure SSH_AUTH_SOCK is set"), "{told}");
    }
}
