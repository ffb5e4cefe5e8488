//! In which keys two trees may differ: parts that they share are not entered.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Child, Node, Summed, Tree};

/// What comes next in a tree.
enum Next<'t, K, V: Summed> {
    Part(&'t Child<K, V>),
    Row(&'t (K, V)),
}

/// A place in a tree, before a part or a row.
struct Cursor<'t, K, V: Summed> {
    above: Vec<&'t [Child<K, V>]>,
    rows: &'t [(K, V)],
    /// How far the root is from the leaves.
    height: usize,
}

/// The rows of two trees that are not in a part which they share, in order of keys: of each key its values.
pub(in crate::engine) fn differences<'t, K: Ord, V: Summed>(
    one: &'t Tree<K, V>,
    other: &'t Tree<K, V>,
) -> Vec<(&'t K, Option<&'t V>, Option<&'t V>)> {
    let shares_all = match (&one.root, &other.root) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        _ => false,
    };
    let mut rows = Vec::new();
    if shares_all {
        return rows;
    }
    let (mut one, mut other) = (Cursor::of(one), Cursor::of(other));
    loop {
        match (one.peek(), other.peek()) {
            (None, None) => return rows,
            (Some(Next::Part(part)), Some(Next::Part(beside))) => {
                if Arc::ptr_eq(&part.node, &beside.node) {
                    one.skip();
                    other.skip();
                } else if one.level() > other.level() {
                    one.enter();
                } else if one.level() < other.level() {
                    other.enter();
                } else {
                    one.enter();
                    other.enter();
                }
            }
            (Some(Next::Row((key, value))), Some(Next::Row((beside, others)))) => match key.cmp(beside) {
                Ordering::Less => one.tell(|| rows.push((key, Some(value), None))),
                Ordering::Greater => other.tell(|| rows.push((beside, None, Some(others)))),
                Ordering::Equal => {
                    rows.push((key, Some(value), Some(others)));
                    one.skip();
                    other.skip();
                }
            },
            (Some(Next::Row((key, value))), Some(Next::Part(part))) if *key < part.least => {
                one.tell(|| rows.push((key, Some(value), None)));
            }
            (Some(Next::Part(part)), Some(Next::Row((key, value)))) if *key < part.least => {
                other.tell(|| rows.push((key, None, Some(value))));
            }
            (Some(Next::Row((key, value))), None) => one.tell(|| rows.push((key, Some(value), None))),
            (None, Some(Next::Row((key, value)))) => other.tell(|| rows.push((key, None, Some(value)))),
            (Some(Next::Part(_)), _) => one.enter(),
            (_, Some(Next::Part(_))) => other.enter(),
        }
    }
}

impl<'t, K, V: Summed> Cursor<'t, K, V> {
    fn of(tree: &'t Tree<K, V>) -> Self {
        let mut cursor = Self { above: Vec::new(), rows: &[], height: 0 };
        let mut node = tree.root.as_deref();
        if let Some(root) = node {
            cursor.stand_in(root);
        }
        while let Some(Node::Inner(children)) = node {
            cursor.height += 1;
            node = children.first().map(|child| &*child.node);
        }
        cursor
    }

    fn stand_in(&mut self, node: &'t Node<K, V>) {
        match node {
            Node::Inner(children) => self.above.push(children),
            Node::Leaf(rows) => self.rows = rows,
        }
    }

    fn peek(&mut self) -> Option<Next<'t, K, V>> {
        if let [row, ..] = self.rows {
            return Some(Next::Row(row));
        }
        while self.above.last().is_some_and(|children| children.is_empty()) {
            self.above.pop();
        }
        self.above.last().map(|children| Next::Part(&children[0]))
    }

    /// How far the part that comes next is from the leaves.
    fn level(&self) -> usize {
        self.height - self.above.len()
    }

    /// Passes over what comes next.
    fn skip(&mut self) {
        if let [_, rest @ ..] = self.rows {
            self.rows = rest;
        } else if let Some([_, rest @ ..]) = self.above.last() {
            *self.above.last_mut().expect("it was looked at") = rest;
        }
    }

    /// Goes into the part that comes next.
    fn enter(&mut self) {
        if let Some(Next::Part(part)) = self.peek() {
            self.skip();
            self.stand_in(&part.node);
        }
    }

    fn tell(&mut self, tell: impl FnOnce()) {
        tell();
        self.skip();
    }
}
