//! Things by number, each number used once for long: an event about one that is gone must not reach its successor.

/// The number of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    index: u32,
    /// 24 bits.
    generation: u32,
}

impl Key {
    /// As 56 bits.
    pub(super) fn to_bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// From what [`Key::to_bits`] made; higher bits do not count.
    pub(super) fn from_bits(bits: u64) -> Self {
        Self { index: bits as u32, generation: (bits >> 32) as u32 & 0xff_ffff }
    }
}

/// Things by number.
#[derive(Debug)]
pub(super) struct Slots<T> {
    slots: Vec<Option<(u32, T)>>,
    free: Vec<u32>,
    generation: u32,
}

impl<T> Slots<T> {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), generation: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the next one will be.
    pub(super) fn next_key(&self) -> Key {
        let index = self.free.last().copied().unwrap_or(self.slots.len() as u32);
        Key { index, generation: self.generation }
    }

    /// Puts it where [`Slots::next_key`] said.
    pub(super) fn insert(&mut self, thing: T) -> Key {
        let key = self.next_key();
        self.generation = (self.generation + 1) & 0xff_ffff;
        let slot = Some((key.generation, thing));
        match self.free.pop() {
            Some(index) => self.slots[index as usize] = slot,
            None => self.slots.push(slot),
        }
        key
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        match self.slots.get_mut(key.index as usize) {
            Some(Some((generation, thing))) if *generation == key.generation => Some(thing),
            _ => None,
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        self.get_mut(key)?;
        let (_, thing) = self.slots[key.index as usize].take()?;
        self.free.push(key.index);
        if self.is_empty() {
            // A busy hour leaves nothing behind.
            self.slots = Vec::new();
            self.free = Vec::new();
        }
        Some(thing)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let (generation, thing) = slot.as_ref()?;
            Some((Key { index: index as u32, generation: *generation }, thing))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_what_is_gone_finds_nothing() {
        let mut slots = Slots::new();
        let (first, second) = (slots.insert('a'), slots.insert('b'));
        assert_eq!(slots.remove(first), Some('a'));
        let third = slots.insert('c');
        assert_eq!(slots.get_mut(first), None);
        assert_eq!(slots.get_mut(Key::from_bits(third.to_bits() | 7 << 56)), Some(&mut 'c'));
        assert_eq!(
            (slots.remove(second), slots.remove(third), slots.remove(third)),
            (Some('b'), Some('c'), None)
        );
        let fourth = slots.insert('d');
        assert_eq!(slots.get_mut(first), None);
        assert_eq!(slots.get_mut(fourth), Some(&mut 'd'));
    }
}
