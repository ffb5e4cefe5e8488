//! What the connections of HTTP share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::problem::Problem;
use super::transactions::Transactions;

/// What they share.
pub(in crate::serve) struct Shared {
    pub(super) transactions: Transactions,
    /// Each export and each archive that is under way has one too.
    exports: Arc<()>,
    /// Each count of all cells has one.
    counts: Arc<()>,
    /// Whoever looks at how the store was has it too.
    past: Arc<()>,
    pub(super) live: Arc<Live>,
    /// Each list that is shown step by step has one.
    shown_lists: Arc<()>,
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
        let (counts, shown_lists, live) = (Arc::default(), Arc::default(), Arc::default());
        Self { transactions, exports, counts, past, live, shown_lists, draining: watch::Sender::new(false) }
    }
}

/// So many exports and archives are under way at once.
const EXPORTS: usize = 4;

/// So many count all cells at once.
const COUNTS: usize = 16;

/// So many lists are shown step by step at once.
const LISTS: usize = 2;

/// One more than has it, as long as there are no more than so many.
fn one_more(of: &Arc<()>, most: usize, why: &str) -> Result<Arc<()>, Problem> {
    let one = Arc::clone(of);
    // The first is nobody's.
    if Arc::strong_count(&one) > most + 1 { Err(Problem::new(503, "busy", why)) } else { Ok(one) }
}

impl Shared {
    /// Room for an export or an archive, as long as what is returned is held.
    ///
    /// # Errors
    /// 503.
    pub(super) fn begin_export(&self) -> Result<Arc<()>, Problem> {
        one_more(&self.exports, EXPORTS, "too many exports are under way")
    }

    /// The same for a count of all cells.
    ///
    /// # Errors
    /// 503.
    pub(super) fn begin_count(&self) -> Result<Arc<()>, Problem> {
        one_more(&self.counts, COUNTS, "too many count what there is")
    }

    /// The same for one who looks at how the store was: it takes as much memory as the database.
    ///
    /// # Errors
    /// 503.
    pub(super) fn look_back(&self) -> Result<Arc<()>, Problem> {
        one_more(&self.past, 1, "somebody else looks at how it was")
    }

    /// The same for a list that is shown step by step.
    ///
    /// # Errors
    /// 503.
    pub(super) fn show_list(&self) -> Result<Arc<()>, Problem> {
        one_more(&self.shown_lists, LISTS, "too many lists are shown")
    }

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
