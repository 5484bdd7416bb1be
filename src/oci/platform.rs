//! Platforms as people type them and as indexes name them: `os/architecture/variant` (image-spec, image-index.md).

use super::manifest::{Platform, architecture};
use crate::error::{Error, Result};
use std::fmt;

/// The platform an image is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Wanted {
    /// This machine's.
    pub fn of_this_machine() -> Self {
        Self { os: "linux".to_owned(), architecture: architecture().to_owned(), variant: None }
    }

    /// `os`, `architecture`, `os/architecture` or `os/architecture/variant`.
    ///
    /// # Errors
    /// In docker's words.
    pub fn parse(typed: &str) -> Result<Self> {
        let parts: Vec<&str> = typed.split('/').collect();
        let valid = |part: &&str| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
            !part.is_empty() && part.bytes().all(letter)
        };
        let own = Self::of_this_machine();
        match &parts[..] {
            parts if !parts.iter().all(valid) => {}
            ["linux"] => return Ok(own),
            [architecture] => return Ok(Self::of("linux", architecture, None)),
            [os, architecture] => return Ok(Self::of(os, architecture, None)),
            [os, architecture, variant] => return Ok(Self::of(os, architecture, Some(variant))),
            _ => {}
        }
        Err(Error::usage(format!("error parsing specified platform: {typed:?}"))
            .because("cannot parse platform specifier: invalid argument")
            .fix("--platform linux/amd64"))
    }

    /// With the architecture's usual name (containerd, platforms/database.go, names the same ones).
    fn of(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let architecture = architecture.to_ascii_lowercase();
        let (architecture, usual) = match architecture.as_str() {
            "x86_64" | "x86-64" => ("amd64", None),
            "i386" | "i486" | "i586" | "i686" => ("386", None),
            "aarch64" => ("arm64", None),
            "armhf" => ("arm", Some("v7")),
            "armel" => ("arm", Some("v6")),
            other => (other, None),
        };
        let variant = match (architecture, variant.or(usual)) {
            ("arm64", Some("v8" | "8")) | ("amd64", Some("v1")) => None,
            ("arm", Some(number @ ("5" | "6" | "7" | "8"))) => Some(format!("v{number}")),
            (_, variant) => variant.map(str::to_owned),
        };
        Self { os: os.to_ascii_lowercase(), architecture: architecture.to_owned(), variant }
    }

    /// How well `offered` fits: 0 is best, `None` is not at all.
    pub fn rank(&self, offered: &Platform) -> Option<usize> {
        let offered = Self::of(&offered.os, &offered.architecture, offered.variant.as_deref());
        if (&offered.os, &offered.architecture) != (&self.os, &self.architecture) {
            return None;
        }
        if offered.variant == self.variant {
            return Some(0);
        }
        // An older ARM's programs run on a newer one; without a variant v7 is meant.
        const ARM: [&str; 4] = ["v8", "v7", "v6", "v5"];
        if self.architecture == "arm" {
            let place = |variant: &str| ARM.iter().position(|one| *one == variant);
            let wanted = place(self.variant.as_deref().unwrap_or("v7"))?;
            let found = place(offered.variant.as_deref().unwrap_or("v7"))?;
            return found.checked_sub(wanted);
        }
        // Who asks for no variant gets the least demanding.
        match (&self.variant, &offered.variant) {
            (_, None) => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Platform {
        let mut parts = text.split('/').map(str::to_owned);
        let (os, architecture) = (parts.next().unwrap(), parts.next().unwrap());
        Platform { os, architecture, variant: parts.next(), ..Platform::default() }
    }

    #[test]
    fn a_platform_has_one_to_three_parts() {
        for (typed, shown) in [
            ("linux/amd64", "linux/amd64"),
            ("amd64", "linux/amd64"),
            ("x86_64", "linux/amd64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm/7", "linux/arm/v7"),
            ("windows/amd64", "windows/amd64"),
        ] {
            assert_eq!(Wanted::parse(typed).unwrap().to_string(), shown);
        }
        assert_eq!(Wanted::parse("linux").unwrap(), Wanted::of_this_machine());
        for wrong in ["", "/", "linux/", "a/b/c/d", "linux/a md64", "linux/\0"] {
            assert!(Wanted::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_nearest_variant_ranks_first() {
        let rank = |wanted: &str, given: &str| Wanted::parse(wanted).unwrap().rank(&offered(given));
        assert_eq!(rank("linux/arm64", "linux/arm64/v8"), Some(0));
        assert_eq!(rank("linux/arm/v7", "linux/arm/v7"), Some(0));
        assert_eq!(rank("linux/arm/v7", "linux/arm/v6"), Some(1));
        assert_eq!(rank("linux/arm/v6", "linux/arm/v7"), None);
        assert_eq!(rank("linux/amd64", "linux/amd64/v3"), None);
        assert_eq!(rank("linux/amd64/v3", "linux/amd64"), Some(1));
        assert_eq!(rank("linux/amd64", "linux/s390x"), None);
        assert_eq!(rank("linux/amd64", "windows/amd64"), None);
    }
}
