//! One request over the wire: connections, TLS, proxies, timeouts. It follows nothing and proves nobody.

use super::address::{Address, Scheme};
use super::endpoint::{Endpoint, Security, Trust};
use super::proxy::{self, Proxies};
use super::retry::{Patience, Trouble};
use super::secret::Secret;
use super::tls;
use crate::error::{Error, Kind, Result};
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Mutex, OnceLock, PoisonError};
use ureq::http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use ureq::tls::{Certificate, TlsConfig};
use ureq::{Agent, AsSendBody, Body, SendBody, Timeout};

/// Connections that wait for their next request, per host: layers of an image are read side by side.
const IDLE_PER_HOST: usize = 8;
/// The same for all hosts of one agent.
const IDLE: usize = 32;
/// Bytes of all headers of an answer.
const HEADER_LIMIT: usize = 64 * 1024;
/// Bytes of a body that nobody wants, read so that its connection can be used again.
const UNWANTED: u64 = 16 * 1024;
/// How rcon calls itself.
const USER_AGENT: &str = concat!("rcon/", env!("CARGO_PKG_VERSION"));

/// What is sent.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) address: Address,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) authorization: Option<Secret>,
    pub(super) payload: Payload<'a>,
}

/// The body of a request.
pub(super) enum Payload<'a> {
    Nothing,
    Bytes(&'a [u8]),
    /// So many bytes of a reader, which gives them or an error; it can be sent once.
    Stream(&'a mut dyn Read, u64),
}

/// The agents, one for each kind of trust and each proxy.
pub(super) struct Transport {
    agents: Mutex<Vec<(Way, Agent)>>,
    schemes: Mutex<HashMap<String, Scheme>>,
    system: OnceLock<Vec<Certificate<'static>>>,
    proxies: Proxies,
    patience: Patience,
}

/// How a connection is made; connections of one way are shared.
#[derive(Clone, PartialEq)]
struct Way {
    wrapping: Wrapping,
    proxy: Option<String>,
}

#[derive(Clone, PartialEq)]
enum Wrapping {
    Plain,
    Unchecked(Trust),
    Checked(Trust),
}

impl Transport {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            agents: Mutex::default(),
            schemes: Mutex::default(),
            system: OnceLock::new(),
            proxies: Proxies::from_environment(),
            patience,
        }
    }

    /// Sends `call` and gives what comes back, whatever its status is. `endpoint` says whom to trust.
    pub(super) fn send(&self, endpoint: &Endpoint, call: &mut Call) -> Result<Response<Body>, Trouble> {
        let agent = self.agent(endpoint, &call.address)?;
        let request = self.request(call)?;
        let answer = match &mut call.payload {
            Payload::Nothing if needs_length(&call.method) => run(&agent, request, &b""[..], &self.patience),
            Payload::Nothing => run(&agent, request, (), &self.patience),
            Payload::Bytes(bytes) => run(&agent, request, *bytes, &self.patience),
            Payload::Stream(reader, _) => {
                run(&agent, request, SendBody::from_reader(*reader), &self.patience)
            }
        };
        answer.map_err(|cause| trouble(&call.address, cause))
    }

    /// The root of an endpoint. For a lenient one it is found out, once, whether it speaks TLS.
    pub(super) fn origin(&self, endpoint: &Endpoint) -> Result<Address, Trouble> {
        let host = &endpoint.host;
        if endpoint.security == Security::Verified {
            return Ok(Address::of(Scheme::Https, host)?);
        }
        let known = self.schemes.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        let scheme = match known {
            Some(scheme) => scheme,
            None => self.probe(endpoint)?,
        };
        self.schemes.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone(), scheme);
        Ok(Address::of(scheme, host)?)
    }

    /// TLS where there is an answer inside it, plain HTTP where there is one without.
    fn probe(&self, endpoint: &Endpoint) -> Result<Scheme, Trouble> {
        let ask = |scheme| {
            let address = Address::of(scheme, &endpoint.host)?.at("/v2/");
            self.send(endpoint, &mut Call::get(address)).map(drain).map(|()| scheme)
        };
        ask(Scheme::Https).or_else(|_| ask(Scheme::Http))
    }

    fn request(&self, call: &Call) -> Result<Request<()>> {
        let wrong = |what: &str| Error::new(Kind::Invalid, format!("{what} that cannot be sent"));
        let request = Request::builder().method(call.method.clone()).uri(call.address.url());
        let mut request = request.body(()).map_err(|_| wrong("an address"))?;
        let headers = request.headers_mut();
        for (name, value) in &call.headers {
            let value = HeaderValue::from_str(value).map_err(|_| wrong("a header"))?;
            headers.insert(*name, value);
        }
        if let Some(secret) = &call.authorization {
            let value = HeaderValue::from_str(secret.reveal()).map_err(|_| wrong("a credential"))?;
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Payload::Stream(_, length) = call.payload {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        Ok(request)
    }

    fn agent(&self, endpoint: &Endpoint, target: &Address) -> Result<Agent> {
        let way = Way {
            wrapping: wrapping(endpoint, target),
            proxy: self.proxies.choose(target).map(str::to_owned),
        };
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, agent)) = agents.iter().find(|(known, _)| *known == way) {
            return Ok(agent.clone());
        }
        let agent = self.make(&way)?;
        agents.push((way, agent.clone()));
        Ok(agent)
    }

    fn make(&self, way: &Way) -> Result<Agent> {
        let tls = match &way.wrapping {
            Wrapping::Plain => TlsConfig::builder().build(),
            Wrapping::Unchecked(trust) => tls::unchecked(trust)?,
            Wrapping::Checked(trust) => tls::checked(trust, self.system()?)?,
        };
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(way.proxy.as_deref().map(proxy::open).transpose()?)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .accept("*/*")
            .accept_encoding("identity")
            .max_response_header_size(HEADER_LIMIT)
            .max_idle_connections(IDLE)
            .max_idle_connections_per_host(IDLE_PER_HOST)
            .timeout_connect(Some(self.patience.connect))
            .timeout_per_read(Some(self.patience.stall))
            .timeout_per_write(Some(self.patience.stall));
        Ok(config.build().new_agent())
    }

    /// Read when the first certificate is to be checked: it takes milliseconds.
    fn system(&self) -> Result<&[Certificate<'static>]> {
        match self.system.get() {
            Some(found) => Ok(found),
            None => {
                let found = tls::system()?;
                Ok(self.system.get_or_init(|| found))
            }
        }
    }
}

