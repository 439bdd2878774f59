//! `fabric man DIR`

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::args::Man;
use crate::exit::{Failure, Outcome};

/// A page: its section, its name there, its text.
type Page = (&'static str, &'static str, &'static str);

macro_rules! page {
    ($section:literal, $name:literal) => {
        (
            concat!("man", $section),
            concat!($name, ".", $section),
            include_str!(concat!("../../../../man/", $name, ".", $section)),
        )
    };
}

/// All pages. A test holds this list against the folder.
const PAGES: [Page; 11] = [
    page!("1", "fabric"),
    page!("1", "fabric-completions"),
    page!("1", "fabric-diff"),
    page!("1", "fabric-man"),
    page!("1", "fabric-report"),
    page!("1", "fabric-serve"),
    page!("1", "fabric-show"),
    page!("1", "fabric-snapshot"),
    page!("1", "fabric-trend"),
    page!("5", "fabric-events"),
    page!("5", "fabric-json"),
];

pub(super) fn run(arguments: &Man) -> Result<Outcome, Failure> {
    for (section, name, text) in PAGES {
        let folder = arguments.dir.join(section);
        write(&folder, name, text).map_err(Failure::output)?;
    }
    Ok(Outcome::Done)
}

/// Writes a page whole or not at all.
fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    let failed = || format!("{}: cannot write the man page", path.display());
    fs::create_dir_all(folder).with_context(failed)?;
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.persist(&path).with_context(failed)?;
    Ok(())
}
