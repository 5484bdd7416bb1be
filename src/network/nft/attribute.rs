//! Attributes of netlink(7) that the bindings do not describe: length, kind, value, padded to four bytes.

/// Appends one attribute; what is there already may end without its padding.
pub fn push(to: &mut Vec<u8>, kind: u16, value: &[u8]) {
    to.resize(to.len().next_multiple_of(4), 0);
    to.extend(((value.len() + 4) as u16).to_ne_bytes());
    to.extend(kind.to_ne_bytes());
    to.extend(value);
    to.resize(to.len().next_multiple_of(4), 0);
}

/// Attributes in the making. nftables wants its numbers big-endian.
#[derive(Debug, Clone, Default)]
pub struct Attributes(pub Vec<u8>);

impl Attributes {
    /// With a number of 32 bits.
    pub fn number(mut self, kind: u16, value: u32) -> Self {
        push(&mut self.0, kind, &value.to_be_bytes());
        self
    }

    /// With bytes.
    pub fn bytes(mut self, kind: u16, value: &[u8]) -> Self {
        push(&mut self.0, kind, value);
        self
    }

    /// With attributes in it.
    pub fn nested(self, kind: u16, value: &Attributes) -> Self {
        self.bytes(kind | NESTED, &value.0)
    }
}

/// NLA_F_NESTED.
const NESTED: u16 = 1 << 15;
