//! Why snapshots are taken.

/// Why a snapshot was taken. The list is closed: the word becomes part of a file name and goes into reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trigger {
    /// Somebody wanted one.
    Manual,
    /// It was time.
    Periodic,
    /// Memory ran short.
    MemoryPressure,
    /// The kernel was about to kill.
    OomRisk,
    /// A test.
    Test,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Trigger; 5] = [
        Trigger::Manual,
        Trigger::Periodic,
        Trigger::MemoryPressure,
        Trigger::OomRisk,
        Trigger::Test,
    ];

    /// The word in names and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Trigger::Manual => "manual",
            Trigger::Periodic => "periodic",
            Trigger::MemoryPressure => "memory-pressure",
            Trigger::OomRisk => "oom-risk",
            Trigger::Test => "test",
        }
    }

    /// The trigger of this word.
    pub fn from_name(word: &str) -> Option<Trigger> {
        Trigger::ALL.into_iter().find(|it| it.name() == word)
    }
}
