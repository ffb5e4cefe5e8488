//! What a store that closes leaves behind.

use super::*;
use crate::query::Language;
use crate::time::Time;

#[test]
fn a_store_that_closes_at_exit_has_everything_on_disk_and_gives_the_directory_back() {
    let disk = Arc::new(SimulatedDisk::new());
    let asks = |store: &mut Store, words: &[&str], answer: &str| {
        let query = Language::records().parse(words).expect("it is a query");
        let applied = store.apply(&[query], |_, reply| assert_eq!(reply.to_string(), answer));
        applied.expect("the disk has room");
    };
    let mut store = Store::open(disk.clone(), Options::default()).expect("it opens");
    asks(&mut store, &["SET_AT", "A", "B", "C", "7"], "");
    asks(&mut store, &["TICK", "9"], "");
    store.close_at_exit().expect("it closes");
    let mut store = Store::open(disk, Options::default()).expect("nobody has the directory");
    assert_eq!(store.clock().now(), Time(9));
    asks(&mut store, &["GET", "A", "B"], "C");
}
