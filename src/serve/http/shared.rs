//! What the connections of HTTP share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::transactions::Transactions;

/// What they share.
pub(in crate::serve) struct Shared {
    pub(super) transactions: Transactions,
    /// Each export that is under way has one too.
    pub(super) exports: Arc<()>,
    /// Each list that is shown step by step has one.
    pub(super) shown_lists: Arc<()>,
    draining: watch::Sender<bool>,
}

impl Default for Shared {
    fn default() -> Self {
        let (transactions, exports, shown_lists) = (Transactions::default(), Arc::default(), Arc::default());
        Self { transactions, exports, shown_lists, draining: watch::Sender::new(false) }
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
