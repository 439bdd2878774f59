//! Requests, answered from the latest view; and what is posted, kept in the log folder before it is acknowledged.
