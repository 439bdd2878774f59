//! Text formats under damage: whatever the bytes, a reader answers.

use super::{folded, gperftools, jemalloc, sniff};

const ORIGINALS: [&str; 4] = [
    "--- symbol\nbinary=app\n0x1000 leaf<00000000000374f0>--inlined\n0x2000 a::operator--(int)\n---\n--- heap\n\
     heap_v2/4096\n  t*: 3: 30 [7: 70]\n  t1: 3: 30 [7: 70] io thread\n@ 0x1001 0x7f0c2dea2630 0x556416e1dc1a\n\
     \x20 t*: 2: 20 [3: 30]\n  t1: 2: 20 [3: 30]\n@ 0x2001\n  t*: 1: 10 [4: 40]\n\nMAPPED_LIBRARIES:\n\
     1000-9000 r-xp 00000400 00:00 1 /srv/my app (deleted)\n7f0c2dea0000-7f0c2deb0000: /lib/a.so (@1000) 0123abcd\n",
    "%warn x\nheap profile:  3:  30 [  4:  40] @ heap_v2/65536\n  1:  10 [  1:  10] @ 0x1001 0x2001\n\
     \x20 2:  20 [  3:  30] @ 0x556416e1dc1a\n\n--- Memory map:\nbuild=/x\n1000-2000: $build/app\n\
     0x800600000 0x80061a000 26 0 0xfffff800035a0000 r-x 75 33 0x1004 COW NC vnode /libexec/ld-elf.so.1 NCH -1\n",
    "heap profile: 1: 10 [1: 10] @ heap/1048576\n1: 10 [2: 20] @ 0x47f2d3 0x55a385 0x55a385 0x486f61\n\
     #\t0x55a384\tmain.a+0x64\t\t/srv/main.go:57\n#\t0x55a384\tmain.a+0x64\t\t/srv/main.go:57\n\n\
     # runtime.MemStats\n# Stack = 1 / 2\n# PauseNs = [1 2]\n",
    "main;serve;operator new(unsigned long) 42\nmain;b 1.5\n# c\n\nmain 7",
];

/// Bytes that mean something somewhere.
const PIECES: [&[u8]; 24] = [
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"@",
    b"[",
    b"]",
    b":",
    b";",
    b"-",
    b"--",
    b"---",
    b"0x",
    b"#",
    b"%",
    b"$build",
    b"/",
    b"t*:",
    b"18446744073709551615",
    b"99999999999999999999",
    b"ffffffffffffffff",
    b"\xff\xfe",
    b"\0",
    b"MAPPED_LIBRARIES:",
];

/// A small generator (xorshift64): the same damage in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn read_with_all(text: &[u8]) {
    // What comes of it does not matter; that it comes does.
    let _ = sniff::sniff(text);
    let _ = jemalloc::read(text);
    let _ = gperftools::read(text);
    let _ = folded::read(text);
}

#[test]
fn a_file_may_end_anywhere() {
    for original in ORIGINALS {
        for end in 0..=original.len() {
            read_with_all(&original.as_bytes()[..end]);
        }
    }
}

#[test]
fn no_damage_makes_a_reader_panic() {
    let mut random = Random(0x5eed);
    for round in 0..20_000 {
        let mut text = ORIGINALS[round % ORIGINALS.len()].as_bytes().to_vec();
        for _ in 0..=random.below(6) {
            let at = random.below(text.len());
            let end = (at + random.below(12)).min(text.len());
            match random.below(4) {
                0 => drop(text.drain(at..end)),
                1 => text[at] = random.below(256) as u8,
                2 => {
                    let copy = text[at..end].to_vec();
                    let to = random.below(text.len());
                    text.splice(to..to, copy);
                }
                _ => {
                    let piece = PIECES[random.below(PIECES.len())];
                    text.splice(at..at, piece.iter().copied());
                }
            }
            if text.is_empty() {
                break;
            }
        }
        read_with_all(&text);
    }
}
