//! Bake files: targets and groups of builds in HCL, JSON or a compose file, read and resolved. Pure.
