//! Man pages and completions are made from the command line itself. `FABRIC_BLESS=1 cargo test` writes them anew.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Arguments;
use super::golden;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn man_page(command: &clap::Command, name: &str) -> Vec<u8> {
    // clap wants names that live as long as the program; a test may leak a few bytes.
    let leaked: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let command = command
        .clone()
        .name(leaked)
        .bin_name(name.replace('-', " "));
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .title(name.to_uppercase())
        .section("1")
        // A date would make the page differ every day.
        .date("")
        .render(&mut page)
        .expect("a man page is made");
    let page = String::from_utf8(page).expect("a man page is text");
    with_usual_sections(&page, name).into_bytes()
}

/// The page with the sections that readers of man pages look for, in the place of the one section that clap has for all of them.
fn with_usual_sections(page: &str, name: &str) -> String {
    // There is no page about help.
    let without_help = page
        .split(".TP\n")
        .filter(|entry| !entry.starts_with("fabric\\-help(1)\n"))
        .collect::<Vec<_>>()
        .join(".TP\n");
    // The entry took the heading with it that stands behind it.
    let page = match page.contains("fabric\\-help(1)\n") {
        true => {
            let end = page
                .split("fabric\\-help(1)\n")
                .nth(1)
                .expect("it is there");
            let heading = end.find(".SH").map_or("", |at| &end[at..]);
            format!("{without_help}{heading}")
        }
        false => without_help,
    };
    let page = page
        .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n.nf\n")
        .replace(".SH EXTRA\nExit codes:\n", ".SH \"EXIT STATUS\"\n.nf\n")
        .replace("\nExit codes:\n", ".fi\n.SH \"EXIT STATUS\"\n.nf\n")
        .replace(".SH VERSION\n", ".fi\n.SH VERSION\n");
    let others = [
        "fabric",
        "fabric-show",
        "fabric-diff",
        "fabric-trend",
        "fabric-report",
        "fabric-snapshot",
        "fabric-serve",
    ];
    let pages: Vec<String> = others
        .iter()
        .filter(|other| **other != name)
        .map(|other| format!("\\fB{}\\fR(1)", other.replace('-', "\\-")))
        .chain(["json", "events"].map(|other| format!("\\fBfabric\\-{other}\\fR(5)")))
        .collect();
    let page: Vec<String> = page.lines().map(with_code_in_bold).collect();
    format!(
        "{}\n.SH \"SEE ALSO\"\n{}\n",
        page.join("\n"),
        pages.join(", ")
    )
}

/// What stands between backticks, as a man page shows it.
fn with_code_in_bold(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return line.to_owned();
    }
    let bold = |(place, part): (usize, &&str)| match place % 2 {
        1 => format!("\\fB{part}\\fR"),
        _ => (*part).to_owned(),
    };
    parts.iter().enumerate().map(bold).collect()
}

