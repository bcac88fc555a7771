//! The quick way past a build that has nothing to do.
//!
//! To find out that all is up to date, a build starts the compilers and reads every source. So what it came to is kept in
//! `ready/<key>`, with the paths of all that it looked at and a digest of how these were. As long as they are the same,
//! the next start takes the answer from there. The key says what was asked and where: the checkout, the choice, the
//! program and the environment. A record that is damaged has another digest, and counts as none.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pyforge_manifest::{Settings, host_variables};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::bytes_digest;
use crate::store::{Store, write_atomically};
use crate::witness::{State, Witnesses};

/// How the variables begin that the compilers and rustup listen to, beside those of [`Settings`].
const VARIABLES: [&str; 9] =
    ["CARGO", "RUST", "GCC_", "LD_", "CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "HOME", "LIBRARY_PATH"];

/// How many records are kept. One is some 50 KB.
const RECORDS: usize = 64;

const DIGEST_LENGTH: usize = 32;

/// What was asked, and where the answer is kept.
pub struct Ready {
    file: PathBuf,
    program: PathBuf,
    asked: SystemTime,
}

impl Ready {
    /// For a question about a checkout. Files named in it are not part of it: they are among what is looked at.
    pub fn new(settings: &Settings, root: &Path, question: &impl Debug) -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let mut variables = host_variables();
        variables.retain(|(name, _)| VARIABLES.iter().any(|start| name.starts_with(start)));
        variables.sort();
        let key =
            bytes_digest(format!("{program:?}{root:?}{settings:?}{variables:?}{question:?}").as_bytes());
        let file = Store::new(&settings.home).folder("ready").join(key);
        Self { file, program, asked: SystemTime::now() }
    }

    /// The answer, if nothing that it rests on has changed.
    pub fn recall<T: DeserializeOwned>(&self) -> Option<T> {
        let record = std::fs::read(&self.file).ok()?;
        let (digest, body) = record.split_at_checked(DIGEST_LENGTH)?;
        let state = state(body);
        let answer = body.split(|byte| *byte == 0).next()?;
        if state.digest() == digest { serde_json::from_slice(answer).ok() } else { None }
    }

    /// Keeps an answer, unless something that it rests on changed a moment ago, or while it was found. Where it cannot
    /// be kept, the next start takes longer.
    pub fn keep(&self, answer: &impl Serialize, witnesses: &Witnesses) {
        let Ok(mut body) = serde_json::to_vec(answer) else { return };
        witnesses.add(&self.program);
        let paths = witnesses.paths();
        for path in paths.keys() {
            body.push(0);
            body.extend(path.as_os_str().as_bytes());
        }
        let state = state(&body);
        if !state.settled(self.asked) || paths.iter().any(|(path, there)| path.exists() != *there) {
            return;
        }
        let record = [&state.digest()[..], &body].concat();
        if let Err(error) = write_atomically(&self.file, &record) {
            tracing::debug!("{error:?}");
        }
        self.prune();
    }

    /// Removes the oldest records: of checkouts that are gone, of choices made once.
    fn prune(&self) {
        let entries = self.file.parent().and_then(|dir| dir.read_dir().ok()).into_iter().flatten().flatten();
        let mut records: Vec<_> = entries
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        records.sort();
        for (_, path) in &records[..records.len().saturating_sub(RECORDS)] {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The body of a record, an answer and the paths that it rests on, and how these are now.
fn state(body: &[u8]) -> State {
    let mut state = State::of(body);
    for path in body.split(|byte| *byte == 0).skip(1) {
        state.look_at(Path::new(OsStr::from_bytes(path)));
    }
    state
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use super::*;

    const ANSWER: &str = "what was built";

    /// A folder with a source, a source behind a link, a tool, and a store with an entry.
    struct World {
        dir: tempfile::TempDir,
        settings: Settings,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let settings = Settings {
                home: dir.path().join("home"),
                distfiles: None,
                wasi_sdk: None,
                project: None,
                path: vec![dir.path().join("first"), dir.path().join("second")],
            };
            let world = Self { dir, settings };
            for folder in ["source/below", "behind", "first", "second", "home/store/entry", "elsewhere"] {
                std::fs::create_dir_all(world.path(folder)).unwrap();
            }
            let files =
                ["source/a.c", "source/below/b.c", "behind/c.c", "second/cc", "home/store/entry/file"];
            files.iter().for_each(|file| world.write(file, "1"));
            symlink("../behind", world.path("source/link")).unwrap();
            // Changes must come at another time, by a clock that counts in steps.
            std::thread::sleep(Duration::from_millis(20));
            world
        }

        fn path(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        fn write(&self, file: &str, text: &str) {
            std::fs::write(self.path(file), text).unwrap();
        }

        fn remove(&self, file: &str) {
            std::fs::remove_file(self.path(file)).unwrap();
        }

        /// The question, asked so long after all files were written that their times tell.
        fn ready(&self, question: &str) -> Ready {
            let asked = SystemTime::now() + Duration::from_secs(10);
            Ready { asked, ..Ready::new(&self.settings, &self.path("source"), &question) }
        }

        fn witnesses(&self) -> Witnesses {
            let witnesses = Witnesses::default();
            witnesses.add_tree(&self.path("source"));
            self.settings.path.iter().for_each(|dir| witnesses.add(&dir.join("cc")));
            witnesses.add(&self.path("home/store/entry"));
            witnesses
        }

        fn keep(&self) {
            self.ready("all").keep(&ANSWER, &self.witnesses());
            assert!(self.recalls("all"));
        }

        fn recalls(&self, question: &str) -> bool {
            let answer: Option<String> = self.ready(question).recall();
            assert!(answer.as_ref().is_none_or(|answer| answer == ANSWER));
            answer.is_some()
        }

        fn record(&self) -> PathBuf {
            self.ready("all").file
        }
    }

    /// Whether a change is noticed.
    fn notices(change: impl FnOnce(&World)) -> bool {
        let world = World::new();
        world.keep();
        change(&world);
        !world.recalls("all")
    }

    #[test]
    fn what_is_as_it_was_is_known() {
        assert!(!notices(|_| ()));
        assert!(!notices(|world| world.write("elsewhere/file", "2")));
        assert!(!notices(|world| drop(std::fs::read(world.path("source/a.c")).unwrap())));
    }

    #[test]
    fn a_change_of_a_file_is_noticed() {
        assert!(notices(|world| world.write("source/a.c", "2")), "in place, of the same size");
        assert!(notices(|world| world.write("source/below/b.c", "longer")));
        assert!(notices(|world| world.write("behind/c.c", "2")), "behind a link");
        let touch = |world: &World| {
            let file = std::fs::File::options().write(true).open(world.path("source/a.c")).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        assert!(notices(touch));
        let replace = |world: &World| {
            let old = world.path("source/a.c").metadata().unwrap().modified().unwrap();
            let new = std::fs::File::create(world.path("elsewhere/a.c")).unwrap();
            std::io::Write::write_all(&mut &new, b"2").unwrap();
            new.set_modified(old).unwrap();
            std::fs::rename(world.path("elsewhere/a.c"), world.path("source/a.c")).unwrap();
        };
        assert!(notices(replace), "by another of the same size and time");
    }

    #[test]
    fn files_that_come_and_go_are_noticed() {
        assert!(notices(|world| world.write("source/below/new.c", "1")));
        assert!(notices(|world| world.write("behind/new.c", "1")));
        assert!(notices(|world| world.remove("source/below/b.c")));
        assert!(notices(|world| std::fs::create_dir(world.path("source/new")).unwrap()));
        let retarget = |world: &World| {
            world.remove("source/link");
            symlink("../elsewhere", world.path("source/link")).unwrap();
        };
        assert!(notices(retarget));
    }

    #[test]
    fn another_tool_is_noticed() {
        assert!(notices(|world| world.write("first/cc", "1")), "earlier in PATH");
        assert!(notices(|world| world.write("second/cc", "2")));
        assert!(notices(|world| world.remove("second/cc")));
    }

    #[test]
    fn an_entry_that_is_gone_is_noticed() {
        assert!(notices(|world| std::fs::remove_dir_all(world.path("home/store/entry")).unwrap()));
        assert!(notices(|world| world.remove("home/store/entry/file")));
    }

    #[test]
    fn another_pyforge_does_not_believe_the_record() {
        let world = World::new();
        let ready = || Ready { program: world.path("elsewhere/pyforge"), ..world.ready("all") };
        world.write("elsewhere/pyforge", "1");
        ready().keep(&ANSWER, &world.witnesses());
        assert_eq!(ready().recall::<String>().as_deref(), Some(ANSWER));
        std::thread::sleep(Duration::from_millis(20));
        world.write("elsewhere/pyforge", "2");
        assert_eq!(ready().recall::<String>(), None);
    }

    #[test]
    fn another_question_has_another_answer() {
        let mut world = World::new();
        world.keep();
        assert!(!world.recalls("some"));
        world.settings.path.reverse();
        assert!(!world.recalls("all"));
        world.settings.path.reverse();
        world.settings.wasi_sdk = Some(world.path("elsewhere"));
        assert!(!world.recalls("all"));
    }

    #[test]
    fn what_changed_a_moment_ago_is_not_relied_on() {
        let world = World::new();
        let ready = Ready::new(&world.settings, &world.path("source"), &"all");
        ready.keep(&ANSWER, &world.witnesses());
        assert!(!world.record().exists());
    }

    #[test]
    fn what_came_or_went_during_the_check_is_not_relied_on() {
        for (before, after) in [(true, false), (false, true)] {
            let world = World::new();
            let present = |there: bool| {
                if there {
                    world.write("elsewhere/tool", "1")
                } else {
                    drop(std::fs::remove_file(world.path("elsewhere/tool")))
                }
            };
            present(before);
            let witnesses = world.witnesses();
            witnesses.add(&world.path("elsewhere/tool"));
            present(after);
            world.ready("all").keep(&ANSWER, &witnesses);
            assert!(!world.record().exists());
        }
    }

    #[test]
    fn a_damaged_record_is_not_used() {
        let world = World::new();
        world.keep();
        let whole = std::fs::read(world.record()).unwrap();
        for length in 0..whole.len() {
            std::fs::write(world.record(), &whole[..length]).unwrap();
            assert!(!world.recalls("all"), "{length} bytes of {}", whole.len());
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(world.record(), &damaged).unwrap();
            assert!(!world.recalls("all"), "byte {at}");
        }
        std::fs::write(world.record(), &whole).unwrap();
        assert!(world.recalls("all"));
    }

    #[test]
    fn old_records_make_room() {
        let world = World::new();
        for number in 0..RECORDS + 3 {
            world.ready(&number.to_string()).keep(&ANSWER, &world.witnesses());
        }
        assert_eq!(world.record().parent().unwrap().read_dir().unwrap().count(), RECORDS);
        assert!(world.recalls(&(RECORDS + 2).to_string()));
    }
}
