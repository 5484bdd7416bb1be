//! Names in an archive, made into places below the root. Lexical only: the kernel resolves what is left.

use super::invalid;
use crate::error::Result;

/// `PATH_MAX` without its final NUL: no program in the container could name a longer path.
pub(super) const PATH_LIMIT: usize = 4095;
/// `NAME_MAX`.
const NAME_LIMIT: usize = 255;

/// A place below the root that is not the root: neither empty nor absolute, without `.`, `..` and empty parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    path: Vec<u8>,
    name_at: usize,
}

impl Place {
    /// Reads a name as an archive has it: `/` at the beginning means the root. `None` is the root itself.
    ///
    /// # Errors
    /// When it leaves the root by `..`, is too long or holds NUL.
    pub(super) fn parse(name: &[u8]) -> Result<Option<Self>> {
        if name.len() > PATH_LIMIT {
            return Err(invalid(format!("a name of {} bytes; the limit is {PATH_LIMIT}", name.len())));
        }
        if name.contains(&0) {
            return Err(invalid("a name with a NUL byte"));
        }
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in name.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop().ok_or_else(|| invalid("a name that leads out of the image by `..`"))?;
                }
                _ if part.len() > NAME_LIMIT => {
                    return Err(invalid(format!(
                        "a name with a part of {} bytes; the limit is 255",
                        part.len()
                    )));
                }
                _ => parts.push(part),
            }
        }
        let Some(last) = parts.last() else { return Ok(None) };
        let last = last.len();
        let path = parts.join(&b'/');
        Ok(Some(Self { name_at: path.len() - last, path }))
    }

    /// The whole path.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// The directory it is in; empty for the root.
    pub(super) fn parent(&self) -> &[u8] {
        &self.path[..self.name_at.saturating_sub(1)]
    }

    /// The last part.
    pub(super) fn name(&self) -> &[u8] {
        &self.path[self.name_at..]
    }
}

/// `parent/name`, where an empty parent is the root.
pub(super) fn join(parent: &[u8], name: &[u8]) -> Vec<u8> {
    match parent {
        b"" => name.to_vec(),
        _ => [parent, name].join(&b'/'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_places_below_the_root_or_refused() {
        type Split<'a> = Option<Option<(&'a str, &'a str)>>;
        let table: [(&str, Split<'_>); 10] = [
            ("a/b", Some(Some(("a", "b")))),
            ("./a//b/", Some(Some(("a", "b")))),
            ("/etc/passwd", Some(Some(("etc", "passwd")))),
            ("a/../b", Some(Some(("", "b")))),
            ("", Some(None)),
            ("./", Some(None)),
            ("/", Some(None)),
            ("../x", None),
            ("a/../../x", None),
            ("a\0b", None),
        ];
        for (name, expected) in table {
            let place = Place::parse(name.as_bytes()).ok();
            let got = place.as_ref().map(|place| place.as_ref().map(|place| (place.parent(), place.name())));
            let expected =
                expected.map(|place| place.map(|(parent, name)| (parent.as_bytes(), name.as_bytes())));
            assert_eq!(got, expected, "{name:?}");
        }
        assert!(Place::parse(&[b'a'; 256]).is_err());
        assert!(Place::parse(&b"a/".repeat(2048)).is_err());
    }
}
