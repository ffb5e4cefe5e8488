//! Those who watch: a stream of server-sent events.
//!
//! Invariant: who reads too slowly is told once that much was missed, and nothing waits for him.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::feed::Group;
use crate::serve::http::problem::Problem;
use crate::serve::server::Server;

/// The type of such a stream.
pub(in crate::serve::http) const EVENTS: &str = "text/event-stream";

/// Who is so far behind begins anew.
const BEHIND: usize = 256;

/// So many bytes are told at once: who does not read them holds no more.
const PIECE: usize = 64 << 10;

/// So often something is said at least, unless who says nothing is closed before.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// And so often at most.
const HASTE: Duration = Duration::from_millis(100);

/// Somebody who watches.
struct Reader {
    server: Rc<Server>,
    prefix: String,
    /// The last group that was told.
    seen: u64,
    sender: mpsc::Sender<io::Result<Bytes>>,
    /// One of these is held for each who watches.
    _one: Rc<()>,
}

pub(in crate::serve::http) fn events(call: &mut Call<'_>) -> Outcome {
    let store = call.desk.see().store().map(crate::store::Store::last_group);
    let feed = &mut call.desk.feed;
    if Rc::strong_count(&feed.readers) > call.desk.options.limits.readers {
        return Err(Problem::new(429, "readers", "too many are watching"));
    }
    feed.turn_on(store);
    let last = call.asked.headers.get("last-event-id");
    let last = last.map(|last| last.to_str().ok().and_then(|last| last.parse().ok()));
    let (sender, pieces) = mpsc::channel(1);
    let prefix = call.asked.parameter("prefix").unwrap_or_default().to_owned();
    // One that is no number is of no group, so that the reader begins anew.
    let seen = last.map_or(feed.last(), |last| last.unwrap_or(u64::MAX));
    let one = Rc::clone(&feed.readers);
    let reader = Reader { server: call.shared(), prefix, seen, sender, _one: one };
    tokio::task::spawn_local(reader.run());
    Ok(Answer::stream(EVENTS, pieces))
}

impl Reader {
    async fn run(mut self) {
        let (drained, sender) = (self.server.http.drained(), self.sender.clone());
        tokio::select! {
            () = drained => {}
            () = sender.closed() => {}
            _ = self.tell() => {}
        }
    }

    /// Tells what is new, for ever.
    async fn tell(&mut self) -> Result<(), ()> {
        let heartbeat = HEARTBEAT.min(self.server.limits().idle_timeout / 3).max(HASTE);
        self.send("retry: 2000\n\n".to_owned()).await?;
        loop {
            let news = Rc::clone(&self.server.desk.borrow().feed.news);
            let mut notified = std::pin::pin!(news.notified());
            notified.as_mut().enable();
            let text = self.text();
            if !text.is_empty() {
                self.send(text).await?;
            } else if tokio::time::timeout(heartbeat, notified).await.is_err() {
                self.send(": still here\n\n".to_owned()).await?;
            }
        }
    }

    async fn send(&self, text: String) -> Result<(), ()> {
        self.sender.send(Ok(text.into())).await.map_err(drop)
    }

    /// What this reader has not seen.
    fn text(&mut self) -> String {
        let feed = &mut self.server.desk.borrow_mut().feed;
        let groups = feed.behind(self.seen).filter(|groups| groups.len() <= BEHIND);
        let Some(groups) = groups else {
            self.seen = feed.last();
            feed.dropped += 1;
            return format!("id: {0}\nevent: reset\ndata: {{\"group\":{0}}}\n\n", self.seen);
        };
        let mut text = String::new();
        for group in groups {
            self.seen = group.number;
            text.push_str(&event(&group, &self.prefix));
            if text.len() > PIECE {
                break;
            }
        }
        text
    }
}

/// A group for those who watch keys with a prefix. Its last event has the number, so that none of it is passed over.
fn event(group: &Group, prefix: &str) -> String {
    let Group { number, at, queries, told, has_more } = group;
    let mut text = String::new();
    let of_all = told.iter().filter(|told| told.key.is_empty() && told.event != CELLS);
    let mut last = 0;
    for one in of_all {
        last = text.len();
        let more = one.json.trim_start_matches('{');
        let comma = if more == "}" { "" } else { "," };
        let data = format!("{{\"at\":{at},\"group\":{number}{comma}{more}");
        text.push_str(&format!("event: {}\ndata: {data}\n\n", one.event));
    }
    let cells = told.iter().filter(|told| told.event == CELLS && told.key.starts_with(prefix));
    let cells: Vec<_> = cells.map(|told| &*told.json).collect();
    if !cells.is_empty() || *has_more {
        let more = if *has_more { ",\"more\":true" } else { "" };
        let cells = cells.join(",");
        let data =
            format!("{{\"at\":{at},\"group\":{number},\"queries\":{queries},\"changes\":[{cells}]{more}}}");
        last = text.len();
        text.push_str(&format!("event: {CELLS}\ndata: {data}\n\n"));
    }
    if !text.is_empty() {
        text.insert_str(last, &format!("id: {number}\n"));
    }
    text
}

/// The event that tells of cells.
const CELLS: &str = "group";
