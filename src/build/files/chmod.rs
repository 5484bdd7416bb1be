//! `--chmod`: octal, or symbolic as chmod(1) of BSD reads it without a umask, which is what BuildKit does.

use crate::error::{Error, Kind, Result};

/// Bytes of a mode in words.
const TEXT_LIMIT: usize = 1024;

const SET_USER: u32 = 0o4000;
const SET_GROUP: u32 = 0o2000;
const STICKY: u32 = 0o1000;
/// What `=` clears where nobody is named.
const STANDARD: u32 = SET_USER | SET_GROUP | 0o777;

/// A change of modes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chmod {
    /// Every file and directory has this mode, 0..=0o7777; implied directories too.
    Octal(u32),
    /// Every file and directory is changed from what it was; implied directories are not.
    Symbolic(Vec<Change>),
}

/// One operation, on the bits of those it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    sign: Sign,
    /// The bits that may change.
    who: u32,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Add,
    Remove,
    Set,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Bits(u32),
    /// `X`: execute, for directories and for what somebody may execute already.
    Execute,
    /// What the user (6), the group (3) or others (0) may: the shift of their bits.
    Copy(u32),
}

impl Chmod {
    /// Reads the value of `--chmod`.
    ///
    /// # Errors
    /// [`Kind::Usage`] in BuildKit's words.
    pub fn parse(text: &str) -> Result<Self> {
        let octal = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        if octal || text.starts_with(|first: char| first.is_ascii_digit()) {
            let mode = u32::from_str_radix(text, 8).ok().filter(|mode| octal && *mode <= 0o7777);
            return mode.map(Self::Octal).ok_or_else(|| {
                Error::usage(format!(
                    "invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777"
                ))
            });
        }
        let wrong = || Error::new(Kind::Usage, "invalid syntax");
        if text.len() > TEXT_LIMIT {
            return Err(wrong());
        }
        let mut changes = Vec::new();
        for clause in text.split(',') {
            read_clause(clause.as_bytes(), &mut changes).ok_or_else(wrong)?;
        }
        Ok(Self::Symbolic(changes))
    }

    /// The mode of a file that had `mode`, 0..=0o7777.
    pub(super) fn apply(&self, mode: u32, directory: bool) -> u32 {
        let changes = match self {
            Self::Octal(mode) => return *mode,
            Self::Symbolic(changes) => changes,
        };
        let before = mode;
        changes.iter().fold(mode, |mode, change| change.apply(mode, directory || before & 0o111 != 0))
    }
}

impl Change {
    fn apply(&self, mode: u32, executable: bool) -> u32 {
        let bits = match self.value {
            Value::Bits(bits) => bits,
            Value::Execute if executable => 0o111,
            Value::Execute => 0,
            Value::Copy(shift) => ((mode >> shift) & 7) * 0o111,
        } & self.who;
        match (self.sign, self.value) {
            (Sign::Add, _) => mode | bits,
            (Sign::Remove, _) => mode & !bits,
            (Sign::Set, Value::Copy(_)) => (mode & !(self.who & 0o777)) | bits,
            (Sign::Set, _) => (mode & !(self.who & STANDARD)) | bits,
        }
    }
}

/// `[ugoa]*([-+=]([rwxXst]*|[ugo]))+`, and mixtures of the last two.
fn read_clause(clause: &[u8], changes: &mut Vec<Change>) -> Option<()> {
    let named = clause.iter().take_while(|byte| matches!(byte, b'u' | b'g' | b'o' | b'a')).count();
    let (who, mut rest) = clause.split_at(named);
    let who = who.iter().fold(0, |who, name| {
        who | match name {
            b'u' => SET_USER | 0o700,
            b'g' => SET_GROUP | 0o070,
            b'o' => 0o007,
            _ => STANDARD,
        }
    });
    if rest.is_empty() {
        return None;
    }
    while let Some((sign, after)) = rest.split_first() {
        let sign = match sign {
            b'+' => Sign::Add,
            b'-' => Sign::Remove,
            b'=' => Sign::Set,
            _ => return None,
        };
        let length = after.iter().take_while(|byte| !matches!(byte, b'+' | b'-' | b'=')).count();
        let (permissions, others) = after.split_at(length);
        read_operation(sign, who, permissions, changes)?;
        rest = others;
    }
    Some(())
}

