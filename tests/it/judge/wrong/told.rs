//! One cause, one finding: what is told of each mistake of the table that shows within the promises, made by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use rewinddb::judge::{Candidate, Case, Exercise, Finding, in_order, judge};
use rewinddb::track::records::Records;
use rstest::rstest;

use super::cases;
use super::table::{Mistaken, Wrong, host, table};
use crate::amounts::TOLD;
use crate::{assert_document, top};

/// The mistakes that are told as another number of findings than one: the number, and the mistake's name.
const FILE: &str = "fixtures/wrong/findings.txt";

impl Wrong {
    /// The findings of who makes it, by all levels that a candidate would be judged by.
    fn findings(&self, candidate: &mut dyn Candidate, cases: &[Case]) -> Vec<String> {
        let level = self.level.max(Records.last_level());
        let is_meant = |case: &&Case| case.level <= level && case.breaks.is_none();
        let meant = cases.iter().filter(is_meant).cloned().collect();
        let report = judge(&Records, candidate, in_order(meant), |_, _| ControlFlow::Continue(()));
        report.findings.iter().map(Finding::headline).collect()
    }
}

/// The rows that show within the promises by themselves, each with its place in the table.
fn shown() -> Vec<(usize, Wrong)> {
    let rows = table().into_iter().enumerate();
    rows.filter(|(_, row)| row.beyond.is_none() && row.after.is_none()).collect()
}

/// How many findings each row gives that this run is to try, with what is told.
fn told(share: u64, part: usize) -> Option<BTreeMap<String, Vec<String>>> {
    let (mut host, cases) = (host()?, cases());
    let mut told = BTreeMap::new();
    for (place, (row, wrong)) in shown().into_iter().enumerate() {
        let count = place as u64 * share / 100;
        if place % PARTS == part && count < (place as u64 + PARTS as u64) * share / 100 {
            let findings = wrong.findings(&mut Mistaken::row(&mut *host, row), &cases);
            told.insert(wrong.name, findings);
        }
    }
    Some(told)
}

/// In so many parts, which run beside each other.
const PARTS: usize = 2;

#[rstest]
#[case(0)]
#[case(1)]
fn a_mistake_is_one_finding_but_for_those_in_the_list(#[case] part: usize) {
    let Some(told) = told(TOLD.get(), part) else { return };
    let names: BTreeSet<_> = told.keys().map(String::as_str).collect();
    println!("{} of {} mistakes", told.len(), shown().len());
    assert_document(&top().join(FILE), |text| {
        let mut counts: BTreeMap<&str, usize> = text.lines().filter_map(row).collect();
        counts.retain(|name, _| !names.contains(name));
        let tried = told.iter().map(|(name, findings)| (name.as_str(), findings.len()));
        counts.extend(tried.filter(|(_, count)| *count != 1));
        for (name, findings) in told.iter().filter(|(_, findings)| findings.len() != 1) {
            println!("{name}:\n  {}", findings.join("\n  "));
        }
        printed(&counts)
    });
}

/// A row of the list.
fn row(line: &str) -> Option<(&str, usize)> {
    let (count, name) = line.split_once("  ")?;
    Some((name, count.parse().ok()?))
}

/// The list, most findings first, below how many there are of each.
fn printed(counts: &BTreeMap<&str, usize>) -> String {
    let all = shown();
    let mut of_each = BTreeMap::from([(1, all.len() - counts.len())]);
    for count in counts.values() {
        *of_each.entry(*count).or_default() += 1;
    }
    let figures = of_each.iter().map(|(count, rows)| format!("{count}: {rows}"));
    let figures = figures.collect::<Vec<_>>().join(", ");
    let mut text = format!("# Of {} mistakes, by how many findings each is told as: {figures}\n", all.len());
    let names = all.iter().filter_map(|(_, wrong)| counts.get_key_value(wrong.name.as_str()));
    let mut rows: Vec<_> = names.collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (name, count) in rows {
        text.push_str(&format!("{count}  {name}\n"));
    }
    text
}

#[test]
fn nearly_every_mistake_of_the_exercise_is_one_finding() {
    let text = std::fs::read_to_string(top().join(FILE)).expect("it can be read");
    let many: BTreeMap<_, _> = text.lines().filter_map(row).collect();
    let all = shown();
    assert!(many.keys().all(|name| all.iter().any(|(_, wrong)| wrong.name == *name)), "{many:?}");
    let of_exercise = all.iter().filter(|(_, wrong)| wrong.level <= Records.last_level());
    let (count, one) = of_exercise.fold((0, 0), |(count, one), (_, wrong)| {
        (count + 1, one + usize::from(!many.contains_key(wrong.name.as_str())))
    });
    println!("{one} of {count} mistakes of the exercise are one finding");
    assert!(one * 100 >= count * 96, "{one} of {count}");
}
