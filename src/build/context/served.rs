//! A small HTTP server for tests: one answer after the other.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer(Vec<u8>);

impl Answer {
    pub(super) fn ok(headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        Self([head.as_bytes(), body].concat())
    }

    pub(super) fn status(status: u16) -> Self {
        Self::raw(&format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"))
    }

    pub(super) fn redirect(to: &str) -> Self {
        Self::raw(&format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
    }

    pub(super) fn raw(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// Serves `answers` in turn, one per connection; gives the address without a path.
pub(super) fn serve(answers: Vec<Answer>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let status = answer.0.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let (status, rest) = answer.0.split_at(status);
            // A client that hung up needs no answer.
            let _ = stream.write_all(&[status, b"Connection: close\r\n", rest].concat());
        }
    });
    format!("http://{address}")
}
