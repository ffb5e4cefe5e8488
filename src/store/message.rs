//! What frames say: the messages of the format, each once for both encodings.
//!
//! Invariants: a field's number is never given to another, not even that of one that is no longer meant, which is
//! read and ignored; what `format.proto` says is what stands here (a test compares the two); texts of a group are
//! the last bytes of its payload, so that a value can be found in the file.

use prost::{Message, Oneof};
use serde::{Deserialize, Serialize};

use crate::time::ClockRule;

/// The payload of a frame.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Payload {
    #[prost(oneof = "Body", tags = "1, 2, 3, 4, 5, 6, 7, 8")]
    pub(super) body: Option<Body>,
}

/// What a frame says.
#[derive(Clone, PartialEq, Oneof, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    /// The first frame of every file.
    #[prost(message, tag = "1")]
    Header(Header),
    /// Of a log: what was asked at once.
    #[prost(message, tag = "2")]
    Group(Group),
    /// The same, packed; only in binary, as it would not be readable.
    #[serde(skip)]
    #[prost(message, tag = "3")]
    Packed(Packed),
    /// Of a snapshot: all but the records.
    #[prost(message, tag = "4")]
    State(StateMessage),
    /// Of a snapshot: some records.
    #[prost(message, tag = "5")]
    Records(RecordsMessage),
    /// Of a values file: a value.
    #[prost(message, tag = "6")]
    Value(ValueMessage),
    /// Of a snapshot: where values are.
    #[prost(message, tag = "7")]
    Places(PlacesMessage),
    /// The last frame of a file that is written as a whole.
    #[prost(message, tag = "8")]
    End(EndMessage),
}

/// What a file is.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct Header {
    /// The version of the format.
    #[prost(uint32, tag = "1")]
    pub(super) version: u32,
    /// `log`, `snapshot` or `values`.
    #[prost(string, tag = "2")]
    pub(super) kind: String,
    /// The operations that groups number, from 0, with what their words are: `GET text text`.
    #[prost(string, repeated, tag = "3")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) operations: Vec<String>,
    /// Masks the frames after this one, so that no value can pass for a frame.
    #[prost(fixed64, tag = "4")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) salt: u64,
    /// Of a snapshot: the checksum of the last frame that it covers.
    #[prost(fixed32, optional, tag = "5")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) covers: Option<u32>,
    /// Whether the clock is under the free rule.
    #[prost(bool, tag = "6")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) free: bool,
}

impl Header {
    /// The rule of the clock.
    pub(super) fn rule(&self) -> ClockRule {
        if self.free { ClockRule::Free } else { ClockRule::Monotone }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Queries that take effect as one, column by column.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Group {
    /// For each query its operation, as the header numbers them.
    #[prost(uint32, repeated, tag = "1")]
    pub(super) operations: Vec<u32>,
    /// All numbers of all queries, in order.
    #[prost(uint64, repeated, tag = "2")]
    pub(super) numbers: Vec<u64>,
    /// The bytes of each text, in order.
    #[prost(uint32, repeated, tag = "3")]
    pub(super) lengths: Vec<u32>,
    /// Where reads have moved the clock: before which query, from 0.
    #[prost(uint64, repeated, tag = "4")]
    pub(super) moved_before: Vec<u64>,
    /// And to when.
    #[prost(uint64, repeated, tag = "5")]
    pub(super) moved_to: Vec<u64>,
    /// All texts of all queries, one after the other.
    #[prost(string, tag = "6")]
    pub(super) texts: String,
}

/// A group packed by lz4.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Packed {
    /// The bytes of the group's message.
    #[prost(uint32, tag = "1")]
    pub(super) unpacked: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) bytes: Vec<u8>,
}

