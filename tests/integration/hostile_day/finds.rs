//! Inputs that fell once, each as small as it gets.

use std::io::{Read, Write};

use fabric::formats::{self, pprof};
use fabric::model::Profile;

use crate::reader_contract::said;
use crate::run_fabric::{fabric, fixtures};

fn through_pprof(profile: &Profile) -> Profile {
    let mut written = Vec::new();
    let part = pprof::Part {
        profile,
        is_base: false,
    };
    pprof::write(&[part], None, &mut written).expect("memory takes everything");
    formats::read(&mut flate2::read::GzDecoder::new(written.as_slice())).expect("it is read again")
}

#[test]
fn two_value_types_of_one_name_stay_two_in_pprof() {
    let path = fixtures().join("hostile/two-value-types-of-one-name.pb.gz");
    let bytes = std::fs::read(path).expect("the fixture is there");
    let profile = formats::read(&mut flate2::read::GzDecoder::new(bytes.as_slice()));
    let profile = profile.expect("it is read");
    assert_eq!(said(&through_pprof(&profile)), said(&profile));
}

#[test]
fn an_address_of_zero_is_none_in_every_format() {
    let text = b"heap_v2/524288\n  t*: 1: 64 [0: 0]\n@ 0x0 0x1 0x401001\n  t*: 1: 64 [0: 0]\n";
    let profile = formats::read(&mut &text[..]).expect("it is read");
    assert_eq!(said(&through_pprof(&profile)), said(&profile));
}

/// Its root is a closure with an edge to itself: whoever asked what holds the root asked for ever, and took all memory.
const ROOT_THAT_HOLDS_ITSELF: &str = r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
"node_types":[["hidden","array","string","object","code","closure"],"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],"edge_types":[["context","element","property","internal","hidden","shortcut","weak"],
"string_or_number","node"]},"node_count":2,"edge_count":2},"nodes":[5,1,1,8,2,3,2,3,24,0],"edges":[2,2,0,2,2,5],
"strings":["","Thing","name"]}"#;

#[test]
fn a_root_that_holds_itself_is_held_by_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("root.heapsnapshot");
    std::fs::write(&path, ROOT_THAT_HOLDS_ITSELF).expect("it is written");
    let path = path.to_str().expect("a plain name");
    for more in [vec![], vec!["--retainers", "@3"], vec!["--retainers", "@1"]] {
        let run = fabric(&[vec!["show", path], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

#[test]
fn an_error_in_settings_is_a_line_however_long_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("serve.toml");
    std::fs::write(&path, format!("{} = 1\n", "x".repeat(200_000))).expect("it is written");
    let path = path.to_str().expect("a plain name");
    let run = fabric(&["serve", "--check", "--config", path]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("serve.toml: line 1: there is no setting xxx"),
        "{}",
        run.stderr.len()
    );
    assert!(run.stderr.len() < 2_500, "{} bytes", run.stderr.len());
}

#[test]
fn a_profile_that_is_scaled_to_a_huge_one_has_sums_that_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("huge.folded");
    std::fs::write(&path, format!("main;f {}\n", i64::MAX)).expect("it is written");
    let huge = path.to_str().expect("a plain name");
    let small = "pprof/go-1.27/goleak/heap.007.pb.gz";
    for by in ["stack", "function", "module"] {
        let run = fabric(&[
            "diff",
            "--normalize",
            "--format",
            "json",
            "--by",
            by,
            huge,
            small,
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(json["totalBefore"], i64::MAX, "{json}");
    }
}

#[test]
fn a_redirect_to_a_long_place_is_told_in_a_line() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            let long = "x{".repeat(20_000);
            let _ = write!(
                stream,
                "HTTP/1.1 302 Found\r\nlocation: /{long}\r\ncontent-length: 0\r\n\r\n"
            );
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().to_str().expect("a plain name");
    let run = fabric(&["snapshot", "--dir", dir, &format!("http://{address}/heap")]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.len() < 1_500,
        "{} bytes: {}",
        run.stderr.len(),
        run.stderr
    );
}
