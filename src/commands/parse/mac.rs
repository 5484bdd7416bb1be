//! `--mac-address`.

use crate::error::{Error, Result};

/// Reads the six bytes of an Ethernet address: `02:42:ac:11:00:02`, `02-42-…` or `0242.ac11.0002`.
pub fn mac(typed: &str) -> Result<[u8; 6]> {
    read(typed.as_bytes()).ok_or_else(|| Error::usage(format!("{typed} is not a valid mac address")))
}

fn read(typed: &[u8]) -> Option<[u8; 6]> {
    let (separator, every) = match (typed.get(2)?, typed.get(4)?) {
        (b':' | b'-', _) => (typed[2], 2),
        (_, b'.') => (b'.', 4),
        _ => return None,
    };
    let groups: Vec<&[u8]> = typed.split(|c| *c == separator).collect();
    let fits = groups.len() * every == 12 && groups.iter().all(|group| group.len() == every);
    let digits = fits.then(|| groups.concat())?;
    let mut bytes = [0; 6];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::mac;

    #[test]
    fn an_address_is_six_bytes_in_three_spellings() {
        for typed in ["02:42:ac:11:00:fE", "02-42-AC-11-00-fe", "0242.ac11.00fe"] {
            assert_eq!(mac(typed).unwrap(), [2, 0x42, 0xac, 0x11, 0, 0xfe], "{typed}");
        }
        for typed in
            ["", "foo", "02:42:ac:11:00", "02:42:ac:11:00:02:33:33", "02:42-ac:11:00:02", "2:42:ac:11:0:02"]
        {
            assert_eq!(mac(typed).unwrap_err().to_string(), format!("{typed} is not a valid mac address"));
        }
        for typed in ["é:42:ac:11:00:02", "02:42:ac:11:00:+2", "0242ac110002", "02:", "::::::"] {
            assert!(mac(typed).is_err(), "{typed}");
        }
    }
}
