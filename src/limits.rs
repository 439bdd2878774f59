//! Every cap on untrusted offline input, each with the reason for its number.

/// Names (functions, files, threads, commands) are cut to this many bytes, with a note. The longest honest names
/// are C++ template instantiations of some tens of kilobytes; a longer one only serves to exhaust memory or a terminal.
pub const NAME_BYTES: usize = 16 * 1024;

/// A line of a text profile may have this many bytes: 4,096 frames of 19 characters fit with room to spare,
/// and Go writes `PauseNs` arrays of about 4 KiB as one line.
pub const LINE_BYTES: usize = 1024 * 1024;

/// Frames of one stack. jemalloc stops at 128, Go at 128, V8 and folded stacks have no limit of their own.
pub const STACK_FRAMES: usize = 16 * 1024;

/// Frames of a stack that is a path in a tree of the file: there a file of a million nodes can make stacks of 10^12 frames
/// together. V8's own limit is 128 frames.
pub const TREE_STACK_FRAMES: usize = 256;

/// Classes of one path through a dominator tree, after runs that repeat are folded. Real heaps stay below 40; a file made
/// for it can have as many long paths as it has objects.
pub const DOMINATOR_PATH_FRAMES: usize = 64;

/// Locations of all distinct stacks of one profile together: their offsets are 32-bit numbers.
pub const STACK_TABLE_ENTRIES: usize = u32::MAX as usize - 1;

/// Value types of one profile. TCMalloc writes six, lifetime profiles about twelve.
pub const VALUE_TYPES: usize = 64;

/// Labels of one sample.
pub const LABELS_PER_SAMPLE: usize = 256;

/// What a compressed input may inflate to before its ratio is looked at.
pub const INFLATED_FREE_BYTES: u64 = 256 * 1024 * 1024;

/// Above [`INFLATED_FREE_BYTES`], inflated bytes per compressed byte. Real profiles compress 3 to 20 times, and text dumps
/// up to 60 times; deflate can reach 1,032 times, which only a file made for it does.
pub const INFLATE_RATIO: u64 = 200;

/// A whole text input, inflated, kept in memory while it is read. A dump of this size has some 50 million lines.
pub const TEXT_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// One length-delimited field at the top level of a pprof message: a sample with its locations and labels, or a name.
/// The largest honest one is a comment or a string of some kilobytes.
pub const PPROF_FIELD_BYTES: usize = 64 * 1024 * 1024;

/// Object files that one run looks up for names. A large program maps some hundred libraries; a hostile profile may name
/// millions, each of which costs system calls.
pub const MODULES: usize = 2048;

/// Linker names longer than this stay as they are: a demangler takes time out of proportion to the longest of them.
pub const LINKER_NAME_BYTES: usize = 8 * 1024;

/// One compressed section of an object file, inflated. The `.debug_info` of Chromium, the largest there is, has some 2 GiB.
pub const INFLATED_SECTION_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// The JSON beside a profile: some forty numbers and names. A larger file only has a name that looks like one.
pub const SIDECAR_BYTES: u64 = 1024 * 1024;

/// The `snapshot` object at the front of a V8 heap snapshot. V8 writes less than 2 KiB.
pub const V8_HEADER_BYTES: usize = 1024 * 1024;

/// Columns of a node or edge of a V8 heap snapshot. V8 writes seven and three.
pub const V8_COLUMNS: usize = 64;

/// Rows of a V8 heap snapshot that room is made for because its header says so; beyond, the rows themselves are the proof.
pub const V8_ROWS_ON_TRUST: u64 = 1024 * 1024;

/// Shapes of objects in one V8 heap that are told apart (`Object {id, name}`); objects of further ones go by their constructor. Heaps of large programs
/// have some thousand; dictionaries whose keys are data could make one of each object.
pub const V8_SHAPES: usize = 20_000;

/// What a capture may bring, unless told otherwise. A heap snapshot is as large as the heap; profiles have some megabytes.
pub const CAPTURE_BYTES: u64 = 1024 * 1024 * 1024;

/// How long a profile may take to come, unless told otherwise. Go's runtime answers in milliseconds, and a server that stalls
/// longer than this under memory pressure will not answer the next cron job either.
pub const CAPTURE_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// The same for a V8 heap snapshot, which stops the process for some seconds per gigabyte and is sent as text.
pub const HEAP_SNAPSHOT_TIME: std::time::Duration = std::time::Duration::from_secs(600);

/// Redirections that are followed from one URL. A proxy, a login and a move are three; more are a loop.
pub const REDIRECTS: u32 = 5;

/// What is read of an answer that is an error, to quote its first line.
pub const ERROR_BODY_BYTES: u64 = 4096;

/// Free space that is left to the file system of the snapshot folder: a full disk stops the service that is looked after.
pub const FREE_BYTES_LEFT: u64 = 16 * 1024 * 1024;

/// Free space is looked at again after so many written bytes: other programs write too.
pub const FREE_SPACE_STEP: u64 = 8 * 1024 * 1024;

/// Snapshots that may have one time of capture before the folder is taken for broken: their names are told apart by counting on.
pub const SAME_NAMES: i64 = 1000;

/// One file below `/proc` or `/sys/fs/cgroup`. The largest, `/proc/net/tcp`, has 150 bytes for each socket of the machine.
pub const PROC_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A file with request headers or a token.
pub const SECRET_FILE_BYTES: u64 = 64 * 1024;

/// Statistics of an allocator, asked for beside the profile. jemalloc's JSON has some hundred kilobytes for hundreds of arenas.
pub const ALLOCATOR_STATISTICS_BYTES: u64 = 16 * 1024 * 1024;
