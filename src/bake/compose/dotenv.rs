//! `.env` files.

use super::interpolate::Interpolation;
use std::collections::BTreeMap;

/// Adds the variables of a file to those that are known, which come before it.
///
/// # Errors
/// A line that sets nothing.
pub fn extend(variables: &mut BTreeMap<String, String>, content: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(content);
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let line = rest.split('\n').next().unwrap_or_default();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = rest.get(line.len() + 1..).unwrap_or_default();
            continue;
        }
        let start = rest.trim_start();
        let start = start.strip_prefix("export ").unwrap_or(start);
        let end = start.find(['=', ':', '\n']).unwrap_or(start.len());
        let name = start[..end].trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(format!("unexpected character in variable name near {trimmed:?}"));
        }
        let behind = &start[end..];
        let (value, after) = match behind.strip_prefix(['=', ':']) {
            Some(behind) => value(behind.trim_start_matches([' ', '\t']), variables)?,
            // A name alone sets nothing.
            None => (None, behind),
        };
        if let Some(value) = value {
            variables.entry(name.to_string()).or_insert(value);
        }
        rest = after.find('\n').map_or("", |at| &after[at + 1..]);
    }
    Ok(())
}

/// The value a text begins with, and what follows.
fn value<'t>(
    text: &'t str,
    variables: &BTreeMap<String, String>,
) -> Result<(Option<String>, &'t str), String> {
    let fill = |text: &str| {
        Interpolation::new(variables).plain(text).ok_or_else(|| format!("invalid template: {text:?}"))
    };
    if let Some(inside) = text.strip_prefix('\'') {
        let end = inside.find('\'').ok_or_else(|| "unterminated quoted value".to_string())?;
        return Ok((Some(inside[..end].to_string()), &inside[end + 1..]));
    }
    if let Some(inside) = text.strip_prefix('"') {
        let (raw, after) = quoted(inside).ok_or_else(|| "unterminated quoted value".to_string())?;
        return Ok((Some(fill(&raw)?), after));
    }
    let end = text.find('\n').unwrap_or(text.len());
    let line = &text[..end];
    let comment = line.find(" #").unwrap_or(line.len());
    Ok((Some(fill(line[..comment].trim())?), &text[end..]))
}

/// A text up to its closing quote, escapes resolved, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                '$' => out.push_str("$$"),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_or_not() {
        let mut variables = BTreeMap::from([("A".to_string(), "env".to_string())]);
        let file = b"# c\nA=file\nB=\"two\\nlines\"\nexport C='lit $A'\nD=${A}x # comment\n\nE=\nF\nG=\"a\nb\" # c\nH=h";
        extend(&mut variables, file).unwrap();
        let expected = [
            ("A", "env"),
            ("B", "two\nlines"),
            ("C", "lit $A"),
            ("D", "envx"),
            ("E", ""),
            ("G", "a\nb"),
            ("H", "h"),
        ];
        let expected = expected.map(|(name, value)| (name.to_string(), value.to_string()));
        assert_eq!(variables, BTreeMap::from(expected));
        assert!(extend(&mut BTreeMap::new(), b"=x").is_err());
        assert!(extend(&mut BTreeMap::new(), b"A=\"x").is_err());
    }
}
