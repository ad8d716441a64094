//! What comes before events: of each line of events, how many of them. What the pasts of two events
//! have in common lies in memory once.

/// How many bits of a line's number one level of a tree tells apart.
const BITS: u32 = 4;

/// How many parts a node has.
const PARTS: usize = 1 << BITS;

/// So many lines at most stand beside a tree: what one event adds to a large past costs little.
const FEW: usize = 8;

/// A past that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PastId(u32);

impl PastId {
    /// Nothing comes before.
    pub(super) const NOTHING: Self = Self(0);
}

/// So many events of a line, the first ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    line: u32,
    count: u32,
}

/// The higher of two counts holds where a line is in the tree and in the list.
#[derive(Clone, Copy, Debug)]
struct Past {
    tree: Tree,
    /// Where its list begins among all lists, and how long it is.
    first: u32,
    len: u32,
}

/// A tree over the numbers of lines. On the lowest level a part is a count, above it another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tree {
    root: u32,
    height: u32,
}

type Node = [u32; PARTS];

/// The node in which nothing is.
const NONE: u32 = 0;

/// All pasts, and one that is being made of others.
#[derive(Clone, Debug)]
pub(super) struct Pasts {
    pasts: Vec<Past>,
    lists: Vec<Seen>,
    nodes: Vec<Node>,
    made: Made,
    /// How many nodes and lists were looked at to make pasts.
    looks: usize,
}

/// A past that is being made.
#[derive(Clone, Debug)]
struct Made {
    origin: PastId,
    list: Vec<Seen>,
    tree: Tree,
    has_changed: bool,
    /// Nodes from here on belong to it alone, and may change.
    own: u32,
}

impl Pasts {
    pub(super) fn new() -> Self {
        let tree = Tree { root: NONE, height: 1 };
        let made = Made { origin: PastId::NOTHING, list: Vec::new(), tree, has_changed: false, own: 1 };
        let pasts = vec![Past { tree, first: 0, len: 0 }];
        Self { pasts, lists: Vec::new(), nodes: vec![[0; PARTS]], made, looks: 0 }
    }

    /// What all of them take up, in bytes.
    pub(super) const fn bytes(&self) -> usize {
        self.pasts.len() * size_of::<Past>()
            + self.lists.len() * size_of::<Seen>()
            + self.nodes.len() * size_of::<Node>()
    }

    /// How much was looked at to make them.
    pub(super) const fn looks(&self) -> usize {
        self.looks
    }

    /// How many events of a line are in a past.
    pub(super) fn count(&self, past: PastId, line: u32) -> u32 {
        let past = self.past(past);
        counted(self.list(past), line).max(self.counted_in(past.tree, line))
    }

    /// Begins to make a past that is at least this one.
    pub(super) fn begin(&mut self, origin: PastId) {
        let past = self.past(origin);
        let mut list = std::mem::take(&mut self.made.list);
        list.clear();
        list.extend(self.list(past));
        self.made = Made { origin, list, tree: past.tree, has_changed: false, own: self.next() };
    }

    /// Whether so many events of a line are in it by now.
    pub(super) fn has(&self, line: u32, count: u32) -> bool {
        counted(&self.made.list, line) >= count || self.counted_in(self.made.tree, line) >= count
    }

    /// Puts so many events of a line in.
    pub(super) fn put(&mut self, line: u32, count: u32) {
        if self.has(line, count) {
            return;
        }
        self.looks += 1;
        self.made.has_changed = true;
        match self.made.list.iter_mut().find(|seen| seen.line == line) {
            Some(seen) => seen.count = count,
            None => self.made.list.push(Seen { line, count }),
        }
        if self.made.list.len() > FEW {
            self.plant();
        }
    }

    /// Moves the list into the tree.
    fn plant(&mut self) {
        let mut list = std::mem::take(&mut self.made.list);
        list.drain(..).for_each(|seen| self.put_in(seen));
        self.made.list = list;
    }

    /// Puts a whole past in.
    pub(super) fn join(&mut self, other: PastId) {
        self.looks += 1;
        let Past { tree: theirs, first, len } = self.past(other);
        if theirs.root != NONE {
            let (mine, height) = (self.made.tree, theirs.height.max(self.made.tree.height));
            let (raised, theirs) = (self.raised(mine, height), self.raised(theirs, height));
            let root = self.united(raised.root, theirs.root, height);
            // A root that changed in its place is this past's own, and is so since a change.
            self.made.has_changed |= root != mine.root;
            self.made.tree = Tree { root, height };
        }
        for place in first..first + len {
            if let Some(Seen { line, count }) = self.lists.get(place as usize).copied() {
                self.put(line, count);
            }
        }
    }

