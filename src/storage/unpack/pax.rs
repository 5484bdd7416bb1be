//! PAX extended headers (POSIX.1-2017, pax, "pax Extended Header"): `LENGTH KEY=VALUE\n` records.
//!
//! Read here and not by the tar crate, because a value may hold newlines (capabilities do), and
//! because what a stranger sends must not decide how much memory is used.

use super::invalid;
use crate::error::Result;

/// A moment in an archive: seconds since 1970, which may lie before it, and nanoseconds after them (0..1e9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// 0..=999_999_999.
    pub nanoseconds: u32,
}

/// What one extended header says about the entry after it. A key given twice counts as given last.
#[derive(Debug, Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u64>,
    pub(super) gid: Option<u64>,
    pub(super) mtime: Option<Moment>,
    /// `SCHILY.xattr.NAME`, without that prefix.
    pub(super) xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) sparse: PaxSparse,
}

/// GNU's ways to describe a sparse file in extended headers (GNU tar manual, "Storing Sparse Files").
#[derive(Debug, Default)]
pub(super) struct PaxSparse {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) named: bool,
    pub(super) name: Option<Vec<u8>>,
    pub(super) real_size: Option<u64>,
    /// Formats 0.0 and 0.1: offset, length, offset, length…
    pub(super) numbers: Vec<u64>,
}

/// Reads every record of `text`.
pub(super) fn parse(text: &[u8]) -> Result<Pax> {
    let mut pax = Pax::default();
    for_each_record(text, |key, value| pax.set(key, value))?;
    Ok(pax)
}

/// Refuses a global header that would change which entries follow, since readers disagree about those.
pub(super) fn check_global(text: &[u8]) -> Result<()> {
    for_each_record(text, |key, _| match key {
        b"path" | b"linkpath" | b"size" => Err(invalid("a global PAX header that names or sizes entries")),
        _ if key.starts_with(b"GNU.sparse.") => Err(invalid("a global PAX header for sparse files")),
        _ => Ok(()),
    })
}

fn for_each_record(mut text: &[u8], mut take: impl FnMut(&[u8], &[u8]) -> Result<()>) -> Result<()> {
    while !text.is_empty() {
        let malformed = || invalid("a malformed PAX record");
        let space = text.iter().take(20).position(|byte| *byte == b' ').ok_or_else(malformed)?;
        let length = usize::try_from(number(&text[..space])?).map_err(|_| malformed())?;
        if length <= space + 1 || length > text.len() || text[length - 1] != b'\n' {
            return Err(malformed());
        }
        let record = &text[space + 1..length - 1];
        let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(malformed)?;
        take(&record[..equals], &record[equals + 1..])?;
        text = &text[length..];
    }
    Ok(())
}

impl Pax {
    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
            self.xattrs.push((name.to_vec(), value.to_vec()));
            return Ok(());
        }
        // An empty value takes the key back: the plain header counts again.
        let given = (!value.is_empty()).then_some(value);
        match key {
            b"path" => self.path = given.map(<[u8]>::to_vec),
            b"linkpath" => self.link = given.map(<[u8]>::to_vec),
            b"size" => self.size = given.map(number).transpose()?,
            b"uid" => self.uid = given.map(number).transpose()?,
            b"gid" => self.gid = given.map(number).transpose()?,
            b"mtime" => self.mtime = given.map(moment).transpose()?,
            _ => {
                if let Some(key) = key.strip_prefix(b"GNU.sparse.") {
                    self.sparse.set(key, value)?;
                }
            }
        }
        Ok(())
    }
}

impl PaxSparse {
    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.named = true;
        match key {
            b"major" => self.major = number(value)?,
            b"minor" => self.minor = number(value)?,
            b"name" => self.name = Some(value.to_vec()),
            b"size" | b"realsize" => self.real_size = Some(number(value)?),
            b"offset" | b"numbytes" => self.numbers.push(number(value)?),
            b"map" => self.numbers = value.split(|byte| *byte == b',').map(number).collect::<Result<_>>()?,
            _ => {}
        }
        Ok(())
    }
}

/// A decimal number; anything else is refused.
pub(super) fn number(digits: &[u8]) -> Result<u64> {
    let wrong = || invalid(format!("a number that is none: `{}`", String::from_utf8_lossy(digits)));
    if digits.is_empty() || digits.len() > 20 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)
}

fn moment(text: &[u8]) -> Result<Moment> {
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&text[..dot], &text[dot + 1..]),
        None => (text, &b""[..]),
    };
    if !fraction.iter().all(u8::is_ascii_digit) {
        return Err(invalid("a time that is none"));
    }
    let digits = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let seconds = i64::try_from(number(whole)?).map_err(|_| invalid("a time that is out of range"))?;
    Ok(match (negative, nanoseconds) {
        (false, _) => Moment { seconds, nanoseconds },
        (true, 0) => Moment { seconds: -seconds, nanoseconds: 0 },
        (true, _) => Moment { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_newlines_and_equal_signs() {
        let pax = parse(b"25 SCHILY.xattr.a=x\ny=\n\n\n").unwrap();
        assert_eq!(pax.xattrs, [(b"a".to_vec(), b"x\ny=\n\n".to_vec())]);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for wrong in
            ["0 a=b\n", "5 a=b\n", "7 a=b\n", "999999999999999999999 a=b\n", "6 a=b", "-6 a=b\n", "6 acb\n"]
        {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
        assert!(parse(b"6 a=b\n").is_ok());
    }

    #[test]
    fn times_have_nanoseconds_and_may_lie_before_1970() {
        let table = [("12", 12, 0), ("12.5", 12, 500_000_000), ("-1.25", -2, 750_000_000), ("-3", -3, 0)];
        for (text, seconds, nanoseconds) in table {
            assert_eq!(moment(text.as_bytes()).unwrap(), Moment { seconds, nanoseconds }, "{text}");
        }
        assert!(moment(b"1e9").is_err());
    }
}
