//! What the server counts of its work, as Prometheus reads it.
//!
//! Invariant: labels are of our tables; nothing that a client says becomes one.

use std::fmt::Write;
use std::sync::Arc;

use crate::query::Query;
use crate::reply::Reply;
use crate::serve::clock;
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::metrics::Histogram;
use crate::serve::options::FaceKind;
use crate::serve::server::resident;
use crate::store::Compactions;

/// The type of the text.
pub(in crate::serve::http) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const FACES: [FaceKind; 3] = [FaceKind::Resp, FaceKind::Line, FaceKind::Http];

/// The text as it grows.
struct Text(String);

impl Text {
    /// A metric begins.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "gauge", help);
        self.value(name, "", value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "counter", help);
        self.value(name, "", value);
    }

    /// A histogram, whose sizes `shown` writes.
    fn histogram<const FIRST: u64>(
        &mut self,
        name: &str,
        labels: &str,
        histogram: &Histogram<FIRST>,
        shown: fn(u64) -> String,
    ) {
        let mut below = 0;
        let comma = if labels.is_empty() { "" } else { "," };
        for (class, count) in histogram.classes.iter().enumerate() {
            below += count;
            let end = Histogram::<FIRST>::bound(class).map_or_else(|| "+Inf".to_owned(), shown);
            self.value(&format!("{name}_bucket"), &format!("{labels}{comma}le=\"{end}\""), below);
        }
        self.value(&format!("{name}_sum"), labels, shown(histogram.sum));
        self.value(&format!("{name}_count"), labels, histogram.count);
    }
}

