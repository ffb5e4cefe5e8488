//! Faults as they are shown: the file, the line and the column, the text with the fault underlined, and help.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::script::{Fault, Faults};

/// So many characters of a line are shown before and after the place of a fault.
const BEFORE: usize = 50;
const AFTER: usize = 70;

/// Shows the faults of an input on standard error. `first_line` is the number of the text's first line.
pub(super) fn report(name: &str, text: &str, first_line: usize, faults: &Faults) {
    let renderer = Renderer::styled();
    for fault in faults.first() {
        let shown = Shown::new(text, first_line, fault);
        anstream::eprintln!("{}\n", renderer.render(&[shown.group(name, fault)]));
    }
    let hidden = faults.count() - faults.first().len();
    if hidden > 0 {
        anstream::eprintln!("{hidden} more faults are not shown\n");
    }
    let count = faults.count();
    let faults = if count == 1 { "fault" } else { "faults" };
    anstream::eprintln!("{name}: {count} {faults}");
}

/// The part of a line around a fault, and where it stands.
struct Shown {
    line: usize,
    column: usize,
    excerpt: String,
    span: std::ops::Range<usize>,
}

impl Shown {
    fn new(text: &str, first_line: usize, fault: &Fault) -> Self {
        let (before, rest) = text.split_at(fault.span.start);
        let line = first_line + before.bytes().filter(|byte| *byte == b'\n').count();
        let before = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let length = fault.span.len();
        let after: String = rest.chars().take_while(|c| !matches!(c, '\n' | '\r')).take(AFTER).collect();
        let skip = before.chars().count().saturating_sub(BEFORE);
        let lead: String = before.chars().skip(skip).collect();
        let lead = if skip > 0 { format!("…{lead}") } else { lead };
        let end = lead.len() + length.min(after.len());
        Self { line, column: before.chars().count() + 1, span: lead.len()..end, excerpt: lead + &after }
    }

    fn group<'a>(&'a self, name: &'a str, fault: &'a Fault) -> Group<'a> {
        let mark = AnnotationKind::Primary.span(self.span.clone());
        let mark = match fault.query {
            Some(number) => mark.label(format!("query {number}")),
            None => mark,
        };
        let snippet = Snippet::source(&self.excerpt).line_start(self.line).annotation(mark);
        let origin = Origin::path(name).line(self.line).char_column(self.column);
        let group = Level::ERROR.primary_title(&fault.message).element(origin).element(snippet);
        match &fault.help {
            Some(help) => group.element(Level::HELP.message(help)),
            None => group,
        }
    }
}