impl Call<'_> {
    /// A `GET` without anything.
    pub(super) fn get(address: Address) -> Self {
        let (headers, authorization) = (Vec::new(), None);
        Self { method: Method::GET, address, headers, authorization, payload: Payload::Nothing }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transport({:?}, {:?})", self.schemes, self.proxies)
    }
}

/// A header of an answer, where it is text of a sane length.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= super::headers::LONGEST).then_some(value)
}

/// Reads what nobody wants.
pub(super) fn drain(response: Response<Body>) {
    let mut body = response.into_body().into_reader().take(UNWANTED);
    // A body that cannot be read only costs its connection.
    let _ = io::copy(&mut body, &mut io::sink());
}

/// Our certificate is shown to the endpoint itself and to nobody it leads to.
fn wrapping(endpoint: &Endpoint, target: &Address) -> Wrapping {
    let itself = Address::of(target.scheme(), &endpoint.host).is_ok_and(|own| own.same_origin(target));
    let trust = match itself {
        true => endpoint.trust.clone(),
        false => Trust { authorities: endpoint.trust.authorities.clone(), clients: Vec::new() },
    };
    match (target.scheme(), endpoint.security) {
        (Scheme::Http, _) => Wrapping::Plain,
        (Scheme::Https, Security::Lenient) => Wrapping::Unchecked(trust),
        (Scheme::Https, Security::Verified) => Wrapping::Checked(trust),
    }
}

fn run(
    agent: &Agent,
    request: Request<()>,
    body: impl AsSendBody,
    patience: &Patience,
) -> Result<Response<Body>, ureq::Error> {
    let commits = *request.method() == Method::PUT;
    let request = request.map(|()| body);
    match commits {
        false => agent.run(request),
        true => {
            let patient = agent.configure_request(request).timeout_per_read(Some(patience.commit));
            agent.run(patient.build())
        }
    }
}

/// A request that may have a body says so when it has none.
fn needs_length(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

/// Whether something answered that is no TLS.
fn speaks_no_tls(cause: &ureq::Error) -> bool {
    let tls = match cause {
        ureq::Error::Rustls(cause) => Some(cause),
        ureq::Error::Io(cause) => cause.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>()),
        _ => None,
    };
    matches!(tls, Some(rustls::Error::InvalidMessage(_)))
}

/// A request that got no answer. Nothing of its address but the host is told: the rest may be a secret.
fn trouble(target: &Address, cause: ureq::Error) -> Trouble {
    let error = Error::new(Kind::System, format!("reaching `{}`", target.authority()));
    let broken = |kind: io::ErrorKind| {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    };
    match cause {
        cause if speaks_no_tls(&cause) => error
            .because("it does not speak TLS")
            .fix("where that is right, list it under registries.insecure in rcon's config.json, or pass --tls-verify=false")
            .into(),
        ureq::Error::Io(cause) if broken(cause.kind()) => Trouble::passing(error.why(cause)),
        ureq::Error::Timeout(Timeout::Connect) => error.because("no connection in time").into(),
        ureq::Error::Timeout(_) => Trouble::passing(error.because("no answer in time")),
        ureq::Error::Io(cause) => error.why(cause).into(),
        ureq::Error::HostNotFound => error.because("no such host").into(),
        ureq::Error::Rustls(cause) => error.why(cause).into(),
        ureq::Error::Tls(words) => error.because(words).into(),
        ureq::Error::ConnectProxyFailed(words) => error.because(format!("its proxy: {words}")).into(),
        ureq::Error::Protocol(_) => error.because("the answer is not HTTP").into(),
        ureq::Error::LargeResponseHeader(..) => {
            error.because("the headers of the answer are too long").into()
        }
        _ => error.because("the connection failed").into(),
    }
}
