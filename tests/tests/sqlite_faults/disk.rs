//! A disk that fails, or loses power: WASI's files with the calls that change them counted, and one of them made to go
//! wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use pyforge_tests::samples::Numbers;
use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime::{Engine, StoreContextMut, bail};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::ErrorCode;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// What a disk writes whole, in bytes.
const SECTOR: usize = 512;

/// Files are told apart by this.
type Inode = u64;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The change with this number, from 1 on, fails.
    Once(u64),
    /// That one and all that follow.
    From(u64),
    /// The machine stops before that one is whole.
    PowerLoss(u64),
}

/// What a disk has in its cache of one file.
struct Cached {
    /// The file as it was last synced.
    synced: Vec<u8>,
    /// What was written since: where, and what; or how long it was made.
    changes: Vec<Change>,
}

enum Change {
    Write(u64, Vec<u8>),
    Resize(u64),
}

/// A disk, as a host's state.
pub struct Disk {
    wasi: WasiCtx,
    table: ResourceTable,
    folder: PathBuf,
    fault: Fault,
    /// How many changes there were.
    pub count: u64,
    cache: BTreeMap<Inode, Cached>,
    /// The names that are sure to be there.
    names: BTreeSet<PathBuf>,
    /// Files whose names were removed, which is not sure yet.
    removed: Vec<(PathBuf, Cached)>,
}

impl WasiView for Disk {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl Disk {
    /// A disk that is a folder, with everything in it synced.
    pub fn new(folder: &Path, fault: Fault) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.preopened_dir(folder, "/", FsPerms::ReadWrite).unwrap();
        let mut disk = Self {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            folder: folder.to_owned(),
            fault,
            count: 0,
            cache: BTreeMap::new(),
            names: BTreeSet::new(),
            removed: Vec::new(),
        };
        disk.names = disk.listed();
        disk
    }

    /// WASI with the calls that change files watched.
    pub fn linker(engine: &Engine) -> Linker<Self> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        linker.allow_shadowing(true);
        let mut types = linker.instance("wasi:filesystem/types@0.2.12").unwrap();
        types.func_wrap("[method]descriptor.write", write).unwrap();
        types.func_wrap("[method]descriptor.set-size", set_size).unwrap();
        types.func_wrap("[method]descriptor.sync", sync).unwrap();
        types.func_wrap("[method]descriptor.sync-data", sync).unwrap();
        types.func_wrap("[method]descriptor.unlink-file-at", unlink).unwrap();
        linker
    }

    /// The files that there are.
    fn listed(&self) -> BTreeSet<PathBuf> {
        let paths = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    }

    /// Counts a change. `Ok(false)` when it has to fail.
    fn allow(&mut self) -> wasmtime::Result<bool> {
        self.count += 1;
        match self.fault {
            Fault::PowerLoss(number) if self.count >= number => bail!("no power"),
            Fault::Once(number) => Ok(self.count != number),
            Fault::From(number) => Ok(self.count < number),
            _ => Ok(true),
        }
    }

    fn loses_power_now(&self) -> bool {
        self.fault == Fault::PowerLoss(self.count + 1)
    }

    fn cached(&mut self, file: &File) -> &mut Cached {
        let inode = file.metadata().unwrap().ino();
        self.cache.entry(inode).or_insert_with(|| Cached { synced: content(file), changes: Vec::new() })
    }

    fn change(&mut self, file: &File, change: Change) {
        self.cached(file).changes.push(change);
    }

    fn sync(&mut self, descriptor: &Descriptor) {
        match descriptor {
            Descriptor::File(file) => {
                let inode = file.file.metadata().unwrap().ino();
                self.cache.insert(inode, Cached { synced: content(&file.file), changes: Vec::new() });
            }
            Descriptor::Dir(_) => {
                self.names = self.listed();
                self.removed.clear();
            }
        }
    }

    /// Puts the folder in a state that a power failure could leave: of what was not synced, some is there.
    pub fn lose_power(&mut self, chance: &mut Numbers) {
        let listed = self.listed();
        for (path, cached) in std::mem::take(&mut self.removed) {
            if chance.below(2) == 0 && !path.exists() {
                fs::write(path, cached.after_power_loss(chance)).unwrap();
            }
        }
        for path in listed {
            let inode = fs::metadata(&path).unwrap().ino();
            if let Some(cached) = self.cache.remove(&inode) {
                fs::write(&path, cached.after_power_loss(chance)).unwrap();
            }
            if !self.names.contains(&path) && chance.below(2) == 0 {
                fs::remove_file(&path).unwrap();
            }
        }
    }
}

