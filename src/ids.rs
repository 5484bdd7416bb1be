//! Identities as types: what a person types, and what the store knows.

use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The id of a container, a network or an exec: 32 random bytes, printed as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerId([u8; 32]);

impl ContainerId {
    /// Draws a new id. Docker's rule: the short form never looks like a number, since it becomes a host name.
    pub fn random() -> Result<Self> {
        loop {
            let mut bytes = [0u8; 32];
            let mut filled = 0;
            while filled < bytes.len() {
                filled +=
                    rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty())
                        .map_err(|errno| {
                            Error::new(Kind::System, "drawing a random id").why(std::io::Error::from(errno))
                        })?;
            }
            let id = Self(bytes);
            if id.short().bytes().any(|digit| !digit.is_ascii_digit()) {
                return Ok(id);
            }
        }
    }

    /// Reads the 64 hex digits of a full id.
    pub fn parse(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = lower_hex(pair[0])? << 4 | lower_hex(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The first 12 digits, as tables show them.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

fn lower_hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ContainerId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContainerId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        Self::parse(&hex).ok_or_else(|| serde::de::Error::custom("not 64 lower-case hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_printed() {
        let id = ContainerId::random().unwrap();
        assert_eq!(ContainerId::parse(&id.to_string()), Some(id));
        assert_eq!(ContainerId::parse(&id.to_string().to_uppercase().replace(char::is_numeric, "A")), None);
        assert_eq!(ContainerId::parse("abc"), None);
    }
}
