//! What was found out before: a history names few people, and few keys, often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most answers that are remembered, whatever a history asks.
const REMEMBERED: usize = 1 << 16;

/// Answers by what was asked. It changes nothing that can be seen from outside.
#[derive(Debug)]
pub(super) struct Memo<T>(Mutex<HashMap<Vec<u8>, T>>);

impl<T: Clone> Memo<T> {
    /// The answer, remembered or found.
    pub(super) fn get_or_find(&self, asked: Vec<u8>, find: impl FnOnce() -> T) -> T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(&asked) {
            return answer.clone();
        }
        let answer = find();
        if known.len() < REMEMBERED {
            known.insert(asked, answer.clone());
        }
        answer
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<T> Clone for Memo<T> {
    /// A memory of its own, so that nobody waits for it.
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_same_whether_found_or_remembered_or_no_longer_remembered() {
        let memo = Memo::default();
        for round in 0..2 {
            for number in 0..REMEMBERED + 10 {
                let asked = number.to_le_bytes().to_vec();
                assert_eq!(memo.get_or_find(asked, || number * 2), number * 2, "{round}");
            }
        }
        let not_asked = || panic!("it was asked before");
        assert_eq!(memo.get_or_find(7_usize.to_le_bytes().to_vec(), not_asked), 14);
        assert_eq!(memo.clone().get_or_find(7_usize.to_le_bytes().to_vec(), || 1), 1);
    }
}
