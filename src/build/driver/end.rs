//! What steps say while they are at work, what they have made, and their end.

use super::{Begun, CANCEL_WAIT, Driver, Job, Made, Pending, StepFailed, Task};
use crate::build::progress::event::Stream;
use crate::build::run::Running;
use crate::build::stage::Step;
use crate::build::worker::Worker;
use crate::engine::transient;
use crate::error::{Context, Error, Kind, Result};
use crate::packet;
use crate::runtime::stream::{self, ToClient};
use crate::storage::Store;
use crate::storage::add::publish_layers;
use crate::storage::build_cache::CachedStep;
use std::os::fd::AsFd;
use std::time::Instant;

impl<'a> Driver<'a> {
    /// Takes in what a task has to say; whether it is through and gone from the list.
    pub(super) fn hear(&mut self, number: usize) -> Result<bool, StepFailed> {
        let stage = self.tasks[number].stage;
        let heard = match &mut self.tasks[number].job {
            Job::Waiting => return Ok(false),
            Job::Files(worker) if !packet::is_readable(worker.watched()) => return Ok(false),
            Job::Files(worker) => worker.hear(),
            Job::Command(..) => self.hear_command(number),
        };
        let step = &self.plan(stage).steps[self.row(stage).next];
        if !heard.map_err(|error| self.failed(stage, step, error))? {
            return Ok(false);
        }
        let Task { stage, key, vertex, capture, folder, job } = self.tasks.remove(number);
        let rest = Task { stage, key, vertex, capture, folder, job: Job::Waiting };
        let ended = match job {
            Job::Files(worker) => worker.result().and_then(|made| self.made(rest, made, step)),
            Job::Command(running, _) => self.describe(rest, &running),
            Job::Waiting => Ok(()),
        };
        ended.map_err(|error| self.failed(stage, step, error))?;
        Ok(true)
    }

    /// Output of a command, until there is no more; whether it has ended well.
    pub(super) fn hear_command(&mut self, number: usize) -> Result<bool> {
        let task = &mut self.tasks[number];
        let Job::Command(running, begun) = &mut task.job else { return Ok(false) };
        let mut buffer = vec![0u8; packet::BODY];
        while packet::is_readable(running.monitor.as_fd()) {
            match stream::hear(running.monitor.as_fd(), &mut buffer).what(|| "waiting for a step")? {
                Some(ToClient::Started) => *begun = Begun::Yes,
                Some(ToClient::Output(bytes)) => self.means.report.log(task.vertex, Stream::Output, bytes),
                Some(ToClient::Error(bytes)) => self.means.report.log(task.vertex, Stream::Error, bytes),
                Some(ToClient::Exited(code)) => {
                    // Its launcher has done so, unless it was killed and the pump tells of the end.
                    transient::forget(self.means.engine, &running.record);
                    if code == 0 {
                        return Ok(true);
                    }
                    let error = unsuccessful(running, &format!("exit code: {code}"));
                    return Err(with_room(self.means.store, error));
                }
                Some(ToClient::Failed(failure)) => {
                    transient::forget(self.means.engine, &running.record);
                    return Err(unsuccessful(running, &failure.message));
                }
                None => {
                    transient::forget(self.means.engine, &running.record);
                    return Err(unsuccessful(running, "its monitor was killed"));
                }
            }
        }
        Ok(false)
    }

    /// A command has ended well: its layer is read.
    pub(super) fn describe(&mut self, task: Task, running: &Running) -> Result<()> {
        let latest = self.row(task.stage).built.latest;
        let capture =
            task.capture.as_ref().ok_or_else(|| Error::new(Kind::System, "a step without a layer"))?;
        let worker = Worker::start(|| {
            running.stubs.clean(&capture.diff())?;
            capture.describe(latest).map(Made::Layer)
        })?;
        self.tasks.push(Task { job: Job::Files(worker), ..task });
        Ok(())
    }

