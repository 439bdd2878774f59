//! How grave an event is.

use serde::Serialize;

/// How grave an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For whoever writes the worker.
    Debug,
    /// The ordinary course.
    Info,
    /// Something that will be tried again, or failed alone.
    Warn,
    /// Something is broken.
    Error,
}

impl Level {
    /// All of them by their names, the least grave first.
    pub const BY_NAME: [(&str, Level); 4] = [
        (Level::Debug.name(), Level::Debug),
        (Level::Info.name(), Level::Info),
        (Level::Warn.name(), Level::Warn),
        (Level::Error.name(), Level::Error),
    ];

    /// The name in logs, JSON and queries.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Level> {
        match name {
            "debug" => Some(Level::Debug),
            "info" => Some(Level::Info),
            "warn" => Some(Level::Warn),
            "error" => Some(Level::Error),
            _ => None,
        }
    }

    /// The level of an event that does not say one itself.
    pub fn of_event_type(event_type: &str) -> Level {
        if event_type.starts_with("error.") {
            Level::Error
        } else if event_type.ends_with(".failed") || event_type.ends_with(".retry") {
            Level::Warn
        } else if event_type.starts_with("debug.") {
            Level::Debug
        } else {
            Level::Info
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_by_its_name() {
        for (name, level) in Level::BY_NAME {
            assert_eq!(Level::from_name(name), Some(level));
        }
        assert_eq!(Level::from_name("Error"), None);
    }
}
