//! Where a result goes: standard output, or a file that is written whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use fabric::render::terminal::Style;
use tempfile::NamedTempFile;

use crate::args::{Color, Format, Output};
use crate::exit::Failure;

/// Width of a table that does not go to a terminal.
const PIPED_WIDTH: usize = 120;

/// An open destination. It is opened before the inputs are read, so that a typo in a path costs no time.
#[derive(Debug)]
pub(crate) struct Destination {
    sink: Sink,
    pub(crate) format: Format,
    width: usize,
    color: bool,
    /// Whether more than ASCII may be drawn.
    unicode: bool,
    /// Whether a person looks at it.
    pub(crate) on_terminal: bool,
}

#[derive(Debug)]
enum Sink {
    Stdout,
    /// Written beside the target and renamed over it.
    File {
        temporary: NamedTempFile,
        target: PathBuf,
    },
    /// Not a regular file (a pipe, a device): nothing to rename over.
    Special(std::fs::File, PathBuf),
}

impl Destination {
    /// `inputs` are the files that will be read: none of them may be written over.
    pub(crate) fn open(output: &Output, inputs: &[&Path]) -> Result<Destination, Failure> {
        let format = output.format();
        let stdout = io::stdout();
        let on_terminal = output.output.is_none() && stdout.is_terminal();
        if let Some(ending) = output.foreign_ending() {
            return Err(Failure::usage(anyhow!(
                "-o: fabric writes no {ending} files: end the name in .json, .md, .html, .svg, .pb.gz or .folded, or name a --format"
            )));
        }
        if on_terminal && format == Format::Pprof {
            return Err(Failure::usage(anyhow!(
                "a pprof profile is binary and would garble the terminal: write it to a file with -o profile.pb.gz"
            )));
        }
        if let Some(path) = &output.output
            && let Ok(target) = std::fs::canonicalize(path)
            && target.is_file()
            && inputs
                .iter()
                .any(|input| std::fs::canonicalize(input).is_ok_and(|input| input == target))
        {
            return Err(Failure::usage(anyhow!(
                "-o {} would write over an input: name another file",
                path.display()
            )));
        }
        let sink = match &output.output {
            None => Sink::Stdout,
            Some(path) if path.as_os_str() == "-" => Sink::Stdout,
            Some(path) => open_file(path).map_err(Failure::output)?,
        };
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .filter(|&columns: &usize| columns > 0);
        let terminal_width = on_terminal
            .then(terminal_size::terminal_size)
            .flatten()
            .map(|(width, _)| usize::from(width.0));
        Ok(Destination {
            sink,
            format,
            width: terminal_width.or(columns).unwrap_or(PIPED_WIDTH),
            color: match output.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => on_terminal && !plain,
            },
            // A terminal in the C locale shows boxes and arrows as question marks. A file is read by something newer.
            unicode: !on_terminal || locale_is_utf8(),
            on_terminal,
        })
    }

    /// How a statement looks there.
    pub(crate) fn style(&self) -> Style {
        Style {
            width: self.width,
            color: self.color,
            unicode: self.unicode,
        }
    }

    /// Writes the whole result. A file appears under its name only when everything is in it.
    pub(crate) fn write(
        self,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        match self.sink {
            Sink::Stdout => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                fill(&mut out)
                    .and_then(|()| out.flush())
                    .context("cannot write to standard output")
            }
            Sink::Special(file, path) => {
                let mut out = io::BufWriter::new(file);
                fill(&mut out)
                    .and_then(|()| out.flush())
                    .with_context(|| cannot_write(&path))
            }
            Sink::File {
                mut temporary,
                target,
            } => {
                let mut out = io::BufWriter::new(temporary.as_file_mut());
                fill(&mut out)
                    .and_then(|()| out.flush())
                    .and_then(|()| drop_buffer(out).sync_all())
                    .with_context(|| cannot_write(&target))
                    .and_then(|()| {
                        temporary
                            .persist(&target)
                            .map(drop)
                            .map_err(|error| error.error)
                            .with_context(|| cannot_write(&target))
                    })
            }
        }
        .map_err(Failure::output)
    }
}

/// What the C library would find: the first of these that is set and not empty.
fn locale_is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn drop_buffer(out: io::BufWriter<&mut std::fs::File>) -> &mut std::fs::File {
    // Flushed before: there is nothing left in the buffer.
    out.into_parts().0
}

fn open_file(path: &Path) -> anyhow::Result<Sink> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(anyhow!(
                "{} is a directory: name a file in it",
                path.display()
            ));
        }
        Ok(metadata) if !metadata.is_file() => {
            let file = std::fs::OpenOptions::new()
                .write(true)
                .open(path)
                .map_err(|error| refused(path, &error))?;
            return Ok(Sink::Special(file, path.to_owned()));
        }
        _ => {}
    }
    // A link stays a link, and what it points to is replaced.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(anyhow!(
            "{}: there is no folder {}",
            cannot_write(path),
            folder.display()
        ));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fabric-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As the file that is replaced, else as any new file, of which the umask takes its share.
        let permissions = match std::fs::metadata(path) {
            Ok(metadata) => metadata.permissions(),
            Err(_) => std::fs::Permissions::from_mode(0o666),
        };
        builder.permissions(permissions);
    }
    let temporary = builder
        .tempfile_in(folder)
        .map_err(|error| refused(path, &error))?;
    Ok(Sink::File {
        temporary,
        target: path.to_owned(),
    })
}

/// Why nothing can be written there. The name that the unfinished file would have had is no help.
fn refused(path: &Path, error: &io::Error) -> anyhow::Error {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "permission denied: name a place that you may write to".to_owned()
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        io::ErrorKind::NotFound => "its folder takes no files".to_owned(),
        _ => error
            .get_ref()
            .and_then(|inner| inner.source())
            .map_or_else(|| error.to_string(), ToString::to_string),
    };
    anyhow!("{}: {why}", cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
