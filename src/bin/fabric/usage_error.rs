//! What is wrong with a command line, in one line like every other error of fabric.

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::Arguments;

/// Whether clap has something to show, rather than something to complain of.
pub(crate) fn is_help(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// What is wrong, how it would be right, and where more is said. `words` are those of the command line.
pub(crate) fn line(error: &clap::Error, mut words: impl Iterator<Item = String>) -> String {
    let command = words
        .find(|word| Arguments::command().find_subcommand(word).is_some())
        .map_or_else(|| "fabric".to_owned(), |word| format!("fabric {word}"));
    let missing = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) => {
            Some(missing.join(", ").replace("...", ""))
        }
        _ => None,
    };
    let text = error.render().to_string();
    let what = match missing {
        Some(missing) => format!("{missing} is missing{}", usage(&text)),
        None => complaint(&text),
    };
    format!(
        "{}; see `{command} --help`",
        fabric::escape::terminal(&what)
    )
}

/// The complaint of clap's message, with what it proposes instead.
fn complaint(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .map(|line| line.trim().trim_start_matches("error: "))
        // A flag that is not there is never meant as a file.
        .filter(|line| !line.is_empty() && !line.starts_with("tip: to pass"));
    let mut complaint = String::new();
    for line in lines {
        let proposed = line.strip_prefix("tip: ").map(|tip| format!("; {tip}"));
        let apart = if complaint.is_empty() { "" } else { " " };
        complaint += &proposed.unwrap_or_else(|| format!("{apart}{line}"));
    }
    complaint
}

/// The first usage line of clap's message.
fn usage(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("Usage: "));
    line.map_or(String::new(), |line| format!(": {line}"))
}
