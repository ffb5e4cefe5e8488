//! How one comes to a database.

#[cfg(feature = "store")]
use std::path::Path;
#[cfg(feature = "store")]
use std::sync::Arc;

use super::Database;
#[cfg(feature = "store")]
use super::Error;
use super::backend::Backend;
use crate::engine::Engine;
#[cfg(feature = "store")]
use crate::store::{self, Disk, Options, RealDisk, Store};
use crate::time::ClockRule;

impl Database {
    /// An empty database in memory, under the monotone rule.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::in_memory_with(ClockRule::default())
    }

    /// An empty database in memory.
    #[must_use]
    pub fn in_memory_with(rule: ClockRule) -> Self {
        Engine::new(rule).into()
    }
}

#[cfg(feature = "store")]
impl Database {
    /// The database in a directory, which is made if it is not there.
    ///
    /// ```
    /// use rewinddb::db::Database;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path().join("db");
    /// let mut db = Database::open(&directory)?;
    /// db.set("user", "name", "Ada")?;
    /// db.close()?;
    ///
    /// let mut db = Database::open(&directory)?;
    /// assert_eq!(db.get("user", "name")?.as_deref(), Some("Ada"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`], for instance with [`store::Error::Locked`] if it is open already, or
    /// [`store::Error::NoStore`] if the directory holds other files.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(directory, Options::default())
    }

    /// The database in a directory, kept as the options say. [`Options::clock`] is the rule of a new one.
    ///
    /// ```
    /// use rewinddb::{db::Database, store::Options, time::ClockRule};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// let options = Options { clock: Some(ClockRule::Free), ..Options::default() };
    /// let db = Database::open_with(&directory, options)?;
    /// assert_eq!(db.clock_rule(), ClockRule::Free);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::open`], and [`store::Error::ClockRule`] if it is there and has another rule.
    pub fn open_with(directory: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let directory = directory.as_ref();
        let what = || format!("make {}", directory.display());
        let disk = RealDisk::create(directory).map_err(|why| store::Error::Disk { what: what(), why })?;
        Self::open_on(Arc::new(disk), options)
    }

    /// The database on a disk of any kind, such as a [`SimulatedDisk`](crate::store::SimulatedDisk).
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open_on(disk: Arc<dyn Disk>, options: Options) -> Result<Self, Error> {
        Ok(Store::open(disk, options)?.into())
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::in_memory()
    }
}

impl From<Engine> for Database {
    fn from(engine: Engine) -> Self {
        Self { backend: Backend::Memory(Box::new(engine)) }
    }
}

#[cfg(feature = "store")]
impl From<Store> for Database {
    fn from(store: Store) -> Self {
        Self { backend: Backend::Disk(Box::new(store)) }
    }
}
