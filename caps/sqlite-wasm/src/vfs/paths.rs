//! Whole paths: where relative ones start, and what symbolic links lead to.
//!
//! SQLite names a journal after its database, so two names of one database must become one.

use alloc::string::String;

use cap_support::has_room;

use super::ffi::{CANTOPEN, MAX_PATH, NOMEM, Outcome};
use super::host::Place;
use cap_support::Global;

/// Where relative paths start. Empty is the root.
static DIRECTORY: Global<String> = Global::new(String::new());

/// No path leads through more links than this: it would be a circle.
const MAX_LINKS: usize = 40;

/// What it takes at most to follow a path, in bytes.
const ROOM: usize = 64 * 1024;

/// Says where relative paths start. A path that cannot be one changes nothing.
pub fn set_directory(path: &str) {
    let mut whole = Path::new();
    if whole.go(path).is_ok() {
        DIRECTORY.with(|directory| *directory = whole.text);
    }
}

/// The absolute path of a file without `.`, `..` and links, and whether there were links.
pub fn full_path(name: &str) -> Outcome<(String, bool)> {
    if !has_room(ROOM) {
        return Err(NOMEM);
    }
    let mut path = Path::new();
    if !name.starts_with('/') {
        DIRECTORY.with(|directory| path.push(directory))?;
    }
    path.go(name)?;
    if path.text.is_empty() { Err(CANTOPEN) } else { Ok((path.text, path.links > 0)) }
}

/// A path under way, from the root on.
struct Path {
    /// Each step behind a slash.
    text: String,
    links: usize,
}

impl Path {
    fn new() -> Self {
        Self { text: String::new(), links: 0 }
    }

    /// Goes on along a path.
    fn go(&mut self, path: &str) -> Outcome {
        path.split('/').try_for_each(|step| match step {
            "" | "." => Ok(()),
            ".." => {
                self.back();
                Ok(())
            }
            name => self.enter(name),
        })
    }

    fn back(&mut self) {
        self.text.truncate(self.text.rfind('/').unwrap_or(0));
    }

    fn push(&mut self, text: &str) -> Outcome {
        if self.text.len() + text.len() >= MAX_PATH {
            return Err(CANTOPEN);
        }
        self.text.push_str(text);
        Ok(())
    }

    fn enter(&mut self, name: &str) -> Outcome {
        self.push("/")?;
        self.push(name)?;
        // Whether it is missing, no link, or a link out of what the host shows, opening it will tell.
        let Some(target) = Place::of(&self.text).and_then(|place| place.dir.readlink_at(place.path).ok())
        else {
            return Ok(());
        };
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(CANTOPEN);
        }
        self.back();
        self.go(&target)
    }
}
