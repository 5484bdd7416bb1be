//! What a registry says when it refuses, in words and as a kind (distribution-spec, "Error Codes").

use crate::error::{Error, Kind};
use serde_json::Value;

/// Bytes of a refusal's body that are read.
pub const LIMIT: u64 = 64 * 1024;
/// Characters of one message, and messages of one refusal.
const LONGEST: usize = 400;
const MOST: usize = 3;

/// The error of an answer with this status and body.
pub fn error(status: u16, body: &[u8]) -> Error {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = words(&said).unwrap_or_else(|| usual_words(status));
    Error::new(kind(status, &said), words)
}

fn kind(status: u16, said: &Value) -> Kind {
    let unsupported = said["errors"][0]["code"].as_str() == Some("UNSUPPORTED");
    match status {
        401 | 403 => Kind::Denied,
        _ if unsupported => Kind::Unsupported,
        404 | 410 => Kind::NotFound,
        400 | 409 | 411 | 413 | 416 | 422 => Kind::Invalid,
        405 | 406 | 415 | 501 => Kind::Unsupported,
        _ => Kind::System,
    }
}

/// In a registry's form, in docker's hub's, in that of RFC 6749.
fn words(said: &Value) -> Option<String> {
    let listed = said["errors"].as_array().map(|errors| {
        let lines: Vec<_> = errors.iter().filter_map(one).take(MOST).collect();
        lines.join("; ")
    });
    let detail = || text(&said["details"]).map(|words| format!("unauthorized: {words}"));
    let grant = || pair(&said["error"], &said["error_description"]);
    let message = || text(&said["message"]);
    listed.filter(|words| !words.is_empty()).or_else(detail).or_else(grant).or_else(message)
}

fn one(error: &Value) -> Option<String> {
    let message = text(&error["message"]).or_else(|| text(&error["detail"]));
    let code = text(&error["code"]).map(|code| code.to_lowercase().replace('_', " "));
    match (code, message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message),
    }
}

fn pair(first: &Value, second: &Value) -> Option<String> {
    match (text(first), text(second)) {
        (Some(first), Some(second)) => Some(format!("{first}: {second}")),
        (first, second) => first.or(second),
    }
}

/// A text that has something in it, not longer than is read.
fn text(value: &Value) -> Option<String> {
    let text: String = value.as_str()?.trim().chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

fn usual_words(status: u16) -> String {
    match status {
        401 => "unauthorized: authentication required".to_owned(),
        403 => "denied: requested access to the resource is denied".to_owned(),
        404 => "not found".to_owned(),
        429 => "toomanyrequests: too many requests".to_owned(),
        300..=399 => format!("the registry sent us elsewhere (HTTP status {status})"),
        other => format!("the registry answered with HTTP status {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_becomes_the_servers_words_and_a_kind() {
        let cases = [
            (
                404,
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]}"#,
                Kind::NotFound,
                "manifest unknown: manifest unknown",
            ),
            (
                401,
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"a"},{"code":"DENIED","message":"b"}]}"#,
                Kind::Denied,
                "unauthorized: a; denied: b",
            ),
            (
                401,
                r#"{"details":"incorrect username or password"}"#,
                Kind::Denied,
                "unauthorized: incorrect username or password",
            ),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                Kind::Invalid,
                "invalid_grant: expired",
            ),
            (
                405,
                r#"{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"#,
                Kind::Unsupported,
                "unsupported: The operation is unsupported.",
            ),
            (403, "<html>", Kind::Denied, "denied: requested access to the resource is denied"),
            (404, "", Kind::NotFound, "not found"),
            (502, "{\"errors\":[]}", Kind::System, "the registry answered with HTTP status 502"),
            (
                400,
                r#"{"errors":"x","message":7}"#,
                Kind::Invalid,
                "the registry answered with HTTP status 400",
            ),
        ];
        for (status, body, kind, words) in cases {
            let error = error(status, body.as_bytes());
            assert_eq!((error.kind, error.to_string().as_str()), (kind, words), "{body}");
        }
    }

    #[test]
    fn long_words_are_cut() {
        let body = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "\u{e9}".repeat(10_000));
        assert_eq!(error(400, body.as_bytes()).to_string().chars().count(), LONGEST);
    }
}
