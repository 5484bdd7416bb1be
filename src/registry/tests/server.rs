//! A server of HTTP/1.1 that answers what a test's function says, and keeps what it was asked.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// With the query.
    pub(super) path: String,
    headers: HashMap<String, String>,
    pub(super) body: Vec<u8>,
    /// How many requests of this method and path came before.
    pub(super) nth: usize,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// `METHOD path`.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

/// What becomes of the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Open,
    /// Closed after so many bytes of the body.
    Cut(usize),
    /// Silent after so many bytes of the body.
    Stall(usize),
    /// Chunked, so that no length is told.
    Chunked,
}

impl Reply {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), end: End::Open }
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn cut(self, after: usize) -> Self {
        Self { end: End::Cut(after), ..self }
    }

    pub(super) fn stall(self, after: usize) -> Self {
        Self { end: End::Stall(after), ..self }
    }

    pub(super) fn chunked(self) -> Self {
        Self { end: End::Chunked, ..self }
    }
}

type Play = dyn Fn(&Request) -> Reply + Send + Sync;
/// How many bytes of a request's body are read before the connection is closed without an answer.
type Limit = dyn Fn(&Request) -> Option<usize> + Send + Sync;

struct Stage {
    play: Box<Play>,
    limit: Box<Limit>,
    seen: Mutex<Vec<Request>>,
    tls: Option<Arc<ServerConfig>>,
}

impl Stage {
    fn count(&self, request: &Request) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|other| other.line() == request.line()).count()
    }
}

/// The server; it lives as long as the process of the tests.
pub(super) struct Server {
    address: SocketAddr,
    stage: Arc<Stage>,
}

impl Server {
    pub(super) fn new(play: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::breaking(|_| None, play)
    }

    /// One that may close a connection in the middle of a request.
    pub(super) fn breaking(
        limit: impl Fn(&Request) -> Option<usize> + Send + Sync + 'static,
        play: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Stage { play: Box::new(play), limit: Box::new(limit), seen: Mutex::default(), tls: None })
    }

    /// One that speaks TLS, with this certificate and its key.
    pub(super) fn tls(
        config: ServerConfig,
        play: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (limit, tls) = (Box::new(|_: &Request| None), Some(Arc::new(config)));
        Self::start(Stage { play: Box::new(play), limit, seen: Mutex::default(), tls })
    }

    fn start(stage: Stage) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stage = Arc::new(stage);
        let shared = stage.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let stage = shared.clone();
                std::thread::spawn(move || drop(greet(&stage, stream)));
            }
        });
        Self { address, stage }
    }

    pub(super) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What came, without the question whether plain HTTP is spoken.
    pub(super) fn seen(&self) -> Vec<Request> {
        let seen = self.stage.seen.lock().unwrap();
        seen.iter().filter(|request| request.path != "/v2/").cloned().collect()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Request::line).collect()
    }
}

fn greet(stage: &Stage, stream: TcpStream) -> io::Result<()> {
    match &stage.tls {
        None => serve(stage, stream.try_clone()?)?,
        Some(config) => {
            let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
            serve(stage, StreamOwned::new(connection, stream.try_clone()?))?;
        }
    }
    stream.shutdown(std::net::Shutdown::Both)
}

fn serve(stage: &Stage, stream: impl Read + Write) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    // A greeting of TLS begins with this byte.
    while !matches!(reader.fill_buf()?, [] | [0x16, ..]) {
        let Some(mut request) = head(&mut reader)? else { break };
        request.nth = stage.count(&request);
        let length = request.header("content-length").map_or(0, |text| text.parse().unwrap());
        let limit = (stage.limit)(&request);
        request.body = vec![0; limit.unwrap_or(length).min(length)];
        reader.read_exact(&mut request.body)?;
        stage.seen.lock().unwrap().push(request.clone());
        let reply = (stage.play)(&request);
        if limit.is_some() || !answer(reader.get_mut(), &request, &reply)? {
            break;
        }
    }
    Ok(())
}

fn head(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Ok(Some(Request { method, path, headers, ..Request::default() }))
}

/// Whether the connection stays open.
fn answer(stream: &mut impl Write, request: &Request, reply: &Reply) -> io::Result<bool> {
    let mut text = format!("HTTP/1.1 {} X\r\n", reply.status);
    for (name, value) in &reply.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.end {
        End::Chunked => text.push_str("Transfer-Encoding: chunked\r\n\r\n"),
        _ => text.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len())),
    }
    let mut bytes = text.into_bytes();
    if request.method != "HEAD" {
        match reply.end {
            End::Open => bytes.extend(&reply.body),
            End::Cut(after) | End::Stall(after) => bytes.extend(&reply.body[..after]),
            End::Chunked => {
                bytes.extend(format!("{:x}\r\n", reply.body.len()).as_bytes());
                bytes.extend(&reply.body);
                bytes.extend(b"\r\n0\r\n\r\n");
            }
        }
    }
    stream.write_all(&bytes)?;
    stream.flush()?;
    if let End::Stall(_) = reply.end {
        std::thread::sleep(Duration::from_secs(3));
    }
    Ok(matches!(reply.end, End::Open | End::Chunked))
}
