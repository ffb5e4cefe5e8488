//! A sorted map that is copied for the price of a pointer, and knows a sum of each of its parts: a B-tree
//! whose nodes are shared until they are written to.
//!
//! Invariants: keys ascend; a parent has of each child its least key and its sum; all leaves are as far from
//! the root; no node but the root is empty, and none is too full. What two trees share never changes: types
//! see to that.
//!
//! ```text
//!                 [ 3: 9   20: 4   41: 7 ]          of each child the least key, and the sum
//!                   │      │       └──────────┐
//!        [3 5 8 13 …]   [20 …]           [41 … 97]  a question for what ends after 90 enters the last alone
//!                          ▲
//!        [ 3: 9   20: 5 … ]┘                        another tree, in which a leaf was changed
//! ```

mod check;
mod difference;

use std::borrow::Borrow;
use std::fmt::Debug;
use std::sync::Arc;

use super::steps::step;
pub(super) use difference::differences;

/// So many rows, or children, fit into a node.
const MOST: usize = 32;

/// A node with fewer is joined with one beside it, where both fit well into one.
const LEAST: usize = MOST / 4;

/// A value that can be summed up.
pub(super) trait Summed: Clone + Debug {
    /// What is known of several.
    type Sum: Copy + Debug + PartialEq;

    /// The sum of this one alone.
    fn sum(&self) -> Self::Sum;

    /// The sum of two parts.
    fn join(one: Self::Sum, other: Self::Sum) -> Self::Sum;
}

/// A sorted map.
#[derive(Clone, Debug)]
pub(super) struct Tree<K, V: Summed> {
    root: Option<Arc<Node<K, V>>>,
}

#[derive(Clone, Debug)]
enum Node<K, V: Summed> {
    Leaf(Vec<(K, V)>),
    Inner(Vec<Child<K, V>>),
}

#[derive(Clone, Debug)]
struct Child<K, V: Summed> {
    least: K,
    sum: V::Sum,
    node: Arc<Node<K, V>>,
}

