//! A document and call trees for the tests of the renderers: names as Go, Rust, C++ and V8 really write them.

use crate::analysis::call_tree::{CallNode, CallTree};
use crate::notes::{NoteKind, Notes};
use crate::report::{Align, Cell, Column, Document, Fact, Part, RowOrder, Table, Tone, Verdict};
use crate::units::{SignedBytes, SignedCount};

pub(super) const PATHS: [&[&str]; 25] = [
    &[
        "github.com/acme/payments/internal/session.(*Store).Put",
        "github.com/acme/payments/internal/http.(*Server).authenticate",
        "net/http.HandlerFunc.ServeHTTP",
        "net/http.(*conn).serve",
        "runtime.goexit",
    ],
    &[
        "<acme_index::postings::PostingList<acme_index::doc::DocId> as core::iter::Extend<acme_index::doc::DocId>>::extend",
        "acme_index::segment::SegmentWriter::add_document",
        "acme_index::ingest::worker::run::{{closure}}",
        "tokio::runtime::task::core::Core<T,S>::poll",
    ],
    &[
        "std::vector<std::pair<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, acme::Session>, std::allocator<std::pair<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, acme::Session> > >::_M_realloc_insert<std::pair<std::__cxx11::basic_string<char>, acme::Session> >",
        "acme::SessionTable::insert(std::string const&, acme::Session&&)",
        "acme::Server::on_login(acme::Request const&)",
        "main",
    ],
    &[
        "encoding/json.(*decodeState).object",
        "encoding/json.Unmarshal",
        "github.com/acme/payments/internal/api.decode[...]",
        "main.main",
    ],
    &["缓存管理器.添加条目", "处理请求", "main"],
    &[
        "bytes.growSlice",
        "bytes.(*Buffer).grow",
        "bytes.(*Buffer).Write",
        "github.com/acme/payments/internal/audit.(*Log).append",
        "main.main",
    ],
    &[
        "hashbrown::raw::RawTable<T,A>::reserve_rehash",
        "std::collections::hash::map::HashMap<K,V,S>::insert",
        "acme_auth::tokens::TokenCache::remember",
        "acme_auth::serve",
    ],
    &[
        "google::protobuf::Arena::AllocateAlignedFallback(unsigned long)",
        "google::protobuf::internal::EpsCopyInputStream::ReadString(char const*, int, std::__cxx11::basic_string<char>*)",
        "acme::rpc::Dispatcher::Dispatch(acme::rpc::Call*)",
    ],
    &[
        "rocksdb::BlockFetcher::ReadBlockContents()",
        "rocksdb::BlockBasedTable::MaybeReadBlockAndLoadToCache<rocksdb::ParsedFullFilterBlock>(rocksdb::FilePrefetchBuffer*, rocksdb::ReadOptions const&)",
        "rocksdb::DBImpl::Get",
    ],
    &[
        "(anonymous) /srv/app/node_modules/@acme/orm/lib/query.js:118",
        "processTicksAndRejections node:internal/process/task_queues:95",
    ],
    &[
        "main.(*Worker).run.func1",
        "main.(*Pool).Go",
        "runtime.goexit",
    ],
    &[
        "regexp/syntax.(*compiler).inst",
        "regexp.MustCompile",
        "github.com/acme/payments/internal/rules.Load",
    ],
    &[
        "alloc::raw_vec::RawVec<T,A>::grow_one",
        "acme_metrics::histogram::Histogram::record",
        "acme_metrics::middleware::call",
    ],
    &[
        "je_prof_backtrace",
        "malloc",
        "operator new(unsigned long)",
        "boost::asio::detail::scheduler::do_run_one",
    ],
    &[
        "crypto/tls.(*Conn).readHandshake",
        "crypto/tls.(*Conn).clientHandshake",
        "net/http.(*persistConn).addTLS",
    ],
    &["0x7f3a1c0d2e44", "0x7f3a1c0d1f10", "main"],
    &[
        "strings.(*Builder).grow",
        "strings.Join",
        "github.com/acme/payments/internal/sql.(*Query).String",
    ],
    &[
        "serde_json::value::ser::<impl serde::ser::Serialize for serde_json::value::Value>::serialize",
        "acme_api::respond",
    ],
    &[
        "std::_Hashtable<unsigned long, std::pair<unsigned long const, std::shared_ptr<acme::Connection> >, std::allocator<std::pair<unsigned long const, std::shared_ptr<acme::Connection> > > >::_M_rehash",
        "acme::ConnectionPool::acquire()",
    ],
    &[
        "runtime.malg",
        "runtime.newproc1",
        "runtime.newproc.func1",
        "runtime.systemstack",
    ],
    &[
        "bufio.NewReaderSize",
        "net/http.newBufioReader",
        "net/http.(*conn).serve",
    ],
    &[
        "acme_geo::tile::Tile::decode",
        "acme_geo::cache::load",
        "rayon_core::job::StackJob<L,F,R>::execute",
    ],
    &[
        "compress/flate.(*compressor).init",
        "compress/gzip.(*Writer).Write",
        "github.com/acme/payments/internal/http.(*gzipWriter).Write",
    ],
    &[
        "sync.(*Pool).pinSlow",
        "sync.(*Pool).Get",
        "fmt.newPrinter",
        "fmt.Sprintf",
    ],
    &["main.init.0", "runtime.doInit1", "runtime.main"],
];

