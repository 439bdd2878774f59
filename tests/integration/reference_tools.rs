//! Totals and tables equal to those of pprof and jeprof, whose outputs are kept in `fixtures/facts` with the commands that made them.

use std::collections::BTreeMap;
use std::path::Path;

use fabric::analysis::diff::{self, DiffOptions};
use fabric::analysis::frame_filter::FrameFilter;
use fabric::analysis::granularity::Granularity;
use fabric::analysis::health;
use fabric::analysis::hot_spots;
use fabric::analysis::value_choice;
use fabric::load::{self, Progress, Source};
use fabric::model::Profile;
use regex::Regex;

use super::run_fabric::fixtures;

/// A table of a reference tool.
struct Fact {
    command: String,
    /// Flat and cumulative value by name; rows of one name are added up.
    rows: BTreeMap<String, (i64, i64)>,
    total: i64,
}

impl Fact {
    fn read(path: &Path) -> Fact {
        let text = std::fs::read_to_string(path).expect("a fact is text");
        let mut fact = Fact {
            command: String::new(),
            rows: BTreeMap::new(),
            total: 0,
        };
        for line in text.lines() {
            if let Some(remark) = line.strip_prefix("# ") {
                if fact.command.is_empty() {
                    fact.command = remark.to_owned();
                }
                let shown = remark.strip_prefix("Showing nodes accounting for ");
                let total = shown.or_else(|| remark.strip_prefix("Total: "));
                if let Some(total) = total {
                    let digits: String = total.chars().take_while(char::is_ascii_digit).collect();
                    fact.total = digits.parse().unwrap_or(0);
                }
                continue;
            }
            let mut fields = line.splitn(3, '\t');
            let mut number = || -> i64 { fields.next().and_then(|n| n.parse().ok()).unwrap_or(0) };
            let (flat, cum) = (number(), number());
            let name = fields.next().unwrap_or_default();
            // pprof marks functions that are inlined everywhere.
            let name = name
                .strip_suffix(" (inline)")
                .or_else(|| name.strip_suffix(" (partial-inline)"))
                .unwrap_or(name);
            let row = fact.rows.entry(name.to_owned()).or_default();
            row.0 += flat;
            row.1 += cum;
        }
        fact
    }

    /// The value of an option of the command.
    fn option(&self, name: &str) -> Option<&str> {
        let start = self.command.find(name)? + name.len();
        self.command[start..].split(' ').next()
    }

    fn file(&self) -> &str {
        self.command.rsplit(' ').next().unwrap_or_default()
    }
}

fn profile(path: &str) -> Profile {
    let source = Source::from_argument(fixtures().join(path));
    match load::load(&source, None, &Progress::default()) {
        Ok(loaded) => loaded.profile,
        Err(error) => panic!("{error}"),
    }
}

