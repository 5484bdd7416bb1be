//! Files of `KEY=VALUE` lines: `--env-file` and `--label-file`. There are no quotes and no
//! continuations; what follows the `=` is the value, blanks and all.

use crate::error::{Error, Result};

/// Reads the lines of `bytes`. A line that is only a key gets what `lookup` says, or is dropped.
pub fn lines(bytes: &[u8], lookup: impl Fn(&str) -> Option<String>) -> Result<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut pairs = Vec::new();
    for (index, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = std::str::from_utf8(raw.strip_suffix(b"\r").unwrap_or(raw))
            .map_err(|_| Error::usage(format!("invalid utf8 bytes at line {}", index + 1)))?
            .trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.contains('\0') {
            return Err(Error::usage(format!("a NUL byte at line {}", index + 1)));
        }
        let key = line.split_once('=').map_or(line, |(key, _)| key);
        if key.is_empty() {
            return Err(Error::usage(format!("no variable name on line '{line}'")));
        }
        if key.contains(char::is_whitespace) {
            return Err(Error::usage(format!("variable '{key}' contains whitespaces")));
        }
        match line.contains('=') {
            true => pairs.push(line.to_owned()),
            false => pairs.extend(lookup(key).map(|value| format!("{key}={value}"))),
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::lines;

    fn read(text: &[u8]) -> Result<Vec<String>, String> {
        lines(text, |key| (key == "HOME").then(|| "/root".to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn lines_keep_their_values_as_they_are() {
        let text = b"\xef\xbb\xbfA=1\r\n# no\n\n  B= x \nC=\"q\" # kept\nD=\nHOME\nUNSET\nE=a=b";
        let expected = ["A=1", "B= x ", "C=\"q\" # kept", "D=", "HOME=/root", "E=a=b"];
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn wrong_lines_are_told_in_dockers_words() {
        assert_eq!(read(b"x y=1").unwrap_err(), "variable 'x y' contains whitespaces");
        assert_eq!(read(b"=1").unwrap_err(), "no variable name on line '=1'");
        assert_eq!(read(b"A=1\nB=\xff").unwrap_err(), "invalid utf8 bytes at line 2");
        assert_eq!(read(b"A=\0").unwrap_err(), "a NUL byte at line 1");
        assert_eq!(read(b"").unwrap(), Vec::<String>::new());
    }
}
