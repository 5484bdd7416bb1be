//! Certificates: the system's, those of one host's folder, and the one that proves who we are.

use super::endpoint::Trust;
use crate::error::{Context, Error, Kind, Result};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsConfigBuilder};

/// Variables that name other certificates than the system's.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// TLS whose servers are proved by the system's authorities (`system`) or by `trust`.
pub(super) fn checked(trust: &Trust, system: &[Certificate<'static>]) -> Result<TlsConfig> {
    let mut authorities = system.to_vec();
    for file in &trust.authorities {
        authorities.extend(certificates(file)?.into_iter().map(|found| foreign(&found)));
    }
    let roots = match authorities.is_empty() {
        true => RootCerts::WebPki,
        false => RootCerts::Specific(Arc::new(authorities)),
    };
    Ok(builder(trust)?.root_certs(roots).build())
}

/// TLS that takes any certificate.
pub(super) fn unchecked(trust: &Trust) -> Result<TlsConfig> {
    Ok(builder(trust)?.disable_verification(true).build())
}

/// The authorities of the system, or those the environment names; none is an answer.
///
/// # Errors
/// When the environment names some and none can be read.
pub(super) fn system() -> Result<Vec<Certificate<'static>>> {
    let found = rustls_native_certs::load_native_certs();
    let named = VARIABLES.iter().find(|name| std::env::var_os(name).is_some());
    match (found.certs.is_empty(), named) {
        (true, Some(name)) => {
            let error = Error::new(Kind::System, format!("reading the certificates {name} names"));
            Err(match found.errors.into_iter().next() {
                Some(cause) => error.why(cause),
                None => error,
            })
        }
        _ => Ok(found.certs.iter().map(foreign).collect()),
    }
}

fn builder(trust: &Trust) -> Result<TlsConfigBuilder> {
    let client = trust.clients.first().map(|(certificate, key)| client(certificate, key)).transpose()?;
    Ok(TlsConfig::builder().client_cert(client))
}

/// The certificate that proves who we are, checked against its key: ureq would end the process over a pair that
/// does not fit.
fn client(certificate: &Path, key: &Path) -> Result<ClientCert> {
    let chain = certificates(certificate)?;
    let der = PrivateKeyDer::from_pem_file(key).what(|| format!("reading the key {}", key.display()))?;
    CertifiedKey::from_der(chain.clone(), der, &default_provider())
        .what(|| format!("the certificate {} with the key {}", certificate.display(), key.display()))?;
    let pem = std::fs::read(key).what(|| format!("reading the key {}", key.display()))?;
    let own = PrivateKey::from_pem(&pem).what(|| format!("reading the key {}", key.display()))?;
    let chain: Vec<_> = chain.iter().map(foreign).collect();
    Ok(ClientCert::new_with_certs(&chain, own))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let what = || format!("reading the certificates {}", file.display());
    let found = CertificateDer::pem_file_iter(file).what(what)?;
    let found: Vec<_> = found.collect::<Result<_, _>>().what(what)?;
    match found.is_empty() {
        true => Err(Error::new(Kind::Invalid, what()).because("there is no PEM certificate in it")),
        false => Ok(found),
    }
}

/// The same certificate as ureq's type.
fn foreign(certificate: &CertificateDer<'static>) -> Certificate<'static> {
    Certificate::from_der(certificate).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::generate_simple_self_signed;
    use std::path::PathBuf;

    struct Pair {
        folder: tempfile::TempDir,
    }

    impl Pair {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let write =
                |name: &str, text: String| crate::durable::write(&folder.path().join(name), text.as_bytes());
            write("cert", made.cert.pem()).unwrap();
            write("key", made.signing_key.serialize_pem()).unwrap();
            write("other", other.signing_key.serialize_pem()).unwrap();
            write("junk", "junk".to_owned()).unwrap();
            Self { folder }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn trust(&self, authority: &str, key: &str) -> Trust {
            Trust {
                authorities: vec![self.path(authority)],
                clients: vec![(self.path("cert"), self.path(key))],
            }
        }
    }

    #[test]
    fn a_certificate_and_its_key_are_taken() {
        let pair = Pair::new();
        assert!(checked(&pair.trust("cert", "key"), &[]).is_ok());
    }

    #[test]
    fn a_key_of_another_certificate_is_an_error_and_no_panic() {
        let pair = Pair::new();
        let error = checked(&pair.trust("cert", "other"), &[]).unwrap_err().to_string();
        assert!(error.contains("with the key"), "{error}");
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let pair = Pair::new();
        let error = checked(&pair.trust("junk", "key"), &[]).unwrap_err().to_string();
        assert!(error.contains("/junk"), "{error}");
        let error = checked(&pair.trust("absent", "key"), &[]).unwrap_err().to_string();
        assert!(error.contains("/absent"), "{error}");
    }
}
