//! A real registry, docker-registry of the distribution, on a port and a folder of its own.

use super::Published;
use super::{Rcon, until};
use rcon::oci::digest::Digest;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Who may use a registry that asks.
pub(crate) const USER: &str = "tester";
pub(crate) const PASSWORD: &str = "secret word";
/// The same for htpasswd(5), bcrypt.
const HTPASSWD: &str = "tester:$2y$05$p9azauEK2X.2i6gYhLkNbuf4CuUNdgn52P/qiF.VNt9dnyOx5qhpG\n";

/// What the registry asks, and how it is reached.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// Only for [`USER`], by Basic authentication.
    pub(crate) password: bool,
    pub(crate) tls: bool,
    /// An address of this machine.
    pub(crate) host: IpAddr,
}

impl Default for Options {
    fn default() -> Self {
        Self { password: false, tls: false, host: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }
}

/// A registry that runs until the value goes.
pub(crate) struct Registry {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
    log: Arc<Mutex<Vec<Logged>>>,
}

/// A request, from the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
}

impl Registry {
    /// For everybody, plain, on loopback.
    pub(crate) fn open() -> Self {
        Self::start(Options::default())
    }

    pub(crate) fn start(options: Options) -> Self {
        let folder = tempfile::Builder::new().prefix("registry-").tempdir().unwrap();
        let config = configuration(folder.path(), options);
        let mut child = Command::new("docker-registry")
            .args(["serve", &write(&folder.path().join("config.yml"), config)])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (accesses, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let shared = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(accesses).lines().map_while(Result::ok) {
                shared.lock().unwrap().extend(logged(&line));
            }
        });
        let mut lines = BufReader::new(errors).lines().map_while(Result::ok);
        let mut said = String::new();
        let address = lines.by_ref().find_map(|line| {
            said.push_str(&line);
            line.split("listening on ").nth(1)?.split(['"', ',']).next()?.parse().ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.unwrap_or_else(|| panic!("docker-registry does not start: {said}"));
        Self { child, address, folder, log }
    }

    /// What names of its images begin with.
    pub(crate) fn address(&self) -> String {
        if self.address.ip().is_loopback() {
            format!("localhost:{}", self.address.port())
        } else {
            self.address.to_string()
        }
    }

    /// The authority that signed its certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Whoever answers under its address from now on is somebody else.
    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The requests that were answered so far.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.log.lock().unwrap().clone()
    }

    /// How often each blob was fetched.
    pub(crate) fn fetches(&self) -> BTreeMap<String, usize> {
        let mut fetches = BTreeMap::new();
        for request in self.log().iter().filter(|request| request.method == "GET") {
            if let Some((_, digest)) = request.path.split_once("/blobs/") {
                *fetches.entry(digest.to_owned()).or_default() += 1;
            }
        }
        fetches
    }

    /// Waits until as many blobs were fetched, each of them once.
    #[track_caller]
    pub(crate) fn fetched_once(&self, blobs: usize) {
        until(&format!("{blobs} blobs were fetched"), || self.fetches().len() >= blobs);
        let fetches = self.fetches();
        assert!(fetches.len() == blobs && fetches.values().all(|times| *times == 1), "{fetches:?}");
    }

    /// Puts an image in its storage; gives the image's whole name.
    pub(crate) fn publish(&self, name: &str, image: &Published) -> String {
        let (repository, tag) = name.split_once(':').unwrap_or((name, "latest"));
        let storage = self.folder.path().join("storage/docker/registry/v2");
        let names = storage.join("repositories").join(repository);
        for part in image.all() {
            for blob in &part.blobs {
                let hex = store(&storage, blob);
                link(&names.join("_layers/sha256").join(&hex), &hex);
            }
            let hex = store(&storage, &part.manifest);
            link(&names.join("_manifests/revisions/sha256").join(&hex), &hex);
        }
        let hex = image.digest().hex();
        let tag = names.join("_manifests/tags").join(tag);
        link(&tag.join("index/sha256").join(&hex), &hex);
        link(&tag.join("current"), &hex);
        format!("{}/{name}", self.address())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Rcon {
    /// Has the user trust the authority of `registry`, by a file in `folder` below the home directory.
    pub(crate) fn trusts(&self, registry: &Registry, folder: &str) {
        let folder = self.directory(&format!("home/{folder}/{}", registry.address()));
        std::fs::copy(registry.ca_file(), Path::new(&folder).join("ca.crt")).unwrap();
    }

    /// Logs [`USER`] in.
    #[track_caller]
    pub(crate) fn logs_in(&self, address: &str) {
        self.call(["login", "-u", USER, "--password-stdin", address])
            .stdin(PASSWORD)
            .done()
            .exits(0)
            .stdout_has("Login Succeeded");
    }

    /// No image is listed.
    #[track_caller]
    pub(crate) fn has_no_images(&self) {
        self.run(["images", "-aq", "--no-trunc"]).exits(0).stdout("");
    }

    /// No file or folder of the store has the name of one that is being written.
    #[track_caller]
    pub(crate) fn has_no_temporaries(&self) {
        let mut folders = vec![self.path("s")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                assert!(!name.starts_with(".tmp-"), "left: {}", entry.path().display());
                // What lies below is the image's.
                if name != "diff" && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                }
            }
        }
    }
}

/// An address of this machine that others can reach; nothing is sent to find it.
pub(crate) fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback())
}

fn configuration(folder: &Path, options: Options) -> String {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut config = format!(
        "version: 0.1\n\
         log: {{level: info, accesslog: {{disabled: false}}}}\n\
         storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n",
        path("storage")
    );
    if options.password {
        let file = write(&folder.join("htpasswd"), HTPASSWD);
        config.push_str(&format!("auth: {{htpasswd: {{realm: tests, path: {file}}}}}\n"));
    }
    let mut tls = String::new();
    if options.tls {
        certify(folder, options.host);
        tls = format!(", tls: {{certificate: {}, key: {}}}", path("server.pem"), path("server.key"));
    }
    config + &format!("http: {{addr: \"{}\", secret: tests{tls}}}\n", SocketAddr::new(options.host, 0))
}

/// An authority, and a certificate of its for `host`.
fn certify(folder: &Path, host: IpAddr) {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "authority of the tests");
    let key = KeyPair::generate().unwrap();
    write(&folder.join("ca.pem"), authority.self_signed(&key).unwrap().pem());
    let issuer = Issuer::new(authority, key);
    let server = CertificateParams::new(["localhost".to_owned(), host.to_string()]).unwrap();
    let key = KeyPair::generate().unwrap();
    write(&folder.join("server.pem"), server.signed_by(&key, &issuer).unwrap().pem());
    write(&folder.join("server.key"), key.serialize_pem());
}

/// Writes a file and the folders above it; gives its path.
fn write(path: &Path, bytes: impl AsRef<[u8]>) -> String {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().write_all(bytes.as_ref()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Puts a blob where docker-registry keeps it; gives its digest's digits.
fn store(storage: &Path, bytes: &[u8]) -> String {
    let hex = Digest::of(bytes).hex();
    write(&storage.join("blobs/sha256").join(&hex[..2]).join(&hex).join("data"), bytes);
    hex
}

fn link(folder: &Path, hex: &str) {
    write(&folder.join("link"), format!("sha256:{hex}"));
}

/// `… "GET /v2/ HTTP/1.1" 200 …`
fn logged(line: &str) -> Option<Logged> {
    let (_, rest) = line.split_once('"')?;
    let (request, rest) = rest.split_once('"')?;
    let mut words = request.split(' ');
    Some(Logged {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        status: rest.split_whitespace().next()?.parse().ok()?,
    })
}
