//! The files, or folders, that one worker works on.

use std::sync::Arc;

use super::meter::Meter;
use crate::serve::bounds::ACTIVE_PATHS_PER_WORKER;

/// What is known of the paths of one worker beside the list that is shown: their hashes, so that the list need not be searched by text.
#[derive(Debug, Default)]
pub(super) struct ActivePaths {
    /// In the order of the list.
    hashes: Vec<u64>,
    /// Of the paths and the room for them.
    bytes: usize,
}

impl ActivePaths {
    pub(super) fn contains(&self, hash: u64) -> bool {
        self.hashes.contains(&hash)
    }

    /// Makes `path` the newest of `list`. When the bytes of all workers come near the cap, each of the `workers` that may be there keeps
    /// what its share holds, so that no worker pays for another, and all together stay below it.
    pub(super) fn add(
        &mut self,
        list: &mut Arc<Vec<Arc<str>>>,
        path: &str,
        hash: u64,
        meter: &mut Meter,
        share: Share,
    ) {
        let is_it = |(h, known): (&u64, &Arc<str>)| *h == hash && **known == *path;
        let place = self.hashes.iter().zip(list.iter()).rposition(is_it);
        if place.is_some_and(|place| place + 1 == self.hashes.len()) {
            return;
        }
        let list = Arc::make_mut(list);
        if let Some(place) = place {
            self.hashes.remove(place);
            let known = list.remove(place);
            self.hashes.push(hash);
            list.push(known);
        } else {
            if list.len() >= ACTIVE_PATHS_PER_WORKER {
                self.drop_oldest(list, meter);
            }
            self.hashes.push(hash);
            list.push(Arc::from(path));
            meter.add(0);
        }
        self.count(list, meter);
        while meter.bytes() > share.all / 2
            && self.bytes as u64 > share.all / 2 / share.workers
            && !list.is_empty()
        {
            self.drop_oldest(list, meter);
            list.shrink_to(list.len() * 2);
            self.hashes.shrink_to(list.len() * 2);
            self.count(list, meter);
        }
    }

    /// Lets go of all.
    pub(super) fn clear(&mut self, list: &mut Arc<Vec<Arc<str>>>, meter: &mut Meter) {
        if self.hashes.is_empty() && self.bytes == 0 {
            return;
        }
        for _ in list.iter() {
            meter.remove(0);
        }
        meter.shrink(self.bytes);
        *self = ActivePaths::default();
        *list = Arc::default();
    }

    fn drop_oldest(&mut self, list: &mut Vec<Arc<str>>, meter: &mut Meter) {
        if !list.is_empty() {
            self.hashes.remove(0);
            list.remove(0);
            meter.remove(0);
            meter.evicted(1);
        }
    }

    /// Each worker has its own copy of a path's text at most once: counted in full.
    fn count(&mut self, list: &Vec<Arc<str>>, meter: &mut Meter) {
        let bytes = counted(list) + self.hashes.capacity() * 8;
        meter.resize(self.bytes, bytes);
        self.bytes = bytes;
    }

    #[cfg(test)]
    pub(super) fn walk(&self, list: &Vec<Arc<str>>) -> (u64, u64) {
        if list.is_empty() && self.bytes == 0 {
            return (0, 0);
        }
        let bytes = counted(list) + self.hashes.capacity() * 8;
        (list.len() as u64, bytes as u64)
    }
}

/// How much all workers may hold together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) all: u64,
    pub(super) workers: u64,
}

fn counted(list: &Vec<Arc<str>>) -> usize {
    let text: usize = list.iter().map(|path| path.len() + 16).sum();
    text + list.capacity() * size_of::<Arc<str>>()
}
