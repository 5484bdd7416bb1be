//! Lists of a flag's value, `a=b,"c=d,e"`: one line of Go's encoding/csv.

use crate::error::{Error, Result};

/// The fields of a line, without the quotes around them.
pub fn fields(line: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let at = line.len() - rest.len();
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => self::quoted(quoted, line)?,
            None => plain(rest, at)?,
        };
        found.push(field);
        match after {
            Some(after) => rest = after,
            None => return Ok(found),
        }
    }
}

/// A field up to the next comma, and what follows it.
fn plain(rest: &str, at: usize) -> Result<(String, Option<&str>)> {
    let (field, after) = rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
    match field.find('"') {
        Some(quote) => Err(wrong(at + quote + 1, "bare \" in non-quoted field")),
        None => Ok((field.to_owned(), after)),
    }
}

/// A field whose first quote is gone from `rest`; two quotes stand for one.
fn quoted<'a>(mut rest: &'a str, line: &str) -> Result<(String, Option<&'a str>)> {
    let mut field = String::new();
    loop {
        let unclosed = || wrong(line.len() + 1, "extraneous or missing \" in quoted-field");
        let (text, after) = rest.split_once('"').ok_or_else(unclosed)?;
        field.push_str(text);
        if after.is_empty() {
            return Ok((field, None));
        }
        if let Some(after) = after.strip_prefix(',') {
            return Ok((field, Some(after)));
        }
        let at = line.len() - after.len();
        rest =
            after.strip_prefix('"').ok_or_else(|| wrong(at, "extraneous or missing \" in quoted-field"))?;
        field.push('"');
    }
}

fn wrong(column: usize, why: &str) -> Error {
    Error::usage(format!("parse error on line 1, column {column}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn quotes_keep_commas_inside_a_field() {
        for (line, found) in [
            ("", vec![""]),
            ("a", vec!["a"]),
            ("a,b", vec!["a", "b"]),
            ("a,", vec!["a", ""]),
            ("a,\"b,c\"", vec!["a", "b,c"]),
            ("\"b\"\"c\",d", vec!["b\"c", "d"]),
            ("\"\"", vec![""]),
        ] {
            assert_eq!(fields(line).unwrap(), found, "{line:?}");
        }
    }

    #[test]
    fn wrong_quotes_are_told_with_their_column() {
        for (line, told) in [
            (
                "name=n1,\"alias=a",
                "parse error on line 1, column 17: extraneous or missing \" in quoted-field",
            ),
            ("a\"b", "parse error on line 1, column 2: bare \" in non-quoted field"),
            ("\"a\"b", "parse error on line 1, column 3: extraneous or missing \" in quoted-field"),
        ] {
            assert_eq!(fields(line).unwrap_err().to_string(), told, "{line:?}");
        }
    }
}
