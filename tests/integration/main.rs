//! One binary for all integration tests: the library is linked once.

/// Writers of synthetic profiles, and heaps whose truth is known.
mod support;