impl<K, V: Summed> Default for Tree<K, V> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<K: Ord + Clone, V: Summed> Tree<K, V> {
    /// The tree of rows whose keys ascend.
    pub(super) fn of_sorted(rows: impl Iterator<Item = (K, V)>) -> Self {
        let mut leaves = Vec::new();
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            leaves.push(Child::of(Node::Leaf(rows.by_ref().take(MOST).collect())));
        }
        while leaves.len() > MOST {
            let mut children = std::mem::take(&mut leaves).into_iter().peekable();
            while children.peek().is_some() {
                leaves.push(Child::of(Node::Inner(children.by_ref().take(MOST).collect())));
            }
        }
        let mut tree = Self { root: (!leaves.is_empty()).then(|| Arc::new(Node::Inner(leaves))) };
        tree.settle_root();
        tree
    }

    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let mut node = self.root.as_deref()?;
        loop {
            match node {
                Node::Inner(children) => node = &children[child_of(children, key)].node,
                Node::Leaf(rows) => {
                    let place = rows.binary_search_by(|(row, _)| row.borrow().cmp(key)).ok()?;
                    return Some(&rows[place].1);
                }
            }
        }
    }

    /// Gives a key another value, or takes it out: `with` is told the one that is there.
    pub(super) fn change(&mut self, key: K, with: impl FnOnce(Option<&V>) -> Option<V>) {
        let root = Arc::make_mut(self.root.get_or_insert_with(|| Arc::new(Node::Leaf(Vec::new()))));
        if let Some(right) = root.change(key, with) {
            let left = std::mem::replace(root, Node::Leaf(Vec::new()));
            *root = Node::Inner(vec![Child::of(left), Child::of(right)]);
        }
        self.settle_root();
    }

    /// Changes the value of a key where it stands; `None` if it is not there.
    pub(super) fn update<Q: Ord + ?Sized, T>(&mut self, key: &Q, with: impl FnOnce(&mut V) -> T) -> Option<T>
    where
        K: Borrow<Q>,
    {
        self.get(key)?;
        self.root.as_mut().and_then(|root| Arc::make_mut(root).update(key, with))
    }

    /// Takes out all keys that are less than this one.
    pub(super) fn drop_before(&mut self, key: &K) {
        if self.least().is_some_and(|least| least < key)
            && let Some(root) = &mut self.root
        {
            Arc::make_mut(root).drop_before(key);
            self.settle_root();
        }
    }

    /// The least key.
    pub(super) fn least(&self) -> Option<&K> {
        self.root.as_deref().and_then(Node::least)
    }

    /// A root has two children, or it is a leaf; and if that is empty, there is none.
    fn settle_root(&mut self) {
        while let Some(Node::Inner(children)) = self.root.as_deref()
            && let [only] = &children[..]
        {
            self.root = Some(Arc::clone(&only.node));
        }
        self.root = self.root.take().filter(|root| root.len() > 0);
    }

    /// The sum of all; `None` if there is nothing.
    pub(super) fn sum(&self) -> Option<V::Sum> {
        self.root.as_deref().and_then(Node::sum)
    }

    /// The sum of those whose key is this or later.
    pub(super) fn sum_from(&self, key: &K) -> Option<V::Sum> {
        let (mut node, mut sum) = (self.root.as_deref()?, None);
        loop {
            match node {
                Node::Leaf(rows) => {
                    let place = rows.partition_point(|(row, _)| row < key);
                    return join::<V>(sum, rows[place..].iter().map(|(_, value)| value.sum()));
                }
                Node::Inner(children) => {
                    let place = child_of(children, key);
                    sum = join::<V>(sum, children[place + 1..].iter().map(|child| child.sum));
                    node = &children[place].node;
                }
            }
        }
    }

    /// The rows from a key on, in order, without the parts whose sum is not wanted.
    pub(super) fn walk<Q: Ord + ?Sized, F: Fn(V::Sum) -> bool>(&self, from: &Q, wants: F) -> Walk<'_, K, V, F>
    where
        K: Borrow<Q>,
    {
        let mut walk = Walk { above: Vec::new(), rows: [].iter(), wants };
        let mut node = self.root.as_deref();
        while let Some(Node::Inner(children)) = node {
            let place = child_of(children, from);
            walk.above.push(children[place + 1..].iter());
            node = Some(&children[place]).filter(|child| (walk.wants)(child.sum)).map(|child| &*child.node);
        }
        if let Some(Node::Leaf(rows)) = node {
            walk.rows = rows[rows.partition_point(|(row, _)| row.borrow() < from)..].iter();
        }
        walk
    }

    /// All rows, in order.
    pub(super) fn iter(&self) -> Walk<'_, K, V, fn(V::Sum) -> bool> {
        self.wanted(|_| true)
    }

    /// All rows, in order, without the parts whose sum is not wanted.
    pub(super) fn wanted<F: Fn(V::Sum) -> bool>(&self, wants: F) -> Walk<'_, K, V, F> {
        let mut walk = Walk { above: Vec::new(), rows: [].iter(), wants };
        match self.root.as_deref() {
            Some(Node::Inner(children)) => walk.above.push(children.iter()),
            Some(Node::Leaf(rows)) => walk.rows = rows.iter(),
            None => {}
        }
        walk
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// How many rows there are: counted leaf by leaf.
    pub(super) fn len(&self) -> usize {
        self.root.as_deref().map_or(0, Node::rows)
    }
}

/// The place of the child in which a key is, if it is there.
fn child_of<K: Borrow<Q>, V: Summed, Q: Ord + ?Sized>(children: &[Child<K, V>], key: &Q) -> usize {
    step(1);
    children.partition_point(|child| child.least.borrow() <= key).saturating_sub(1)
}

fn join<V: Summed>(sum: Option<V::Sum>, more: impl Iterator<Item = V::Sum>) -> Option<V::Sum> {
    more.fold(sum, |sum, one| Some(sum.map_or(one, |sum| V::join(sum, one))))
}

impl<K: Ord + Clone, V: Summed> Child<K, V> {
    /// Of a node that is not empty.
    fn of(node: Node<K, V>) -> Self {
        let (least, sum) = node.known().expect("a node is not empty");
        Self { least, sum, node: Arc::new(node) }
    }

    /// Changes the node; the answer is what `with` makes of it. What is known of an empty one is not told.
    fn change<T>(&mut self, with: impl FnOnce(&mut Node<K, V>) -> T) -> T {
        let node = Arc::make_mut(&mut self.node);
        let made = with(node);
        if let Some((least, sum)) = node.known() {
            (self.least, self.sum) = (least, sum);
        }
        made
    }
}

