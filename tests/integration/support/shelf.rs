//! What a registry holds in memory, and how it answers when nothing goes wrong.

use super::Published;
use super::http::{Answer, Request};
use rcon::oci::digest::Digest;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Shelf {
    /// By repository, and by tag or digest: media type and bytes.
    manifests: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// By repository and digest.
    blobs: BTreeMap<(String, String), Vec<u8>>,
    uploads: BTreeMap<String, Vec<u8>>,
    uploads_begun: usize,
    /// At most so many tags are listed at a time.
    pub(super) page: Option<usize>,
    /// What its index answers to a search, where it has one.
    pub(super) index: Option<serde_json::Value>,
}

impl Shelf {
    pub(super) fn put(&mut self, repository: &str, tag: &str, image: &Published) {
        for part in image.all() {
            for blob in &part.blobs {
                self.put_blob(repository, &Digest::of(blob).to_string(), blob.clone());
            }
            self.put_manifest(repository, &part.digest().to_string(), part);
        }
        self.put_manifest(repository, tag, image);
    }

    pub(super) fn put_blob(&mut self, repository: &str, digest: &str, bytes: Vec<u8>) {
        self.blobs.insert((repository.to_owned(), digest.to_owned()), bytes);
    }

    fn put_manifest(&mut self, repository: &str, reference: &str, image: &Published) {
        let manifest = (image.media_type.clone(), image.manifest.clone());
        self.manifests.insert((repository.to_owned(), reference.to_owned()), manifest);
    }

    pub(super) fn manifest(&self, repository: &str, reference: &str) -> Option<&[u8]> {
        let found = self.manifests.get(&(repository.to_owned(), reference.to_owned()));
        found.map(|(_, bytes)| bytes.as_slice())
    }

    /// Takes what arrived of an upload that broke off.
    pub(super) fn take_part(&mut self, request: &Request, part: &[u8]) {
        if let Some((_, upload)) = request.path.split_once("/blobs/uploads/")
            && let Some(bytes) = self.uploads.get_mut(upload)
        {
            bytes.extend_from_slice(part);
        }
    }

    pub(super) fn answer(&mut self, request: &Request, body: Vec<u8>) -> Answer {
        if let ("/v1/search", Some(results)) = (request.path.as_str(), &self.index) {
            return Answer::new(200).with("Content-Type", "application/json").saying(results.to_string());
        }
        let Some(path) = request.path.strip_prefix("/v2/") else {
            return Answer::error(404, "UNSUPPORTED", "there is nothing here");
        };
        let at = |part: &str| path.rsplit_once(part);
        if path.is_empty() {
            Answer::new(200).with("Content-Type", "application/json").saying("{}")
        } else if let Some((repository, _)) = at("/tags/list") {
            self.tags(repository, request)
        } else if let Some((repository, reference)) = at("/manifests/") {
            match request.method.as_str() {
                "PUT" => self.take_manifest(repository, reference, request, body),
                _ => self.give_manifest(repository, reference),
            }
        } else if let Some((repository, upload)) = at("/blobs/uploads/") {
            self.upload(repository, upload, request, body)
        } else if let Some((repository, digest)) = at("/blobs/") {
            self.give_blob(repository, digest, request)
        } else {
            Answer::error(404, "NAME_UNKNOWN", "repository name not known to registry")
        }
    }

