//! What the connections of HTTP share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::transactions::Transactions;

/// What they share.
pub(in crate::serve) struct Shared {
    pub(super) transactions: Transactions,
    /// Each export that is under way has one too.
    pub(super) exports: Arc<()>,
    /// Whoever looks at how the store was has it too.
    pub(super) past: Arc<()>,
    pub(super) live: Arc<Live>,
    /// Each list that is shown step by step has one.
    pub(super) shown_lists: Arc<()>,
    draining: watch::Sender<bool>,
}

/// How many bytes of the store were live when they were last counted, and how many there were on disk then.
#[derive(Debug, Default)]
pub(super) struct Live(Mutex<Option<(u64, u64)>>);

impl Live {
    /// The last count, if what is on disk has changed by less than an eighth since: so counting costs little of what
    /// writing does.
    pub(super) fn of(&self, stored: u64) -> Option<u64> {
        let (live, then) = (*self.lock())?;
        (stored.abs_diff(then) <= then / 8).then_some(live)
    }

    pub(super) fn note(&self, live: u64, stored: u64) {
        *self.lock() = Some((live, stored));
    }

    fn lock(&self) -> MutexGuard<'_, Option<(u64, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shared {
    fn default() -> Self {
        let (transactions, exports, past) = (Transactions::default(), Arc::default(), Arc::default());
        let (shown_lists, live) = (Arc::default(), Arc::default());
        Self { transactions, exports, past, live, shown_lists, draining: watch::Sender::new(false) }
    }
}

impl Shared {
    /// Nothing new is begun: what is open is rolled back, and who is idle goes.
    pub(in crate::serve) fn drain(&self) {
        self.draining.send_replace(true);
        self.transactions.end_idle(Duration::ZERO);
    }

    /// Waits until that is said.
    pub(super) fn drained(&self) -> impl Future<Output = ()> + use<> {
        let mut draining = self.draining.subscribe();
        async move {
            // It can only fail where the server is gone.
            let _ = draining.wait_for(|draining| *draining).await;
        }
    }

    /// Ends what nobody has used for so long.
    pub(in crate::serve) fn look_round(&self, idle: Duration) {
        self.transactions.end_idle(idle);
    }
}
