use std::sync::Arc;

use super::*;
use crate::db::Database;
use crate::query::Query;
use crate::serve::desk::Refusal;
use crate::serve::options::Options;
use crate::store::{self, DiskFault, SimulatedDisk};

fn desk(disk: &Arc<SimulatedDisk>) -> Desk {
    let database = Database::open_on(Arc::clone(disk) as _, store::Options::default()).expect("it opens");
    Desk::new(database, Options::default())
}

/// Asks for a connection, whose replies wait then.
fn ask(desk: &mut Desk, mailbox: &Mailbox, query: &Query<'_>) -> Result<(), Refusal> {
    desk.ask(None, query, &mut mailbox.held.borrow_mut(), |replies, reply| {
        replies.bytes.extend_from_slice(format!("{reply}\n").as_bytes());
        replies.count += 1;
    })
}

fn put(number: usize) -> String {
    format!("k{number}")
}

/// What a connection may write by now.
fn ready(mailbox: &Mailbox) -> Result<String, usize> {
    let ready = mailbox.ready.replace(Ok(Vec::new()));
    ready
        .map(|bytes| String::from_utf8(bytes).expect("it was a text"))
        .map_err(|why| why.expect("it is not too long").1)
}

#[test]
fn no_reply_comes_before_its_commit_and_many_share_one() {
    let disk = Arc::new(SimulatedDisk::new());
    let mut desk = desk(&disk);
    let mailboxes: Vec<Mailbox> = (0..50).map(|_| Mailbox::default()).collect();
    let before = disk.syncs();
    for (number, mailbox) in mailboxes.iter().enumerate() {
        ask(&mut desk, mailbox, &Query::Put { key: &put(number), value: "1" }).expect("it is taken");
        ask(&mut desk, mailbox, &Query::GetOwn { key: &put(number) }).expect("it is taken");
    }
    assert_eq!(disk.syncs(), before, "nothing is durable yet");
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok(String::new())), "and nothing may be told");
    commit(&mut desk, mailboxes.iter());
    assert_eq!(disk.syncs(), before + 1);
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok("\n1\n".to_owned())));
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok(String::new())), "once");
}

/// Reads were refused as well, for ever.
#[test]
fn after_a_commit_has_failed_reads_go_on_and_writes_do_not() {
    // The write fails, or the sync.
    for later in 0..2 {
        let disk = Arc::new(SimulatedDisk::new());
        let mut desk = desk(&disk);
        let (writer, reader) = (Mailbox::default(), Mailbox::default());
        ask(&mut desk, &writer, &Query::Put { key: "a", value: "1" }).expect("it is taken");
        commit(&mut desk, [&writer].into_iter());
        assert_eq!(ready(&writer), Ok("\n".to_owned()));
        disk.fail(disk.operations() + later, DiskFault::Full, false);
        let refused = ask(&mut desk, &writer, &Query::Put { key: "a", value: "2" }).is_err();
        ask(&mut desk, &reader, &Query::Size {}).expect("it is read");
        commit(&mut desk, [&writer, &reader].into_iter());
        // What cannot be known to last is not told, to whom it may have been seen by neither.
        assert_eq!(ready(&writer), Err(usize::from(!refused)), "operation {later}");
        assert_eq!(ready(&reader), Err(1), "operation {later}");
        for _ in 0..3 {
            ask(&mut desk, &reader, &Query::Size {}).expect("it is read");
            let refused = ask(&mut desk, &reader, &Query::Put { key: "b", value: "1" });
            assert!(matches!(refused, Err(Refusal::Database(_))), "{refused:?}");
            commit(&mut desk, [&reader].into_iter());
            assert_eq!(ready(&reader), Ok("1\n".to_owned()), "operation {later}");
        }
        assert_eq!(desk.metrics.commits_failed, 1);
    }
}

#[test]
fn replies_that_are_too_long_are_not_kept() {
    let disk = Arc::new(SimulatedDisk::new());
    let mut desk = desk(&disk);
    desk.options.limits.unread = 100;
    let mailbox = Mailbox::default();
    ask(&mut desk, &mailbox, &Query::Put { key: "a", value: &"x".repeat(60) }).expect("it is taken");
    for _ in 0..100 {
        ask(&mut desk, &mailbox, &Query::GetOwn { key: "a" }).expect("it is read");
        assert!(mailbox.held.borrow().measure(|replies| replies.bytes.len()) < 200);
    }
    commit(&mut desk, [&mailbox].into_iter());
    assert!(matches!(*mailbox.ready.borrow(), Err(None)));
}
