//! What is worth another try, and how long one waits for it.

use crate::error::{Error, Kind};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The longest pause that is not the server's own wish.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long one waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, its TLS included.
    pub connect: Duration,
    /// For the next byte, in either direction.
    pub stall: Duration,
    /// For the answer to a `PUT`: the registry reads what was uploaded once more.
    pub commit: Duration,
    /// Before the second try; each further pause is twice as long.
    pub pause: Duration,
    /// Tries without progress.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            commit: Duration::from_secs(300),
            pause: Duration::from_millis(250),
            tries: 5,
        }
    }
}

/// Why a request did not give what it was for.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server said no, with this status.
    Refused { status: u16, error: Error },
    /// It may work when it is asked again, and not before `after`, where the server said so.
    Passing { error: Error, after: Option<Duration> },
    /// It would not work a second time.
    Final(Error),
}

impl Trouble {
    /// Trouble that another try may mend.
    pub(super) fn passing(error: Error) -> Self {
        Self::Passing { error, after: None }
    }

    /// Whether the server said that what was asked for is not there.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error.kind == Kind::NotFound)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused { error, .. } | Trouble::Passing { error, .. } | Trouble::Final(error) => error,
        }
    }
}

impl Patience {
    /// Asks up to `tries` times, with pauses, while the trouble is passing.
    pub(super) fn persist<T>(
        &self,
        tries: u32,
        mut ask: impl FnMut() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut failures = 0;
        loop {
            match ask() {
                Err(Trouble::Passing { after, .. }) if failures + 1 < tries => {
                    failures += 1;
                    self.wait(failures, after);
                }
                answer => return answer,
            }
        }
    }

    /// Sleeps after that many failures: as long as the server wished, else longer each time.
    pub(super) fn wait(&self, failures: u32, after: Option<Duration>) {
        std::thread::sleep(after.unwrap_or_else(|| self.growing(failures)));
    }

    /// Between half of a doubled pause and all of it, so that many clients do not come back at once.
    fn growing(&self, failures: u32) -> Duration {
        let doubled = self.pause.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
        let random = RandomState::new().hash_one(failures) as u32;
        doubled.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing() -> Trouble {
        Trouble::Passing { error: Error::usage("busy"), after: Some(Duration::ZERO) }
    }

    #[test]
    fn passing_trouble_is_tried_again_until_the_tries_are_used() {
        let patience = Patience::default();
        let mut asked = 0;
        let answer = patience.persist(5, || {
            asked += 1;
            if asked < 4 { Err(passing()) } else { Ok(asked) }
        });
        assert_eq!(answer.unwrap(), 4);
        let mut asked = 0;
        let answer: Result<(), _> = patience.persist(5, || {
            asked += 1;
            Err(passing())
        });
        assert!(answer.is_err());
        assert_eq!(asked, 5);
    }

    #[test]
    fn a_refusal_is_not_tried_again() {
        let mut asked = 0;
        let answer: Result<(), _> = Patience::default().persist(5, || {
            asked += 1;
            Err(Trouble::Refused { status: 404, error: Error::new(Kind::NotFound, "x") })
        });
        assert!(answer.unwrap_err().is_absence());
        assert_eq!(asked, 1);
    }

    #[test]
    fn pauses_grow_to_a_limit_and_differ() {
        let patience = Patience::default();
        for (failures, most) in [(1, 250), (2, 500), (3, 1000), (4, 2000), (99, 10_000)] {
            let pause = patience.growing(failures).as_millis();
            assert!(pause <= most && pause >= most / 2 - 1, "{failures}: {pause}");
        }
    }
}
