//! A registry that does what a plan says, and remembers what it was asked.
//!
//! A pattern is a method and a part of a path, as in `GET /blobs/`. The faults planned for it happen to
//! the requests it is about, one each, in their order; after them all is well.

use super::Published;
use super::http::{Answer, Request};
use super::registry::{PASSWORD, USER};
use super::shelf::Shelf;
use super::until;
use base64::Engine as _;
use rcon::oci::digest::Digest;
use std::collections::VecDeque;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The connection ends after so many bytes of the body, the answer's or that of an upload.
    CutAfter(usize),
    /// After so many bytes nothing more comes, as long as the registry lives.
    StallAfter(usize),
    /// After so many bytes nothing comes for a while.
    PauseAfter(usize, Duration),
    /// One byte in the middle is another.
    Flip,
    /// Other bytes instead, with the headers of the right ones.
    Body(Vec<u8>),
    /// A header says something else.
    Header(&'static str, String),
    /// Another status, with the words that belong to it.
    Status(u16),
    /// The same, and when to come again.
    RetryAfter(u16, &'static str),
    /// Look there.
    Redirect(String),
    /// The whole, where a part was asked for.
    IgnoreRange,
    /// All tokens given so far are worth nothing any more.
    Expire,
}

/// What is asked of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    /// [`USER`] and [`PASSWORD`].
    Basic,
    /// A token from `/token`, which asks nothing of one who names nobody.
    Bearer,
}

struct Planned {
    pattern: String,
    faults: VecDeque<Fault>,
    for_ever: bool,
}

struct State {
    shelf: Shelf,
    plan: Vec<Planned>,
    requests: Vec<Request>,
    access: Access,
    /// Where tokens are to be had, when it is not here.
    realm: Option<String>,
    tokens_given: usize,
    tokens_expired: usize,
}

struct Shared {
    address: SocketAddr,
    state: Mutex<State>,
    stalled: AtomicUsize,
    over: AtomicBool,
}

/// The registry; it ends with the value.
pub(crate) struct Faulty(Arc<Shared>);

impl Faulty {
    pub(crate) fn start() -> Self {
        Self::asking(Access::Open)
    }

