//! Who may import whom: CONTRIBUTING.md's table of rooms, held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::top;

/// The rooms of CONTRIBUTING.md's table: name, and what each may import.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let readme = std::fs::read_to_string(top().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md is there");
    let rows = readme.lines().skip_while(|line| !line.starts_with("| room |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let columns: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let names = columns[2].split(',').map(|name| name.trim_matches([' ', '`']).to_owned());
        let may = names.filter(|name| !name.is_empty() && name != "–").collect();
        (columns[0].trim_matches('`').to_owned(), may)
    })
    .collect()
}

/// The source files of a room.
fn sources(room: &str) -> Vec<PathBuf> {
    let src = top().join("src");
    let mut files = vec![src.join(format!("{room}.rs"))];
    below(&src.join(room), &mut files);
    files
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("it can be listed").path();
        if path.ends_with("records/kits") {
            // Starter kits are files that are handed out, in other languages and none of them code of the project.
            continue;
        }
        if path.is_dir() {
            below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn no_room_imports_what_the_table_does_not_allow() {
    let table = table();
    let rooms: BTreeSet<_> = std::fs::read_to_string(top().join("src/lib.rs"))
        .expect("src/lib.rs is there")
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert_eq!(rooms, table.keys().cloned().collect(), "CONTRIBUTING.md's table has the rooms of src/lib.rs");
    let mut imports = 0;
    for (room, may) in &table {
        for file in sources(room) {
            let text = std::fs::read_to_string(&file).expect("it can be read");
            for import in text.split("crate::").skip(1) {
                let name: String = import.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_grouped = import.starts_with('{');
                assert!(!is_grouped, "{}: one `use crate::` a room, please", file.display());
                let allowed = name == *room || may.contains(&name);
                assert!(allowed, "{} imports {name}, which {room} may not", file.display());
                imports += 1;
            }
        }
    }
    assert!(imports > 20, "only {imports} imports were found");
}

#[test]
fn no_room_but_query_engine_explain_and_db_names_an_operation() {
    let may = ["query", "engine", "explain", "db"];
    for room in table().keys().filter(|room| !may.contains(&room.as_str())) {
        // Unit tests may ask what they like, and commands of others' languages come to operations of ours.
        let is_free = |file: &PathBuf| {
            let path = file.display().to_string();
            let of_others = [
                "serve/resp/commands",
                "serve/resp/guard.rs",
                "serve/line/",
                "serve/http/changes.rs",
                "serve/http/handlers/",
                "serve/http/dialects",
            ];
            file.ends_with("tests.rs") || of_others.iter().any(|part| path.contains(part))
        };
        for file in sources(room).into_iter().filter(|file| !is_free(file)) {
            let text = std::fs::read_to_string(&file).expect("it can be read");
            // A placeholder of the command line, as in `--cache SIZE`, may look like one.
            let is_code =
                |line: &&str| !line.trim_start().starts_with("//") && !line.contains("value_name = ");
            let text = text.split("#[cfg(test)]").next().expect("a text has a first part");
            for line in text.lines().filter(is_code) {
                let named = ["Query::", "Operation::"].map(|path| line.split(path).skip(1));
                let mut named = named.into_iter().flatten().filter(|name| !name.starts_with("ALL"));
                let variant = named.any(|name| name.starts_with(char::is_uppercase));
                let name = rewinddb::query::Language::records()
                    .names()
                    .find(|name| line.contains(&format!("\"{name}")));
                assert!(!variant && name.is_none(), "{}: {line}", file.display());
            }
        }
    }
}
