//! The statement about one profile.

use crate::analysis::frame_filter::{FrameFilter, View};
use crate::analysis::granularity::Granularity;
use crate::analysis::health::{self, Health};
use crate::analysis::heap::HeapSurvey;
use crate::analysis::hot_spots::{self, HotPath, HotSpot};
use crate::analysis::value_choice::{self, NoSuchValue};
use crate::model::{AllocatorStat, Profile, Thread, Unit, ValueIndex, ValueType};
use crate::notes::Notes;
use crate::units::{Amount, Bytes, Count, Share};

use super::heap;
use super::input::Input;
use super::table::{CALL_PATH, left_out};
use super::{Align, Cell, Column, Document, Fact, Part, RowOrder, Table, Tone};

/// What to say about one profile.
#[derive(Debug, Clone)]
pub struct SnapshotOptions {
    /// The value type, by name; bytes in use if none is asked for.
    pub sample_index: Option<String>,
    /// What a row is.
    pub by: Granularity,
    /// How many rows to keep; 0 keeps all.
    pub top: usize,
    /// What to see of the stacks.
    pub filter: FrameFilter,
}

/// Everything that is said about one profile.
#[derive(Debug, Clone)]
pub struct SnapshotReport {
    /// The file.
    pub input: Input,
    /// All value types with their totals.
    pub totals: Vec<(ValueType, u64)>,
    /// The value type of the tables.
    pub value_name: String,
    /// Whether it is in bytes.
    pub is_bytes: bool,
    /// The total of the value type in the whole profile, to which shares refer.
    pub total: u64,
    /// The part of it that the filter lets through.
    pub seen: u64,
    /// Standard error of `seen` that sampling leaves, where it is known.
    pub standard_error: Option<f64>,
    /// What a row of `spots` is.
    pub by: Granularity,
    /// The top functions, files, lines or modules; empty for call paths.
    pub spots: Vec<HotSpot>,
    /// How many there are in all.
    pub spot_count: usize,
    /// The top call paths.
    pub paths: Vec<HotPath>,
    /// How many there are in all.
    pub path_count: usize,
    /// What each thread holds, largest first.
    pub threads: Vec<Thread>,
    /// The column of `threads` that the tables show.
    pub thread_value: usize,
    /// Counters of the allocator or the runtime.
    pub allocator_stats: Vec<AllocatorStat>,
    /// Precision and completeness.
    pub health: Health,
    /// How many samples and stacks there are.
    pub samples: (usize, usize),
    /// What is in the heap, where its every object is known.
    pub heap: Option<HeapSurvey>,
    /// Whether stacks are looked at in another way than as they are.
    pub is_filtered: bool,
    /// What was remarked.
    pub notes: Notes,
}

impl SnapshotReport {
    /// Examines a profile. What is known of single objects is added afterwards: [`SnapshotReport::heap`].
    ///
    /// # Errors
    /// The profile has no value type of the name asked for.
    pub fn new(
        input: Input,
        profile: &Profile,
        options: &SnapshotOptions,
    ) -> Result<SnapshotReport, NoSuchValue> {
        let value = value_choice::choose(profile, options.sample_index.as_deref())?;
        let view = options.filter.apply(profile);
        let (mut spots, by) = match options.by {
            Granularity::Stack => (Vec::new(), Granularity::Stack),
            by => (hot_spots::hot_spots(&view, value, by), by),
        };
        let spot_count = spots.len();
        if options.top > 0 {
            spots.truncate(options.top);
        }
        let paths_shown = match (options.by, options.top) {
            (_, 0) => usize::MAX,
            (Granularity::Stack, top) => top,
            // Beside the table that was asked for, the first few paths are enough.
            (_, top) => top.div_ceil(3),
        };
        let (paths, path_count) = hot_spots::hot_paths(&view, value, paths_shown);
        let health = health::examine(profile);
        let mut notes = profile.notes().clone();
        notes.absorb(view.notes());
        notes.absorb(&health.notes);
        let mut threads = profile.threads().to_vec();
        threads.sort_by_key(|thread| (std::cmp::Reverse(thread.values[value.index()]), thread.id));
        let value_type = profile.value_type(value);
        Ok(SnapshotReport {
            input,
            totals: totals(profile),
            value_name: value_type.name.clone(),
            is_bytes: value_type.unit == Unit::Bytes,
            total: profile.total(value),
            seen: seen(&view, value),
            standard_error: health::standard_error(&view, value),
            by,
            spots,
            spot_count,
            paths,
            path_count,
            threads,
            thread_value: value.index(),
            allocator_stats: profile.origin().allocator_stats.clone(),
            health,
            samples: (profile.sample_count(), profile.stacks().len()),
            heap: None,
            is_filtered: !options.filter.is_empty(),
            notes,
        })
    }

