//! A store, a registry that does wrong, and an image there: what a pull may end in.

use super::fault::{Access, Faulty};
use super::published::{Published, noise};
use super::{Image, Layer, Output, Rcon};
use rcon::oci::digest::Digest;
use std::time::Duration;

/// Waits between attempts included.
pub(crate) const LONG: Duration = Duration::from_secs(150);

/// What the scene is about.
pub(crate) fn image() -> Published {
    let noise = Layer::new().file("noise", 0o644, noise(4 << 20, 5));
    Published::usual(&Image::busybox().layer(noise).layer(Layer::new().file("f", 0o644, "right")))
}

/// The number of the layer that is large.
pub(crate) const LARGE: usize = 1;

/// A store, a registry, and an image there.
pub(crate) struct Scene {
    pub(crate) rcon: Rcon,
    pub(crate) faulty: Faulty,
    pub(crate) image: Published,
    pub(crate) name: String,
}

impl Scene {
    /// A registry that asks nothing.
    pub(crate) fn new() -> Self {
        Self::asking(Access::Open)
    }

    pub(crate) fn asking(access: Access) -> Self {
        let (rcon, faulty, image) = (Rcon::new(), Faulty::asking(access), image());
        let name = faulty.publish("app", &image);
        Self { rcon, faulty, image, name }
    }

    /// A pattern of what fetches the large layer.
    pub(crate) fn large(&self) -> String {
        format!("GET /blobs/{}", self.image.layer_digest(LARGE))
    }

    pub(crate) fn pull(&self) -> Output {
        self.rcon.call(["pull", &self.name]).within(LONG).done()
    }

    /// The image is here, whole.
    #[track_caller]
    pub(crate) fn runs(&self) {
        let script = "cat /f; wc -c < /noise; sha256sum < /noise";
        let sum = Digest::of(&noise(4 << 20, 5)).hex();
        let words = ["run", "--rm", "--pull", "never", &self.name, "sh", "-c", script];
        let out = self.rcon.run(words);
        assert_eq!(out.exits(0).printed(), format!("right4194304\n{sum}  -\n"));
        self.rcon.has_no_temporaries();
    }

    /// In spite of the faults.
    #[track_caller]
    pub(crate) fn ends_right(&self) {
        self.pull().exits(0);
        self.runs();
    }

    /// With an error that has all of `words`; and once the registry works, the pull does.
    #[track_caller]
    pub(crate) fn ends_in_error(&self, words: &[&str]) {
        let out = self.pull();
        out.exits(1);
        for word in words {
            assert!(out.said().contains(word), "expected {word:?}\n{out}");
        }
        self.recovers();
    }

    /// With the image, or with an error.
    #[track_caller]
    pub(crate) fn spoils_nothing(&self) {
        let out = self.pull();
        match out.code() {
            Some(0) => self.runs(),
            _ => {
                out.exits(1);
                self.recovers();
            }
        }
    }

    /// Nothing is here; and then the registry works.
    #[track_caller]
    fn recovers(&self) {
        self.rcon.has_no_images();
        self.faulty.mends();
        self.faulty.publish("app", &self.image);
        self.ends_right();
    }
}
