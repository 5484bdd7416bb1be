//! From the flags of `build` to what is asked for.

use super::{BuildArgs, attest, cache, call, context, output, pairs, progress, pulling, secret, ssh};
use crate::build::wish::{BuildWish, CallFormat, ManifestFormat};
use crate::commands::caller::Caller;
use crate::commands::parse::{egress, host::host};
use crate::error::{Error, Kind, Result};
use crate::oci::platform::Wanted;
use crate::oci::reference::Reference;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

/// The argument and the variable that bound all times in an image (reproducible-builds.org, source-date-epoch).
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// What `--allow` may grant.
const ENTITLEMENTS: [&str; 2] = ["network.host", "security.insecure"];

impl BuildArgs {
    /// Makes the wish of these words; reads the files of variables they name.
    ///
    /// # Errors
    /// In docker's words, where docker has any.
    pub fn wish(&self, caller: &Caller) -> Result<BuildWish> {
        let file = self.file.clone().filter(|file| !file.is_empty());
        attest::refuse(&self.attest, self.provenance.as_deref(), self.sbom.as_deref())?;
        let args = self.args(caller)?;
        let called = call::call(&self.call, self.check)?;
        let tags = self.tags()?;
        let outputs = output::outputs(&self.output, self.push, self.load, !tags.is_empty())?;
        Ok(BuildWish {
            context: context::context(&self.context, file.as_deref(), caller)?,
            file,
            ignore_file: self.ignorefile.as_ref().map(|path| caller.directory.join(path)),
            tags,
            target: self.target.clone().filter(|target| !target.is_empty()),
            timestamp: self.timestamp(&args)?,
            args,
            labels: pairs::map(&self.label, |_| Some(String::new()))?,
            annotations: annotations(&self.annotation)?,
            platforms: self.platforms(caller)?,
            pull: self.pull.is_some_and(|pulling| pulling == pulling::Pulling::Always),
            never_pull: self.pull.is_some_and(|pulling| pulling == pulling::Pulling::Never),
            no_cache: self.no_cache || !self.layers,
            no_cache_filter: split(&self.no_cache_filter),
            cache_from: cache::from(&self.cache_from)?,
            cache_to: cache::to(&self.cache_to)?,
            outputs,
            iid_file: self.iidfile.as_ref().map(|path| caller.directory.join(path)),
            metadata_file: self.metadata_file.as_ref().map(|path| caller.directory.join(path)),
            progress: progress::chosen(&self.progress, self.quiet, caller)?,
            network: network(&self.network)?,
            extra_hosts: hosts(&self.add_host)?,
            ulimits: last_of_each(&self.ulimit, |limit| limit.name.clone()),
            shm_size: self.shm_size.filter(|bytes| *bytes != 0),
            squash: self.squash || !self.layers,
            squash_all: self.squash_all,
            format: self.format.as_deref().map(format).transpose()?,
            jobs: self.jobs.and_then(|jobs| NonZeroUsize::new(usize::try_from(jobs).unwrap_or(usize::MAX))),
            egress: egress::together(&self.egress)?,
            secrets: secret::secrets(&self.secret, caller)?,
            ssh: ssh::all(&self.ssh, caller)?,
            build_contexts: context::named(&self.build_context)?,
            allow: allow(&self.allow)?,
            call: called.call,
            call_format: if called.json { CallFormat::Json } else { CallFormat::Text },
            call_ignores_status: called.ignores_status,
            registries: self.registry.wish(),
        })
    }

