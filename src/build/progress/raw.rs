//! `--progress=rawjson`: what happened as BuildKit's status messages, one JSON object per line.

use super::event::{Event, Progress, Stream, What};
use super::trace::{Outcome, Trace};
use crate::oci::digest::Digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use std::io::{self, Write};

/// The display.
pub(super) struct Raw {
    out: Box<dyn Write>,
    trace: Trace,
}

/// `SolveStatus` of BuildKit's client.
#[derive(Debug, Default, Serialize)]
struct Message<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vertexes: Vec<Vertex<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<Status<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logs: Vec<Log<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning<'a>>,
}

#[derive(Debug, Serialize)]
struct Vertex<'a> {
    digest: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<Timestamp>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cached: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    error: &'a str,
}

#[derive(Debug, Serialize)]
struct Status<'a> {
    id: &'a str,
    vertex: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    total: u64,
    current: u64,
    timestamp: Timestamp,
    started: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Log<'a> {
    vertex: &'a str,
    /// 1 is standard output, 2 standard error.
    stream: u8,
    /// base64.
    data: String,
    timestamp: Timestamp,
}

#[derive(Debug, Serialize)]
struct Warning<'a> {
    vertex: &'a str,
    level: u8,
    /// base64.
    short: String,
    /// base64, line by line.
    detail: Vec<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

impl Raw {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Self { out, trace: Trace::default() }
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let Some(id) = self.trace.hear(event.at, &event.what) else { return Ok(()) };
        let step = &self.trace.steps[id];
        let digest = format!("sha256:{}", Digest::of(format!("{id} {}", step.name).as_bytes()).hex());
        let mut message = Message::default();
        match &event.what {
            What::Status { part, state, .. } => message.statuses.push(Status {
                id: part,
                vertex: &digest,
                total: state.total,
                current: state.current,
                timestamp: event.at,
                started: state.started,
                completed: state.completed,
            }),
            What::Log { stream, bytes, .. } => message.logs.push(Log {
                vertex: &digest,
                stream: match stream {
                    Stream::Output => 1,
                    Stream::Error => 2,
                },
                data: STANDARD.encode(bytes),
                timestamp: event.at,
            }),
            What::Warning { short, detail, url, .. } => message.warnings.push(Warning {
                vertex: &digest,
                level: 1,
                short: STANDARD.encode(short),
                detail: detail.iter().map(|line| STANDARD.encode(line)).collect(),
                url,
            }),
            _ => message.vertexes.push(Vertex {
                digest: digest.clone(),
                name: &step.name,
                started: step.started,
                completed: step.end.as_ref().map(|(at, _)| *at),
                cached: matches!(step.end, Some((_, Outcome::Cached))),
                error: match &step.end {
                    Some((_, Outcome::Failed(error))) => error,
                    Some((_, Outcome::Canceled)) => "context canceled",
                    _ => "",
                },
            }),
        }
        serde_json::to_writer(&mut self.out, &message)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Progress for Raw {
    fn hear(&mut self, event: &Event) {
        // Who does not listen any more is told nothing.
        let _ = self.write(event);
    }

    fn tick(&mut self) {}

    fn finish(&mut self, _: bool) {}
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Written, at, part};
    use super::*;

    #[test]
    fn every_event_is_a_line_of_json_with_the_field_names_of_buildkit() {
        let written = Written::default();
        let mut raw = Raw::new(written.writer());
        let mut hear = |seconds, what| raw.hear(&Event { at: at(seconds), what });
        hear(0.0, What::Announced { id: 0, name: "[1/1] RUN x".to_owned() });
        hear(0.5, What::Started { id: 0 });
        hear(0.6, part(0, "layers", 1, 2, 0.5, None));
        hear(0.7, What::Log { id: 0, stream: Stream::Error, bytes: b"hi\n".to_vec() });
        let warning = ("A: b".to_owned(), vec!["c".to_owned()], "https://x".to_owned());
        hear(0.8, What::Warning { id: 0, short: warning.0, detail: warning.1, url: warning.2 });
        hear(1.0, What::Failed { id: 0, error: "no".to_owned() });
        let digest = format!("sha256:{}", Digest::of(b"0 [1/1] RUN x").hex());
        let wanted = r#"{"vertexes":[{"digest":"D","name":"[1/1] RUN x"}]}
{"vertexes":[{"digest":"D","name":"[1/1] RUN x","started":"2026-01-01T00:00:00.5Z"}]}
{"statuses":[{"id":"layers","vertex":"D","total":2,"current":1,"timestamp":"2026-01-01T00:00:00.6Z","started":"2026-01-01T00:00:00.5Z"}]}
{"logs":[{"vertex":"D","stream":2,"data":"aGkK","timestamp":"2026-01-01T00:00:00.7Z"}]}
{"warnings":[{"vertex":"D","level":1,"short":"QTogYg==","detail":["Yw=="],"url":"https://x"}]}
{"vertexes":[{"digest":"D","name":"[1/1] RUN x","started":"2026-01-01T00:00:00.5Z","completed":"2026-01-01T00:00:01Z","error":"no"}]}
"#;
        assert_eq!(written.text(), wanted.replace('D', &digest));
    }
}
