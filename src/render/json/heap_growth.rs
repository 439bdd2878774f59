//! What `fabric.diff/1` says of heaps whose every object is known.

use serde::Serialize;

use super::heap::ClusterJson;
use crate::analysis::heap::{AliveIn, Constructor, ConstructorGrowth, HeapGrowth};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GrowthJson<'r> {
    new_objects: Option<u64>,
    gone_objects: Option<u64>,
    kept_objects: Option<u64>,
    constructors: Vec<ConstructorJson<'r>>,
    constructor_count: usize,
    collections: Vec<CollectionJson<'r>>,
    collection_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    alive: Option<AliveJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConstructorJson<'r> {
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    constructor: Option<&'r str>,
    place: Option<&'r str>,
    before: SumJson,
    after: SumJson,
    new_objects: Option<u64>,
    gone_objects: Option<u64>,
    held: ClusterJson<'r>,
    ways: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SumJson {
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CollectionJson<'r> {
    id: u64,
    name: &'r str,
    entries_before: Option<u64>,
    entries: u64,
    retained_bytes: u64,
    holders: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AliveJson<'r> {
    objects: u64,
    allocated_objects: u64,
    constructors: Vec<AliveConstructorJson<'r>>,
    constructor_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AliveConstructorJson<'r> {
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    constructor: Option<&'r str>,
    place: Option<&'r str>,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    held: ClusterJson<'r>,
    ways: usize,
}

impl<'r> GrowthJson<'r> {
    pub(super) fn new(growth: &'r HeapGrowth) -> GrowthJson<'r> {
        let objects = growth.objects;
        let collections = growth.collections.rows.iter().map(|row| CollectionJson {
            id: row.id,
            name: &row.name,
            entries_before: row.before,
            entries: row.after,
            retained_bytes: row.retained,
            holders: &row.holders,
        });
        GrowthJson {
            new_objects: objects.map(|changes| changes.new),
            gone_objects: objects.map(|changes| changes.gone),
            kept_objects: objects.map(|changes| changes.kept),
            constructors: growth
                .constructors
                .rows
                .iter()
                .map(ConstructorJson::new)
                .collect(),
            constructor_count: growth.constructors.count,
            collections: collections.collect(),
            collection_count: growth.collections.count,
            alive: growth.alive.as_ref().map(AliveJson::new),
        }
    }
}

impl<'r> ConstructorJson<'r> {
    fn new(row: &'r ConstructorGrowth) -> ConstructorJson<'r> {
        ConstructorJson {
            name: &row.after.name,
            constructor: row.after.shape_of.as_deref(),
            place: row.place.as_deref(),
            before: SumJson::new(&row.before),
            after: SumJson::new(&row.after),
            new_objects: row.changes.map(|changes| changes.new),
            gone_objects: row.changes.map(|changes| changes.gone),
            held: ClusterJson::new(&row.held),
            ways: row.ways,
        }
    }
}

impl SumJson {
    fn new(row: &Constructor) -> SumJson {
        SumJson {
            objects: row.objects,
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
        }
    }
}

impl<'r> AliveJson<'r> {
    fn new(alive: &'r AliveIn) -> AliveJson<'r> {
        let rows = alive.constructors.rows.iter();
        AliveJson {
            objects: alive.objects,
            allocated_objects: alive.allocated,
            constructors: rows
                .map(|row| AliveConstructorJson {
                    name: &row.name,
                    constructor: row.shape_of.as_deref(),
                    place: row.place.as_deref(),
                    objects: row.objects,
                    shallow_bytes: row.shallow,
                    retained_bytes: row.retained,
                    held: ClusterJson::new(&row.held),
                    ways: row.ways,
                })
                .collect(),
            constructor_count: alive.constructors.count,
        }
    }
}
