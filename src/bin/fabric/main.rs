//! The command line of fabric.

fn main() {}
