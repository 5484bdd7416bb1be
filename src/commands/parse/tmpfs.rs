//! `--tmpfs TARGET[:OPTIONS]`.

use super::clean::clean;
use crate::engine::wish::MountWish;
use crate::error::{Error, Result};

/// Reads a tmpfs mount; its options are judged when it is mounted.
pub fn tmpfs(typed: &str) -> Result<MountWish> {
    let (path, options) = typed.split_once(':').unwrap_or((typed, ""));
    let target = clean(path)
        .ok_or_else(|| Error::usage(format!("invalid mount path: '{path}' mount path must be absolute")))?;
    if target == "/" || typed.contains('\0') {
        return Err(Error::usage(format!("invalid tmpfs mount: '{typed}'"))
            .because("destination can't be '/' and holds no NUL byte"));
    }
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Ok(MountWish::Tmpfs { target, options })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tmpfs_has_an_absolute_target() {
        let wish = |target: &str, options: &[&str]| MountWish::Tmpfs {
            target: target.to_owned(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        };
        assert_eq!(tmpfs("/run").unwrap(), wish("/run", &[]));
        assert_eq!(tmpfs("/a/../b/:rw,,size=1m").unwrap(), wish("/b", &["rw", "size=1m"]));
        for typed in ["", "rel", "/", "/x/..", ":rw", "/a\0"] {
            assert!(tmpfs(typed).is_err(), "{typed:?}");
        }
        assert_eq!(
            tmpfs("rel").unwrap_err().to_string(),
            "invalid mount path: 'rel' mount path must be absolute"
        );
    }
}
