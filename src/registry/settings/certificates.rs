//! Certificates of single hosts: `certs.d/<host[:port]>/` of docker and podman (containers-certs.d(5)).
//!
//! `*.crt` are authorities; `NAME.cert` and `NAME.key` prove who we are.

use crate::error::{Context, Error, Kind, Result};
use crate::registry::endpoint::Trust;
use crate::registry::places::Places;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folders that have one folder per host.
pub(super) fn folders(places: &Places) -> Vec<PathBuf> {
    let roots = [
        places.config_home.join("docker"),
        places.etc.join("docker"),
        places.config_home.join("containers"),
        places.etc.join("containers"),
    ];
    roots.map(|root| root.join("certs.d")).to_vec()
}

/// What all `folders` have for `registry`.
///
/// # Errors
/// A certificate without its key, or the other way round, in docker's words.
pub(super) fn trust(folders: &[PathBuf], registry: &str) -> Result<Trust> {
    let mut trust = Trust::default();
    for folder in folders {
        add(&folder.join(registry), &mut trust)?;
    }
    Ok(trust)
}

fn add(folder: &Path, trust: &mut Trust) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // What the administrator keeps from this user is not for this user.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(());
        }
        Err(error) => return Err(error).what(|| format!("reading {}", folder.display())),
    };
    let mut files = entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    files.sort();
    for file in &files {
        let (certificate, key) = (file.with_extension("cert"), file.with_extension("key"));
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => trust.authorities.push(file.clone()),
            Some("cert") if files.contains(&key) => trust.clients.push((certificate, key)),
            Some("cert") => {
                return Err(wrong(
                    folder,
                    format!(
                        "missing key {} for client certificate {}. CA certificates must use the extension .crt",
                        name(&key),
                        name(&certificate)
                    ),
                ));
            }
            Some("key") if !files.contains(&certificate) => {
                return Err(wrong(
                    folder,
                    format!("missing client certificate {} for key {}", name(&certificate), name(&key)),
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn wrong(folder: &Path, why: String) -> Error {
    Error::new(Kind::Invalid, format!("certificates in {}", folder.display())).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(files: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let temporary = tempfile::tempdir().unwrap();
        for file in files {
            let path = temporary.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            crate::durable::replace(&path, b"").unwrap();
        }
        let folders = folders(&Places::below(temporary.path()));
        (temporary, folders)
    }

    #[test]
    fn certificates_of_all_folders_come_together() {
        let (temporary, folders) = with(&[
            "home/.config/docker/certs.d/a.b:5000/ca.crt",
            "etc/docker/certs.d/a.b:5000/me.cert",
            "etc/docker/certs.d/a.b:5000/me.key",
            "etc/docker/certs.d/a.b:5000/README",
            "home/.config/containers/certs.d/a.b:5000/b.crt",
            "etc/containers/certs.d/a.b/other.crt",
        ]);
        let trust_of = trust(&folders, "a.b:5000").unwrap();
        let path = |name: &str| temporary.path().join(name);
        assert_eq!(
            trust_of.authorities,
            [
                path("home/.config/docker/certs.d/a.b:5000/ca.crt"),
                path("home/.config/containers/certs.d/a.b:5000/b.crt")
            ]
        );
        let pair = ["cert", "key"].map(|end| path(&format!("etc/docker/certs.d/a.b:5000/me.{end}")));
        assert_eq!(trust_of.clients, [(pair[0].clone(), pair[1].clone())]);
        assert_eq!(trust(&folders, "c.d").unwrap(), Trust::default());
    }

    #[test]
    fn half_a_pair_is_told_in_dockers_words() {
        for (file, words) in [
            (
                "me.cert",
                "missing key me.key for client certificate me.cert. CA certificates must use the extension .crt",
            ),
            ("me.key", "missing client certificate me.cert for key me.key"),
        ] {
            let (_temporary, folders) = with(&[&format!("etc/docker/certs.d/a.b/{file}")]);
            assert!(trust(&folders, "a.b").unwrap_err().to_string().ends_with(words));
        }
    }
}
