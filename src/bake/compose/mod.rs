//! Compose files: services that are built.

use super::definition::Definition;
use super::model::Group;
use super::wish::BakeWish;
use serde_json::Value;

/// What services become.
#[derive(Debug, Default)]
pub struct Services {
    /// All of them; `None` without any service.
    pub default: Option<Group>,
    /// By name, sorted.
    pub targets: Vec<(String, Definition)>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong with it.
pub fn parse(_text: &str, _wish: &BakeWish) -> Result<Value, String> {
    Err("x".to_string())
}

/// What the services of files become.
///
/// # Errors
/// What is wrong with them.
pub fn services(_files: Vec<Value>, _wish: &BakeWish) -> Result<Services, String> {
    Ok(Services::default())
}
