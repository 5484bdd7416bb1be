use super::served::{Answer, serve};
use super::*;
use std::fs;

/// A context on this machine and a folder to work in.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(place.work()).unwrap();
        for (name, text) in files {
            let path = place.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            crate::durable::write(&path, text.as_bytes()).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn work(&self) -> PathBuf {
        self.path("work")
    }

    fn word(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn directory(&self, file: Option<&str>) -> Result<Context> {
        self.open(ContextWish::Directory(self.path("context")), file, b"")
    }

    fn open(&self, wish: ContextWish, file: Option<&str>, mut input: &[u8]) -> Result<Context> {
        open(&wish, file, &self.work(), false, &mut input)
    }
}

fn told(result: Result<Context>) -> String {
    result.unwrap_err().to_string()
}

fn ignored(context: &Context) -> Option<(&str, &[u8])> {
    context.ignore.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn a_dockerfile_has_one_of_three_names_in_the_context() {
    let place = Place::new(&[("context/Containerfile", "3")]);
    let context = place.directory(None).unwrap();
    assert_eq!(
        (context.dockerfile.as_slice(), context.dockerfile_name.as_str()),
        (&b"3"[..], "Containerfile")
    );
    assert!(context.local && context.folder.is_some() && context.ignore.is_none());
    crate::durable::write(&place.path("context/dockerfile"), b"2").unwrap();
    assert_eq!(place.directory(None).unwrap().dockerfile, b"2");
    crate::durable::write(&place.path("context/Dockerfile"), b"1").unwrap();
    assert_eq!(place.directory(None).unwrap().dockerfile, b"1");
}

#[test]
fn what_is_missing_is_told_in_dockers_words() {
    let place = Place::new(&[("context/file", "")]);
    let missing = |name| format!("failed to read dockerfile: open {name}: no such file or directory");
    assert_eq!(told(place.directory(None)), missing("Dockerfile"));
    assert_eq!(told(place.directory(Some(&place.word("context/nope")))), missing("nope"));
    assert_eq!(told(place.directory(Some(&place.word("nope")))), missing("nope"));
    for name in ["x", "context/file"] {
        let wish = ContextWish::Directory(place.path(name));
        let wanted = format!("unable to prepare context: path \"{}\" not found", place.word(name));
        assert_eq!(told(place.open(wish, None, b"")), wanted);
    }
    fs::create_dir(place.path("context/Dockerfile")).unwrap();
    assert_eq!(told(place.directory(None)), "failed to read dockerfile: read Dockerfile: is a directory");
}

#[test]
fn a_dockerfile_may_be_outside_and_its_own_patterns_win() {
    let place = Place::new(&[
        ("context/.dockerignore", "context"),
        ("context/D", "inner"),
        ("D", "outer"),
        ("D.dockerignore", "own"),
    ]);
    let context = place.directory(Some(&place.word("D"))).unwrap();
    assert_eq!((context.dockerfile.as_slice(), context.dockerfile_name.as_str()), (&b"outer"[..], "D"));
    assert_eq!(ignored(&context), Some(("D.dockerignore", &b"own"[..])));
    let context = place.directory(Some(&place.word("context/D"))).unwrap();
    assert_eq!(context.dockerfile, b"inner");
    assert_eq!(ignored(&context), Some((".dockerignore", &b"context"[..])));
    let wish = ContextWish::Directory(place.path("context"));
    let context = place.open(wish, Some("-"), b"typed").unwrap();
    assert_eq!(
        (context.dockerfile.as_slice(), context.dockerfile_name.as_str()),
        (&b"typed"[..], "Dockerfile")
    );
    assert_eq!(ignored(&context), Some((".dockerignore", &b"context"[..])));
}

#[test]
fn links_that_lead_out_of_the_context_are_not_followed() {
    let place = Place::new(&[("secret", "geheim"), ("context/inner", "inner")]);
    let link = |to: &str, from: &str| {
        let _ = fs::remove_file(place.path(from));
        std::os::unix::fs::symlink(to, place.path(from)).unwrap();
    };
    link("inner", "context/Dockerfile");
    assert_eq!(place.directory(None).unwrap().dockerfile, b"inner");
    for (to, file) in [("../secret", None), (&place.word("secret"), Some(place.word("context/Dockerfile")))] {
        link(to, "context/Dockerfile");
        let error = told(place.directory(file.as_deref()));
        assert!(error.contains("leads out of the context") && !error.contains("geheim"), "{error}");
    }
    link("inner", "context/Dockerfile");
    link("../secret", "context/.dockerignore");
    assert!(told(place.directory(None)).contains("leads out of the context"));
}

#[test]
fn a_dockerfile_is_bounded_and_nobody_waits_for_a_pipe() {
    let place = Place::new(&[("context/Dockerfile", &"#".repeat(5 << 20))]);
    assert!(told(place.directory(None)).contains("more than 4 MiB"));
    fs::remove_file(place.path("context/Dockerfile")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, place.path("context/Dockerfile"), kind, mode, 0).unwrap();
    assert!(told(place.directory(None)).contains("not a regular file"));
}

#[test]
fn standard_input_is_a_dockerfile_or_a_tar_of_any_compression() {
    let place = Place::new(&[]);
    let context = place.open(ContextWish::StandardInput, None, b"FROM x\n").unwrap();
    assert_eq!(context.dockerfile, b"FROM x\n");
    assert!(!context.local);
    let plain = archive(&[("Dockerfile", "in tar"), ("sub/D", "other"), (".dockerignore", "x")]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut gzip, &plain).unwrap();
    let zstd = zstd::encode_all(&plain[..], 1).unwrap();
    for bytes in [plain.clone(), gzip.finish().unwrap(), zstd] {
        let place = Place::new(&[]);
        let context = place.open(ContextWish::StandardInput, None, &bytes).unwrap();
        assert_eq!(context.dockerfile, b"in tar");
        assert_eq!(ignored(&context), None);
        assert!(rustix::fs::statat(&context.root, "sub/D", rustix::fs::AtFlags::empty()).is_ok());
    }
    let context = Place::new(&[]).open(ContextWish::StandardInput, Some("sub/D"), &plain).unwrap();
    assert_eq!((context.dockerfile.as_slice(), context.dockerfile_name.as_str()), (&b"other"[..], "D"));
}

#[test]
fn words_that_cannot_go_together_are_refused() {
    let place = Place::new(&[]);
    let stdin = |file| told(place.open(ContextWish::StandardInput, file, b"FROM x\n"));
    assert_eq!(stdin(Some("-")), "invalid argument: can't use stdin for both build context and dockerfile");
    assert_eq!(
        stdin(Some("x")),
        "ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles"
    );
}

#[test]
fn a_tar_that_lacks_a_dockerfile_or_climbs_is_refused() {
    let bytes = archive(&[("file", "x")]);
    let error = told(Place::new(&[]).open(ContextWish::StandardInput, None, &bytes));
    assert_eq!(error, "failed to read dockerfile: open Dockerfile: no such file or directory");
    let place = Place::new(&[("work/x", "")]);
    let mut climbing = archive(&[("aa/Dockerfile", "x")]);
    climbing[..3].copy_from_slice(b"../");
    let sum: u32 =
        climbing[..148].iter().chain(&climbing[156..512]).map(|b| u32::from(*b)).sum::<u32>() + 256;
    climbing[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(place.open(ContextWish::StandardInput, None, &climbing).is_err());
    assert!(!place.path("work/Dockerfile").exists());
}

#[test]
fn an_url_is_a_tar_or_a_dockerfile() {
    let tar = archive(&[("Dockerfile", "in tar")]);
    let server = serve(vec![Answer::ok("", &tar), Answer::ok("", b"alone"), Answer::status(404)]);
    let url = ContextWish::Url(format!("{server}/x"));
    assert_eq!(Place::new(&[]).open(url.clone(), None, b"").unwrap().dockerfile, b"in tar");
    assert_eq!(Place::new(&[]).open(url.clone(), None, b"").unwrap().dockerfile, b"alone");
    assert!(told(Place::new(&[]).open(url, None, b"")).starts_with("invalid response status 404"));
}
