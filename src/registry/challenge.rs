//! `WWW-Authenticate`: what a server wants to be shown (RFC 9110, 11.6.1).

/// The longest header that is looked at, in bytes.
const LONGEST: usize = 8192;
/// Challenges of one answer, and parameters of one challenge.
const MOST: usize = 16;

/// One way to prove who one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// `basic`, `bearer`…, in lower case.
    pub scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter called `name`, which is written in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the challenges of a header, or of several joined by commas. What is no challenge is passed over.
pub fn parse(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = Rest(if header.len() <= LONGEST { header } else { "" });
    while rest.skip_to_word() {
        let word = rest.word().to_ascii_lowercase();
        match rest.value() {
            Some(value) => {
                if let Some(last) = found.last_mut().filter(|last| last.parameters.len() < MOST) {
                    last.parameters.push((word, value));
                }
            }
            None if found.len() < MOST => found.push(Challenge { scheme: word, parameters: Vec::new() }),
            None => break,
        }
    }
    found
}

/// What has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Whether there is another word; goes to its begin.
    fn skip_to_word(&mut self) -> bool {
        self.0 = self.0.trim_start_matches(|c| !is_token(c));
        !self.0.is_empty()
    }

    fn word(&mut self) -> &'a str {
        let end = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    /// What follows `=`, a word or a quoted string; nothing where no `=` follows.
    fn value(&mut self) -> Option<String> {
        let after = self.0.trim_start_matches([' ', '\t']).strip_prefix('=')?;
        self.0 = after.trim_start_matches([' ', '\t']);
        match self.0.strip_prefix('"') {
            Some(inside) => {
                self.0 = inside;
                Some(self.quoted())
            }
            None => {
                let end = self.0.find([' ', '\t', ',']).unwrap_or(self.0.len());
                let (value, rest) = self.0.split_at(end);
                self.0 = rest;
                Some(value.to_owned())
            }
        }
    }

    /// Up to the closing quote, with `\` taken away where it escapes.
    fn quoted(&mut self) -> String {
        let mut value = String::new();
        let mut chars = self.0.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return value;
                }
                '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                other => value.push(other),
            }
        }
        self.0 = "";
        value
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_challenge_has_realm_service_and_scope() {
        let header = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let [challenge] = &parse(header)[..] else { panic!("one") };
        assert_eq!(challenge.scheme, "bearer");
        assert_eq!(challenge.parameter("realm"), Some("https://auth.docker.io/token"));
        assert_eq!(challenge.parameter("service"), Some("registry.docker.io"));
        assert_eq!(challenge.parameter("scope"), Some("repository:a/b:pull,push"));
        assert_eq!(challenge.parameter("error"), None);
    }

    #[test]
    fn several_challenges_are_told_apart() {
        let header =
            r#"Negotiate, Basic realm="a, \"b\" = c" , BEARER Realm = https://h/t?x ,service=s,, Digest"#;
        let found = parse(header);
        let schemes: Vec<_> = found.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["negotiate", "basic", "bearer", "digest"]);
        assert_eq!(found[1].parameter("realm"), Some(r#"a, "b" = c"#));
        assert_eq!(found[2].parameter("service"), Some("s"));
    }

    #[test]
    fn what_is_no_challenge_gives_none_or_something_harmless() {
        for text in ["", ",", "=", "\"", "= = =", "Bearer realm=\"", "Bearer realm=\"\\", "\u{e9}", ",,,=\"x"]
        {
            assert!(parse(text).len() <= 1, "{text}");
        }
        assert!(parse(&"a ".repeat(LONGEST)).is_empty());
        assert_eq!(parse(&"a, ".repeat(100)).len(), MOST);
    }
}
