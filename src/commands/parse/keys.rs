//! `--detach-keys`: the keys that leave a container running.

use crate::error::{Error, Result};
use crate::terminal::DetachKeys;

/// Reads keys between commas: a single ASCII letter or sign, or `ctrl-` and one of `a-z @ [ \ ] ^ _`;
/// each becomes the byte a terminal sends.
pub fn keys(typed: &str) -> Result<Vec<u8>> {
    typed.split(',').map(|key| byte(key).ok_or_else(|| unknown(typed, key))).collect()
}

/// Keys that were found valid: as they were typed, and as a terminal sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySequence {
    /// For the record and for help.
    pub typed: String,
    /// Empty: docker's default stands.
    pub bytes: Vec<u8>,
}

impl KeySequence {
    /// Reads keys; nothing at all leaves the default.
    pub fn read(typed: &str) -> Result<Self> {
        let bytes = if typed.is_empty() { Vec::new() } else { keys(typed)? };
        Ok(Self { typed: typed.to_owned(), bytes })
    }
}

impl KeySequence {
    /// The keys to watch for.
    pub fn detach_keys(&self) -> DetachKeys {
        if self.bytes.is_empty() { DetachKeys::default() } else { DetachKeys::new(self.bytes.clone()) }
    }
}

fn byte(key: &str) -> Option<u8> {
    match (key.as_bytes(), key.strip_prefix("ctrl-").map(str::as_bytes)) {
        ([single], _) if single.is_ascii() => Some(*single),
        (_, Some([letter @ b'a'..=b'z'])) => Some(letter - b'a' + 1),
        (_, Some([b'@'])) => Some(0),
        (_, Some([sign @ b'['..=b'_'])) => Some(sign - b'[' + 27),
        _ => None,
    }
}

fn unknown(typed: &str, key: &str) -> Error {
    Error::usage(format!("invalid detach keys ({typed})"))
        .because(format!("Unknown character: '{key}'"))
        .fix("--detach-keys ctrl-p,ctrl-q")
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn keys_become_the_bytes_a_terminal_sends() {
        for (typed, bytes) in [
            ("ctrl-p,ctrl-q", Some(vec![16, 17])),
            ("a", Some(b"a".to_vec())),
            ("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", Some(vec![0, 27, 28, 29, 30, 31])),
            ("ctrl-a,x", Some(vec![1, b'x'])),
            ("", None),
            ("a,bb", None),
            ("ctrl-?", None),
            ("ctrl-A", None),
            ("ctrl-`", None),
            ("é", None),
            (",", None),
        ] {
            assert_eq!(keys(typed).ok(), bytes, "{typed:?}");
        }
    }
}
