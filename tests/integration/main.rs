//! One binary for all integration tests: the library is linked once.
