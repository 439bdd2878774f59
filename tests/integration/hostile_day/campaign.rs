//! A run of mutated inputs: seeded, as long as it is told to be, and with everything kept that falls.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::counting_allocator;
use crate::support::random_draws::RandomDraws;

/// One input may take so long on the clock of the wall, whatever else this machine does; then it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Processor time that one input may take, and for each of its bytes beyond: some thirty times of what an honest one of that size needs
/// without optimisation.
const INPUT_TIME: Duration = Duration::from_secs(8);
const BYTE_TIME: Duration = Duration::from_micros(40);

/// Finds after which a campaign ends: they are most likely the same one.
const FINDS: usize = 20;

/// What became of an input that broke no promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Accepted,
    /// It was refused with a word.
    Refused,
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Further inputs that are not in the repository: the folder `FABRIC_HOSTILE_CORPUS`.
pub(super) fn further_corpus() -> Option<PathBuf> {
    std::env::var_os("FABRIC_HOSTILE_CORPUS").map(PathBuf::from)
}

/// Makes inputs and checks them: `least` of them, or for the seconds that `FABRIC_HOSTILE_SECONDS` says, beginning with the seed
/// `FABRIC_HOSTILE_SEED`. A panic in `check` is a find: its input is kept in `target/tmp` and its seed printed; the campaign goes on, and fails at
/// its end.
pub(super) fn campaign(
    name: &str,
    least: u64,
    mut make: impl FnMut(&mut RandomDraws) -> Vec<u8>,
    mut check: impl FnMut(&[u8], &mut RandomDraws) -> Outcome,
) {
    let first = number("FABRIC_HOSTILE_SEED").unwrap_or(0);
    let seconds = number("FABRIC_HOSTILE_SECONDS");
    let least = number("FABRIC_HOSTILE_INPUTS").unwrap_or(least);
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    std::fs::create_dir_all(&folder).expect("a folder for finds");
    let running = folder.join(format!("{name}.running"));
    let watch = Watch::start(name);
    let began = Instant::now();
    let (mut tried, mut accepted) = (0, 0);
    let mut finds: Vec<String> = Vec::new();
    let (mut slowest, mut largest) = ((Duration::ZERO, 0), (0, 0));
    while match until {
        None => tried < least,
        Some(until) => Instant::now() < until,
    } && finds.len() < FINDS
    {
        let seed = first + tried;
        let mut random = RandomDraws::new(seed);
        let input = make(&mut random);
        // What kills the whole process leaves at least its input behind.
        std::fs::write(&running, &input).expect("the input is kept");
        watch.begins(seed);
        counting_allocator::forget_peak();
        let before = processor_time();
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| check(&input, &mut random)));
        let took = processor_time().saturating_sub(before);
        watch.ends();
        slowest = slowest.max((took, seed));
        largest = largest.max((counting_allocator::peak_bytes(), seed));
        let allowed = INPUT_TIME + BYTE_TIME * u32::try_from(input.len()).unwrap_or(u32::MAX);
        let what = match result {
            Ok(outcome) => {
                accepted += u64::from(outcome == Outcome::Accepted);
                (took > allowed).then(|| format!("took {took:?} for {} bytes", input.len()))
            }
            Err(panic) => Some(words(&*panic)),
        };
        if let Some(what) = what {
            let kept = folder.join(format!("{name}-{seed}"));
            std::fs::write(&kept, &input).expect("a find is kept");
            let find = format!("seed {seed} of {name} ({}): {what}", kept.display());
            println!("{find}");
            finds.push(find);
        }
        tried += 1;
    }
    println!(
        "{name}: {tried} inputs from seed {first} in {:.0} s, {accepted} accepted, {} fell; slowest {:.2} s (seed {}), most memory {:.1} MiB (seed {})",
        began.elapsed().as_secs_f64(),
        finds.len(),
        slowest.0.as_secs_f64(),
        slowest.1,
        largest.0 as f64 / f64::from(1 << 20),
        largest.1,
    );
    let _ = std::fs::remove_file(running);
    assert!(finds.is_empty(), "{}", finds.join("\n"));
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (_, Some(text)) => (*text).to_owned(),
        _ => "a panic".to_owned(),
    }
}

/// What this thread has computed so far: the clock of the wall would also count what others do.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(first.unwrap_or(0))
}

/// Ends the process where an input hangs: a thread that computes for ever cannot be ended otherwise.
struct Watch {
    current: Arc<Mutex<Option<Instant>>>,
    seed: Arc<AtomicU64>,
}

impl Watch {
    fn start(name: &str) -> Watch {
        let watch = Watch {
            current: Arc::default(),
            seed: Arc::default(),
        };
        let (name, current, seed) = (
            name.to_owned(),
            Arc::downgrade(&watch.current),
            Arc::clone(&watch.seed),
        );
        std::thread::spawn(move || {
            while let Some(current) = current.upgrade() {
                let since = *current.lock().expect("nobody panics with it");
                if since.is_some_and(|since| since.elapsed() > PATIENCE) {
                    println!("seed {} of {name} hangs", seed.load(Ordering::Relaxed));
                    std::process::abort();
                }
                drop(current);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        watch
    }

    fn begins(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
        *self.current.lock().expect("nobody panics with it") = Some(Instant::now());
    }

    fn ends(&self) {
        *self.current.lock().expect("nobody panics with it") = None;
    }
}