/// A diff with 25 rows, every kind of cell, and every part of a document.
pub(super) fn document() -> Document {
    let column = |title: &str, align, dispensable, flexible| Column {
        title: title.to_owned(),
        align,
        dispensable,
        flexible,
    };
    let mut notes = Notes::default();
    notes.add_many(NoteKind::ProfilerCutStack, 12, || "main.recurse".to_owned());
    notes.add(NoteKind::PeriodRecovered, || "524288 bytes".to_owned());
    let mut delta = 14_365_000i64;
    let rows = PATHS
        .iter()
        .enumerate()
        .map(|(place, path)| {
            let value = if place % 5 == 4 { -delta / 2 } else { delta };
            let certain = place < 14;
            let tone = match (certain, value < 0) {
                (false, _) => Tone::Faint,
                (true, true) => Tone::Good,
                (true, false) => Tone::Bad,
            };
            let error = 60_000 + delta.unsigned_abs() / 9;
            let row = vec![
                Cell::Number(SignedBytes(value).to_string(), value as f64, tone),
                Cell::Number(
                    format!("± {}", crate::units::Bytes(error)),
                    error as f64,
                    Tone::Faint,
                ),
                Cell::Bar(value as f64 / 14_365_000.0, tone),
                if place % 7 == 6 {
                    Cell::Missing
                } else {
                    Cell::Number(
                        SignedCount(value / 1_300).to_string(),
                        (value / 1_300) as f64,
                        Tone::Plain,
                    )
                },
                Cell::Text(
                    ["grew", "new", "grew", "grew", "shrank"][place % 5].to_owned(),
                    Tone::Plain,
                ),
                Cell::Path(
                    path.iter().map(|&name| name.to_owned()).collect(),
                    Tone::Plain,
                ),
            ];
            delta = delta * 3 / 4;
            row
        })
        .collect();
    Document {
        title: "heap.1.pb.gz → heap.2.pb.gz".to_owned(),
        verdict: Some(Verdict {
            word: "leaking".to_owned(),
            tone: Tone::Bad,
            sentence: "session.(*Store).Put keeps 13.7 MiB more than 12 h 5 min earlier, between 11.2 and 16.2 MiB, and nothing gives it back.".to_owned(),
            evidence: vec![
                "The growth is 10.9 times its standard error; over all 214 stacks at most 1 in 1,000 such findings is false (q = 0.0004).".to_owned(),
                "It began in the third of nine profiles and holds to the last one.".to_owned(),
                "Load explains none of it: allocations of the same stack went down by 4 %.".to_owned(),
            ],
        }),
        facts: [
            ("profiles", "heap.1.pb.gz (2026-11-20 08:00) and heap.2.pb.gz (2026-11-20 20:05), same process"),
            ("in use", "412 MiB → 431 MiB (+19.2 MiB, +4.7 %)"),
            ("precision", "sampled every 512 KiB; growth under 2.1 MiB cannot be told from noise"),
        ]
        .map(|(label, text)| Fact { label: label.to_owned(), text: text.to_owned() })
        .to_vec(),
        body: vec![Part::Table(Table {
            title: "What changed, by stack".to_owned(),
            columns: vec![
                column("change", Align::Right, 0, false),
                column("error", Align::Right, 2, false),
                column("", Align::Left, 3, false),
                column("objects", Align::Right, 4, false),
                column("state", Align::Left, 5, false),
                column("stack, from the function to blame outward", Align::Left, 0, true),
            ],
            rows,
            rest: Some("189 more stacks: +402 KiB together, none of them certain".to_owned()),
            order: RowOrder::Rank,
        })],
        recommendations: vec![
            "Look at who removes entries from session.(*Store): nothing in these profiles does.".to_owned(),
            "fabric trend /var/lib/fabric/payments tells the rate once there are five profiles.".to_owned(),
        ],
        notes,
    }
}

