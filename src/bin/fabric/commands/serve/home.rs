//! `~/` at the beginning of a path. A shell replaces it in what is typed; nobody does in a file or in a variable.

use std::path::PathBuf;

use anyhow::anyhow;

use super::settings::{Origin, Setting};
use crate::exit::Failure;

/// The setting `name` with the home folder in the place of `~`, where no shell has had the path.
pub(super) fn filled_in(
    name: &str,
    setting: Setting<PathBuf>,
) -> Result<Setting<PathBuf>, Failure> {
    let Setting { value, origin } = setting;
    let value = match origin {
        Origin::Environment | Origin::File => without_tilde(name, value)?,
        Origin::CommandLine | Origin::Default => value,
    };
    Ok(Setting { value, origin })
}

/// The same for one that need not be set.
pub(super) fn filled_in_if_set(
    name: &str,
    setting: Setting<Option<PathBuf>>,
) -> Result<Setting<Option<PathBuf>>, Failure> {
    let Setting { value, origin } = setting;
    let Some(value) = value else {
        return Ok(Setting { value, origin });
    };
    let Setting { value, origin } = filled_in(name, Setting { value, origin })?;
    Ok(Setting {
        value: Some(value),
        origin,
    })
}

fn without_tilde(name: &str, path: PathBuf) -> Result<PathBuf, Failure> {
    let Ok(inside) = path.strip_prefix("~") else {
        return Ok(path);
    };
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    home.map(|home| home.join(inside)).ok_or_else(|| {
        Failure::usage(anyhow!(
            "--{name} {}: there is no home folder: write the whole path",
            path.display()
        ))
    })
}
