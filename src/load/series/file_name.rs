//! The names that profilers and snapshot folders give to files: what they tell of time, sequence, process and reason.

use super::{Trigger, time_in_name};

/// What the name of a file tells. Nothing in it is certain: people rename files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileName {
    /// What stays the same from file to file of one series: the name up to process id, sequence number and time.
    pub stem: String,
    /// When it was taken, in milliseconds since 1970. A time without a zone counts as UTC.
    pub time_ms: Option<i64>,
    /// The number in the series.
    pub sequence: Option<u64>,
    /// Process id.
    pub pid: Option<u32>,
    /// Why it was taken.
    pub trigger: Option<Trigger>,
}

/// Linux numbers its namespaces from here on (`PROC_*_INIT_INO`); no process id is as large.
const FIRST_NAMESPACE: u64 = 0xEFFF_FFF0;

impl FileName {
    /// Reads a name without folders.
    ///
    /// | form | written by |
    /// |---|---|
    /// | `heap-<epoch ms>-<trigger>.<extension>` | fabric, and the snapshots before it |
    /// | `<prefix>[.<pid namespace>].<pid>.<seq>.<i\|m\|u\|f><n>.heap` | jemalloc |
    /// | `<prefix>.<seq>.heap`, with `.<pid>` or `_<pid>` behind the prefix | gperftools |
    /// | a time anywhere, ISO 8601 or since 1970, and a number behind it | scripts |
    /// | the last number | scripts |
    pub fn parse(name: &str) -> FileName {
        let name = without_compression(name);
        snapshot(name)
            .or_else(|| jemalloc(name))
            .or_else(|| gperftools(name))
            .or_else(|| dated(name))
            .unwrap_or_else(|| numbered(name))
    }
}

fn without_compression(mut name: &str) -> &str {
    while let Some(rest) = [".gz", ".zst"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
    {
        name = rest;
    }
    name
}

/// An ending that begins with a digit is no extension but a number.
fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((rest, extension)) if extension.starts_with(|c: char| c.is_ascii_alphabetic()) => rest,
        _ => name,
    }
}

fn without_separators(text: &str) -> &str {
    text.trim_matches(['.', '-', '_', ' ', '(', ')'])
}

fn number(field: &str) -> Option<u64> {
    let is_digits = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| field.parse().ok()).flatten()
}

fn pid(field: &str) -> Option<u32> {
    number(field).and_then(|pid| u32::try_from(pid).ok())
}

fn snapshot(name: &str) -> Option<FileName> {
    let (ms, rest) = name.strip_prefix("heap-")?.split_once('-')?;
    let word = rest.split('.').next()?;
    let trigger = Trigger::from_name(word)?;
    let time_ms = i64::try_from(number(ms)?).ok()?;
    Some(FileName {
        stem: "heap".to_owned(),
        time_ms: Some(time_ms),
        trigger: Some(trigger),
        ..FileName::default()
    })
}

fn jemalloc(name: &str) -> Option<FileName> {
    let (rest, reason) = name.strip_suffix(".heap")?.rsplit_once('.')?;
    let count = reason.strip_prefix(['i', 'm', 'u', 'f'])?;
    if !count.is_empty() && number(count).is_none() {
        return None;
    }
    let (rest, sequence) = rest.rsplit_once('.')?;
    let (prefix, process) = rest.rsplit_once('.')?;
    let stem = match prefix.rsplit_once('.') {
        Some((prefix, namespace)) if number(namespace) >= Some(FIRST_NAMESPACE) => prefix,
        _ => prefix,
    };
    Some(FileName {
        stem: stem.to_owned(),
        sequence: Some(number(sequence)?),
        pid: Some(pid(process)?),
        ..FileName::default()
    })
}

/// A date in the prefix is when the process began and not when the file was written: it stays in the stem.
fn gperftools(name: &str) -> Option<FileName> {
    let (prefix, sequence) = name.strip_suffix(".heap")?.rsplit_once('.')?;
    if time_in_name::find(sequence).is_some() {
        return None;
    }
    let sequence = Some(number(sequence)?);
    let process = prefix
        .rsplit_once(['.', '_'])
        .and_then(|(stem, process)| Some((stem, pid(process)?)))
        .filter(|(_, process)| time_in_name::find(&process.to_string()).is_none());
    Some(FileName {
        stem: process.map_or(prefix, |(stem, _)| stem).to_owned(),
        sequence,
        pid: process.map(|(_, pid)| pid),
        ..FileName::default()
    })
}

fn dated(name: &str) -> Option<FileName> {
    let time = time_in_name::find(name)?;
    let before = without_separators(name.get(..time.start)?);
    let after = without_extension(name.get(time.end..)?);
    let (text, sequence) = last_number(after);
    let stem = match before {
        "" => without_separators(text),
        before => before,
    };
    Some(FileName {
        stem: stem.to_owned(),
        time_ms: Some(time.ms),
        sequence,
        ..FileName::default()
    })
}