impl Cached {
    fn after_power_loss(self, chance: &mut Numbers) -> Vec<u8> {
        let mut content = self.synced;
        for change in self.changes {
            match change {
                Change::Resize(size) if chance.below(2) == 0 => content.resize(size as usize, 0),
                Change::Resize(_) => {}
                Change::Write(offset, bytes) => {
                    for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                        if chance.below(2) == 0 {
                            overwrite(&mut content, offset as usize + index * SECTOR, sector);
                        }
                    }
                }
            }
        }
        content
    }
}

fn overwrite(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    content.resize(content.len().max(offset + bytes.len()), 0);
    content[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn content(file: &File) -> Vec<u8> {
    let mut bytes = vec![0; file.metadata().unwrap().len() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

type Answer<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;

fn answer<T>(result: io::Result<T>) -> Answer<T> {
    Ok((result.map_err(|error| panic!("{error}")),))
}

fn file(store: &StoreContextMut<'_, Disk>, descriptor: &Resource<Descriptor>) -> std::sync::Arc<File> {
    match store.data().table.get(descriptor).unwrap() {
        Descriptor::File(file) => file.file.clone(),
        Descriptor::Dir(_) => panic!("not a file"),
    }
}

fn write(
    mut store: StoreContextMut<'_, Disk>,
    (descriptor, bytes, offset): (Resource<Descriptor>, Vec<u8>, u64),
) -> Answer<u64> {
    let file = file(&store, &descriptor);
    // What is being written when the power fails may be there in part.
    if store.data().loses_power_now() {
        store.data_mut().change(&file, Change::Write(offset, bytes.clone()));
    }
    if !store.data_mut().allow()? {
        return Ok((Err(ErrorCode::Io),));
    }
    store.data_mut().change(&file, Change::Write(offset, bytes.clone()));
    answer(file.write_all_at(&bytes, offset).map(|()| bytes.len() as u64))
}

fn set_size(
    mut store: StoreContextMut<'_, Disk>,
    (descriptor, size): (Resource<Descriptor>, u64),
) -> Answer<()> {
    if !store.data_mut().allow()? {
        return Ok((Err(ErrorCode::Io),));
    }
    let file = file(&store, &descriptor);
    store.data_mut().change(&file, Change::Resize(size));
    answer(file.set_len(size))
}

fn sync(mut store: StoreContextMut<'_, Disk>, (descriptor,): (Resource<Descriptor>,)) -> Answer<()> {
    if !store.data_mut().allow()? {
        return Ok((Err(ErrorCode::Io),));
    }
    let descriptor = store.data().table.get(&descriptor)?.clone();
    store.data_mut().sync(&descriptor);
    Ok((Ok(()),))
}

fn unlink(mut store: StoreContextMut<'_, Disk>, (_, path): (Resource<Descriptor>, String)) -> Answer<()> {
    if !store.data_mut().allow()? {
        return Ok((Err(ErrorCode::Io),));
    }
    let path = store.data().folder.join(path.trim_start_matches('/'));
    let Ok(file) = File::open(&path) else { return Ok((Err(ErrorCode::NoEntry),)) };
    store.data_mut().cached(&file);
    // Another file may get the inode.
    let cached = store.data_mut().cache.remove(&file.metadata()?.ino());
    store.data_mut().removed.extend(cached.map(|cached| (path.clone(), cached)));
    answer(fs::remove_file(path))
}