/// What stands after one sign. Only the first of several changes of `=` clears.
fn read_operation(sign: Sign, who: u32, permissions: &[u8], changes: &mut Vec<Change>) -> Option<()> {
    let others_only = who & !0o007 == 0 && who != 0;
    let mut may = if who == 0 { STANDARD | STICKY } else { who };
    let (mut bits, mut plain, mut execute) = (0, sign == Sign::Set, false);
    let mut copies = Vec::new();
    for permission in permissions {
        match permission {
            b'r' => bits |= 0o444,
            b'w' => bits |= 0o222,
            b'x' => bits |= 0o111,
            b'X' => execute = true,
            b's' if !others_only => bits |= SET_USER | SET_GROUP,
            b't' if !others_only => {
                may |= STICKY;
                bits |= STICKY;
            }
            b's' | b't' => {}
            b'u' => copies.push(6),
            b'g' => copies.push(3),
            b'o' => copies.push(0),
            _ => return None,
        }
    }
    if bits == 0 && !copies.is_empty() {
        plain = false;
    }
    if plain || bits != 0 {
        changes.push(Change { sign, who: may, value: Value::Bits(bits) });
    }
    let mut next = if plain && sign == Sign::Set { Sign::Add } else { sign };
    for shift in copies {
        changes.push(Change { sign: next, who: may, value: Value::Copy(shift) });
        if next == Sign::Set {
            next = Sign::Add;
        }
    }
    if execute {
        changes.push(Change { sign: next, who: may, value: Value::Execute });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_change_as_with_docker_build() {
        let table = [
            ("644", 0o755, false, 0o644),
            ("4755", 0o600, false, 0o4755),
            ("640", 0o4755, false, 0o640),
            ("u=rwX,go=rX", 0o4755, false, 0o755),
            ("u=rwX,go=rX", 0o644, false, 0o644),
            ("u=rwX,go=rX", 0o700, true, 0o755),
            ("g+s,+t,o-rwx", 0o4755, false, 0o7750),
            ("g+s,+t,o-rwx", 0o644, false, 0o3640),
            ("g+s,+t,o-rwx", 0o700, true, 0o3700),
            ("a=u,g-w,u+s,+x", 0o4755, false, 0o4757),
            ("a=u,g-w,u+s,+x", 0o644, false, 0o4757),
            ("a=u,g-w,u+s,+x", 0o700, true, 0o4757),
            ("u+rwx,go=u-w", 0o644, false, 0o755),
            ("-x+w", 0o4755, false, 0o4666),
            ("o+t,u+t,g+u", 0o4755, false, 0o5775),
            ("u=rw,=x", 0o4755, false, 0o111),
            ("ug+", 0o4755, false, 0o4755),
            ("u+s,g+s,o+s,+w", 0o644, false, 0o6666),
            ("+X,u=gX", 0o644, false, 0o444),
            ("+X,u=gX", 0o4755, false, 0o4555),
        ];
        for (text, before, directory, after) in table {
            let mode = Chmod::parse(text).unwrap().apply(before, directory);
            assert_eq!(format!("{mode:o}"), format!("{after:o}"), "{text} of {before:o}");
        }
    }

    #[test]
    fn what_is_no_mode_is_refused_in_buildkits_words() {
        for text in ["888", "77777", "0o755", "0x1"] {
            let error = Chmod::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid chmod parameter: '{text}'.")), "{error}");
        }
        for text in ["u=q", "u", "u+rx,", "+755", "", ",", "rw", "u+r w"] {
            assert_eq!(Chmod::parse(text).unwrap_err().to_string(), "invalid syntax", "{text}");
        }
        assert!(Chmod::parse(&"u+r,".repeat(1000)).is_err());
    }
}
