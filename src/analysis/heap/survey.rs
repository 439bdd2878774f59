//! What is in one heap.

use crate::object_graph::{Heap, Holders};

use super::accumulations::{self, Accumulation};
use super::collections::{self, Collection};
use super::constructors::{self, Constructor};
use super::detached::{self, DetachedClass};
use super::duplicate_strings::{self, DuplicateString};
use super::functions::{self, CodeSite};
use super::kinds::{self, KindTotal};

/// The first rows of a table, and what all of them amount to.
#[derive(Debug, Clone, PartialEq)]
pub struct Top<R> {
    /// The rows, the most important first.
    pub rows: Vec<R>,
    /// How many there are in all.
    pub count: usize,
    /// What all of them amount to, in bytes; what that is, each table says.
    pub bytes: u64,
}

impl<R> Top<R> {
    pub(super) fn of(mut rows: Vec<R>, bytes: u64, top: usize) -> Top<R> {
        let count = rows.len();
        if top > 0 {
            rows.truncate(top);
        }
        Top { rows, count, bytes }
    }
}

/// Everything that is said about one heap.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapSurvey {
    /// Objects of all kinds; bytes: of all of them.
    pub kinds: Top<KindTotal>,
    /// Constructors by retained size; bytes: of all objects.
    pub constructors: Top<Constructor>,
    /// Objects whose constructor says nothing, by shape and retained size; bytes: their own.
    pub shapes: Top<Constructor>,
    /// How many objects have shapes beyond those that are told apart.
    pub unshaped: u64,
    /// Single objects by retained size; bytes: of all objects.
    pub biggest: Top<Accumulation>,
    /// Strings that are there more than once, by what they waste; bytes: what all of them waste.
    pub duplicate_strings: Top<DuplicateString>,
    /// Objects of the embedder that the page has let go of; bytes: their own.
    pub detached: Top<DetachedClass>,
    /// Functions by place; bytes: what their closures have themselves.
    pub functions: Top<CodeSite>,
    /// Listeners by place; bytes: what their closures have themselves.
    pub listeners: Top<CodeSite>,
    /// Collections by number of entries; bytes: their own, with tables and elements.
    pub collections: Top<Collection>,
}

impl HeapSurvey {
    /// Examines a heap; the table of constructors has `top` rows and each of the others a third of that, or all of them where it is 0.
    pub fn of(heap: &Heap<'_>, top: usize) -> HeapSurvey {
        let third = top.div_ceil(3);
        std::thread::scope(|scope| {
            // What counts alone, beside what asks how objects are held.
            let counted = scope.spawn(|| {
                (
                    constructors::constructors(heap, top),
                    functions::sites(heap, third),
                    kinds::totals(heap),
                )
            });
            let mut holders = Holders::of(heap);
            let biggest = accumulations::biggest(heap, &mut holders, third);
            let duplicate_strings = duplicate_strings::duplicates(heap, &mut holders, third);
            let detached = detached::classes(heap, &mut holders, third);
            let collections = collections::largest(heap, &mut holders, third);
            let ([constructors, shapes], (functions, listeners), kinds) = counted
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            HeapSurvey {
                kinds,
                constructors,
                shapes,
                unshaped: heap.classes.unshaped(),
                biggest,
                duplicate_strings,
                detached,
                functions,
                listeners,
                collections,
            }
        })
    }
}