#[test]
fn every_example_of_the_help_is_a_command_line() {
    let mut seen = 0;
    for sub in Arguments::command().get_subcommands() {
        let Some(text) = sub.get_after_long_help().map(ToString::to_string) else {
            continue;
        };
        let examples = text.lines().take_while(|line| !line.starts_with("Exit"));
        for line in examples.filter_map(|line| line.strip_prefix("  ")) {
            let command = line.rsplit(" | ").next().unwrap_or(line);
            Arguments::command()
                .try_get_matches_from(command.split(' '))
                .unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(command.starts_with(&format!("fabric {}", sub.get_name())));
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn man_pages_are_those_of_the_command_line() {
    let mut command = Arguments::command();
    command.build();
    golden::check(
        &folder("man").join("fabric.1"),
        &man_page(&command, "fabric"),
    );
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        let name = format!("fabric-{}", sub.get_name());
        let page = man_page(sub, &name);
        golden::check(&folder("man").join(format!("{name}.1")), &page);
    }
}

#[test]
fn completions_are_those_of_the_command_line() {
    let shells = [
        (Shell::Bash, "fabric.bash"),
        (Shell::Zsh, "_fabric"),
        (Shell::Fish, "fabric.fish"),
        (Shell::Elvish, "fabric.elv"),
        (Shell::PowerShell, "_fabric.ps1"),
    ];
    for (shell, name) in shells {
        let mut script = Vec::new();
        let mut command = without_hidden(&Arguments::command());
        clap_complete::generate(shell, &mut command, "fabric", &mut script);
        let text = String::from_utf8_lossy(&script);
        assert!(text.contains("snapshot-interval") && !text.contains("planted-leak"));
        golden::check(&folder("completions").join(name), &script);
    }
}

/// The command line without the arguments that help does not show either: the scripts would have them.
fn without_hidden(command: &clap::Command) -> clap::Command {
    let named = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let mut shown = clap::Command::new(named(command.get_name()))
        .propagate_version(command.is_propagate_version_set())
        .subcommand_required(command.is_subcommand_required_set())
        .args(command.get_arguments().filter(|it| !it.is_hide_set()))
        .subcommands(command.get_subcommands().map(without_hidden));
    if let Some(version) = command.get_version() {
        shown = shown.version(named(version));
    }
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    if let Some(text) = command.get_after_long_help() {
        shown = shown.after_long_help(text.clone());
    }
    shown
}

#[test]
fn the_command_line_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let path = folder("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README is there");
    let mut found = String::new();
    let mut rest = readme.as_str();
    let mut shown = 0;
    while let Some((before, after)) = rest.split_once("```text\n") {
        let (_, after) = after.split_once("```\n").expect("the output ends");
        let command = before
            .rsplit("```sh\n")
            .next()
            .and_then(|block| block.lines().next());
        found.push_str(&format!(
            "{before}```text\n{}```\n",
            output(command.unwrap_or_default())
        ));
        rest = after;
        shown += 1;
    }
    found.push_str(rest);
    assert!(shown >= 2, "{shown}");
    golden::check(&path, found.as_bytes());
}

/// What a user at a terminal 100 columns wide sees, without the colour.
fn output(command: &str) -> String {
    let arguments = command
        .strip_prefix("cargo run --release -- ")
        .or_else(|| command.strip_prefix("fabric "))
        .expect("a command of fabric stands before its output");
    let root = folder("fixtures")
        .parent()
        .expect("has a parent")
        .to_owned();
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = super::run_fabric::command(&arguments)
        .current_dir(root)
        .output()
        .expect("the binary starts");
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

#[test]
fn the_binary_installs_the_man_pages_and_completions_of_the_repository() {
    let into = tempfile::tempdir().expect("a folder");
    let dir = into.path().to_str().expect("a plain name");
    // Twice: what is there is replaced.
    for _ in 0..2 {
        let run = super::run_fabric::fabric(&["man", dir]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    }
    let names = |folder: PathBuf| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                let name = entry.expect("it can be listed").file_name();
                name.into_string().expect("a plain name")
            })
            .collect();
        names.sort();
        names
    };
    let mut installed = Vec::new();
    for section in ["man1", "man5"] {
        for name in names(into.path().join(section)) {
            let page = std::fs::read(into.path().join(section).join(&name)).expect("a page");
            let ours = std::fs::read(folder("man").join(&name)).expect("the page it is made of");
            assert!(page == ours, "{name}");
            installed.push(name);
        }
    }
    installed.sort();
    assert_eq!(installed, names(folder("man")));

    let shells = ["bash", "zsh", "fish", "elvish", "powershell"];
    let mut printed: Vec<String> = shells
        .iter()
        .map(|shell| super::run_fabric::fabric(&["completions", shell]).stdout)
        .collect();
    let mut ours: Vec<String> = names(folder("completions"))
        .iter()
        .map(|name| std::fs::read_to_string(folder("completions").join(name)).expect("a script"))
        .collect();
    printed.sort();
    ours.sort();
    assert!(printed == ours);
}
