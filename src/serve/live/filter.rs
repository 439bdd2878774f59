//! Which events a client wants.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::serve::bounds::{FILTER_VALUE_CHARS, FILTER_VALUES};
use crate::serve::event::{Level, LogEvent};
use crate::serve::query::Glob;

/// Which events a client wants: those that have one of the values of every part that has any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    workers: Vec<String>,
    levels: Vec<Level>,
    types: Vec<Glob>,
    paths: Vec<Glob>,
}

impl Filter {
    /// The parts a filter has, by their names in queries and messages.
    pub const PARTS: [&str; 4] = ["worker", "level", "type", "path"];

    /// Adds values, separated by commas, to the part of that name.
    ///
    /// # Errors
    /// The part or a value is not known, or there are too many or too long ones; in words for whoever sent it.
    pub fn add(&mut self, part: &str, values: &str) -> Result<(), String> {
        for value in values.split(',').map(str::trim) {
            self.add_value(part, value)?;
        }
        Ok(())
    }

    /// Adds one value, in which a comma means itself.
    ///
    /// # Errors
    /// As [`Filter::add`].
    pub fn add_value(&mut self, part: &str, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err(format!("{part}: a value is empty"));
        }
        if value.chars().count() > FILTER_VALUE_CHARS {
            return Err(format!(
                "{part}: a value is longer than {FILTER_VALUE_CHARS} characters"
            ));
        }
        let count = match part {
            "worker" => {
                self.workers.push(value.to_owned());
                self.workers.len()
            }
            "level" => {
                let level = Level::from_name(value)
                    .ok_or("level: a value is none of debug, info, warn, error")?;
                self.levels.push(level);
                self.levels.len()
            }
            "type" => {
                self.types.push(Glob::new(value));
                self.types.len()
            }
            "path" => {
                self.paths.push(Glob::new(value));
                self.paths.len()
            }
            _ => return Err("a filter has the parts worker, level, type and path".to_owned()),
        };
        if count > FILTER_VALUES {
            return Err(format!("{part}: more than {FILTER_VALUES} values"));
        }
        Ok(())
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether it lets this event through.
    pub fn matches(&self, event: &LogEvent) -> bool {
        (self.levels.is_empty() || self.levels.contains(&event.level()))
            && (self.workers.is_empty() || self.workers.iter().any(|name| name == event.worker()))
            && (self.types.is_empty()
                || self
                    .types
                    .iter()
                    .any(|pattern| pattern.matches(event.message())))
            && (self.paths.is_empty()
                || event
                    .path()
                    .is_some_and(|path| self.paths.iter().any(|pattern| pattern.matches(path))))
    }
}

impl Serialize for Filter {
    /// As it is asked for: a part with one value is a text, one with several a list.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts: [Vec<&str>; 4] = [
            self.workers.iter().map(String::as_str).collect(),
            self.levels.iter().map(|level| level.name()).collect(),
            self.types.iter().map(Glob::text).collect(),
            self.paths.iter().map(Glob::text).collect(),
        ];
        let mut map = serializer.serialize_map(None)?;
        for (name, values) in Filter::PARTS.into_iter().zip(&parts) {
            match values.as_slice() {
                [] => {}
                [one] => map.serialize_entry(name, one)?,
                several => map.serialize_entry(name, several)?,
            }
        }
        map.end()
    }
}
