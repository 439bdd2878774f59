//! Expected outputs in files. `FABRIC_BLESS=1 cargo test` rewrites them and says which.

use std::path::Path;

/// Compares with the file at `path`, or writes it where blessing was asked for.
pub(crate) fn check(path: &Path, found: &[u8]) {
    let expected = std::fs::read(path).unwrap_or_default();
    if expected == found {
        return;
    }
    if std::env::var_os("FABRIC_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("has a folder")).expect("folder is made");
        std::fs::write(path, found).expect("golden file is written");
        println!("blessed {}", path.display());
        return;
    }
    let ruler = "=".repeat(72);
    panic!(
        "{} is not what was found (FABRIC_BLESS=1 rewrites it)\n{ruler}\nexpected:\n{}\n{ruler}\nfound:\n{}\n{ruler}",
        path.display(),
        String::from_utf8_lossy(&expected),
        String::from_utf8_lossy(found),
    );
}
