//! Instructions that change the configuration alone.

use super::{Evaluation, history};
use crate::dockerfile::ast::{Command, Healthcheck, Kind};
use crate::dockerfile::ports::exposed;
use crate::error::Error;
use crate::oci::config::Healthcheck as Check;
use serde_json::Value;

impl Evaluation<'_> {
    /// Applies `kind`; gives its line of history.
    pub(super) fn configure(&mut self, kind: &Kind) -> Result<String, Error> {
        match kind {
            Kind::Env { pairs, .. } => self.env(pairs),
            Kind::Label { pairs, .. } => self.label(pairs),
            Kind::Expose(words) => self.expose(words),
            Kind::Volume(words) => {
                let paths = self.all_words(words)?;
                if paths.iter().any(String::is_empty) {
                    return Err(Error::usage("VOLUME specified can not be an empty string"));
                }
                let told = paths.join(" ");
                self.run_config().volumes.extend(paths.into_iter().map(|path| (path, empty())));
                Ok(format!("VOLUME [{told}]"))
            }
            Kind::User(user) => {
                let user = self.word(user)?;
                self.run_config().user.clone_from(&user);
                Ok(format!("USER {user}"))
            }
            Kind::StopSignal(signal) => {
                let signal = self.word(signal)?;
                crate::signals::signal(&signal)?;
                self.run_config().stop_signal = Some(signal.clone());
                Ok(format!("STOPSIGNAL {signal}"))
            }
            Kind::Cmd(command) => {
                let (words, told) = self.command(command);
                self.run_config().args_escaped = true;
                self.run_config().cmd = Some(words);
                self.has_command = true;
                Ok(format!("CMD {told}"))
            }
            Kind::Entrypoint(command) => {
                let (words, told) = self.command(command);
                self.run_config().entrypoint = Some(words);
                // A new entry point takes no command of the base's.
                if !self.has_command {
                    self.run_config().cmd = None;
                }
                Ok(format!("ENTRYPOINT {told}"))
            }
            Kind::Shell(words) => {
                self.run_config().shell = Some(words.clone());
                Ok(format!("SHELL [{}]", words.join(" ")))
            }
            Kind::Healthcheck(check) => {
                let check = self.check(check);
                let told = history::healthcheck(&check);
                self.run_config().healthcheck = Some(check);
                Ok(format!("HEALTHCHECK {told}"))
            }
            Kind::Maintainer(who) => {
                self.config.author = Some(who.clone());
                Ok(format!("MAINTAINER {who}"))
            }
            _ => Err(Error::usage("an instruction that changes more than the configuration")),
        }
    }

    fn env(&mut self, pairs: &[(String, String)]) -> Result<String, Error> {
        let mut told = Vec::new();
        // All words of one instruction see what was before it.
        for (name, value) in pairs {
            told.push((self.word(name)?, self.word(value)?));
        }
        for (name, value) in &told {
            self.scope.set(name, value.clone());
            let entry = format!("{name}={value}");
            let same = |one: &String| one.split('=').next() == Some(name);
            let all = &mut self.run_config().env;
            match all.iter().position(same) {
                Some(at) => all[at] = entry,
                None => all.push(entry),
            }
        }
        Ok(format!("ENV {}", history::pairs(&told)))
    }

    fn label(&mut self, pairs: &[(String, String)]) -> Result<String, Error> {
        let mut told = Vec::new();
        for (name, value) in pairs {
            told.push((self.word(name)?, self.word(value)?));
        }
        self.run_config().labels.extend(told.iter().cloned());
        Ok(format!("LABEL {}", history::pairs(&told)))
    }

    fn expose(&mut self, words: &[String]) -> Result<String, Error> {
        let mut ports = Vec::new();
        for word in self.split_words(words)? {
            ports.extend(exposed(&word).map_err(Error::usage)?);
        }
        // docker's history has them in this order, and the configuration knows none.
        ports.sort();
        ports.dedup();
        self.run_config().exposed_ports.extend(ports.iter().map(|port| (port.clone(), empty())));
        Ok(format!("EXPOSE [{}]", ports.join(" ")))
    }

    /// A command as it is executed, and as the history tells it.
    fn command(&self, command: &Command) -> (Vec<String>, String) {
        let words = match command {
            Command::Exec(words) => words.clone(),
            Command::Shell(text) => self.in_shell(text),
        };
        let told = history::list(&words);
        (words, told)
    }

    /// `text` behind the shell of the image.
    pub(super) fn in_shell(&self, text: &str) -> Vec<String> {
        let default = || vec!["/bin/sh".to_owned(), "-c".to_owned()];
        let mut words =
            self.config.config.shell.clone().filter(|shell| !shell.is_empty()).unwrap_or_else(default);
        words.push(text.to_owned());
        words
    }

    fn check(&self, check: &Healthcheck) -> Check {
        match check {
            Healthcheck::None => Check { test: vec!["NONE".to_owned()], ..Check::default() },
            Healthcheck::Command { command, interval, timeout, start_period, start_interval, retries } => {
                let test = match command {
                    Command::Exec(words) => {
                        ["CMD".to_owned()].into_iter().chain(words.iter().cloned()).collect()
                    }
                    Command::Shell(text) => vec!["CMD-SHELL".to_owned(), text.clone()],
                };
                Check {
                    test,
                    interval: *interval,
                    timeout: *timeout,
                    start_period: *start_period,
                    start_interval: *start_interval,
                    retries: *retries,
                }
            }
        }
    }
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}
