//! Comma-separated values (RFC 4180).

/// The fields of one line.
///
/// # Errors
/// A quote where none may be.
pub fn fields(text: &str) -> Result<Vec<String>, String> {
    let rows = rows(text).map_err(|why| format!("parse error on line 1: {why}"))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// The fields of each line; empty lines are none.
///
/// # Errors
/// A quote where none may be.
pub fn rows(text: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut rows = Vec::new();
    let (mut row, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut closed) = (false, false);
    let mut chars = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if field.is_empty() && !closed => quoted = true,
            '"' => return Err("bare \" in non-quoted field"),
            ',' if !quoted => {
                closed = false;
                row.push(std::mem::take(&mut field));
            }
            '\n' if !quoted => {
                if !(row.is_empty() && field.is_empty() && !closed) {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                closed = false;
            }
            _ if closed => return Err("extraneous or missing \" in quoted-field"),
            other => field.push(other),
        }
    }
    if quoted {
        return Err("extraneous or missing \" in quoted-field");
    }
    if !(row.is_empty() && field.is_empty() && !closed) {
        row.push(field);
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_commas_together() {
        assert_eq!(fields(r#"type=local,"dest=a,b",c="#).unwrap(), ["type=local", "dest=a,b", "c="]);
        assert_eq!(fields(r#""a ""b""""#).unwrap(), [r#"a "b""#]);
        assert!(fields(r#"a"b"#).is_err());
        assert!(fields(r#""a"b"#).is_err());
        assert!(fields(r#""a"#).is_err());
        assert_eq!(fields("").unwrap(), Vec::<String>::new());
    }
}
