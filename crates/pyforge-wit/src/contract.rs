//! The copies of a contract: brought in step with the master, or held against it.

use std::path::Path;

use crate::files::{Files, bring_in_step, compare, read};
use crate::{Difference, WitError};

/// Makes the `.wit` files of the copy equal to those of the master.
pub fn sync(master_dir: &Path, copy_dir: &Path) -> Result<(), WitError> {
    bring_in_step(&master(master_dir)?, &contract(copy_dir)?, copy_dir)
}

/// Where the `.wit` files of the copy differ from those of the master.
pub fn drift(master_dir: &Path, copy_dir: &Path) -> Result<Vec<Difference>, WitError> {
    Ok(compare(&master(master_dir)?, &contract(copy_dir)?, copy_dir))
}

/// The master must be there: against an empty one every copy would be extra, and removed.
fn master(dir: &Path) -> Result<Files, WitError> {
    let files = contract(dir)?;
    if files.is_empty() {
        let message = "the master of a contract has at least one .wit file".to_owned();
        return Err(WitError::Folder { dir: dir.to_owned(), message });
    }
    Ok(files)
}

fn contract(dir: &Path) -> Result<Files, WitError> {
    let mut files = read(dir)?;
    files.retain(|name, _| name.ends_with(".wit"));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::Kind;
    use crate::testing::folder_of;

    #[test]
    fn each_kind_of_drift_is_found_at_its_line_and_mended() {
        let master = folder_of(&[("a.wit", "one\ntwo\nthree\n"), ("b.wit", "b"), ("same.wit", "s")]);
        let copy = folder_of(&[("a.wit", "one\n2\nthree\n"), ("c.wit", "c"), ("same.wit", "s")]);
        let found = drift(master.path(), copy.path()).unwrap();
        let expected = [("a.wit", Kind::Line(2)), ("b.wit", Kind::Missing), ("c.wit", Kind::Extra)]
            .map(|(name, kind)| Difference { path: copy.path().join(name), kind });
        assert_eq!(found, expected);
        sync(master.path(), copy.path()).unwrap();
        assert_eq!(drift(master.path(), copy.path()).unwrap(), []);
    }

    #[test]
    fn a_copy_that_is_cut_short_differs_at_the_line_after_its_last() {
        let master = folder_of(&[("a.wit", "one\ntwo\nthree\n")]);
        let copy = folder_of(&[("a.wit", "one\ntwo\n")]);
        assert_eq!(drift(master.path(), copy.path()).unwrap()[0].kind, Kind::Line(3));
    }

    #[test]
    fn a_copy_that_is_not_there_is_made() {
        let master = folder_of(&[("a.wit", "one\n")]);
        let copy = master.path().join("side/wit/deps/a");
        let found = drift(master.path(), &copy).unwrap();
        assert_eq!(found[0].kind, Kind::Missing);
    }

    #[test]
    fn without_a_master_nothing_is_removed() {
        let copy = folder_of(&[("a.wit", "one\n")]);
        let nowhere = copy.path().join("nowhere");
        let error = sync(&nowhere, copy.path()).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
        assert!(copy.path().join("a.wit").exists());
    }

    #[test]
    fn what_is_not_wit_is_left_alone() {
        let master = folder_of(&[("a.wit", "one\n")]);
        let copy = folder_of(&[("a.wit", "one\n"), ("README.md", "mine")]);
        assert_eq!(drift(master.path(), copy.path()).unwrap(), []);
        sync(master.path(), copy.path()).unwrap();
        assert!(copy.path().join("README.md").exists());
    }
}
