//! Links lead somewhere, lengths are kept, and every file that is named is there.

use std::collections::BTreeSet;
use std::path::Path;

use super::{all, for_users, name, read};
use crate::top;

/// A document without what stands in its blocks of code.
fn prose(document: &str) -> String {
    let mut is_code = false;
    let lines = document.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the links and pictures of a document lead.
fn links(document: &str) -> Vec<String> {
    let prose = prose(document);
    // What stands in quotes of code is no link.
    let plain: String = prose.split('`').step_by(2).collect();
    let targets = plain.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
    targets.map(str::to_owned).collect()
}

/// The anchors of a document, as GitHub makes them of its headings.
fn anchors(document: &str) -> BTreeSet<String> {
    let prose = prose(document);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for path in all() {
        let document = read(&path);
        for link in links(&document) {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = path.parent().expect("it lies in a folder");
            let target = if file.is_empty() { path.clone() } else { folder.join(file) };
            assert!(target.exists(), "{}: there is no {link}", name(&path));
            let is_there = anchor.is_empty() || anchors(&read(&target)).contains(anchor);
            assert!(is_there, "{}: {link} has no such heading", name(&path));
            count += 1;
        }
    }
    assert!(count > 40, "{count} links");
}

/// The document of all commands is as long as they are many, and beyond.md is a tutorial.
#[test]
fn documents_are_short_enough_to_be_read() {
    for path in for_users() {
        let most = match name(&path).as_str() {
            "docs/commands.md" => 400,
            "docs/beyond.md" => continue,
            _ => 200,
        };
        let lines = read(&path).lines().count();
        assert!(lines <= most, "{} has {lines} lines, {most} at most", name(&path));
    }
    let contributing = read(&top().join("CONTRIBUTING.md"));
    assert!(contributing.lines().count() <= 250);
}

/// Each of `docs` is found from the README, and leads no further away than that.
#[test]
fn the_readme_leads_to_every_document() {
    let readme = links(&read(&top().join("README.md")));
    for path in all().iter().filter(|path| name(path) != "README.md") {
        let name = name(path);
        let is_led_to = readme.iter().any(|link| link.split('#').next() == Some(&name));
        // Those beside code and fixtures are found from the page of their subject.
        assert!(is_led_to || Path::new(&name).starts_with("src") || name.starts_with("fixtures"), "{name}");
    }
}

/// Files are renamed and go, and a document is not told.
#[test]
fn every_file_of_the_code_that_a_document_names_is_there() {
    let mut named = 0;
    for path in all() {
        let text = read(&path);
        let quoted = text.split('`').skip(1).step_by(2);
        let is_path =
            |name: &&str| ["src/", "tests/", "fixtures/"].iter().any(|folder| name.starts_with(folder));
        for file in quoted.filter(is_path).filter(|name| !name.contains([' ', '…', '*', 'N'])) {
            assert!(top().join(file).exists(), "{} names {file}", name(&path));
            named += 1;
        }
    }
    assert!(named > 20, "{named} files are named");
}
