//! Changes of texts that are made of lines: sections that come twice, too early, or in the midst of others; ends of lines of other systems.

use crate::support::random_draws::RandomDraws;

/// Lines that begin sections of the text formats, and some that only look so.
const MARKS: [&str; 32] = [
    "heap_v2/524288",
    "heap_v2/0",
    "heap_v2/18446744073709551615",
    "  t*: 1: 1 [0: 0]",
    "  t*: 18446744073709551615: 18446744073709551615 [0: 0]",
    "  t0: 3: 99 [4: 100] name",
    "@",
    "@ 0x0",
    "@ 0xffffffffffffffff 0x1",
    "MAPPED_LIBRARIES:",
    "--- symbol",
    "binary=/bin/true",
    "---",
    "--- heap",
    "0x55d0c0de main--inlined",
    "heap profile: 1: 2 [3: 4] @ heap_v2/1",
    "heap profile: 1: 2 [3: 4] @ heapprofile",
    "heap profile: 1: 2 [3: 4] @ growthz/0",
    "heap profile: 9999999999: 99999999999999 [1: 1] @ heap/1048576",
    "1: 1 [1: 1] @ 0x1 0x2 0x3",
    "-1: -1 [-1: -1] @ 0x1",
    "#\t0x1\tmain.main+0x1\t/main.go:1",
    "# runtime.MemStats",
    "# HeapAlloc = 18446744073709551615",
    "# PauseNs = [1 2 3",
    "55d000000000-ffffffffffffffff r-xp 00000000 08:01 1 /usr/bin/x",
    "ffffffffffffffff-0 r-xp ffffffffffffffff 00:00 0 [vdso]",
    "0-0 ---p 0 0:0 0",
    "a;b;c 1",
    "; 1",
    "a 18446744073709551615",
    "",
];

/// A few changes of lines; `other` is a text of another format.
pub(super) fn change(text: &mut Vec<u8>, other: &[u8], random: &mut RandomDraws) {
    let mut lines: Vec<Vec<u8>> = text
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..1 + random.below(5) {
        let at = random.below(lines.len() as u64) as usize;
        let to = random.below(lines.len() as u64) as usize;
        match random.below(10) {
            0 => {
                let line = lines[at].clone();
                lines.insert(to, line);
            }
            1 if lines.len() > 1 => drop(lines.remove(at)),
            2 => lines.swap(at, to),
            3 | 4 => lines.insert(at, MARKS[random.below(MARKS.len() as u64) as usize].into()),
            5 => lines[at] = MARKS[random.below(MARKS.len() as u64) as usize].into(),
            6 => {
                let foreign: Vec<&[u8]> = other.split(|&byte| byte == b'\n').collect();
                let from = random.below(foreign.len() as u64) as usize;
                let count = 1 + random.below(20) as usize;
                let foreign = foreign[from..].iter().take(count).map(|line| line.to_vec());
                lines.splice(at..at, foreign);
            }
            7 => {
                let next = match lines.len() > 1 {
                    true => lines.remove(at),
                    false => Vec::new(),
                };
                let at = at.min(lines.len() - 1);
                lines[at].extend(next);
            }
            8 => lines.truncate(at + 1),
            _ => {
                let word = lines[to]
                    .split(|&byte| byte == b' ')
                    .next()
                    .unwrap_or_default()
                    .to_vec();
                let line = &mut lines[at];
                let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
                let which = random.below(words.len() as u64) as usize;
                let mut changed: Vec<&[u8]> = words;
                changed[which] = &word;
                *line = changed.join(&b' ');
            }
        }
    }
    let end: &[u8] = match random.below(8) {
        0 => b"\r\n",
        1 => b"\r",
        _ => b"\n",
    };
    *text = lines.join(end);
}
