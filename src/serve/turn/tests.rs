use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::spawn_local;

use super::*;
use crate::db::Database;
use crate::query::Query;
use crate::serve::options::{ClockSource, Options};
use crate::serve::refusal::Refusal;
use crate::store::{self, DiskFault, SimulatedDisk, SyncPolicy};
use crate::time::Time;

fn owner(disk: &Arc<SimulatedDisk>) -> Desk {
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

/// What a connection may write by now, or how many replies it may not.
fn ready(mailbox: &Mailbox) -> Result<String, usize> {
    match mailbox.ready.take() {
        Ready::Bytes(bytes) => Ok(String::from_utf8(bytes).expect("it was a text")),
        Ready::Failed { count, .. } => Err(count),
        Ready::TooLong => panic!("it is short"),
    }
}

#[test]
fn no_reply_comes_before_its_commit_and_many_share_one() {
    let simulated = Arc::new(SimulatedDisk::new());
    let mut desk = owner(&simulated);
    let mailboxes: Vec<Mailbox> = (0..50).map(|_| Mailbox::default()).collect();
    let before = simulated.syncs();
    for (number, mailbox) in mailboxes.iter().enumerate() {
        ask(&mut desk, mailbox, &Query::Put { key: &put(number), value: "1" }).expect("it is taken");
        ask(&mut desk, mailbox, &Query::GetOwn { key: &put(number) }).expect("it is taken");
    }
    assert_eq!(simulated.syncs(), before, "nothing is durable yet");
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok(String::new())), "and nothing may be told");
    commit(&mut desk, mailboxes.iter());
    assert_eq!(simulated.syncs(), before + 1);
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok("\n1\n".to_owned())));
    assert!(mailboxes.iter().all(|mailbox| ready(mailbox) == Ok(String::new())), "once");
}

/// What had come meanwhile waited for a commit of its own: with 50 clients there were two and a half times as many.
#[test]
fn who_has_asked_by_the_end_of_a_turn_is_of_it() {
    /// Asks, as soon as it is told to, and tells the next.
    async fn client(
        key: &str,
        told: Option<UnixStream>,
        tells: Option<UnixStream>,
        room: Rc<(Turn, RefCell<Desk>)>,
    ) {
        let (turn, desk) = &*room;
        if let Some(socket) = told {
            socket.readable().await.expect("it is written to");
        }
        if let Some(socket) = tells {
            socket.writable().await.expect("it is open");
            socket.try_write(b"x").expect("it has room");
        }
        let mailbox = Rc::default();
        ask(&mut desk.borrow_mut(), &mailbox, &Query::Put { key, value: "1" }).expect("it is taken");
        turn.end(&mailbox).await;
        assert_eq!(ready(&mailbox), Ok("\n".to_owned()));
    }
    let simulated = Arc::new(SimulatedDisk::new());
    let room = Rc::new((Turn::default(), RefCell::new(owner(&simulated))));
    let before = simulated.syncs();
    let runtime = Builder::new_current_thread().enable_io().build_local(LocalOptions::default());
    runtime.expect("it starts").block_on(async {
        // Only a look at the sockets tells of the second and of the third.
        let pair = || UnixStream::pair().expect("there are sockets");
        let ((first, second), (second_too, third)) = (pair(), pair());
        let turn = Rc::clone(&room);
        let turn = spawn_local(async move { turn.0.run(&turn.1).await });
        let clients = [
            spawn_local(client("a", None, Some(first), Rc::clone(&room))),
            spawn_local(client("b", Some(second), Some(second_too), Rc::clone(&room))),
            spawn_local(client("c", Some(third), None, Rc::clone(&room))),
        ];
        for client in clients {
            client.await.expect("it is answered");
        }
        turn.abort();
    });
    assert_eq!(simulated.syncs(), before + 1);
}

#[test]
fn who_reads_what_is_committed_waits_for_nobody() {
    for sync in [SyncPolicy::Always, SyncPolicy::Every(Duration::from_secs(1)), SyncPolicy::Never] {
        let simulated = Arc::new(SimulatedDisk::new());
        let options = store::Options { sync, ..store::Options::default() };
        let open = || Database::open_on(Arc::clone(&simulated) as _, options.clone()).expect("it opens");
        let mut desk = Desk::new(open(), Options { clock: ClockSource::Logical, ..Options::default() });
        let mailbox = Mailbox::default();
        let asks: [(Query<'_>, bool); 6] = [
            (Query::Size {}, true),
            (Query::Put { key: "a", value: "1" }, false),
            (Query::GetOwn { key: "a" }, true),
            (Query::DeleteRecord { key: "nobody" }, false),
            // That it has been seen must last.
            (Query::Tick { timestamp: Time(5) }, false),
            (Query::Backup { timestamp: Time(5) }, false),
        ];
        for (query, is_committed) in asks {
            ask(&mut desk, &mailbox, &query).expect("it is taken");
            assert_eq!(desk.see().is_committed(), is_committed, "{query:?} at {sync:?}");
            commit(&mut desk, [&mailbox].into_iter());
            assert!(desk.see().is_committed(), "{query:?} at {sync:?}");
        }
        drop(desk);
        // What is found again may not have been synced.
        let mut desk = Desk::new(open(), Options::default());
        ask(&mut desk, &mailbox, &Query::GetOwn { key: "a" }).expect("it is taken");
        commit(&mut desk, [&mailbox].into_iter());
        assert!(desk.see().is_committed(), "at {sync:?}");
    }
}

/// Reads were refused as well, for ever.
#[test]
fn after_a_commit_has_failed_reads_go_on_and_writes_do_not() {
    // The write fails, or the sync.
    for later in 0..2 {
        let simulated = Arc::new(SimulatedDisk::new());
        let mut desk = owner(&simulated);
        let (writer, reader) = (Mailbox::default(), Mailbox::default());
        ask(&mut desk, &writer, &Query::Put { key: "a", value: "1" }).expect("it is taken");
        commit(&mut desk, [&writer].into_iter());
        assert_eq!(ready(&writer), Ok("\n".to_owned()));
        simulated.fail(simulated.operations() + later, DiskFault::Full, false);
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
    let simulated = Arc::new(SimulatedDisk::new());
    let mut desk = owner(&simulated);
    desk.options.limits.unread = 100;
    let mailbox = Mailbox::default();
    ask(&mut desk, &mailbox, &Query::Put { key: "a", value: &"x".repeat(60) }).expect("it is taken");
    for _ in 0..100 {
        ask(&mut desk, &mailbox, &Query::GetOwn { key: "a" }).expect("it is read");
        assert!(mailbox.held.borrow().measure(|replies| replies.bytes.len()) < 200);
    }
    commit(&mut desk, [&mailbox].into_iter());
    assert_eq!(mailbox.ready.take(), Ready::TooLong);
}
