mod book;
mod case;
mod cases;
mod many_files;
mod starts;
mod verdict;
mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use book::{CAP, Dice};
use fabric::serve::tail::Woken;
use world::World;

/// What can happen to a folder of logs.
fn step(world: &mut World, dice: &mut Dice) -> &'static str {
    let alive: Vec<usize> = (0..world.inodes.len())
        .filter(|inode| !world.inodes[*inode].gone)
        .collect();
    let (aside, logs): (Vec<usize>, Vec<usize>) = alive.iter().partition(|inode| {
        let names = &world.inodes[**inode].names;
        names.iter().all(|name| !name.ends_with(".jsonl"))
    });
    if logs.len() < 3 {
        world.create();
        return "create";
    }
    let log = logs[dice.below(logs.len())];
    let any = alive[dice.below(alive.len())];
    match dice.below(40) {
        0..=13 => {
            for _ in 0..=dice.below(8) {
                let inode = alive[dice.below(alive.len())];
                write(world, dice, inode);
            }
            "write"
        }
        14 | 15 => {
            world.finish_line(any);
            "finish a line"
        }
        16 => {
            world.blank_line(log);
            "blank line"
        }
        17 | 18 if logs.len() < 12 => {
            let new = match dice.one_in(3) {
                true => world.create_link(),
                false => world.create(),
            };
            write(world, dice, new);
            "new file"
        }
        19 | 20 => {
            rotate(world, dice, log);
            "rotate"
        }
        21 | 22 => {
            world.truncate(any);
            "copy and truncate"
        }
        23 | 24 => {
            world.truncate(log);
            for _ in 0..=dice.below(30) {
                write(world, dice, log);
            }
            "truncate and grow again"
        }
        25 => {
            world.remove_name(log);
            "remove a name"
        }
        26 => {
            let to = format!("renamed-{}.jsonl", dice.below(4));
            world.rename(log, &to);
            "rename"
        }
        27 if world.inodes[log].path.starts_with(&world.folder) => {
            world.link_hard(log);
            "hard link"
        }
        28 if !aside.is_empty() => {
            world.remove_name(aside[0]);
            "remove what was rotated"
        }
        29 if !aside.is_empty() => {
            let to = format!("back-{}.jsonl", dice.below(4));
            world.rename(aside[0], &to);
            "rename back"
        }
        30 => {
            // A number is given again at once on most file systems.
            world.remove_name(log);
            for _ in 0..3 {
                let new = world.create();
                write(world, dice, new);
            }
            "remove and create"
        }
        31 => {
            let away = world.folder.with_extension("away");
            fs::rename(&world.folder, &away).expect("it is there");
            for _ in 0..dice.below(8) {
                world.turn(Woken::everything());
            }
            fs::rename(&away, &world.folder).expect("it is there");
            "folder goes and comes back"
        }
        32 => {
            // Nothing is forbidden to root, for whom this only changes the time of change.
            let path = world.inodes[log].path.clone();
            let allow = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
            allow(0).expect("it is ours");
            for _ in 0..dice.below(8) {
                world.turn(Woken::everything());
            }
            allow(0o644).expect("it is ours");
            "forbid and allow"
        }
        33..=35 => {
            for _ in 0..=dice.below(3) {
                world.turn(Woken::everything());
            }
            "a few turns"
        }
        _ => {
            world.settle();
            "settle"
        }
    }
}

fn write(world: &mut World, dice: &mut Dice, inode: usize) {
    let bytes = match dice.below(40) {
        0 => CAP - 1 + dice.below(3),
        1 => CAP + dice.below(3 * CAP),
        2 => 300_000 + dice.below(600_000),
        _ => dice.below(300),
    };
    let keep = match dice.below(5) {
        0 => dice.below(bytes.max(1)),
        _ => 0,
    };
    let crlf = dice.one_in(4);
    world.write_line(inode, bytes, keep, crlf);
}

fn rotate(world: &mut World, dice: &mut Dice, log: usize) {
    let Some(name) = world.inodes[log].names.first().cloned() else {
        return;
    };
    // A link that is renamed is a log no more, and what it leads to is found by its name only.
    if !world.inodes[log].path.starts_with(&world.folder) {
        return;
    }
    world.rename(log, &format!("{name}.{}", world.now));
    let new = world.create_named(&name);
    if dice.one_in(2) {
        write(world, dice, log);
    }
    write(world, dice, new);
}

fn course(root: &Path, seed: u64, steps: usize, followed: usize, rereads: bool) -> (usize, usize) {
    let state = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() {
        "/dev/shm"
    } else {
        "/tmp"
    });
    let state = state.expect("a folder");
    let mut dice = Dice::new(seed);
    let mut world = World::new(root, state.path(), followed, rereads);
    for _ in 0..steps {
        if dice.one_in(12) {
            // Whoever takes the lines may be gone first.
            world.book.refuse = dice.one_in(2);
            world.turn(Woken::everything());
            world.restart(dice.one_in(2), |world| {
                for _ in 0..dice.below(4) {
                    // Turns need a tailer.
                    let steps: [fn(&mut World, &mut Dice); 4] = [
                        |world, dice| {
                            let alive: Vec<usize> = living(world);
                            if let Some(inode) = alive.get(dice.below(alive.len())) {
                                write(world, dice, *inode);
                            }
                        },
                        |world, dice| {
                            let alive: Vec<usize> = living(world);
                            if let Some(inode) = alive.get(dice.below(alive.len())) {
                                rotate(world, dice, *inode);
                            }
                        },
                        |world, dice| {
                            let alive: Vec<usize> = living(world);
                            if let Some(inode) = alive.get(dice.below(alive.len())) {
                                world.truncate(*inode);
                                write(world, dice, *inode);
                            }
                        },
                        |world, dice| {
                            let new = world.create();
                            write(world, dice, new);
                        },
                    ];
                    steps[dice.below(4)](world, &mut dice);
                }
            });
        } else {
            step(&mut world, &mut dice);
        }
    }
    world.settle();
    assert!(world.report().caught_up);
    (world.lines_written(), world.excused())
}

fn living(world: &World) -> Vec<usize> {
    (0..world.inodes.len())
        .filter(|inode| !world.inodes[*inode].gone)
        .collect()
}

fn check(seeds: std::ops::Range<u64>, followed: usize, rereads: bool) {
    let (mut lines, mut excused) = (0, 0);
    for seed in seeds {
        println!("seed {seed}, {followed} followed, reads history again: {rereads}");
        let root = tempfile::tempdir().expect("a folder");
        let (some, lost) = course(root.path(), seed, 400, followed, rereads);
        lines += some;
        excused += lost;
    }
    println!("{lines} lines, {excused} of them cut off or gone before they were read");
    // Excuses are no way out: most lines are read.
    assert!(excused * 3 < lines);
}

#[test]
fn whatever_happens_to_the_folder_no_line_comes_twice_and_none_is_lost() {
    check(1..seeds(8), 200, false);
}

#[test]
fn nor_when_only_three_files_are_followed_at_once() {
    check(101..100 + seeds(8), 3, false);
}

#[test]
fn after_a_restart_the_history_is_read_again_once() {
    check(201..200 + seeds(4), 200, true);
}

/// As many courses as `FABRIC_TAIL_SEEDS` says, or `usual`.
fn seeds(usual: u64) -> u64 {
    let asked = std::env::var("FABRIC_TAIL_SEEDS").ok();
    1 + asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}
