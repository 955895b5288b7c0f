//! Parser events to a tree.

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Tag};

use super::{Limits, Mark, Node, Scalar, Stream};
use crate::domain::validators::Flaw;

/// A collection that is still open.
struct Open {
    anchor: usize,
    tag: Option<String>,
    kind: Kind,
    keys: HashSet<String>,
    items: Vec<Node>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sequence,
    Mapping,
}

/// An anchored node with its size and depth, so that an alias to it can be counted.
struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
}

/// Builds a [`Stream`] event by event, without recursion.
pub(super) struct Builder {
    limits: Limits,
    stream: Stream,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    nodes: usize,
}

impl Builder {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            stream: Stream::default(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            nodes: 0,
        }
    }

    pub(super) fn finish(self) -> Stream {
        self.stream
    }

    pub(super) fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Flaw> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.mark(anchor, tag.as_deref());
                let scalar = Scalar::new(&text, style, tag.as_deref());
                self.note_merge(&scalar);
                self.place(anchor, Node::Scalar(scalar), line)
            }
            Event::Alias(anchor) => self.place_alias(anchor, line),
            Event::SequenceStart(anchor, tag) => {
                let tag = self.mark(anchor, tag.as_deref());
                self.begin(anchor, tag, Kind::Sequence, line)
            }
            Event::MappingStart(anchor, tag) => {
                let tag = self.mark(anchor, tag.as_deref());
                self.begin(anchor, tag, Kind::Mapping, line)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(line),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn mark(&mut self, anchor: usize, tag: Option<&Tag>) -> Option<String> {
        if anchor > 0 {
            self.stream.marks.push(Mark::Anchor);
        }
        let tag = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
        self.stream.marks.extend(tag.clone().map(Mark::Tag));
        tag
    }

    fn note_merge(&mut self, scalar: &Scalar) {
        let is_key = self
            .open
            .last()
            .is_some_and(|open| open.kind == Kind::Mapping && open.items.len() % 2 == 0);
        if is_key && *scalar == Scalar::Typed("<<".to_owned()) {
            self.stream.marks.push(Mark::Merge);
        }
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: Option<String>,
        kind: Kind,
        line: usize,
    ) -> Result<(), Flaw> {
        self.count(1, line)?;
        self.check_depth(1, line)?;
        self.open.push(Open {
            anchor,
            tag,
            kind,
            keys: HashSet::new(),
            items: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), Flaw> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let node = match open.kind {
            Kind::Sequence => Node::Sequence(open.items),
            Kind::Mapping => Node::Mapping(pair(open.items)),
        };
        let node = match open.tag {
            // A tagged collection is not the collection without the tag.
            Some(tag) => Node::Mapping(vec![(
                Node::Scalar(Scalar::Tagged {
                    tag,
                    text: String::new(),
                }),
                node,
            )]),
            None => node,
        };
        self.attach(open.anchor, node, line)
    }

    fn place(&mut self, anchor: usize, node: Node, line: usize) -> Result<(), Flaw> {
        self.count(1, line)?;
        self.attach(anchor, node, line)
    }

    fn place_alias(&mut self, anchor: usize, line: usize) -> Result<(), Flaw> {
        self.stream.marks.push(Mark::Alias(anchor));
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(Flaw::new(
                Some(line),
                "an alias refers to something that contains it",
            ));
        };
        let (node, nodes, depth) = (target.node.clone(), target.nodes, target.depth);
        self.count(nodes, line)?;
        self.check_depth(depth, line)?;
        self.attach(0, node, line)
    }

    fn attach(&mut self, anchor: usize, node: Node, line: usize) -> Result<(), Flaw> {
        if anchor > 0 {
            let (nodes, depth) = measure(&node);
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    nodes,
                    depth,
                },
            );
        }
        let Some(open) = self.open.last_mut() else {
            self.stream.documents.push(node);
            return Ok(());
        };
        let is_key = open.kind == Kind::Mapping && open.items.len() % 2 == 0;
        if is_key && !open.keys.insert(key_identity(&node)) {
            return Err(Flaw::new(
                Some(line),
                format!("the key {} is there twice", key_identity(&node)),
            ));
        }
        open.items.push(node);
        Ok(())
    }

    fn count(&mut self, nodes: usize, line: usize) -> Result<(), Flaw> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let message = format!(
            "the YAML has more than {} nodes, aliases written out",
            self.limits.nodes
        );
        Err(Flaw::new(Some(line), message))
    }

    fn check_depth(&self, more: usize, line: usize) -> Result<(), Flaw> {
        if self.open.len() + more <= self.limits.depth {
            return Ok(());
        }
        Err(Flaw::new(
            Some(line),
            format!("the YAML is nested deeper than {}", self.limits.depth),
        ))
    }
}

fn pair(items: Vec<Node>) -> Vec<(Node, Node)> {
    let mut entries = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        entries.push((key, value));
    }
    entries
}

/// How many nodes, and how deep.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<&Node> = match node {
        Node::Scalar(_) => return (1, 0),
        Node::Sequence(items) => items.iter().collect(),
        Node::Mapping(entries) => entries
            .iter()
            .flat_map(|(key, value)| [key, value])
            .collect(),
    };
    children
        .into_iter()
        .map(measure)
        .fold((1, 1), |(nodes, depth), (more, below)| {
            (nodes + more, depth.max(below + 1))
        })
}

/// Keys with one identity are duplicates for some reader, quoted or not.
fn key_identity(key: &Node) -> String {
    match key {
        Node::Scalar(Scalar::Typed(text)) => text.to_lowercase(),
        Node::Scalar(scalar) => scalar.text().to_owned(),
        Node::Sequence(_) | Node::Mapping(_) => format!("{key:?}"),
    }
}
