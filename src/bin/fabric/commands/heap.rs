//! What `fabric show` and `fabric diff` answer about single objects.

use std::hash::BuildHasher;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, mpsc};

use anyhow::anyhow;
use fabric::analysis::heap::retainers::{Wanted, retainers};
use fabric::analysis::heap::{AliveIn, HeapDigest, HeapGrowth};
use fabric::load::{self, Loaded, Progress, RedactedCopyError, Source};
use fabric::object_graph::{Heap, ObjectGraph};
use fabric::render;
use fabric::report::heap::RetainersReport;
use fabric::units::Count;

use super::names::with_symbolizer;
use crate::args::{Diff, Format};
use crate::exit::{Failure, Outcome};
use crate::output::Destination;
use crate::progress::Bar;

/// `fabric show FILE --retainers WANTED`
pub(super) fn show_retainers(
    source: &Source,
    wanted: &str,
    top: usize,
    destination: Destination,
) -> Result<Outcome, Failure> {
    if !destination.format.is_statement() {
        return Err(Failure::usage(anyhow!(
            "--retainers writes a table, json, md or html: the other formats are of stacks"
        )));
    }
    let progress = Arc::new(load::Progress::default());
    let bar = Bar::start(&progress);
    let wanted = Wanted::parse(wanted);
    let found = load::load_heap(source, &progress, |graph| {
        retainers(&Heap::of(graph), &wanted, top)
    })
    .map_err(Failure::loading)?
    .map_err(|error| Failure::usage(anyhow!(error).context(source.name())))?;
    drop(bar);
    let report = RetainersReport {
        filepath: source.name(),
        retainers: found,
    };
    let style = destination.style();
    let format = destination.format;
    destination.write(|out| match format {
        Format::Json => Ok(out.write_all(render::json::retainers(&report)?.as_bytes())?),
        Format::Md => write!(out, "{}", render::markdown(&report.document())),
        Format::Html => write!(out, "{}", render::html(&report.document(), None)),
        _ => write!(out, "{}", render::terminal(&report.document(), style)),
    })?;
    Ok(Outcome::Done)
}

/// Loads the two profiles of `fabric diff`; of two heaps also what changed object by object.
///
/// Both are read at the same time, and a heap is let go as soon as it has said what is wanted of it: the older one is asked for its digest, with
/// which the newer one is compared.
pub(super) fn load_pair(
    sources: &(Source, Source),
    arguments: &Diff,
    progress: &Progress,
) -> Result<(Loaded, Loaded, Option<HeapGrowth>), Failure> {
    let top = arguments.view.top.div_ceil(2);
    let (sender, receiver) = mpsc::sync_channel::<Arc<HeapDigest>>(1);
    let older = move |graph: &ObjectGraph| {
        let digest = Arc::new(HeapDigest::of(&Heap::of(graph)));
        // The other side may be no heap, and not wait for it.
        let _ = sender.send(Arc::clone(&digest));
        digest
    };
    let wants_digest = arguments.alive_in.is_some();
    let newer = move |graph: &ObjectGraph| {
        let heap = Heap::of(graph);
        // The older one may be no heap, or unreadable: then there is nothing to wait for.
        let before = receiver.recv().ok()?;
        let growth = HeapGrowth::between(&before, &heap, top);
        Some((growth, wants_digest.then(|| HeapDigest::of(&heap))))
    };
    let ((before, before_digest), (after, found)) =
        with_symbolizer(&arguments.symbols, |symbolizer| {
            let (a, b) = (&sources.0, &sources.1);
            load::load_pair_examined(a, b, symbolizer, progress, older, newer)
        })?;
    let (mut growth, after_digest) = match found.flatten() {
        Some((growth, digest)) => (Some(growth), digest),
        None => (None, None),
    };
    if let Some(third) = &arguments.alive_in {
        let (Some(before), Some(after), Some(growth)) = (before_digest, after_digest, &mut growth)
        else {
            return Err(Failure::usage(anyhow!(
                "--alive-in follows objects by number, which only V8 heap snapshots have: give it two of them"
            )));
        };
        growth.alive = Some(alive_in(&before, &after, third, top, progress)?);
    }
    Ok((before, after, growth))
}

fn alive_in(
    before: &HeapDigest,
    after: &HeapDigest,
    third: &Path,
    top: usize,
    progress: &Progress,
) -> Result<AliveIn, Failure> {
    let source = Source::from_argument(third);
    load::load_heap(&source, progress, |graph| {
        AliveIn::of(before, after, &Heap::of(graph), top)
    })
    .map_err(Failure::loading)?
    .map_err(|reason| {
        Failure::input(anyhow!(
            "{}: is no later snapshot of the process that the second one is of: {reason}",
            source.name()
        ))
    })
}

/// `fabric show FILE --redact -o COPY`
pub(super) fn redact(source: &Source, destination: Destination) -> Result<Outcome, Failure> {
    if destination.on_terminal {
        return Err(Failure::usage(anyhow!(
            "a heap snapshot would fill the terminal: write the copy to a file with -o copy.heapsnapshot"
        )));
    }
    let progress = Arc::new(Progress::default());
    let bar = Bar::start(&progress);
    // A key that nobody knows and that is gone when the program ends: SipHash is made to keep it secret.
    let key = std::hash::RandomState::new();
    let hash = |text: &[u8]| key.hash_one(text);
    let mut unreadable = None;
    let mut done = None;
    let written =
        destination.write(
            |out| match load::redacted_copy(source, out, &hash, &progress) {
                Ok(redacted) => {
                    done = Some(redacted);
                    Ok(())
                }
                Err(RedactedCopyError::Load(error)) => {
                    unreadable = Some(error);
                    Err(std::io::Error::other("there is nothing to write"))
                }
                Err(RedactedCopyError::Write(error)) => Err(error),
                Err(other) => Err(std::io::Error::other(other)),
            },
        );
    drop(bar);
    if let Some(error) = unreadable {
        return Err(Failure::loading(error));
    }
    written?;
    if let Some(done) = done {
        // The copy is made, whether or not somebody reads this.
        let _ = writeln!(
            std::io::stderr(),
            "{} of {} strings replaced; names of code stay, and so do keys that look like names in objects of up to 32 properties",
            Count(done.replaced),
            Count(done.strings),
        );
    }
    Ok(Outcome::Done)
}
