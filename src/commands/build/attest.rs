//! `--attest`, `--provenance`, `--sbom`: rcon makes no attestations, and takes only the word that none are wanted.

use crate::commands::parse::boolean::boolean;
use crate::commands::parse::csv::fields;
use crate::error::{Error, Kind, Result};

/// Refuses what asks for an attestation.
///
/// # Errors
/// [`Kind::Unsupported`]; Usage in buildx's words for what is no value of these flags.
pub(super) fn refuse(attest: &[String], provenance: Option<&str>, sbom: Option<&str>) -> Result<()> {
    for typed in attest {
        wanted("--attest", typed)?;
    }
    for (flag, typed) in [("--provenance", provenance), ("--sbom", sbom)] {
        match typed {
            None | Some("") => {}
            Some(typed) if boolean(typed).is_ok_and(|on| !on) => {}
            Some(typed) if boolean(typed).is_ok() => return Err(unsupported(flag)),
            Some(typed) => wanted(flag, typed)?,
        }
    }
    Ok(())
}

/// Passes `type=…,disabled=true`.
fn wanted(flag: &str, typed: &str) -> Result<()> {
    let mut disabled = false;
    for field in fields(typed)? {
        let (key, value) =
            field.split_once('=').ok_or_else(|| Error::usage(format!("invalid value {field}")))?;
        disabled |= key == "disabled" && boolean(value)?;
    }
    if disabled { Ok(()) } else { Err(unsupported(flag)) }
}

fn unsupported(flag: &str) -> Error {
    Error::new(Kind::Unsupported, format!("{flag} is not supported"))
        .because("rcon makes no attestations")
        .fix("--provenance=false --sbom=false")
}

#[cfg(test)]
mod tests {
    use super::refuse;

    #[test]
    fn only_none_is_taken() {
        for (flag, fine) in
            [("false", true), ("0", true), ("true", false), ("mode=max", false), ("xx", false)]
        {
            assert_eq!(refuse(&[], Some(flag), None).is_ok(), fine, "{flag}");
            assert_eq!(refuse(&[], None, Some(flag)).is_ok(), fine, "{flag}");
        }
        let attest = |typed: &str| refuse(&[typed.to_owned()], None, None).map_err(|error| error.to_string());
        assert_eq!(attest("type=provenance,disabled=true"), Ok(()));
        assert_eq!(attest("x").unwrap_err(), "invalid value x");
        let told = "--attest is not supported: rcon makes no attestations";
        assert_eq!(attest("type=sbom").unwrap_err(), told);
    }
}