    /// `--build-arg-file` first, so that `--build-arg` has the last word.
    fn args(&self, caller: &Caller) -> Result<BTreeMap<String, String>> {
        let mut args = BTreeMap::new();
        for file in &self.build_arg_file {
            let lookup = |key: &str| caller.variable(key);
            for line in crate::commands::container::read_lines(file, caller, lookup)? {
                if let Some((name, value)) = line.split_once('=') {
                    args.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        args.extend(pairs::map(&self.build_arg, |name| caller.variable(name))?);
        // The one variable that reaches steps unasked, as in buildx.
        if let Some(epoch) = caller.variable(EPOCH).filter(|epoch| !epoch.is_empty()) {
            args.entry(EPOCH.to_owned()).or_insert(epoch);
        }
        Ok(args)
    }

    fn tags(&self) -> Result<Vec<String>> {
        for tag in &self.tag {
            let wrong = |why: &str| Err(Error::usage(format!("invalid tag {tag:?}: {why}")));
            match tag.parse::<Reference>() {
                Ok(reference) if reference.digest().is_some() => return wrong("a digest cannot be given"),
                Ok(_) => {}
                Err(error) if error.to_string().ends_with("must be lowercase") => {
                    return wrong("repository name must be lowercase");
                }
                Err(error) => return wrong(&error.to_string()),
            }
        }
        Ok(self.tag.clone())
    }

    /// `--platform`, else `--os`, `--arch` and `--variant` together, else `$DOCKER_DEFAULT_PLATFORM`.
    fn platforms(&self, caller: &Caller) -> Result<Vec<String>> {
        let mut typed = split(&self.platform);
        let own = Wanted::of_this_machine().to_string();
        if typed.is_empty() && (self.os.is_some() || self.arch.is_some() || self.variant.is_some()) {
            let (own_os, own_architecture) = own.split_once('/').unwrap_or(("linux", &own));
            let os = self.os.as_deref().unwrap_or(own_os);
            let architecture = self.arch.as_deref().unwrap_or(own_architecture);
            let variant = self.variant.as_deref().map(|variant| format!("/{variant}")).unwrap_or_default();
            typed.push(format!("{os}/{architecture}{variant}"));
        }
        if typed.is_empty() {
            typed.extend(caller.variable("DOCKER_DEFAULT_PLATFORM").filter(|platform| !platform.is_empty()));
        }
        let mut platforms = Vec::new();
        for typed in &typed {
            let platform = match typed.as_str() {
                "local" => own.clone(),
                typed => Wanted::parse(typed)
                    .map_err(|_| {
                        Error::usage(format!("{typed:?}"))
                            .because("cannot parse platform specifier: invalid argument")
                            .fix("--platform linux/amd64")
                    })?
                    .to_string(),
            };
            if !platforms.contains(&platform) {
                platforms.push(platform);
            }
        }
        Ok(platforms)
    }

    /// The flags, else the argument of that name.
    fn timestamp(&self, args: &BTreeMap<String, String>) -> Result<Option<i64>> {
        let flag = self.timestamp.as_ref().or(self.source_date_epoch.as_ref());
        let typed = flag.or_else(|| args.get(EPOCH)).cloned();
        let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(None) };
        match typed.parse::<i64>() {
            Ok(seconds) if seconds >= 0 => Ok(Some(seconds)),
            _ => Err(Error::usage(format!("invalid {EPOCH}: {typed}"))
                .because("it is not a number of seconds since 1970")),
        }
    }
}

/// Values that hold several, with commas between them.
fn split(typed: &[String]) -> Vec<String> {
    let words = typed.iter().flat_map(|typed| typed.split(','));
    words.map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn annotations(typed: &[String]) -> Result<Vec<String>> {
    for annotation in typed {
        let fits = annotation.split_once('=').is_some_and(|(key, _)| !key.is_empty());
        if !fits {
            return Err(Error::usage(format!(
                "parse annotations: invalid annotation {annotation:?}, expected key=value"
            )));
        }
    }
    Ok(typed.to_vec())
}

fn hosts(typed: &[String]) -> Result<Vec<String>> {
    let wrong = |typed: &str, cause: Error| Error::usage(format!("invalid host {typed}")).because(cause);
    split(typed).iter().map(|typed| host(typed).map_err(|cause| wrong(typed, cause))).collect()
}

fn allow(typed: &[String]) -> Result<Vec<String>> {
    let words = split(typed);
    match words.iter().find(|word| !ENTITLEMENTS.contains(&word.as_str())) {
        Some(word) => Err(Error::usage(format!("unknown entitlement {word}"))),
        None => Ok(words),
    }
}

/// `None` is the default; `bridge` is what the default is, and `private` is podman's word for it.
fn network(typed: &str) -> Result<Option<String>> {
    match typed {
        "" | "default" | "bridge" | "private" => Ok(None),
        mode if mode.starts_with("container:") || mode.starts_with("ns:") => {
            Err(Error::new(Kind::Unsupported, format!("network mode {mode:?} not supported by build"))
                .because("steps have a network of their own")
                .fix("--network default, none, host or the name of a network"))
        }
        mode => Ok(Some(mode.to_owned())),
    }
}

fn format(typed: &str) -> Result<ManifestFormat> {
    match typed {
        "oci" => Ok(ManifestFormat::Oci),
        "docker" => Ok(ManifestFormat::Docker),
        other => {
            Err(Error::usage(format!("unrecognized image type {other:?}")).fix("--format oci or docker"))
        }
    }
}

/// The last of those that have the same name.
fn last_of_each<T: Clone>(all: &[T], name: impl Fn(&T) -> String) -> Vec<T> {
    let by_name: BTreeMap<String, &T> = all.iter().map(|one| (name(one), one)).collect();
    by_name.into_values().cloned().collect()
}