    /// Keeps what was made.
    pub(super) fn end(&mut self) -> PastId {
        if !self.made.has_changed {
            return self.made.origin;
        }
        // A tree that is new anyway takes the rest too: those that build on it need no copy of a list.
        if self.made.tree.root >= self.made.own {
            self.plant();
        }
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let (first, len) = (number(self.lists.len()), number(self.made.list.len()));
        self.lists.extend(&self.made.list);
        self.pasts.push(Past { tree: self.made.tree, first, len });
        PastId(number(self.pasts.len() - 1))
    }

    fn past(&self, id: PastId) -> Past {
        let nothing = Past { tree: Tree { root: NONE, height: 1 }, first: 0, len: 0 };
        self.pasts.get(id.0 as usize).copied().unwrap_or(nothing)
    }

    fn list(&self, past: Past) -> &[Seen] {
        self.lists.get(past.first as usize..(past.first + past.len) as usize).unwrap_or(&[])
    }

    fn next(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    fn node(&self, node: u32) -> Node {
        self.nodes.get(node as usize).copied().unwrap_or([0; PARTS])
    }

    fn counted_in(&self, Tree { root, height }: Tree, line: u32) -> u32 {
        if height * BITS < u32::BITS && line >> (height * BITS) != 0 {
            return 0;
        }
        let down = (0..height).rev();
        down.fold(root, |node, level| {
            self.nodes.get(node as usize).and_then(|node| node.get(part(line, level))).copied().unwrap_or(0)
        })
    }

    fn put_in(&mut self, seen: Seen) {
        let mut height = self.made.tree.height;
        while height * BITS < u32::BITS && seen.line >> (height * BITS) != 0 {
            height += 1;
        }
        let tree = self.raised(self.made.tree, height);
        self.made.tree = Tree { root: self.put_below(tree.root, height - 1, seen), height };
    }

    fn put_below(&mut self, node: u32, level: u32, seen: Seen) -> u32 {
        let part = part(seen.line, level);
        let old = self.node(node).get(part).copied().unwrap_or(0);
        let new = if level == 0 { seen.count.max(old) } else { self.put_below(old, level - 1, seen) };
        if new == old {
            return node;
        }
        let mut parts = self.node(node);
        if let Some(place) = parts.get_mut(part) {
            *place = new;
        }
        self.kept(node, parts)
    }

    /// The same tree with more levels.
    fn raised(&mut self, tree: Tree, height: u32) -> Tree {
        let mut root = tree.root;
        for _ in tree.height..height {
            if root != NONE {
                let mut parts = [0; PARTS];
                if let Some(first) = parts.first_mut() {
                    *first = root;
                }
                root = self.kept(NONE, parts);
            }
        }
        Tree { root, height: tree.height.max(height) }
    }

    /// The node in which both are; `mine` itself where nothing is new.
    fn united(&mut self, mine: u32, theirs: u32, levels: u32) -> u32 {
        if mine == theirs || theirs == NONE {
            return mine;
        }
        if mine == NONE {
            return theirs;
        }
        self.looks += 1;
        let (before, other) = (self.node(mine), self.node(theirs));
        let mut parts = before;
        for (part, other) in parts.iter_mut().zip(other) {
            *part = if levels == 1 { (*part).max(other) } else { self.united(*part, other, levels - 1) };
        }
        if parts == before {
            mine
        } else if parts == other {
            theirs
        } else {
            self.kept(mine, parts)
        }
    }

    /// A node with these parts: the old one, where it is this past's own.
    fn kept(&mut self, node: u32, parts: Node) -> u32 {
        if node >= self.made.own
            && let Some(place) = self.nodes.get_mut(node as usize)
        {
            *place = parts;
            return node;
        }
        self.nodes.push(parts);
        self.next() - 1
    }
}

/// Which part of a node leads to a line.
const fn part(line: u32, level: u32) -> usize {
    (line >> (level * BITS)) as usize % PARTS
}

fn counted(list: &[Seen], line: u32) -> u32 {
    list.iter().find(|seen| seen.line == line).map_or(0, |seen| seen.count)
}
