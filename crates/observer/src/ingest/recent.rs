//! Event ids that came in lately, so that a retry is known at once.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

/// How many ids are remembered: some minutes at full speed, and less than 16 MiB.
const REMEMBERED: usize = 256 * 1024;

/// Stands for an event id. Two ids share one with a chance of 2⁻¹²⁸, which nobody outside can
/// raise, for the hash is keyed anew at each start.
pub(super) type EventKey = (u64, u64);

/// Makes keys.
#[derive(Clone, Default)]
pub(super) struct Keys(Arc<(RandomState, RandomState)>);

impl Keys {
    pub(super) fn key_of(&self, event_id: &str) -> EventKey {
        (self.0.0.hash_one(event_id), self.0.1.hash_one(event_id))
    }
}

/// The newest keys.
#[derive(Default)]
pub(super) struct Recent {
    known: HashSet<EventKey>,
    in_order: VecDeque<EventKey>,
}

impl Recent {
    /// Knows these, the newest last.
    pub(super) fn of(keys: impl IntoIterator<Item = EventKey>) -> Self {
        let mut recent = Self::default();
        for key in keys {
            recent.add(key);
        }
        recent
    }

    /// Adds a key; says whether it is new.
    pub(super) fn add(&mut self, key: EventKey) -> bool {
        if !self.known.insert(key) {
            return false;
        }
        self.in_order.push_back(key);
        while REMEMBERED < self.in_order.len() {
            if let Some(oldest) = self.in_order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        true
    }

    /// Takes back keys that were added last.
    pub(super) fn remove(&mut self, added: &[EventKey]) {
        for key in added {
            self.known.remove(key);
        }
        let kept = self.in_order.len().saturating_sub(added.len());
        self.in_order.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once_and_again_when_it_was_taken_back() {
        let keys = Keys::default();
        let mut recent = Recent::of([keys.key_of("a")]);
        assert!(!recent.add(keys.key_of("a")));
        assert!(recent.add(keys.key_of("b")));
        recent.remove(&[keys.key_of("b")]);
        assert!(recent.add(keys.key_of("b")));
        assert!(!recent.add(keys.key_of("a")));
    }

    #[test]
    fn the_oldest_keys_are_forgotten() {
        let all = REMEMBERED as u64;
        let mut recent = Recent::of((0..=all).map(|number| (number, 0)));
        assert_eq!(recent.known.len(), REMEMBERED);
        assert!(!recent.add((all, 0)));
        assert!(recent.add((0, 0)));
    }
}