fn numbered(name: &str) -> FileName {
    let (stem, sequence) = last_number(without_extension(name));
    FileName {
        stem: without_separators(stem).to_owned(),
        sequence,
        ..FileName::default()
    }
}

/// What stands before the last run of digits, and the number.
fn last_number(text: &str) -> (&str, Option<u64>) {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit()) else {
        return (text, None);
    };
    let start = text[..last]
        .rfind(|c: char| !c.is_ascii_digit())
        .and_then(|at| Some(at + text[at..].chars().next()?.len_utf8()))
        .unwrap_or(0);
    (&text[..start], number(&text[start..=last]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stem, time, sequence, pid, trigger.
    type Parts<'a> = (
        &'a str,
        Option<i64>,
        Option<u64>,
        Option<u32>,
        Option<&'a str>,
    );

    fn check(name: &str, expected: Parts<'_>) {
        let it = FileName::parse(name);
        let found = (
            it.stem.as_str(),
            it.time_ms,
            it.sequence,
            it.pid,
            it.trigger.map(Trigger::name),
        );
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn a_snapshot_has_a_time_and_a_trigger_of_five_words() {
        let ms = Some(1_795_458_740_250);
        check(
            "heap-1795458740250-periodic.pb.gz",
            ("heap", ms, None, None, Some("periodic")),
        );
        check(
            "heap-1795458740250-memory-pressure.heapsnapshot",
            ("heap", ms, None, None, Some("memory-pressure")),
        );
        // Never a path, and never a foreign word; the time is good all the same.
        check(
            "heap-1795458740250-..%2f..%2fetc.pb.gz",
            ("heap", ms, Some(2), None, None),
        );
        check(
            "heap-now-manual.pb.gz",
            ("heap-now-manual", None, None, None, None),
        );
    }

    #[test]
    fn jemalloc_names_have_a_process_and_a_sequence() {
        check(
            "redis.6655.0023.m23.heap",
            ("redis", None, Some(23), Some(6655), None),
        );
        check(
            "jeprof.out.17.2.i2.heap",
            ("jeprof.out", None, Some(2), Some(17), None),
        );
        check(
            "jeprof.runB.11248.0.f.heap.zst",
            ("jeprof.runB", None, Some(0), Some(11248), None),
        );
        check(
            "jeprof.4026531836.17.3.f.heap",
            ("jeprof", None, Some(3), Some(17), None),
        );
        check("a.v2.17.3.u1.heap", ("a.v2", None, Some(3), Some(17), None));
    }

    #[test]
    fn gperftools_names_have_a_sequence_and_sometimes_a_process() {
        check(
            "tcs_legacy.0004.heap",
            ("tcs_legacy", None, Some(4), None, None),
        );
        check("tc.0004.heap.zst", ("tc", None, Some(4), None, None));
        check(
            "srv.812.0012.heap",
            ("srv", None, Some(12), Some(812), None),
        );
        check(
            "srv_812.0012.heap",
            ("srv", None, Some(12), Some(812), None),
        );
        check("run1.2.heap", ("run1", None, Some(2), None, None));
        // The date is the start of the process; two processes must not look like one.
        check(
            "srv-20261124-101500.0001.heap",
            ("srv-20261124-101500", None, Some(1), None, None),
        );
    }

    #[test]
    fn other_names_have_the_last_number() {
        check("heap.007.pb.gz", ("heap", None, Some(7), None, None));
        check("profile-12.pprof", ("profile", None, Some(12), None, None));
        check(
            "jeleak.023.symbolized.heap",
            ("jeleak", None, Some(23), None, None),
        );
        check("heap.0012", ("heap", None, Some(12), None, None));
        check("7", ("", None, Some(7), None, None));
        check("heap (2).pb.gz", ("heap", None, Some(2), None, None));
        check("before.pb.gz", ("before", None, None, None, None));
        check("é9é.pb", ("é", None, Some(9), None, None));
        check("n99999999999999999999999.pb", ("n", None, None, None, None));
        check("", ("", None, None, None, None));
        check(".gz", ("", None, None, None, None));
    }

    #[test]
    fn a_time_in_the_name_is_no_sequence() {
        let ms = Some(1_795_515_300_000);
        check(
            "heap-2026-11-24T10-15-00Z.pb.gz",
            ("heap", ms, None, None, None),
        );
        check(
            "web-1-20261124-101500.pb.gz",
            ("web-1", ms, None, None, None),
        );
        check("20261124-101500-web.pb.gz", ("web", ms, None, None, None));
        check(
            "web_20261124101500.003.pb.gz",
            ("web", ms, Some(3), None, None),
        );
        check("heap-1795515300.pb.gz", ("heap", ms, None, None, None));
        check("srv.1795515300.heap", ("srv", ms, None, None, None));
    }
}
