//! `--secret id=NAME,src=FILE`, `--secret id=NAME,env=VARIABLE`, `--secret id=NAME`.

use crate::build::wish::{SecretSource, SecretWish};
use crate::commands::caller::Caller;
use crate::commands::parse::csv::fields;
use crate::error::{Error, Result};

/// The longest secret, in bytes: BuildKit's limit.
const LONGEST: u64 = 500 * 1024;

/// The secrets; the last of an id wins.
///
/// # Errors
/// Usage in buildx's words, also for a file there is not.
pub(super) fn secrets(typed: &[String], caller: &Caller) -> Result<Vec<SecretWish>> {
    let mut secrets: Vec<SecretWish> = Vec::new();
    for typed in typed {
        let secret = secret(typed, caller)?;
        check(&secret, caller)?;
        secrets.retain(|other| other.id != secret.id);
        secrets.push(secret);
    }
    Ok(secrets)
}

fn secret(typed: &str, caller: &Caller) -> Result<SecretWish> {
    let (mut id, mut kind, mut file, mut variable) =
        (String::new(), String::new(), String::new(), String::new());
    for field in fields(typed)? {
        let (key, value) = field
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("invalid field '{field}' must be a key=value pair")))?;
        let value = value.to_owned();
        match key.trim().to_lowercase().as_str() {
            "type" if value == "file" || value == "env" => kind = value,
            "type" => return Err(Error::usage(format!("unsupported secret type {value:?}"))),
            "id" => id = value,
            "source" | "src" => file = value,
            "env" => variable = value,
            _ => return Err(Error::usage(format!("unexpected key '{key}' in '{field}'"))),
        }
    }
    if id.is_empty() {
        return Err(Error::usage("secret missing ID"));
    }
    if kind == "env" && variable.is_empty() {
        variable = std::mem::take(&mut file);
    }
    let source = match (variable.is_empty(), file.is_empty()) {
        (false, true) => SecretSource::Variable(variable),
        (_, false) => SecretSource::File(caller.directory.join(file)),
        // The id alone is a variable where there is one, else a file.
        (true, true) if kind == "env" || (kind.is_empty() && caller.variable(&id).is_some()) => {
            SecretSource::Variable(id.clone())
        }
        (true, true) => SecretSource::File(caller.directory.join(&id)),
    };
    Ok(SecretWish { id, source })
}

fn check(secret: &SecretWish, caller: &Caller) -> Result<()> {
    let id = &secret.id;
    let too_big = || Error::usage(format!("secret {id} too big. max size 500KB"));
    match &secret.source {
        SecretSource::File(path) => {
            let told = |cause| Error::usage(format!("failed to stat {}", path.display())).why(cause);
            let is = std::fs::metadata(path).map_err(|cause: std::io::Error| told(cause))?;
            match is.len() > LONGEST {
                _ if is.is_dir() => {
                    Err(Error::usage(format!("secret {id}: {} is a directory", path.display())))
                }
                true => Err(too_big()),
                false => Ok(()),
            }
        }
        SecretSource::Variable(name) => {
            let length = caller.variables.iter().find(|(other, _)| other == name.as_str());
            match length.is_some_and(|(_, value)| value.len() as u64 > LONGEST) {
                true => Err(too_big()),
                false => Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> (tempfile::TempDir, Caller) {
        let directory = tempfile::tempdir().unwrap();
        crate::durable::write(&directory.path().join("key"), b"x").unwrap();
        let variables = vec![("TOKEN".into(), "t".into())];
        let path = directory.path().to_path_buf();
        (directory, Caller { directory: path, variables, selinux: false })
    }

    #[test]
    fn a_secret_is_a_file_or_a_variable() {
        let (_directory, caller) = caller();
        let file = || SecretSource::File(caller.directory.join("key"));
        let variable = |name: &str| SecretSource::Variable(name.to_owned());
        for (typed, id, source) in [
            ("id=a,src=key", "a", file()),
            ("id=a,source=key,type=file", "a", file()),
            ("id=a,env=B", "a", variable("B")),
            ("type=env,id=a,src=B", "a", variable("B")),
            ("id=a,type=env", "a", variable("a")),
            ("id=TOKEN", "TOKEN", variable("TOKEN")),
            ("id=key", "key", file()),
        ] {
            let wish = SecretWish { id: id.to_owned(), source };
            assert_eq!(secrets(&[typed.to_owned()], &caller).unwrap(), [wish], "{typed}");
        }
    }

    #[test]
    fn wrong_secrets_are_told_in_buildx_words() {
        let (_directory, caller) = caller();
        let missing = format!("failed to stat {}/no: no such file or directory", caller.directory.display());
        for (typed, told) in [
            ("foo=bar", "unexpected key 'foo' in 'foo=bar'"),
            ("bar", "invalid field 'bar' must be a key=value pair"),
            ("id=", "secret missing ID"),
            ("id=a,type=x", "unsupported secret type \"x\""),
            ("id=no", &missing),
        ] {
            assert_eq!(secrets(&[typed.to_owned()], &caller).unwrap_err().to_string(), told);
        }
    }
}
