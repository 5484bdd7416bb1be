//! stdout is data, stderr is talk.
