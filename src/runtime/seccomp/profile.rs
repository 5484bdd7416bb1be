//! placeholder
#[derive(Debug)]
pub struct Profile;