/// A document with one table of one path column, for what is wrong with a single name.
pub(super) fn document_of(name: &str) -> Document {
    let mut notes = Notes::default();
    notes.add(NoteKind::SkippedRecord, || name.to_owned());
    Document {
        title: name.to_owned(),
        verdict: None,
        facts: Vec::new(),
        body: vec![Part::Table(Table {
            title: name.to_owned(),
            columns: vec![Column {
                title: "stack".to_owned(),
                align: Align::Left,
                dispensable: 0,
                flexible: true,
            }],
            rows: vec![vec![Cell::Path(vec![name.to_owned()], Tone::Plain)]],
            rest: None,
            order: RowOrder::Rank,
        })],
        recommendations: Vec::new(),
        notes,
    }
}

/// A tree from lines of `parent name before after`; errors are known and `error` bytes where it is given.
pub(super) fn tree(
    differential: bool,
    error: Option<f64>,
    nodes: &[(u32, &str, u64, u64)],
) -> CallTree {
    CallTree {
        value_name: "inuse_space".to_owned(),
        is_bytes: true,
        differential,
        nodes: nodes
            .iter()
            .map(|&(parent, name, before, after)| CallNode {
                name: name.to_owned(),
                place: String::new(),
                parent,
                before,
                after,
                standard_error: error,
            })
            .collect(),
    }
}

/// A tree as a service has it: `count` frames named as in [`document`], some of which grew, shrank, came or went.
pub(super) fn service_tree(differential: bool, count: u32) -> CallTree {
    // Numerical Recipes' generator: the same tree on every machine.
    let mut state = 7u32;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let names: Vec<&str> = PATHS.iter().flat_map(|path| path.iter().copied()).collect();
    let mut nodes = vec![(0, "root", 0, 0)];
    for node in 1..count {
        let parent = if node < 4 {
            0
        } else {
            random(node / 2) + node / 2 - node / 4
        };
        let after = u64::from(random(1000)) * 4096;
        let before = match random(5) {
            0 => after,
            1 => 0,
            2 => after * 3 / 2,
            _ => after * 19 / 20,
        };
        let name = names[random(names.len() as u32) as usize];
        nodes.push((parent, name, before, if node % 37 == 0 { 0 } else { after }));
    }
    for node in (1..nodes.len()).rev() {
        let (parent, _, before, after) = nodes[node];
        nodes[parent as usize].2 += before;
        nodes[parent as usize].3 += after;
    }
    if !differential {
        nodes.iter_mut().for_each(|node| node.2 = 0);
    }
    tree(differential, differential.then_some(300_000.0), &nodes)
}

/// The first table of a document.
pub(super) fn first_table(document: &mut Document) -> &mut Table {
    let tables = document.body.iter_mut().filter_map(|part| match part {
        Part::Table(table) => Some(table),
        _ => None,
    });
    tables
        .into_iter()
        .next()
        .unwrap_or_else(|| unreachable!("the sample has a table"))
}
