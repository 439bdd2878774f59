//! What documents say about heaps whose every object is known; and the document `fabric.retainers/1`.

use serde::Serialize;

use crate::analysis::heap::retainers::RetainerCluster;
use crate::analysis::heap::{CodeSite, HeapSurvey, Top};
use crate::report::heap::RetainersReport;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeapJson<'r> {
    kinds: Vec<KindJson>,
    constructors: Vec<ConstructorJson<'r>>,
    constructor_count: usize,
    shapes: Vec<ShapeJson<'r>>,
    shape_count: usize,
    unshaped_objects: u64,
    biggest_objects: Vec<ObjectJson<'r>>,
    collections: Vec<ObjectJson<'r>>,
    collection_count: usize,
    duplicate_strings: Vec<DuplicateJson<'r>>,
    duplicate_string_count: usize,
    duplicate_bytes: u64,
    detached: Vec<DetachedJson<'r>>,
    listeners: Vec<SiteJson<'r>>,
    listener_site_count: usize,
    functions: Vec<SiteJson<'r>>,
    function_site_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KindJson {
    kind: &'static str,
    objects: u64,
    shallow_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConstructorJson<'r> {
    name: &'r str,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShapeJson<'r> {
    name: &'r str,
    constructor: Option<&'r str>,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectJson<'r> {
    id: u64,
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    shallow_bytes: u64,
    retained_bytes: u64,
    holders: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DuplicateJson<'r> {
    text: &'r str,
    objects: u64,
    bytes: u64,
    wasted_bytes: u64,
    holders: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetachedJson<'r> {
    name: &'r str,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    holders: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SiteJson<'r> {
    function: &'r str,
    script: &'r str,
    line: u32,
    column: u32,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

impl<'r> HeapJson<'r> {
    pub(super) fn new(survey: &'r HeapSurvey) -> HeapJson<'r> {
        let kinds = survey.kinds.rows.iter().map(|kind| KindJson {
            kind: kind.name,
            objects: kind.objects,
            shallow_bytes: kind.bytes,
        });
        let constructors = survey.constructors.rows.iter().map(|row| ConstructorJson {
            name: &row.name,
            objects: row.objects,
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
        });
        let shapes = survey.shapes.rows.iter().map(|row| ShapeJson {
            name: &row.name,
            constructor: row.shape_of.as_deref(),
            objects: row.objects,
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
        });
        let biggest = survey.biggest.rows.iter().map(|row| ObjectJson {
            id: row.id,
            name: &row.name,
            place: row.place.as_deref(),
            entries: None,
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
            holders: &row.holders,
        });
        let collections = survey.collections.rows.iter().map(|row| ObjectJson {
            id: row.id,
            name: &row.name,
            place: None,
            entries: Some(row.entries),
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
            holders: &row.holders,
        });
        let duplicates = survey
            .duplicate_strings
            .rows
            .iter()
            .map(|row| DuplicateJson {
                text: &row.text,
                objects: row.objects,
                bytes: row.bytes,
                wasted_bytes: row.wasted,
                holders: &row.holders,
            });
        let detached = survey.detached.rows.iter().map(|row| DetachedJson {
            name: &row.name,
            objects: row.objects,
            shallow_bytes: row.shallow,
            retained_bytes: row.retained,
            holders: &row.holders,
        });
        HeapJson {
            kinds: kinds.collect(),
            constructors: constructors.collect(),
            constructor_count: survey.constructors.count,
            shapes: shapes.collect(),
            shape_count: survey.shapes.count,
            unshaped_objects: survey.unshaped,
            biggest_objects: biggest.collect(),
            collections: collections.collect(),
            collection_count: survey.collections.count,
            duplicate_strings: duplicates.collect(),
            duplicate_string_count: survey.duplicate_strings.count,
            duplicate_bytes: survey.duplicate_strings.bytes,
            detached: detached.collect(),
            listeners: sites(&survey.listeners),
            listener_site_count: survey.listeners.count,
            functions: sites(&survey.functions),
            function_site_count: survey.functions.count,
        }
    }
}

fn sites(top: &Top<CodeSite>) -> Vec<SiteJson<'_>> {
    let rows = top.rows.iter().map(|row| SiteJson {
        function: &row.name,
        script: &row.script,
        line: row.line,
        column: row.column,
        objects: row.objects,
        shallow_bytes: row.shallow,
        retained_bytes: row.retained,
    });
    rows.collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetainersJson<'r> {
    schema: &'static str,
    filepath: &'r str,
    name: &'r str,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    clusters: Vec<ClusterJson<'r>>,
    cluster_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClusterJson<'r> {
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    example_id: u64,
    holders: &'r [String],
}

impl<'r> RetainersJson<'r> {
    pub(super) fn new(report: &'r RetainersReport) -> RetainersJson<'r> {
        let found = &report.retainers;
        RetainersJson {
            schema: "fabric.retainers/1",
            filepath: &report.filepath,
            name: &found.name,
            objects: found.objects,
            shallow_bytes: found.shallow,
            retained_bytes: found.retained,
            clusters: found.clusters.rows.iter().map(ClusterJson::new).collect(),
            cluster_count: found.clusters.count,
        }
    }
}

impl<'r> ClusterJson<'r> {
    pub(super) fn new(cluster: &'r RetainerCluster) -> ClusterJson<'r> {
        ClusterJson {
            objects: cluster.objects,
            shallow_bytes: cluster.shallow,
            retained_bytes: cluster.retained,
            example_id: cluster.example,
            holders: &cluster.holders,
        }
    }
}
