//! `--cap-add`, `--cap-drop`.

use crate::error::{Error, Result};

/// Reads a capability's name: upper case without `CAP_`, or `ALL`.
pub fn capability(typed: &str) -> Result<String> {
    let upper = typed.to_ascii_uppercase();
    let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
    if upper == "ALL" {
        return Ok(upper);
    }
    match format!("CAP_{name}").parse::<caps::Capability>() {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err(Error::usage(format!("invalid capability: {typed:?}"))
            .fix("capabilities(7) lists them; `ALL` means every one")),
    }
}

#[cfg(test)]
mod tests {
    use super::capability;

    #[test]
    fn a_capability_may_be_typed_in_any_case_with_or_without_its_prefix() {
        for typed in ["net_admin", "NET_ADMIN", "CAP_NET_ADMIN", "cap_net_admin"] {
            assert_eq!(capability(typed).unwrap(), "NET_ADMIN");
        }
        assert_eq!(capability("all").unwrap(), "ALL");
        assert_eq!(capability("checkpoint_restore").unwrap(), "CHECKPOINT_RESTORE");
    }

    #[test]
    fn an_unknown_capability_is_named() {
        for typed in ["foo", "", "CAP_", "CAP_ALL", "CAP_CAP_CHOWN", "CHOWN "] {
            let words = capability(typed).unwrap_err().to_string();
            assert_eq!(words, format!("invalid capability: {typed:?}"));
        }
    }
}
