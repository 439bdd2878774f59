//! Call paths as a large Go service has them: 20,000 functions, a few call sites in each, long common roots.

use crate::random_draws::RandomDraws;

/// Functions of the program.
const FUNCTIONS: u64 = 20_000;

/// A call site: a function and a line in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CallSite {
    /// The number of the function.
    pub(crate) function: u32,
    /// The line of the call.
    pub(crate) line: u32,
}

/// An endless supply of call paths, each of which shares a part with the one before.
#[derive(Debug)]
pub(crate) struct CallPaths {
    random: RandomDraws,
    /// The root first.
    path: Vec<CallSite>,
    depths: std::ops::Range<u64>,
}

impl CallPaths {
    /// Paths with a depth in `depths`, evenly spread.
    pub(crate) fn new(depths: std::ops::Range<u64>, seed: u64) -> CallPaths {
        CallPaths {
            random: RandomDraws::new(seed),
            path: Vec::new(),
            depths,
        }
    }

    /// The next path, the leaf first.
    pub(crate) fn next_path(&mut self) -> Vec<CallSite> {
        let depth = self.depths.start + self.random.below(self.depths.end - self.depths.start);
        // Most neighbours part near the leaf, as in a tree that is walked; some at the root.
        let shared = (self.path.len() as f64 * self.random.unit().sqrt()) as usize;
        self.path.truncate(shared.min(depth as usize - 1));
        while (self.path.len() as u64) < depth {
            let caller = self.path.last().map_or(0, |site| u64::from(site.function));
            let callee = self.call_from(caller);
            self.path.push(callee);
        }
        self.path.iter().rev().copied().collect()
    }

    /// One of up to six functions that `caller` calls, always the same six.
    fn call_from(&mut self, caller: u64) -> CallSite {
        let choice = self.random.below(1 + caller % 6);
        let callee = RandomDraws::new(caller * 8 + choice).below(FUNCTIONS);
        CallSite {
            function: callee as u32,
            line: (20 + 7 * choice) as u32,
        }
    }
}

/// A name as Go's linker makes them: `github.com/acme/shop/store12.(*Ledger).Append34`.
pub(crate) fn go_name(function: u32) -> String {
    const TYPES: [&str; 8] = [
        "Ledger", "Session", "Router", "Cache", "Codec", "Index", "Worker", "Buffer",
    ];
    const VERBS: [&str; 7] = [
        "Append", "Open", "Handle", "Load", "Decode", "Insert", "Flush",
    ];
    let package = function / 97;
    let kind = TYPES[function as usize % TYPES.len()];
    let verb = VERBS[function as usize % VERBS.len()];
    match function % 11 {
        0 => format!("github.com/acme/shop/pkg{package}.{verb}{function}"),
        1 => format!("github.com/acme/shop/pkg{package}.(*{kind}).{verb}{function}.func1"),
        2 => format!("github.com/acme/shop/pkg{package}.{verb}{function}[...]"),
        _ => {
            format!("github.com/acme/shop/internal/pkg{package}.(*{kind}).{verb}{function}")
        }
    }
}
