//! `network connect` and `network disconnect`.

use crate::engine::host::Engine;
use crate::engine::wish::Join;
use crate::error::{Error, Kind, Result};

/// Connects a container, running or not, to the network that `join` names.
pub fn connect(_engine: &Engine, _container: &str, _join: &Join) -> Result<()> {
    Err(Error::new(Kind::Unsupported, "networks cannot be connected yet"))
}

/// Takes a container off a network; by force also one whose record is gone.
pub fn disconnect(_engine: &Engine, _container: &str, _network: &str, _force: bool) -> Result<()> {
    Err(Error::new(Kind::Unsupported, "networks cannot be disconnected yet"))
}
