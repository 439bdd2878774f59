//! Who holds these objects?

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::object_graph::{Heap, Holders};

use super::Top;
use super::accumulations::object_name;
use super::constructors::outermost;
use super::growth::constructor_place;

/// Which objects are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All objects of a constructor, or of one shape of it: `Object {id, name}`.
    Constructor(String),
    /// The object with this number.
    Id(u64),
}

impl Wanted {
    /// What was typed: a number, with or without `@`, is that of an object; everything else a constructor.
    pub fn parse(text: &str) -> Wanted {
        match text.strip_prefix('@').unwrap_or(text).parse() {
            Ok(id) => Wanted::Id(id),
            Err(_) => Wanted::Constructor(text.to_owned()),
        }
    }
}

/// Objects that are held in the same way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetainerCluster {
    /// The holders, the nearest first; empty where nothing holds them.
    pub holders: Vec<String>,
    /// How many objects there are.
    pub objects: u64,
    /// Their own bytes, with the parts that are theirs alone.
    pub shallow: u64,
    /// What would be freed with them.
    pub retained: u64,
    /// The number of one of them in the file.
    pub example: u64,
}

/// What holds the objects that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Retainers {
    /// What the objects are: a class, with the place of its constructor where the file tells.
    pub name: String,
    /// How many objects there are.
    pub objects: u64,
    /// Their own bytes.
    pub shallow: u64,
    /// What would be freed if none of them were held.
    pub retained: u64,
    /// How they are held, what retains most first; bytes: what all of them retain.
    pub clusters: Top<RetainerCluster>,
}

/// No object is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchObject {
    /// No constructor has this name.
    #[error("no object has the constructor '{name}'{}: the table of constructors has all names (--top 0)", near(.similar))]
    Constructor {
        /// The name; foreign text.
        name: String,
        /// A name that is there and differs in case or is longer.
        similar: Option<String>,
    },
    /// No object has this number.
    #[error(
        "no object has the number {0}: numbers are good for one file, and for others of the same process while the object lives"
    )]
    Id(u64),
}

fn near(similar: &Option<String>) -> String {
    match similar {
        Some(name) => format!(" (did you mean '{name}'?)"),
        None => String::new(),
    }
}

/// Finds who holds the objects of a constructor, or one object; `top` clusters are kept, or all of them where that is 0.
///
/// # Errors
/// There is none.
pub fn retainers(heap: &Heap<'_>, wanted: &Wanted, top: usize) -> Result<Retainers, NoSuchObject> {
    let nodes: Vec<u32> = match wanted {
        Wanted::Id(id) => (0..heap.graph.len() as u32)
            .filter(|&node| heap.graph.id(node) == *id)
            .take(1)
            .collect(),
        Wanted::Constructor(name) => {
            let classes = &heap.classes;
            let is_wanted: Vec<bool> = (0..classes.len() as u32)
                .map(|class| [class, classes.constructor(class)].map(|class| classes.name(class)))
                .map(|names| names.contains(&name.as_str()))
                .collect();
            (0..heap.graph.len() as u32)
                .filter(|&node| is_wanted[classes.class(node) as usize])
                // Parts that count as their owner's are none of their own.
                .filter(|&node| heap.sizes.get(node) > 0)
                .collect()
        }
    };
    let Some(&first) = nodes.first() else {
        return Err(match wanted {
            Wanted::Id(id) => NoSuchObject::Id(*id),
            Wanted::Constructor(name) => NoSuchObject::Constructor {
                name: name.clone(),
                similar: similar(heap, name),
            },
        });
    };
    let mut holders = Holders::of(heap);
    let mut is_wanted = vec![false; heap.graph.len()];
    for &node in &nodes {
        is_wanted[node as usize] = true;
    }
    let is_outermost = outermost(heap, |node| is_wanted[node as usize].then_some(0));
    let clusters = clusters(heap, &mut holders, &nodes, &is_outermost, top);
    Ok(Retainers {
        name: name(heap, wanted, first),
        objects: nodes.len() as u64,
        shallow: nodes.iter().map(|&node| heap.sizes.get(node)).sum(),
        retained: clusters.bytes,
        clusters,
    })
}

fn name(heap: &Heap<'_>, wanted: &Wanted, first: u32) -> String {
    let (name, place) = match wanted {
        Wanted::Id(_) => (object_name(heap, first), heap.code_place(first)),
        Wanted::Constructor(name) => (name.clone(), constructor_place(heap, first)),
    };
    match place {
        Some(place) => format!("{name} ({place})"),
        None => name,
    }
}

/// Objects by how they are held, what retains most first. What another of them retains is in the retained size of that one.
pub(super) fn clusters(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    nodes: &[u32],
    is_outermost: &[bool],
    top: usize,
) -> Top<RetainerCluster> {
    let mut found: HashMap<_, RetainerCluster> = HashMap::new();
    for &node in nodes {
        let cluster = found.entry(holders.path(node)).or_insert(RetainerCluster {
            holders: Vec::new(),
            objects: 0,
            shallow: 0,
            retained: 0,
            example: heap.graph.id(node),
        });
        cluster.objects += 1;
        cluster.shallow += heap.sizes.get(node);
        if is_outermost[node as usize] {
            cluster.retained += heap.retained.get(node);
        }
    }
    let mut rows: Vec<_> = found.into_iter().collect();
    rows.sort_unstable_by_key(|(path, row)| (Reverse(row.retained), Reverse(row.objects), *path));
    let bytes = rows.iter().map(|(_, row)| row.retained).sum();
    let rows = Top::of(rows, bytes, top);
    Top {
        rows: rows
            .rows
            .into_iter()
            .map(|(path, row)| RetainerCluster {
                holders: holders.names(path),
                ..row
            })
            .collect(),
        count: rows.count,
        bytes: rows.bytes,
    }
}

fn similar(heap: &Heap<'_>, name: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let mut names: Vec<&str> = (0..heap.classes.len() as u32)
        .map(|class| heap.classes.name(class))
        .filter(|name| name.to_lowercase().contains(&wanted))
        .collect();
    names.sort_unstable_by_key(|name| (name.len(), *name));
    names.first().map(|name| (*name).to_owned())
}
