//! A disk in memory that fails when it is told to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::journal::{Disk, DiskFile};

/// Files in memory, and what is to fail next: for each operation in turn, `None` or the number of bytes that still get through.
#[derive(Debug, Clone, Default)]
pub(super) struct FaultyDisk(pub(super) Arc<Mutex<Faulty>>);

#[derive(Debug, Default)]
pub(super) struct Faulty {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Answers whether the next operation fails, from a sequence of random numbers.
    pub(super) random: u64,
    pub(super) fails_in_eight: u64,
    pub(super) fails_with: Option<io::ErrorKind>,
    pub(super) moved: Vec<String>,
    pub(super) sync_ms: u64,
}

#[derive(Debug)]
pub(super) struct FaultyFile(FaultyDisk, String);

impl Faulty {
    fn draw(&mut self) -> u64 {
        // A linear congruential generator (Knuth, MMIX).
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }

    fn fails(&mut self) -> Result<(), io::Error> {
        let drawn = self.draw() % 8;
        match self.fails_with {
            Some(kind) if drawn < self.fails_in_eight => Err(kind.into()),
            _ => Ok(()),
        }
    }
}

impl Disk for FaultyDisk {
    type File = FaultyFile;

    fn create(&mut self, name: &str) -> io::Result<FaultyFile> {
        let mut disk = self.0.lock().unwrap();
        disk.fails()?;
        assert!(!disk.files.contains_key(name), "a file is never used again");
        disk.files.insert(name.to_owned(), Vec::new());
        Ok(FaultyFile(self.clone(), name.to_owned()))
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        disk.fails()?;
        disk.files.remove(name);
        Ok(())
    }

    fn is_in_place(&self, name: &str, _: &FaultyFile) -> bool {
        !self
            .0
            .lock()
            .unwrap()
            .moved
            .iter()
            .any(|moved| moved == name)
    }
}

impl DiskFile for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut disk = self.0.0.lock().unwrap();
        let outcome = disk.fails();
        let through = match &outcome {
            Ok(()) => bytes.len(),
            Err(_) => usize::try_from(disk.draw()).unwrap() % (bytes.len() + 1),
        };
        let file = disk.files.get_mut(&self.1).unwrap();
        file.extend_from_slice(bytes.get(..through).unwrap());
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let wait = self.0.0.lock().unwrap().sync_ms;
        std::thread::sleep(Duration::from_millis(wait));
        self.0.0.lock().unwrap().fails()
    }
}

impl FaultyDisk {
    /// All whole lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let disk = self.0.lock().unwrap();
        let mut lines = Vec::new();
        for text in disk.files.values() {
            let text = String::from_utf8(text.clone()).unwrap();
            let whole = text.rfind('\n').map_or(0, |at| at + 1);
            lines.extend(text[..whole].lines().map(str::to_owned));
        }
        lines
    }
}
