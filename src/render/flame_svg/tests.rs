use super::*;
use crate::render::sample::{service_tree, tree};

fn svg(tree: &CallTree) -> String {
    flame_svg(tree, "a.pb.gz → b.pb.gz")
}

/// The frames of the picture, without heading, style, legend and script.
fn frames(svg: &str) -> &str {
    let from = svg.find("<g transform").unwrap_or(0);
    let to = svg.rfind("<text class=\"flame-detail\"").unwrap_or(0);
    &svg[from..to]
}

#[test]
fn each_frame_has_a_rectangle_a_name_and_a_tooltip() {
    let tree = tree(
        true,
        Some(2048.0),
        &[
            (0, "root", 1024 * 1024, 2 * 1024 * 1024),
            (0, "main.leak", 0, 1024 * 1024),
            (0, "main.noise", 4096, 4097),
        ],
    );
    assert_eq!(
        frames(&svg(&tree)),
        "\
<g transform=\"translate(12 0)\">
<g class=\"flame-frame flame-wide\"><title>root
1.00 MiB → 2.00 MiB
+1.00 MiB ± 2.00 KiB, +100 %
100 % of all now</title><rect x=\"0\" y=\"92\" width=\"1176\" height=\"17\" fill=\"#f4867a\"/><text x=\"4\" y=\"104.5\">root</text></g>
<g class=\"flame-frame flame-wide\"><title>main.leak
0 B → 1.00 MiB
+1.00 MiB ± 2.00 KiB, new
50.0 % of all now</title><rect x=\"0\" y=\"110\" width=\"588\" height=\"17\" fill=\"#f26d5f\"/><text x=\"4\" y=\"122.5\">main.leak</text></g>
<g class=\"flame-frame\"><title>main.noise
4.00 KiB → 4.00 KiB
+1 B ± 2.00 KiB, &lt;0.1 %, within noise
0.2 % of all now</title><rect x=\"588\" y=\"110\" width=\"2.2974\" height=\"17\" fill=\"url(#flame-grew)\"/></g>
</g>
"
    );
}

#[test]
fn a_hostile_name_is_text_and_nothing_else() {
    let long = "存".repeat(5 * 1024);
    let names = [
        "]]></script><script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "a\u{0}b\u{1b}\u{ffff}\u{202e}c",
        &long,
    ];
    let mut nodes = vec![(0, "</title></svg><script>", 10, 40)];
    nodes.extend(names.map(|name| (0, name, 5, 10)));
    let svg = svg(&tree(true, None, &nodes));
    assert_eq!(svg.matches("<script>").count(), 1);
    assert_eq!(svg.matches("]]>").count(), 1);
    assert!(!svg.contains("\" onload"));
    assert!(!svg.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!svg.contains(['\u{ffff}', '\u{202e}']));
    assert!(svg.len() < 20_000, "{}", svg.len());
}

#[test]
fn what_is_too_narrow_to_see_is_counted_in_a_sentence() {
    let mut nodes = vec![(0, "root", 0, 200_000)];
    nodes.extend((0..200_000).map(|_| (0, "some::function", 0, 1)));
    let svg = svg(&tree(false, None, &nodes));
    assert!(svg.contains(">200,000 frames narrower than 0.1 pixels are not drawn.<"));
    assert!(svg.len() < 20_000);
}

#[test]
fn a_deep_tree_is_a_high_picture() {
    let nodes: Vec<_> = (0..5000u32)
        .map(|place| (place.saturating_sub(1), "f", 0, 5000))
        .collect();
    let svg = svg(&tree(false, None, &nodes));
    assert!(svg.contains("viewBox=\"0 0 1200 90122\""));
}

#[test]
fn the_picture_of_a_huge_tree_has_a_bounded_size() {
    let svg = svg(&service_tree(true, 300_000));
    assert!(svg.matches("<g class").count() <= MOST_FRAMES);
    assert!(svg.len() < 10_000_000, "{}", svg.len());
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let tree = service_tree(true, 500);
    assert_eq!(svg(&tree), svg(&tree));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let svg = svg(&service_tree(true, 100));
    let ours = svg.replace("http://www.w3.org/", "");
    assert!(!ours.contains("http:") && !ours.contains("https:") && !ours.contains("@import"));
}

#[test]
fn a_tree_without_values_says_so() {
    assert!(svg(&tree(false, None, &[(0, "root", 0, 0)])).contains("all values are zero"));
    assert!(svg(&tree(false, None, &[])).contains("no samples"));
}

#[test]
fn of_long_paths_the_heading_has_the_names() {
    let folder = "/var/lib/fabric-serve/state/snapshots/a-folder-with-a-long-name";
    let title = format!("{folder}/heap-1-periodic.pb.gz → {folder}/heap-2-manual.pb.gz");
    let picture = flame_svg(&service_tree(true, 1), &title);
    assert!(picture.contains(
        "<text class=\"flame-title\" x=\"12\" y=\"26\">heap-1-periodic.pb.gz → heap-2-manual.pb.gz</text>"
    ));
    // Whoever asks gets it whole.
    assert!(picture.contains(folder));
}