    fn tags(&self, repository: &str, request: &Request) -> Answer {
        let after = request.value("last").unwrap_or_default();
        let wanted = request.value("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        let wanted = wanted.min(self.page.unwrap_or(usize::MAX));
        let all = self.manifests.keys().filter(|(name, _)| name == repository).map(|(_, tag)| tag);
        let mut all: Vec<_> = all.filter(|tag| !tag.contains(':') && tag.as_str() > after).collect();
        let more = all.len() > wanted;
        all.truncate(wanted);
        let list = serde_json::json!({ "name": repository, "tags": all });
        let answer = Answer::new(200).with("Content-Type", "application/json").saying(list.to_string());
        match all.last() {
            Some(last) if more => answer
                .with("Link", format!("</v2/{repository}/tags/list?n={wanted}&last={last}>; rel=\"next\"")),
            _ => answer,
        }
    }

    fn give_manifest(&self, repository: &str, reference: &str) -> Answer {
        match self.manifests.get(&(repository.to_owned(), reference.to_owned())) {
            None => Answer::error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            Some((media_type, bytes)) => Answer::new(200)
                .with("Content-Type", media_type)
                .with("Docker-Content-Digest", Digest::of(bytes).to_string())
                .saying(bytes.clone()),
        }
    }

    fn take_manifest(
        &mut self,
        repository: &str,
        reference: &str,
        request: &Request,
        body: Vec<u8>,
    ) -> Answer {
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
        let blobs = list("layers").into_iter().chain(document.get("config").cloned());
        let here = |digest: &str| self.blobs.contains_key(&(repository.to_owned(), digest.to_owned()));
        if let Some(missing) = blobs.map(|blob| digest_of(&blob)).find(|digest| !here(digest)) {
            return Answer::error(
                400,
                "MANIFEST_BLOB_UNKNOWN",
                &format!("blob unknown to registry: {missing}"),
            );
        }
        let unknown = |child: &serde_json::Value| self.manifest(repository, &digest_of(child)).is_none();
        if list("manifests").iter().any(unknown) {
            return Answer::error(400, "MANIFEST_UNKNOWN", "manifest unknown");
        }
        let digest = Digest::of(&body).to_string();
        let media_type = request.header("content-type").unwrap_or_default().to_owned();
        for name in [reference, &digest] {
            self.manifests
                .insert((repository.to_owned(), name.to_owned()), (media_type.clone(), body.clone()));
        }
        Answer::new(201)
            .with("Location", format!("/v2/{repository}/manifests/{digest}"))
            .with("Docker-Content-Digest", digest)
    }

    fn give_blob(&self, repository: &str, digest: &str, request: &Request) -> Answer {
        let Some(bytes) = self.blobs.get(&(repository.to_owned(), digest.to_owned())) else {
            return Answer::error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        };
        let answer = Answer::new(200)
            .with("Content-Type", "application/octet-stream")
            .with("Docker-Content-Digest", digest)
            .with("Accept-Ranges", "bytes");
        let total = bytes.len();
        match request.range() {
            None => answer.saying(bytes.clone()),
            Some((first, _)) if first >= total => {
                Answer::new(416).with("Content-Range", format!("bytes */{total}"))
            }
            Some((first, last)) => {
                let last = last.unwrap_or(total - 1).min(total - 1);
                let mut part = answer;
                part.status = 206;
                part.with("Content-Range", format!("bytes {first}-{last}/{total}"))
                    .saying(&bytes[first..=last])
            }
        }
    }

    fn upload(&mut self, repository: &str, upload: &str, request: &Request, body: Vec<u8>) -> Answer {
        if request.method == "POST" {
            return self.begin(repository, request, body);
        }
        let Some(bytes) = self.uploads.get_mut(upload) else {
            return Answer::error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
        };
        let begin = request.header("content-range").and_then(|range| range.split('-').next()?.parse().ok());
        if begin.is_some_and(|begin: usize| begin != bytes.len()) {
            return accepted(416, repository, upload, bytes.len());
        }
        bytes.extend_from_slice(&body);
        match request.method.as_str() {
            "GET" => accepted(204, repository, upload, bytes.len()),
            "PATCH" => accepted(202, repository, upload, bytes.len()),
            "PUT" => {
                let bytes = self.uploads.remove(upload).unwrap_or_default();
                self.finish(repository, request.value("digest").unwrap_or_default(), bytes)
            }
            "DELETE" => {
                self.uploads.remove(upload);
                Answer::new(204)
            }
            _ => Answer::error(405, "UNSUPPORTED", "the operation is unsupported"),
        }
    }

    fn begin(&mut self, repository: &str, request: &Request, body: Vec<u8>) -> Answer {
        if let (Some(digest), Some(from)) = (request.value("mount"), request.value("from"))
            && let Some(bytes) = self.blobs.get(&(from.to_owned(), digest.to_owned())).cloned()
        {
            return self.finish(repository, digest, bytes);
        }
        if let Some(digest) = request.value("digest") {
            return self.finish(repository, digest, body);
        }
        self.uploads_begun += 1;
        let upload = format!("upload-{}", self.uploads_begun);
        self.uploads.insert(upload.clone(), body);
        accepted(202, repository, &upload, 0)
    }

    fn finish(&mut self, repository: &str, digest: &str, bytes: Vec<u8>) -> Answer {
        if Digest::of(&bytes).to_string() != digest {
            return Answer::error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        self.put_blob(repository, digest, bytes);
        Answer::new(201)
            .with("Location", format!("/v2/{repository}/blobs/{digest}"))
            .with("Docker-Content-Digest", digest)
    }
}

fn digest_of(descriptor: &serde_json::Value) -> String {
    descriptor["digest"].as_str().unwrap_or_default().to_owned()
}

/// An upload of which `length` bytes are here.
fn accepted(status: u16, repository: &str, upload: &str, length: usize) -> Answer {
    Answer::new(status)
        .with("Location", format!("/v2/{repository}/blobs/uploads/{upload}?state={length}"))
        .with("Docker-Upload-UUID", upload)
        .with("Range", format!("0-{}", length.saturating_sub(1)))
}