impl<K: Ord + Clone, V: Summed> Node<K, V> {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(rows) => rows.len(),
            Self::Inner(children) => children.len(),
        }
    }

    /// How many rows it has, with those below.
    fn rows(&self) -> usize {
        match self {
            Self::Leaf(rows) => rows.len(),
            Self::Inner(children) => children.iter().map(|child| child.node.rows()).sum(),
        }
    }

    fn least(&self) -> Option<&K> {
        match self {
            Self::Leaf(rows) => rows.first().map(|(key, _)| key),
            Self::Inner(children) => children.first().map(|child| &child.least),
        }
    }

    fn sum(&self) -> Option<V::Sum> {
        match self {
            Self::Leaf(rows) => join::<V>(None, rows.iter().map(|(_, value)| value.sum())),
            Self::Inner(children) => join::<V>(None, children.iter().map(|child| child.sum)),
        }
    }

    /// What a parent knows of it.
    fn known(&self) -> Option<(K, V::Sum)> {
        self.least().cloned().zip(self.sum())
    }

    /// Changes a key; the answer is the right half, if it had to be split.
    fn change(&mut self, key: K, with: impl FnOnce(Option<&V>) -> Option<V>) -> Option<Self> {
        match self {
            Self::Leaf(rows) => change_row(rows, key, with).map(Self::Leaf),
            Self::Inner(children) => {
                let place = child_of(children, &key);
                let right = children[place].change(|node| node.change(key, with));
                if let Some(right) = right {
                    return insert(children, place + 1, Child::of(right)).map(Self::Inner);
                }
                keep_filled(children, place);
                None
            }
        }
    }

    fn update<Q: Ord + ?Sized, T>(&mut self, key: &Q, with: impl FnOnce(&mut V) -> T) -> Option<T>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Leaf(rows) => {
                let place = rows.binary_search_by(|(row, _)| row.borrow().cmp(key)).ok()?;
                Some(with(&mut rows[place].1))
            }
            Self::Inner(children) => {
                let place = child_of(children, key);
                children[place].change(|node| node.update(key, with))
            }
        }
    }

    fn drop_before(&mut self, key: &K) {
        match self {
            Self::Leaf(rows) => drop(rows.drain(..rows.partition_point(|(row, _)| row < key))),
            Self::Inner(children) => {
                children.drain(..child_of(children, key));
                children[0].change(|node| node.drop_before(key));
                keep_filled(children, 0);
            }
        }
    }

    /// Takes in what follows it.
    fn append(&mut self, next: &Self) {
        match (self, next) {
            (Self::Leaf(rows), Self::Leaf(more)) => rows.extend_from_slice(more),
            (Self::Inner(children), Self::Inner(more)) => children.extend_from_slice(more),
            _ => unreachable!("leaves are as far from the root"),
        }
    }
}

/// Changes a key in a leaf; the answer is the right half, if it had to be split.
fn change_row<K: Ord, V>(
    rows: &mut Vec<(K, V)>,
    key: K,
    with: impl FnOnce(Option<&V>) -> Option<V>,
) -> Option<Vec<(K, V)>> {
    match rows.binary_search_by(|(row, _)| row.cmp(&key)) {
        Ok(place) => {
            match with(Some(&rows[place].1)) {
                Some(value) => rows[place].1 = value,
                None => drop(rows.remove(place)),
            }
            None
        }
        Err(place) => insert(rows, place, (key, with(None)?)),
    }
}

/// Inserts a row, or a child, at a place; the answer is the right half if there is no room.
fn insert<T>(row: &mut Vec<T>, place: usize, one: T) -> Option<Vec<T>> {
    let mut right = (row.len() >= MOST).then(|| row.split_off(MOST / 2));
    match &mut right {
        Some(right) if place > row.len() => right.insert(place - row.len(), one),
        _ => row.insert(place, one),
    }
    right
}

/// Sees to it that the child at a place, which was changed, is not empty, and not nearly so.
fn keep_filled<K: Ord + Clone, V: Summed>(children: &mut Vec<Child<K, V>>, place: usize) {
    let len = |place: usize| children.get(place).map_or(MOST, |child| child.node.len());
    if len(place) == 0 {
        children.remove(place);
        return;
    }
    let left = if place > 0 && len(place - 1) <= len(place + 1) { place - 1 } else { place };
    if len(place) < LEAST && len(left) + len(left + 1) <= MOST / 2 {
        let next = children.remove(left + 1);
        children[left].change(|node| node.append(&next.node));
    }
}

/// A walk over some rows of a tree.
#[derive(Debug)]
pub(super) struct Walk<'t, K, V: Summed, F> {
    /// The children still to enter, of each node that was entered.
    above: Vec<std::slice::Iter<'t, Child<K, V>>>,
    rows: std::slice::Iter<'t, (K, V)>,
    wants: F,
}

impl<'t, K, V: Summed, F: Fn(V::Sum) -> bool> Iterator for Walk<'t, K, V, F> {
    type Item = (&'t K, &'t V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            step(1);
            if let Some((key, value)) = self.rows.find(|(_, value)| (self.wants)(value.sum())) {
                return Some((key, value));
            }
            match self.above.last_mut()?.find(|child| (self.wants)(child.sum)).map(|child| &*child.node) {
                None => drop(self.above.pop()),
                Some(Node::Inner(children)) => self.above.push(children.iter()),
                Some(Node::Leaf(rows)) => self.rows = rows.iter(),
            }
        }
    }
}