    /// The statement for people.
    pub fn document(&self) -> Document {
        let mut body = Vec::new();
        body.extend(self.heap.iter().flat_map(heap::tables));
        // The functions of a heap with objects are its constructors, which have a table already.
        let are_constructors =
            self.heap.is_some() && !self.is_filtered && self.by == Granularity::Function;
        if !self.spots.is_empty() && !are_constructors {
            body.push(Part::Table(self.spot_table()));
        }
        if !self.paths.is_empty() {
            body.push(Part::Table(self.path_table()));
        }
        if self.holding_threads().next().is_some() {
            body.push(Part::Table(self.thread_table()));
        }
        Document {
            title: self.input.filepath.clone(),
            verdict: None,
            facts: self.facts(),
            body,
            recommendations: Vec::new(),
            notes: self.notes.clone(),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![Fact::new("profile", self.input.describe())];
        for (value_type, total) in &self.totals {
            let text = Amount::new(*total, value_type.unit == Unit::Bytes);
            let error = self
                .standard_error
                .filter(|_| value_type.name == self.value_name && self.seen == self.total);
            facts.push(Fact::new(
                &value_type.name,
                match error {
                    Some(error) => format!(
                        "{text} ± {} (standard error)",
                        Amount::new(error as u64, self.is_bytes)
                    ),
                    None => text.to_string(),
                },
            ));
        }
        if self.seen != self.total {
            facts.push(Fact::new("filter", self.filter_text()));
        }
        let mut rests_on = match self.samples.1 {
            1 => "1 stack".to_owned(),
            stacks => format!("{} stacks", Count(stacks as u64)),
        };
        if let Some(sampled) = self.health.sampled_objects {
            rests_on = format!(
                "about {} sampled objects on {rests_on}",
                Count(sampled.round() as u64)
            );
        }
        if self.is_filtered {
            rests_on += ", in the whole profile";
        }
        facts.push(Fact::new("rests on", rests_on));
        if self.health.unnamed_locations > 0 {
            facts.push(Fact::new(
                "unnamed",
                format!(
                    "{} of {} locations, on stacks with {}",
                    Count(self.health.unnamed_locations as u64),
                    Count(self.health.locations as u64),
                    Bytes(self.health.unnamed_bytes)
                ),
            ));
        }
        let stat = |name: &str| {
            self.allocator_stats
                .iter()
                .find(|stat| stat.name == name)
                .map(|stat| format!("{name} {}", Bytes(stat.value)))
        };
        let stats: Vec<String> = [
            "HeapAlloc",
            "HeapInuse",
            "HeapIdle",
            "HeapReleased",
            "Sys",
            "MaxRSS",
        ]
        .into_iter()
        .filter_map(stat)
        .collect();
        if !stats.is_empty() {
            facts.push(Fact::new("runtime", stats.join(", ")));
        }
        facts
    }

    fn filter_text(&self) -> String {
        if self.seen == 0 {
            return "lets nothing through: look at --focus and --ignore".to_owned();
        }
        let seen = Amount::new(self.seen, self.is_bytes);
        let error = match self.standard_error {
            Some(error) => format!(
                " ± {} (standard error)",
                Amount::new(error as u64, self.is_bytes)
            ),
            None => String::new(),
        };
        let share = Share {
            part: self.seen as f64,
            whole: self.total as f64,
        };
        format!("lets {seen}{error} through, {share}")
    }

    fn spot_table(&self) -> Table {
        let largest = self.spots.iter().map(|spot| spot.flat).max().unwrap_or(0);
        let rows = self
            .spots
            .iter()
            .map(|spot| {
                vec![
                    self.number(spot.flat),
                    self.share(spot.flat),
                    Cell::Bar(ratio(spot.flat, largest), Tone::Plain),
                    self.number(spot.cum),
                    self.share(spot.cum),
                    Cell::Text(spot.name.clone(), Tone::Plain),
                ]
            })
            .collect();
        Table {
            title: format!("Top {}s by flat {}", self.by.name(), self.value_name),
            columns: vec![
                Column::new("flat", Align::Right, 0),
                Column::new("flat %", Align::Right, 1),
                Column::new("", Align::Left, 4),
                Column::new("cum", Align::Right, 0),
                Column::new("cum %", Align::Right, 3),
                Column::flexible(self.by.name()),
            ],
            rest: left_out(self.spot_count - self.spots.len()),
            order: RowOrder::Rank,
            rows,
        }
    }

    fn path_table(&self) -> Table {
        let rows = self
            .paths
            .iter()
            .map(|path| {
                vec![
                    self.number(path.value),
                    self.share(path.value),
                    Cell::path(&path.frames, Tone::Plain),
                ]
            })
            .collect();
        Table {
            title: format!("Top call paths by {}", self.value_name),
            columns: vec![
                Column::new(&self.value_name, Align::Right, 0),
                Column::new("%", Align::Right, 1),
                Column::flexible(CALL_PATH),
            ],
            rest: left_out(self.path_count - self.paths.len()),
            order: RowOrder::Rank,
            rows,
        }
    }

    /// Threads that hold something: with `prof_accum`, dumps go on listing threads that ended long ago.
    fn holding_threads(&self) -> impl Iterator<Item = &Thread> {
        self.threads
            .iter()
            .filter(|thread| thread.values[self.thread_value] > 0)
    }

    fn thread_table(&self) -> Table {
        const SHOWN: usize = 10;
        let rows = self
            .holding_threads()
            .take(SHOWN)
            .map(|thread| {
                vec![
                    self.number(thread.values[self.thread_value]),
                    Cell::Text(thread.id.to_string(), Tone::Plain),
                    Cell::Text(thread.name.clone(), Tone::Plain),
                ]
            })
            .collect();
        Table {
            title: format!("Threads by {}", self.value_name),
            columns: vec![
                Column::new(&self.value_name, Align::Right, 0),
                Column::new("thread", Align::Right, 0),
                Column::flexible("name"),
            ],
            rest: left_out(self.holding_threads().count().saturating_sub(SHOWN)),
            order: RowOrder::Rank,
            rows,
        }
    }

    fn number(&self, value: u64) -> Cell {
        Cell::amount(value, self.is_bytes, Tone::Plain)
    }

    fn share(&self, value: u64) -> Cell {
        Cell::share(value, self.total)
    }
}

fn totals(profile: &Profile) -> Vec<(ValueType, u64)> {
    (0..profile.value_types().len())
        .map(ValueIndex)
        .map(|index| (profile.value_type(index).clone(), profile.total(index)))
        .collect()
}

fn seen(view: &View<'_>, value: ValueIndex) -> u64 {
    let values = view.profile().values(value);
    view.samples().map(|sample| values[sample.row]).sum()
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