/// All of a database but its records.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct StateMessage {
    /// What the clock reads, in milliseconds.
    #[prost(uint64, tag = "1")]
    pub(super) now: u64,
    /// How far the database's own clock stands behind.
    #[prost(uint64, tag = "2")]
    pub(super) shift: u64,
    /// The open epoch.
    #[prost(uint32, tag = "5")]
    pub(super) open: u32,
    #[prost(message, repeated, tag = "6")]
    pub(super) branches: Vec<BranchMessage>,
    #[prost(message, repeated, tag = "7")]
    pub(super) backups: Vec<BackupMessage>,
    /// The number that the next value on disk gets.
    #[prost(uint64, tag = "8")]
    pub(super) next_value: u64,
    #[prost(message, repeated, tag = "9")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<AliasMessage>,
    /// What the clock read when something last changed; now, if nothing is said.
    #[prost(uint64, optional, tag = "10")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changed: Option<u64>,
}

/// Another name of an operation.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct AliasMessage {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) operation: String,
}

/// A run of epochs.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct BranchMessage {
    #[prost(uint32, tag = "1")]
    pub(super) first: u32,
    /// The last epoch seen of the parent; 0 if the database was emptied.
    #[prost(uint32, tag = "2")]
    pub(super) fork: u32,
    #[prost(uint32, tag = "3")]
    pub(super) parent: u32,
}

/// A backup.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct BackupMessage {
    /// The caller's time.
    #[prost(uint64, tag = "1")]
    pub(super) taken: u64,
    /// The database's own time.
    #[prost(uint64, tag = "2")]
    pub(super) now: u64,
    /// The epoch it closed, and that epoch's branch.
    #[prost(uint32, tag = "3")]
    pub(super) epoch: u32,
    #[prost(uint32, tag = "4")]
    pub(super) branch: u32,
}

/// Some records.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RecordsMessage {
    #[prost(message, repeated, tag = "1")]
    pub(super) records: Vec<RecordMessage>,
}

/// A record: every version of every cell, once.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct RecordMessage {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    /// The versions of a cell stand together, oldest first.
    #[prost(message, repeated, tag = "3")]
    pub(super) versions: Vec<VersionMessage>,
}

/// A version of a cell.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct VersionMessage {
    #[prost(string, tag = "1")]
    pub(super) field: String,
    /// The epoch it was written in.
    #[prost(uint32, tag = "2")]
    pub(super) epoch: u32,
    /// What the cell holds, a reference if the value stays on disk; it was deleted if there is nothing.
    #[prost(string, optional, tag = "3")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    /// The last moment at which it is live, on the database's own clock; permanent if there is none.
    #[prost(uint64, optional, tag = "4")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<u64>,
    /// What the cell holds, if that is a list; then there is no value.
    #[prost(message, optional, tag = "5")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<ListMessage>,
}

/// A list.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct ListMessage {
    /// Whether the items of the version before come first.
    #[prost(bool, tag = "1")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) goes_on: bool,
    /// Its own items, references where they stay on disk.
    #[prost(string, repeated, tag = "2")]
    pub(super) items: Vec<String>,
}

/// A value that stays on disk. Its text is the last bytes of the payload.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct ValueMessage {
    #[prost(uint64, tag = "1")]
    pub(super) number: u64,
    #[prost(string, tag = "2")]
    pub(super) text: String,
}

/// Where values are in a file: a row for each.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct PlacesMessage {
    #[prost(string, tag = "1")]
    pub(super) file: String,
    #[prost(uint64, repeated, tag = "2")]
    pub(super) numbers: Vec<u64>,
    /// The first byte of each, as it stands in the file.
    #[prost(uint64, repeated, tag = "3")]
    pub(super) at: Vec<u64>,
    #[prost(uint32, repeated, tag = "4")]
    pub(super) lengths: Vec<u32>,
    /// The CRC-32 of those bytes.
    #[prost(fixed32, repeated, tag = "5")]
    pub(super) checksums: Vec<u32>,
}

/// The end of a file that is written as a whole.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
pub(super) struct EndMessage {
    /// How many frames stand before this one, the header among them.
    #[prost(uint64, tag = "1")]
    pub(super) frames: u64,
}
