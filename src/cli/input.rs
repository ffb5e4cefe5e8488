//! The input of a command: a file or standard input, whose shape shows in how it begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use super::Failure;
use crate::script::InputKind;

/// The largest list or suite that is read, in bytes. JSON Lines may be of any length.
const LARGEST: u64 = 1 << 30;

/// So many spaces and line breaks may stand before JSON Lines; after more an input is taken for a list.
const MOST_SPACE: usize = 1 << 20;

/// An input that has not been read yet.
pub(super) struct Input {
    /// What messages call it.
    pub(super) name: String,
    source: Box<dyn BufRead>,
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self {
                name: "standard input".to_owned(),
                source: Box::new(BufReader::new(io::stdin())),
            });
        }
        let name = path.display().to_string().escape_debug().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self { name, source: Box::new(BufReader::with_capacity(1 << 16, file)) }),
            Err(error) => Err(Failure::Usage(format!("cannot open {name}: {error}"))),
        }
    }

    /// What shape the input has. What was read to find that out is read again.
    pub(super) fn kind(&mut self) -> Result<InputKind, Failure> {
        let mut head = Vec::new();
        let kind = loop {
            let chunk = self.source.fill_buf().map_err(|error| unreadable(&self.name, &error))?;
            let length = chunk.len();
            head.extend_from_slice(chunk);
            self.source.consume(length);
            match InputKind::of(&head) {
                Some(kind) => break kind,
                None if length == 0 || head.len() > MOST_SPACE => break InputKind::List,
                None => {}
            }
        };
        let rest = std::mem::replace(&mut self.source, Box::new(io::empty()));
        self.source = Box::new(BufReader::new(Cursor::new(head).chain(rest)));
        Ok(kind)
    }

    /// The first byte that is not a space, of an input whose kind was asked for.
    pub(super) fn first_byte(&mut self) -> Option<u8> {
        let head = self.source.fill_buf().unwrap_or_default();
        head.iter().copied().find(|byte| !byte.is_ascii_whitespace())
    }

    /// Reads all of it.
    pub(super) fn read_all(self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = self.source.take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&self.name, &error))?;
        if bytes.len() as u64 > LARGEST {
            let most = LARGEST >> 30;
            return Err(Failure::Usage(format!(
                "{} is larger than {most} GiB: feed it as JSON Lines, one query a line",
                self.name
            )));
        }
        Ok(bytes)
    }

    /// The input as a stream.
    pub(super) fn into_stream(self) -> BufReader<Box<dyn BufRead>> {
        BufReader::new(self.source)
    }
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot read {name}: {error}"))
}
