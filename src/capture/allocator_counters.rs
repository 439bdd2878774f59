//! What an allocator says of itself -> the counters of a sidecar, in jemalloc's words.

use serde_json::Value;

use crate::load::series::AllocatorCounters;
use crate::model::AllocatorStat;

/// Reads the statistics of an allocator: jemalloc's JSON (`malloc_stats_print` with `J`), Go's MemStats as expvar serves them
/// (`/debug/vars`), or Prometheus metrics of either (`/metrics`); `None` where it is none of these.
pub fn allocator_counters(text: &[u8]) -> Option<AllocatorCounters> {
    let found = match serde_json::from_slice::<Value>(text) {
        Ok(json) => of_json(&json),
        Err(_) => of_metrics(&String::from_utf8_lossy(text)),
    };
    (found != AllocatorCounters::default()).then_some(found)
}

/// The counters that came with a profile, as Go's text has them.
pub fn counters_of_profile(stats: &[AllocatorStat]) -> Option<AllocatorCounters> {
    let of = |name: &str| Some(stats.iter().find(|stat| stat.name == name)?.value);
    let found = of_go(of);
    (found != AllocatorCounters::default()).then_some(found)
}

fn of_json(json: &Value) -> AllocatorCounters {
    if let Some(stats) = json
        .pointer("/jemalloc/stats")
        .or_else(|| json.get("stats"))
    {
        let of = |name: &str| stats.get(name)?.as_u64();
        return AllocatorCounters {
            allocated_bytes: of("allocated"),
            active_bytes: of("active"),
            resident_bytes: of("resident"),
            retained_bytes: of("retained"),
            metadata_bytes: of("metadata"),
            mapped_bytes: of("mapped"),
        };
    }
    let stats = json.get("memstats").unwrap_or(json);
    of_go(|name| stats.get(name)?.as_u64())
}

/// Go's words (runtime.MemStats) in those of jemalloc: what is in spans that hold an object, what is held of the system and not given
/// back, what was given back and can be had again without asking, and the runtime's own tables.
fn of_go(of: impl Fn(&str) -> Option<u64>) -> AllocatorCounters {
    let tables = ["MSpanSys", "MCacheSys", "BuckHashSys", "GCSys"];
    let tables: Option<Vec<u64>> = tables.iter().map(|name| of(name)).collect();
    AllocatorCounters {
        allocated_bytes: of("HeapAlloc"),
        active_bytes: of("HeapInuse"),
        resident_bytes: of("Sys").map(|sys| sys.saturating_sub(of("HeapReleased").unwrap_or(0))),
        retained_bytes: of("HeapReleased"),
        metadata_bytes: tables.map(|tables| tables.iter().sum()),
        mapped_bytes: of("Sys"),
    }
}

fn of_metrics(text: &str) -> AllocatorCounters {
    let of = |name: &str| {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        // A time may stand behind the value, which is written like 1.2e+07.
        let value: f64 = value.split_ascii_whitespace().next()?.parse().ok()?;
        (value >= 0.0 && value < u64::MAX as f64).then_some(value as u64)
    };
    let go = of_go(|name| {
        let name = match name {
            "HeapAlloc" => "go_memstats_heap_alloc_bytes",
            "HeapInuse" => "go_memstats_heap_inuse_bytes",
            "HeapReleased" => "go_memstats_heap_released_bytes",
            "Sys" => "go_memstats_sys_bytes",
            "MSpanSys" => "go_memstats_mspan_sys_bytes",
            "MCacheSys" => "go_memstats_mcache_sys_bytes",
            "BuckHashSys" => "go_memstats_buck_hash_sys_bytes",
            "GCSys" => "go_memstats_gc_sys_bytes",
            _ => return None,
        };
        of(name)
    });
    if go != AllocatorCounters::default() {
        return go;
    }
    let jemalloc = |word: &str| {
        of(&format!("jemalloc_{word}_bytes")).or_else(|| of(&format!("jemalloc_{word}")))
    };
    AllocatorCounters {
        allocated_bytes: jemalloc("allocated"),
        active_bytes: jemalloc("active"),
        resident_bytes: jemalloc("resident"),
        retained_bytes: jemalloc("retained"),
        metadata_bytes: jemalloc("metadata"),
        mapped_bytes: jemalloc("mapped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_counters_come_from_every_form() {
        let jemalloc = br#"{"jemalloc": {"version": "5.3.0", "stats": {"allocated": 1, "active": 2, "metadata": 3,
            "metadata_thp": 0, "resident": 4, "mapped": 5, "retained": 6}}}"#;
        let found = allocator_counters(jemalloc).unwrap_or_default();
        assert_eq!(
            (found.allocated_bytes, found.retained_bytes),
            (Some(1), Some(6))
        );
        let expvar = br#"{"cmdline": [], "memstats": {"HeapAlloc": 10, "HeapInuse": 20, "Sys": 90, "HeapReleased": 30,
            "MSpanSys": 1, "MCacheSys": 2, "BuckHashSys": 3, "GCSys": 4}}"#;
        let metrics = b"# HELP x\ngo_memstats_heap_alloc_bytes 1e+01\ngo_memstats_heap_inuse_bytes 20\ngo_memstats_sys_bytes 90\n\
            go_memstats_heap_released_bytes 30\ngo_memstats_mspan_sys_bytes 1\ngo_memstats_mcache_sys_bytes 2\n\
            go_memstats_buck_hash_sys_bytes 3\ngo_memstats_gc_sys_bytes 4 1700000000\n";
        let go = allocator_counters(expvar).unwrap_or_default();
        assert_eq!((go.resident_bytes, go.metadata_bytes), (Some(60), Some(10)));
        assert_eq!(allocator_counters(metrics), Some(go));
        let gauges = allocator_counters(b"jemalloc_resident 7\n").unwrap_or_default();
        assert_eq!(gauges.resident_bytes, Some(7));
    }

    #[test]
    fn anything_else_has_none() {
        for text in [
            "",
            "{}",
            "[]",
            "<html>",
            "go_memstats_sys_bytes NaN",
            "{\"stats\": {}}",
        ] {
            assert_eq!(allocator_counters(text.as_bytes()), None, "{text}");
        }
    }
}
