//! Following redirects, with what proves who we are left behind where another server begins.

use super::address::{Address, Scheme};
use super::endpoint::Endpoint;
use super::retry::Trouble;
use super::transport::{Call, Transport, drain, text};
use crate::error::{Error, Kind, Result};
use ureq::Body;
use ureq::http::{Method, Response};

/// Redirects of one request.
const MOST: usize = 5;
/// Parameters of addresses that carry their own proof; storage refuses a second one.
const SIGNED: [&str; 4] = ["x-amz-signature=", "x-goog-signature=", "signature=", "sig="];

/// Sends `call` and follows where it is sent, which a `GET` or a `HEAD` may be. `call` has the last address then.
pub(super) fn follow(
    transport: &Transport,
    endpoint: &Endpoint,
    call: &mut Call,
) -> Result<Response<Body>, Trouble> {
    for _ in 0..=MOST {
        let response = transport.send(endpoint, call)?;
        let Some(next) = target(call, &response)? else { return Ok(response) };
        drain(response);
        if !keeps_authorization(&call.address, &next) {
            call.authorization = None;
        }
        call.address = next;
    }
    Err(refused(&call.address, format!("more than {MOST} redirects")).into())
}

/// Where an answer sends us, if it does.
fn target(call: &Call, response: &Response<Body>) -> Result<Option<Address>> {
    let away = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    if !away || !matches!(call.method, Method::GET | Method::HEAD) {
        return Ok(None);
    }
    let here = &call.address;
    let next = text(response.headers(), "location").and_then(|location| here.join(location));
    let next = next.ok_or_else(|| refused(here, "a redirect to nowhere"))?;
    if here.scheme() == Scheme::Https && next.scheme() == Scheme::Http {
        return Err(refused(here, format!("a redirect from https to http, to `{}`", next.authority())));
    }
    if !here.may_lead_to(&next) {
        return Err(refused(here, format!("a redirect to the inner address `{}`", next.authority())));
    }
    Ok(Some(next))
}

fn keeps_authorization(here: &Address, next: &Address) -> bool {
    let query = next.path().split_once('?').map(|(_, query)| query.to_ascii_lowercase()).unwrap_or_default();
    let signed = query.split('&').any(|pair| SIGNED.iter().any(|name| pair.starts_with(name)));
    here.same_origin(next) && !signed
}

fn refused(here: &Address, what: impl std::fmt::Display) -> Error {
    Error::new(Kind::Denied, format!("refusing an answer of `{}`", here.authority())).because(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorization_stays_with_its_server_and_off_signed_addresses() {
        let here = Address::parse("https://h/v2/x").unwrap();
        let cases = [
            ("https://h/y", true),
            ("https://h:443/y?z=1", true),
            ("https://h:444/y", false),
            ("http://h:443/y", false),
            ("https://g/y", false),
            ("https://h/y?X-Amz-Signature=1", false),
            ("https://h/y?a=b&sig=1", false),
            ("https://h/y?design=1", true),
        ];
        for (next, keeps) in cases {
            assert_eq!(keeps_authorization(&here, &Address::parse(next).unwrap()), keeps, "{next}");
        }
    }
}
