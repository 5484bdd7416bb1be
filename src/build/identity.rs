//! Names of builds and of things in their cache, as BuildKit has them: 25 lower-case letters and digits.

use crate::error::Result;
use crate::ids::ContainerId;
use crate::oci::digest::Digest;

/// Digits of a name.
pub const LENGTH: usize = 25;

/// The name of what has this digest: 128 bits of it, in base 36.
pub fn of(digest: &Digest) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let hex = digest.hex();
    let mut rest = hex.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()).unwrap_or_default();
    let mut name = vec![b'0'; LENGTH];
    for place in name.iter_mut().rev() {
        *place = DIGITS[(rest % 36) as usize];
        rest /= 36;
    }
    String::from_utf8_lossy(&name).into_owned()
}

/// A name that nothing has.
pub fn random() -> Result<String> {
    Ok(of(&Digest::of(ContainerId::random()?.to_string().as_bytes())))
}

/// Whether `text` is such a name.
pub fn is_one(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_25_letters_and_digits() {
        for text in ["", "a", "b"] {
            let name = of(&Digest::of(text.as_bytes()));
            assert!(is_one(&name), "{name}");
        }
        assert_ne!(of(&Digest::of(b"a")), of(&Digest::of(b"b")));
        assert_ne!(random().unwrap(), random().unwrap());
        assert!(!is_one("../../../../../etc/passwd") && !is_one("abc"));
    }
}
