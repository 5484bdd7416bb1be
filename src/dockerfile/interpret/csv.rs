//! One line of comma-separated values (RFC 4180), with Go's complaints.

/// The fields of `line`; one that begins with `"` may hold commas.
///
/// # Errors
/// Nothing at all, or quotes where none may be.
pub(super) fn fields(line: &str) -> Result<Vec<String>, String> {
    if line.is_empty() {
        return Err("EOF".to_owned());
    }
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, behind) = match rest.strip_prefix('"') {
            Some(inside) => quoted(line, inside)?,
            None => plain(line, rest)?,
        };
        fields.push(field);
        match behind {
            Some(behind) => rest = behind,
            None => return Ok(fields),
        }
    }
}

/// A field, and what follows its comma.
type Field<'a> = (String, Option<&'a str>);

fn plain<'a>(line: &str, rest: &'a str) -> Result<Field<'a>, String> {
    let (field, behind) = match rest.split_once(',') {
        Some((field, behind)) => (field, Some(behind)),
        None => (rest, None),
    };
    match field.find('"') {
        Some(at) => Err(wrong(line, &rest[at..], "bare \" in non-quoted field")),
        None => Ok((field.to_owned(), behind)),
    }
}

fn quoted<'a>(line: &str, inside: &'a str) -> Result<Field<'a>, String> {
    let mut field = String::new();
    let mut rest = inside;
    loop {
        let Some((before, behind)) = rest.split_once('"') else {
            return Err(wrong(line, "", "extraneous or missing \" in quoted-field"));
        };
        field.push_str(before);
        if let Some(behind) = behind.strip_prefix('"') {
            field.push('"');
            rest = behind;
        } else if behind.is_empty() {
            return Ok((field, None));
        } else if let Some(behind) = behind.strip_prefix(',') {
            return Ok((field, Some(behind)));
        } else {
            return Err(wrong(line, &rest[before.len()..], "extraneous or missing \" in quoted-field"));
        }
    }
}

/// `rest` is what begins with the offence; columns count from 1.
fn wrong(line: &str, rest: &str, what: &str) -> String {
    format!("parse error on line 1, column {}: {what}", line.len() - rest.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_fields_hold_commas_and_quotes() {
        assert_eq!(fields(r#"a=b,"c=d,e",,"f""g""#).unwrap(), ["a=b", "c=d,e", "", "f\"g"]);
        assert_eq!(fields("a,").unwrap(), ["a", ""]);
    }

    #[test]
    fn stray_quotes_are_named_by_their_column() {
        assert_eq!(fields("").unwrap_err(), "EOF");
        assert_eq!(
            fields("id=a\"b").unwrap_err(),
            "parse error on line 1, column 5: bare \" in non-quoted field"
        );
        let told = "parse error on line 1, column 3: extraneous or missing \" in quoted-field";
        assert_eq!(fields("\"a\"b").unwrap_err(), told);
        assert!(fields("\"a").unwrap_err().contains("column 3"));
    }
}
