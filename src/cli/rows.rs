//! Rows of named columns in every format: for programs as JSON, for people as text or a table.

use std::io::{self, IsTerminal, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use crate::script::{Format, cut, to_json, word};

/// Prints rows one by one, but for a table, which is drawn at the end.
pub(super) struct Rows<W> {
    out: W,
    format: Format,
    columns: &'static [&'static str],
    count: usize,
    table: Table,
}

impl<W: Write> Rows<W> {
    /// Begins; without a format it is a table on a terminal, else JSON Lines.
    pub(super) fn new(out: W, format: Option<Format>, columns: &'static [&'static str]) -> Self {
        let terminal = io::stdout().is_terminal();
        let format = format.unwrap_or(if terminal { Format::Table } else { Format::Jsonl });
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(columns);
        Self { out, format, columns, count: 0, table }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, values: &[Value]) -> io::Result<()> {
        self.count += 1;
        match self.format {
            Format::Json => {
                self.out.write_all(if self.count == 1 { b"[" } else { b",\n " })?;
                self.object(values)
            }
            Format::Jsonl => {
                self.object(values)?;
                self.out.write_all(b"\n")
            }
            Format::Text => {
                let shown: Vec<_> = values.iter().map(plain).collect();
                writeln!(self.out, "{}", shown.join("  "))
            }
            Format::Table => {
                self.table.add_row(values.iter().map(|value| cut(plain(value))));
                Ok(())
            }
        }
    }

    /// Writes an object with the columns in their order.
    fn object(&mut self, values: &[Value]) -> io::Result<()> {
        for (place, (name, value)) in self.columns.iter().zip(values).enumerate() {
            let before = if place == 0 { "{" } else { "," };
            write!(self.out, "{before}\"{name}\":{}", to_json(value))?;
        }
        self.out.write_all(b"}")
    }

    /// Ends.
    pub(super) fn finish(mut self) -> io::Result<()> {
        match self.format {
            Format::Json if self.count == 0 => self.out.write_all(b"[]\n")?,
            Format::Json => self.out.write_all(b"]\n")?,
            Format::Table => writeln!(self.out, "{}", self.table)?,
            Format::Jsonl | Format::Text => {}
        }
        self.out.flush()
    }
}

/// A value as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
