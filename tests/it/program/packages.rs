//! What goes along with the program when it is handed out; `release/check` installs and uses it.

use crate::top;

#[test]
fn the_newest_entry_of_changes_is_of_this_version() {
    let changes = std::fs::read_to_string(top().join("CHANGELOG.md")).expect("it is there");
    let newest = changes.lines().find_map(|line| line.strip_prefix("## ")).expect("it has an entry");
    assert_eq!(newest, env!("CARGO_PKG_VERSION"));
}
