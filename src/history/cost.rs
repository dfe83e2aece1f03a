//! What reading one repository may cost: work in proportion to what is stored, so that
//! a small repository cannot take hours.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::history::objects::Unreadable;
use crate::limits;

/// The work done for one repository, by all threads together.
#[derive(Debug)]
pub(super) struct Cost {
    spent: AtomicU64,
    most: u64,
}

impl Cost {
    /// Nothing is spent yet of what so many bytes in store are worth.
    pub(super) fn new(stored: u64) -> Self {
        let in_proportion = stored.saturating_mul(limits::READ_BYTES_PER_BYTE.value);
        let most = limits::READ_BYTES.value.saturating_add(in_proportion);
        Self { spent: AtomicU64::new(0), most }
    }

    /// Spends work, in bytes read or made.
    ///
    /// # Errors
    ///
    /// When it is more than there is; nothing more is then to be read.
    pub(super) fn spend(&self, bytes: u64) -> Result<(), Unreadable> {
        // No counter of bytes that were really made can come round.
        let before = self.spent.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.most {
            Err(Unreadable::TooLarge)
        } else {
            Ok(())
        }
    }

    /// Whether more was spent than there is.
    pub(super) fn is_over(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_spent_grows_with_what_is_stored() {
        let (small, large) = (Cost::new(0), Cost::new(1 << 30));
        assert_eq!(small.spend(limits::READ_BYTES.value), Ok(()));
        assert!(!small.is_over());
        assert_eq!(small.spend(1), Err(Unreadable::TooLarge));
        assert!(small.is_over());
        assert_eq!(large.spend(limits::READ_BYTES.value + 1), Ok(()));
        assert!(!large.is_over());
    }
}