/// Nanoseconds as seconds.
fn seconds(nanoseconds: u64) -> String {
    format!("{}.{:09}", nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
}

pub(in crate::serve::http) fn metrics(call: &mut Call<'_>) -> Outcome {
    let mut text = Text(String::with_capacity(16 << 10));
    text.head("rewind_info", "gauge", "The version that runs.");
    text.value("rewind_info", &format!("version=\"{}\"", env!("CARGO_PKG_VERSION")), 1);
    faces(&mut text, call);
    loops(&mut text, call);
    database(&mut text, call)?;
    process(&mut text, call);
    if call.desk.is_durable() {
        return with_dead_bytes(text, call);
    }
    Ok(Answer::typed(200, TYPE, text.0))
}

/// What of the files is dead, too: another thread walks all cells to count what is live, where that is worth it.
fn with_dead_bytes(text: Text, call: &mut Call<'_>) -> Outcome {
    let stored = call.desk.see().store().and_then(|store| store.bytes_on_disk().ok()).unwrap_or_default();
    let told = move |mut text: Text, live: u64| {
        let dead = stored.saturating_sub(live);
        text.gauge("rewind_dead_bytes", "What the files have beyond what is live.", dead);
        Answer::typed(200, TYPE, text.0)
    };
    let known = Arc::clone(&call.server.http.live);
    if let Some(live) = known.of(stored) {
        return Ok(told(text, live));
    }
    // Where many count already, the rest is told without it.
    let Ok(busy) = call.server.http.begin_count() else { return Ok(Answer::typed(200, TYPE, text.0)) };
    let stats = call.desk.database().uncounted_stats()?;
    Ok(Answer::elsewhere(move || {
        let live = stats.count().store.map_or(0, |store| store.live);
        drop(busy);
        known.note(live, stored);
        Ok(told(text, live))
    }))
}

/// What is counted of each face.
fn faces(text: &mut Text, call: &Call<'_>) {
    let faces = call.desk.metrics.faces();
    let each =
        || FACES.iter().map(|face| (format!("face=\"{}\"", face.name()), *face, &faces[*face as usize]));
    text.head("rewind_connections", "gauge", "Connections that are open.");
    for (label, face, _) in each() {
        let open = call.desk.clients.iter().filter(|client| client.face == face).count();
        text.value("rewind_connections", &label, open);
    }
    text.head("rewind_connections_total", "counter", "Connections that were taken.");
    each().for_each(|(label, _, face)| text.value("rewind_connections_total", &label, face.connections));
    text.head("rewind_connections_refused_total", "counter", "Connections that were not taken.");
    for (label, _, face) in each() {
        text.value("rewind_connections_refused_total", &format!("{label},reason=\"clients\""), face.refused);
    }
    text.head("rewind_requests_total", "counter", "Requests.");
    for (label, _, face) in each() {
        for (name, count) in &face.requests {
            text.value("rewind_requests_total", &format!("{label},operation=\"{name}\""), count);
        }
    }
    text.head("rewind_errors_total", "counter", "Requests that were refused.");
    for (label, _, face) in each() {
        for (kind, count) in &face.errors {
            text.value("rewind_errors_total", &format!("{label},kind=\"{kind}\""), count);
        }
    }
    text.head("rewind_received_bytes_total", "counter", "Bytes that were read.");
    each().for_each(|(label, _, face)| text.value("rewind_received_bytes_total", &label, face.received));
    text.head("rewind_sent_bytes_total", "counter", "Bytes that were written.");
    each().for_each(|(label, _, face)| text.value("rewind_sent_bytes_total", &label, face.sent));
}

/// What is counted of the loop.
fn loops(text: &mut Text, call: &Call<'_>) {
    let metrics = &call.desk.metrics;
    let name = "rewind_request_duration_seconds";
    text.head(name, "histogram", "From what is read of a request to what is to be written.");
    for face in FACES {
        text.histogram(name, &format!("face=\"{}\"", face.name()), metrics.requests(face), seconds);
    }
    let name = "rewind_turn_duration_seconds";
    text.head(name, "histogram", "How long the requests of one connection keep the loop.");
    text.histogram(name, "", &metrics.turns, seconds);
    let name = "rewind_turn_queries";
    text.head(name, "histogram", "How many queries of one connection are answered in a turn.");
    text.histogram(name, "", &metrics.turn_queries, |count| count.to_string());
    let name = "rewind_commit_duration_seconds";
    text.head(name, "histogram", "How long a commit takes.");
    text.histogram(name, "", &metrics.commits, seconds);
    text.counter("rewind_commits_total", "Commits.", metrics.commits.count);
    text.gauge("rewind_store_stopped", "Is nothing more written?", u8::from(call.desk.has_failed));
    text.gauge("rewind_transactions_open", "Transactions that are open.", call.desk.transactions());
    let dropped = call.desk.feed.dropped;
    text.counter("rewind_events_dropped_total", "How often who watches had to begin anew.", dropped);
    let name = "rewind_transactions_total";
    text.head(name, "counter", "Transactions that have taken effect, or were refused.");
    text.value(name, "result=\"committed\"", metrics.committed_transactions);
    text.value(name, "result=\"refused\"", metrics.refused_transactions);
}

/// What the database holds.
fn database(text: &mut Text, call: &mut Call<'_>) -> Result<(), super::super::problem::Problem> {
    let records = call.desk.ask(None, &Query::Size {}, call.held, |_, reply| match reply {
        Reply::Count(records) => *records,
        _ => 0,
    })?;
    let sizes = call.desk.see().sizes();
    text.gauge("rewind_records", "Live records.", records);
    text.gauge("rewind_cells", "Cells, also those that only a backup can bring back.", sizes.cells);
    text.gauge("rewind_versions", "Versions of records.", sizes.versions);
    text.gauge("rewind_backups", "Backups that can be restored.", call.desk.see().number_of_backups());
    let now = call.desk.now().0;
    let reading = format!("{}.{:03}", now / 1_000, now % 1_000);
    text.gauge("rewind_clock_timestamp_seconds", "What the clock reads.", reading);
    if let Some(store) = call.desk.see().store() {
        text.counter("rewind_groups_total", "Groups of the log.", store.last_group());
        let bytes = store.bytes_on_disk().unwrap_or_default();
        text.gauge("rewind_log_bytes", "What the log and its snapshots have on disk.", bytes);
        let Compactions { written, skipped, failed } = store.compactions();
        let name = "rewind_compactions_total";
        text.head(name, "counter", "Compactions that have ended.");
        for (result, count) in [("written", written), ("skipped", skipped), ("failed", failed)] {
            text.value(name, &format!("result=\"{result}\""), count);
        }
    }
    Ok(())
}

/// What the system tells of the process.
fn process(text: &mut Text, call: &Call<'_>) {
    text.gauge("process_resident_memory_bytes", "Resident memory.", resident());
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in parentheses, and may have anything in it.
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    let millis = fields.iter().sum::<u64>() * 1_000 / rustix::param::clock_ticks_per_second().max(1);
    let cpu = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    text.counter("process_cpu_seconds_total", "Time of the processor.", cpu);
    let open = std::fs::read_dir("/dev/fd").map_or(0, Iterator::count);
    text.gauge("process_open_fds", "File handles that are open.", open);
    let up = u64::try_from(call.desk.metrics.began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let began = clock::machine().0.saturating_sub(up);
    text.gauge(
        "process_start_time_seconds",
        "When it began.",
        format!("{}.{:03}", began / 1_000, began % 1_000),
    );
}
