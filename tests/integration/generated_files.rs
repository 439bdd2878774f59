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
    page
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
        clap_complete::generate(shell, &mut Arguments::command(), "fabric", &mut script);
        golden::check(&folder("completions").join(name), &script);
    }
}

#[test]
fn the_command_line_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn the_readme_shows_what_its_command_prints() {
    let path = folder("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README is there");
    let (before, rest) = readme.split_once("```text\n").expect("it shows an output");
    let (_, after) = rest.split_once("```\n").expect("the output ends");
    let root = folder("fixtures")
        .parent()
        .expect("has a parent")
        .to_owned();
    // As a user at a terminal 100 columns wide sees it, without the colour.
    let output = super::run_fabric::command(&[
        "diff",
        "fixtures/pprof/go-1.27/goleak/heap.007.pb.gz",
        "fixtures/pprof/go-1.27/goleak/heap.019.pb.gz",
    ])
    .current_dir(root)
    .output()
    .expect("the binary starts");
    let printed = String::from_utf8(output.stdout).expect("the output is UTF-8");
    let found = format!("{before}```text\n{printed}```\n{after}");
    golden::check(&path, found.as_bytes());
}