    pub(crate) fn asking(access: Access) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = State {
            shelf: Shelf::default(),
            plan: Vec::new(),
            requests: Vec::new(),
            access,
            realm: None,
            tokens_given: 0,
            tokens_expired: 0,
        };
        let shared = Arc::new(Shared {
            address: listener.local_addr().unwrap(),
            state: Mutex::new(state),
            stalled: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.over.load(Ordering::Relaxed) {
                    return;
                }
                let serving = accepting.clone();
                std::thread::spawn(move || {
                    let _ = serving.serve(&stream);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self(shared)
    }

    /// What names of its images begin with.
    pub(crate) fn address(&self) -> String {
        format!("localhost:{}", self.0.address.port())
    }

    /// Puts an image in it; gives the image's whole name.
    pub(crate) fn publish(&self, name: &str, image: &Published) -> String {
        let (repository, tag) = name.split_once(':').unwrap_or((name, "latest"));
        self.0.state().shelf.put(repository, tag, image);
        format!("{}/{name}", self.address())
    }

    /// The digest of what `reference` stands for in `repository`.
    pub(crate) fn holds(&self, repository: &str, reference: &str) -> Option<Digest> {
        self.0.state().shelf.manifest(repository, reference).map(Digest::of)
    }

    /// Plans `faults` for the requests that `pattern` is about.
    pub(crate) fn on(&self, pattern: &str, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().collect();
        self.0.state().plan.push(Planned { pattern: pattern.to_owned(), faults, for_ever: false });
    }

    /// Plans `fault` for all of them.
    pub(crate) fn always(&self, pattern: &str, fault: Fault) {
        let faults = [fault].into();
        self.0.state().plan.push(Planned { pattern: pattern.to_owned(), faults, for_ever: true });
    }

    /// No more faults.
    pub(crate) fn mends(&self) {
        self.0.state().plan.clear();
    }

    /// Has tokens be asked for at `url`.
    pub(crate) fn realm(&self, url: &str) {
        self.0.state().realm = Some(url.to_owned());
    }

    /// Lists at most so many tags at a time.
    pub(crate) fn page(&self, tags: usize) {
        self.0.state().shelf.page = Some(tags);
    }

    /// Has an index that answers every search by `results`, as docker's hub has.
    pub(crate) fn index(&self, results: serde_json::Value) {
        self.0.state().shelf.index = Some(results);
    }

    /// The requests so far that `pattern` is about.
    pub(crate) fn seen(&self, pattern: &str) -> Vec<Request> {
        self.0.state().requests.iter().filter(|request| request.is(pattern)).cloned().collect()
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.state().requests.clone()
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        self.0.state().requests.clear();
    }

    /// Waits until so many answers stall or pause.
    #[track_caller]
    pub(crate) fn stalls(&self, answers: usize) {
        until("an answer stalls", || self.0.stalled.load(Ordering::Relaxed) >= answers);
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.0.address);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let mut source = BufReader::new(stream);
        let mut to = stream;
        while let Some(mut request) = Request::read(&mut source)? {
            let fault = self.state().happens_to(&request);
            let most = match fault {
                Fault::CutAfter(bytes) if request.method != "GET" => bytes,
                _ => usize::MAX,
            };
            let (body, whole) = request.body(&mut source, &mut to, most)?;
            if !whole {
                self.state().shelf.take_part(&request, &body);
                return Ok(());
            }
            if matches!(fault, Fault::IgnoreRange) {
                request.forget("range");
            }
            let answer = self.answer(&request, body, &fault);
            if !self.send(to, &request, answer, fault)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Request, body: Vec<u8>, fault: &Fault) -> Answer {
        let mut state = self.state();
        match fault {
            Fault::Expire => state.tokens_expired = state.tokens_given,
            Fault::Redirect(to) => return Answer::new(307).with("Location", to),
            Fault::Status(status) => return failing(*status),
            Fault::RetryAfter(status, when) => return failing(*status).with("Retry-After", *when),
            _ => (),
        }
        if request.path == "/token" {
            return state.token(request);
        }
        match state.challenge(request, &self.address) {
            Some(challenge) => Answer::error(401, "UNAUTHORIZED", "authentication required")
                .with("WWW-Authenticate", challenge),
            None => state.shelf.answer(request, body),
        }
    }

    /// Says whether the connection is fit for another request.
    fn send(&self, mut to: &TcpStream, request: &Request, answer: Answer, fault: Fault) -> io::Result<bool> {
        let mut answer = match fault {
            Fault::Header(name, ref value) => answer.with(name, value),
            _ => answer,
        };
        if request.method == "HEAD" {
            to.write_all(&answer.head())?;
            return Ok(true);
        }
        let head = answer.head();
        let length = answer.body.len();
        match fault {
            Fault::Flip if length > 0 => answer.body[length / 2] ^= 1,
            Fault::Body(ref bytes) => answer.body.clone_from(bytes),
            Fault::CutAfter(bytes) => {
                to.write_all(&head)?;
                to.write_all(&answer.body[..bytes.min(length)])?;
                return Ok(false);
            }
            Fault::StallAfter(bytes) | Fault::PauseAfter(bytes, _) => {
                let (before, after) = answer.body.split_at(bytes.min(length));
                to.write_all(&head)?;
                to.write_all(before)?;
                self.stalled.fetch_add(1, Ordering::Relaxed);
                match fault {
                    Fault::PauseAfter(_, pause) => std::thread::sleep(pause),
                    _ => self.stall(),
                }
                to.write_all(after)?;
                return Ok(true);
            }
            _ => (),
        }
        to.write_all(&head)?;
        to.write_all(&answer.body)?;
        Ok(answer.body.len() == length && !matches!(fault, Fault::Header("Content-Length", _)))
    }

    fn stall(&self) {
        while !self.over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl State {
    /// Notes a request, and takes what is planned for it.
    fn happens_to(&mut self, request: &Request) -> Fault {
        self.requests.push(request.clone());
        let about = |planned: &&mut Planned| !planned.faults.is_empty() && request.is(&planned.pattern);
        match self.plan.iter_mut().find(about) {
            None => Fault::None,
            Some(planned) if planned.for_ever => planned.faults[0].clone(),
            Some(planned) => planned.faults.pop_front().unwrap_or(Fault::None),
        }
    }

    /// What a caller is told who may not.
    fn challenge(&self, request: &Request, address: &SocketAddr) -> Option<String> {
        let shown = request.header("authorization").unwrap_or_default();
        match self.access {
            Access::Open => None,
            Access::Basic => (shown != basic()).then(|| "Basic realm=\"tests\"".to_owned()),
            Access::Bearer => {
                let number = shown.strip_prefix("Bearer token-").and_then(|number| number.parse().ok());
                let fine = number.is_some_and(|number: usize| number > self.tokens_expired);
                let here = format!("http://localhost:{}/token", address.port());
                let realm = self.realm.as_ref().unwrap_or(&here);
                let scope = scope(request);
                (!fine).then(|| format!("Bearer realm=\"{realm}\",service=\"tests\",scope=\"{scope}\""))
            }
        }
    }

    fn token(&mut self, request: &Request) -> Answer {
        if request.header("authorization").is_some_and(|shown| shown != basic()) {
            return Answer::error(401, "UNAUTHORIZED", "incorrect username or password");
        }
        self.tokens_given += 1;
        let token = format!("token-{}", self.tokens_given);
        let given = serde_json::json!({ "token": token, "access_token": token, "expires_in": 300 });
        Answer::new(200).with("Content-Type", "application/json").saying(given.to_string())
    }
}

fn basic() -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    format!("Basic {encoded}")
}

/// What a request needs, in the words of a token.
fn scope(request: &Request) -> String {
    let path = request.path.trim_start_matches("/v2/");
    let end = ["/manifests/", "/blobs/", "/tags/"].iter().find_map(|part| path.find(part));
    let actions = if matches!(request.method.as_str(), "GET" | "HEAD") { "pull" } else { "pull,push" };
    format!("repository:{}:{actions}", &path[..end.unwrap_or(path.len())])
}

fn failing(status: u16) -> Answer {
    let (code, message) = match status {
        401 => ("UNAUTHORIZED", "authentication required"),
        403 => ("DENIED", "requested access to the resource is denied"),
        404 => ("BLOB_UNKNOWN", "blob unknown to registry"),
        429 => ("TOOMANYREQUESTS", "you have reached your limit"),
        _ => ("UNKNOWN", "unknown error"),
    };
    Answer::error(status, code, message)
}