fn facts(folder: &str) -> Vec<(String, Fact)> {
    let folder = fixtures().join("facts").join(folder);
    let mut found: Vec<(String, Fact)> = std::fs::read_dir(folder)
        .expect("facts are there")
        .map(|entry| entry.expect("facts can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .map(|path| {
            let name = path
                .file_name()
                .expect("has a name")
                .to_string_lossy()
                .into_owned();
            (name, Fact::read(&path))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Our table in the shape of a fact.
fn table(profile: &Profile, fact: &Fact) -> BTreeMap<String, (i64, i64)> {
    let regex = |name: &str| {
        fact.option(name)
            .map(|pattern| Regex::new(pattern).expect("a plain pattern"))
    };
    let filter = FrameFilter {
        focus: regex("-focus="),
        ignore: regex("-ignore="),
        hide: regex("-hide="),
    };
    let by = if fact.command.contains(" -files ") {
        Granularity::File
    } else if fact.command.contains(" -lines ") {
        Granularity::Line
    } else {
        Granularity::Function
    };
    let view = filter.apply(profile);
    let value =
        value_choice::choose(profile, fact.option("-sample_index=")).expect("the value is there");
    hot_spots::hot_spots(&view, value, by)
        .into_iter()
        .map(|spot| (spot.name, (spot.flat as i64, spot.cum as i64)))
        .collect()
}

#[test]
fn tables_are_those_of_pprof() {
    let mut compared = 0;
    for (name, fact) in facts("top") {
        let profile = profile(fact.file());
        // Text profiles are symbolized by nobody in the facts, and pprof lists them by address.
        let by_address = profile.functions().is_empty() || name.starts_with("go-text");
        if by_address || fact.rows.is_empty() {
            continue;
        }
        let mut ours = table(&profile, &fact);
        ours.retain(|_, &mut (flat, cum)| flat != 0 || cum != 0);
        let mut theirs = fact.rows.clone();
        theirs.retain(|_, &mut (flat, cum)| flat != 0 || cum != 0);
        if fact.command.contains(" -files ") {
            // By file, pprof counts a stack once for each of its frames in the file: more than the whole heap. Flat is right.
            ours.values_mut()
                .chain(theirs.values_mut())
                .for_each(|row| row.1 = 0);
        }
        assert_eq!(ours, theirs, "{name}: {}", fact.command);
        compared += 1;
    }
    assert!(compared >= 20, "only {compared} facts were compared");
}

#[test]
fn totals_are_those_of_pprof() {
    let mut compared = 0;
    for (name, fact) in facts("top") {
        if ["-focus=", "-ignore=", "-hide="]
            .iter()
            .any(|option| fact.command.contains(option))
        {
            continue;
        }
        let profile = profile(fact.file());
        // Growth has a value type of its own here; pprof calls it in use.
        let asked = fact.option("-sample_index=").map(|asked| {
            if name.contains("growth") {
                asked.replace("inuse", "growth")
            } else {
                asked.to_owned()
            }
        });
        let value = value_choice::choose(&profile, asked.as_deref()).expect("the value is there");
        // pprof rounds each line of a file down, and there may be one for each sampled object; we round sums to the nearest.
        let sampled = health::examine(&profile).sampled_objects.unwrap_or(0.0);
        let rows = (profile.sample_count() as i64).max(sampled.ceil() as i64);
        let difference = profile.total(value) as i64 - fact.total;
        assert!(
            difference.abs() <= rows,
            "{name}: ours {}, theirs {}",
            profile.total(value),
            fact.total
        );
        compared += 1;
    }
    assert!(compared >= 40, "only {compared} facts were compared");
}

#[test]
fn differences_are_those_of_pprof() {
    let mut compared = 0;
    for (name, fact) in facts("diff") {
        let before = profile(fact.option("-diff_base=").expect("a difference has a base"));
        let after = profile(fact.file());
        if before.functions().is_empty() {
            continue;
        }
        let options = DiffOptions {
            sample_index: fact.option("-sample_index=").map(str::to_owned),
            by: Granularity::Function,
            top: 0,
            ..DiffOptions::default()
        };
        let diff = diff::diff(&before, &after, &options).expect("they can be compared");
        for row in &diff.rows {
            let (before, after) = row.cum.unwrap_or_default();
            let ours = (row.change.delta(), after as i64 - before as i64);
            let theirs = fact.rows.get(&row.name).copied().unwrap_or_default();
            assert_eq!(ours, theirs, "{name}: {}", row.name);
        }
        let ours: i64 = diff.rows.iter().map(|row| row.change.delta()).sum();
        let theirs: i64 = fact.rows.values().map(|(flat, _)| flat).sum();
        assert_eq!(ours, theirs, "{name}");
        compared += 1;
    }
    assert!(compared >= 8, "only {compared} facts were compared");
}

#[test]
fn totals_are_those_of_jeprof() {
    let text = std::fs::read_to_string(fixtures().join("facts/jeprof/totals.tsv"))
        .expect("totals are there");
    let mut compared = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let profile = profile(fields[0]);
        for (column, name) in [
            "inuse_space",
            "inuse_objects",
            "alloc_space",
            "alloc_objects",
        ]
        .iter()
        .enumerate()
        {
            let theirs: i64 = fields[column + 1].parse().expect("a number");
            let Ok(value) = value_choice::choose(&profile, Some(name)) else {
                assert_eq!(theirs, 0, "{}: {name}", fields[0]);
                continue;
            };
            // jeprof rounds each stack down.
            let difference = profile.total(value) as i64 - theirs;
            let rows = profile.sample_count() as i64;
            assert!(
                difference.abs() <= rows,
                "{}: {name}: off by {difference}",
                fields[0]
            );
            compared += 1;
        }
    }
    assert!(compared >= 40, "only {compared} totals were compared");
}
