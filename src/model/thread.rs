//! What one thread of the profiled process holds, where the format tells.

/// Totals of one thread. Each is unsampled for itself, so threads need not add up to the profile's totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The number the profiler gave the thread.
    pub id: u64,
    /// The name of the thread; empty where it has none.
    pub name: String,
    /// One value for each value type of the profile.
    pub values: Vec<u64>,
}
