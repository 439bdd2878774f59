//! The Debian package: what it is made of is there, and its parts agree. `tests/debian_package.sh` installs one.

use std::path::{Path, PathBuf};

use toml::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|failed| panic!("{path}: {failed}"))
}

fn manifest() -> Value {
    Value::Table(text("Cargo.toml").parse().expect("Cargo.toml is TOML"))
}

/// Each file that is installed, and the path it gets. The program is not there before it is built.
fn assets(manifest: &Value) -> Vec<(PathBuf, String)> {
    let listed = &manifest["package"]["metadata"]["deb"]["assets"];
    let mut found = Vec::new();
    for asset in listed.as_array().expect("assets are a list") {
        let [source, into] = [0, 1].map(|at| asset[at].as_str().expect("a path"));
        let named = |path: PathBuf| {
            let name = path.file_name().expect("a file").to_string_lossy();
            let installed = match into.ends_with('/') {
                true => format!("/{into}{name}"),
                false => format!("/{into}"),
            };
            (path, installed)
        };
        match source.split_once('*') {
            Some((folder, ending)) => {
                let before = found.len();
                found.extend(files(folder, ending).into_iter().map(named));
                assert!(found.len() > before, "{source} is nothing");
            }
            None => found.push(named(PathBuf::from(source))),
        }
    }
    found
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    std::fs::read_dir(root().join(folder))
        .unwrap_or_else(|failed| panic!("{folder}: {failed}"))
        .map(|entry| Path::new(folder).join(entry.expect("it can be listed").file_name()))
        .filter(|path| root().join(path).is_file() && path.to_string_lossy().ends_with(ending))
        .collect()
}

/// The values of a setting of a unit, in their order.
fn settings(unit: &str, name: &str) -> Vec<String> {
    text(unit)
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_man_page_and_example_is_installed_and_there() {
    let installed = assets(&manifest());
    for (source, _) in &installed {
        let built = source.starts_with("target/release");
        assert!(built || root().join(source).is_file(), "{source:?}");
    }
    let has = |wanted: &Path| installed.iter().any(|(source, _)| source == wanted);
    // Units of the name of the package are found by cargo-deb itself, and Debian has no PowerShell.
    let apart = [
        "contrib/fabric.service",
        "contrib/fabric.socket",
        "completions/_fabric.ps1",
    ];
    let folders = ["man", "completions", "contrib", "contrib/ci"];
    for folder in folders.into_iter().chain(["contrib/grafana"]) {
        for file in files(folder, "") {
            assert!(
                has(&file) || apart.iter().any(|it| file == Path::new(it)),
                "{file:?} is not installed"
            );
        }
    }
}

#[test]
fn the_units_name_what_the_package_installs() {
    let installed: Vec<String> = assets(&manifest()).into_iter().map(|it| it.1).collect();
    for unit in ["contrib/fabric.service", "contrib/fabric-snapshot@.service"] {
        for command in settings(unit, "ExecStart") {
            let program = command.split(' ').next().expect("a program").to_owned();
            assert!(installed.contains(&program), "{unit}: {program}");
        }
        for pages in settings(unit, "Documentation") {
            for page in pages.split(' ') {
                let (name, section) = page
                    .strip_prefix("man:")
                    .and_then(|page| page.strip_suffix(')')?.split_once('('))
                    .unwrap_or_else(|| panic!("{unit}: {page}"));
                let path = format!("/usr/share/man/man{section}/{name}.{section}");
                assert!(installed.contains(&path), "{unit}: {page}");
            }
        }
    }
    let of_service = settings("contrib/fabric.service", "EnvironmentFile");
    assert_eq!(of_service, ["-/etc/fabric/serve.env"]);
    assert!(installed.contains(&"/etc/fabric/serve.env".to_owned()));
}

#[test]
fn installing_makes_what_the_units_need_and_purging_takes_it_away() {
    let (made, taken) = (
        text("contrib/debian/postinst"),
        text("contrib/debian/postrm"),
    );
    let service = "contrib/fabric.service";
    for group in settings(service, "SupplementaryGroups") {
        assert!(made.contains(&format!("groupadd --system {group}")));
        assert!(taken.contains(&format!("groupdel {group}")));
    }
    for folder in settings(service, "ReadWritePaths") {
        let folder = folder.trim_start_matches('-');
        assert!(made.contains(folder) && taken.contains(&format!("rmdir {folder}")));
    }
    let mut states = settings(service, "StateDirectory");
    states.extend(settings(
        "contrib/fabric-snapshot@.service",
        "StateDirectory",
    ));
    states.sort();
    assert!(taken.contains(&format!("for name in {}; do", states.join(" "))));
    assert!(taken.contains("rm -rf /etc/fabric"));
}

#[test]
fn the_versions_of_crate_package_and_changelog_are_the_same() {
    let manifest = manifest();
    let version = manifest["package"]["version"].as_str().expect("a version");
    let debian = text("contrib/debian/changelog");
    assert!(
        debian.starts_with(&format!("fabric ({version}-1) ")),
        "{debian}"
    );
    let changes = text("CHANGELOG.md");
    let newest = changes.lines().find(|line| line.starts_with("## "));
    let newest = newest.expect("a version has changes");
    assert!(newest.starts_with(&format!("## {version} - ")), "{newest}");
}

/// cargo-deb leaves the symbol table where debug information is asked for, and cargo leaves it out of that.
#[test]
fn the_packaged_program_keeps_its_symbol_table() {
    let manifest = manifest();
    let profile = manifest["package"]["metadata"]["deb"]["profile"].as_str();
    let packaged = &manifest["profile"][profile.expect("a profile of its own")];
    assert_eq!(packaged["inherits"].as_str(), Some("release"));
    assert_eq!(packaged["strip"].as_str(), Some("debuginfo"));
    assert_eq!(packaged["debug"].as_str(), Some("line-directives-only"));
}