    /// A layer is there.
    pub(super) fn made(&mut self, task: Task, made: Made, step: &Step) -> Result<()> {
        let Task { stage, key, vertex, capture, folder, .. } = task;
        let mut keys = vec![key];
        let info = match made {
            Made::Lost(why) => {
                self.means.remote.forget(&key);
                let told = format!("not in the cache after all: {why}\n");
                self.means.report.log(vertex, Stream::Error, told.as_bytes());
                return Ok(());
            }
            Made::Known(content, known) => {
                drop(capture);
                keys.push(content);
                keys.dedup();
                let cache = self.means.store.build_cache();
                cache.touch(&content, &known);
                cache.put(&key, &known)?;
                self.means.report.cached(vertex);
                self.take(stage, known.diff_id, keys);
                return Ok(());
            }
            Made::Keyed(content, info) => {
                keys.push(content);
                info
            }
            Made::Layer(info) => info,
        };
        let capture = capture.ok_or_else(|| Error::new(Kind::System, "a step without a layer"))?;
        let diff_id = info.diff_id;
        let parents = self.row(stage).built.layers.last().copied().into_iter().collect();
        self.unpublished.push((diff_id, capture.layer()));
        let description = step.shown.clone();
        self.pending.push(Pending {
            keys: keys.clone(),
            staged: capture.complete(info),
            description,
            parents,
        });
        self.means.report.done(vertex);
        self.take(stage, diff_id, keys);
        if let Some(inside) = &self.inside {
            inside.work.remove(&folder);
        }
        Ok(())
    }

    /// Brings what is complete into the store, and notes it in the cache.
    pub(super) fn publish(&mut self) -> Result<()> {
        self.published = Instant::now();
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let _lock = self.means.store.lock_for_adding()?;
        let mut notes = Vec::new();
        let mut layers = Vec::new();
        for Pending { keys, staged, description, parents } in pending {
            let info = staged.info()?;
            let now = crate::storage::now();
            let step = CachedStep {
                diff_id: info.diff_id,
                size: info.size,
                description,
                parents,
                created: now.clone(),
                last_used: now,
                uses: 1,
            };
            notes.push((keys, step));
            layers.push(staged);
        }
        self.twins.extend(publish_layers(self.means.store, layers)?);
        self.unpublished.clear();
        let cache = self.means.store.build_cache();
        for (keys, step) in notes {
            keys.iter().try_for_each(|key| cache.put(key, &step))?;
        }
        Ok(())
    }

    /// Ends what is at work, and waits for that: nobody writes any more where layers were in the making.
    pub(super) fn cancel(&mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        for task in &tasks {
            self.means.report.canceled(task.vertex);
            if let Job::Command(running, _) = &task.job {
                // To let go of it is to end it.
                let _ = rustix::net::shutdown(&running.monitor, rustix::net::Shutdown::Write);
            }
        }
        let deadline = Instant::now() + CANCEL_WAIT;
        for task in tasks {
            match task.job {
                Job::Files(worker) => worker.cancel(),
                Job::Command(running, _) => {
                    running.ended_by(deadline);
                    transient::forget(self.means.engine, &running.record);
                }
                Job::Waiting => {}
            }
        }
    }
}

fn unsuccessful(running: &Running, why: &str) -> Error {
    let record = &running.record;
    let words = [&record.path].into_iter().chain(&record.arguments);
    let words: Vec<&str> = words.map(String::as_str).collect();
    Error::new(Kind::System, format!("process {:?} did not complete successfully: {why}", words.join(" ")))
}

/// Less than this is no room to work in: 1 MiB.
const ROOM: u64 = 1 << 20;

/// Says that the disk is full, where it is: the command may have been told of an input/output error instead
/// (overlayfs.rst, "Volatile mount").
fn with_room(store: &Store, error: Error) -> Error {
    let free = rustix::fs::statvfs(store.root()).map_or(u64::MAX, |stat| stat.f_bavail * stat.f_frsize);
    match free < ROOM {
        true => error.fix(format!("there is no room left in {}: rcon builder prune", store.root().display())),
        false => error,
    }
}
