//! Whatever goes wrong with the disk, a database keeps what was committed, and nothing by halves.

mod disk;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pyforge_tests::component;
use pyforge_tests::samples::Numbers;
use pyforge_tests::scripts::long;
use pyforge_tests::sqlite::{Database, Refusal, Value, compile};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use self::disk::{Disk, Fault};

/// The database, and its lock.
const NAME: &str = "/test.db";
const RECOVERING: &str = "file:/test.db?recover=1";
const LOCK: &str = "test.db.lock";

/// How many transactions there are, and of how many rows each.
const TRANSACTIONS: i64 = 8;
const ROWS: i64 = 4;

/// Ways to keep the journal. The cache is so small that changes reach the file before they are committed.
const MODES: [&str; 5] = [
    "PRAGMA journal_mode = DELETE",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA journal_mode = PERSIST",
    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4",
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4",
];

/// What is known of the transactions: those that are surely there, and those that may be.
#[derive(Default)]
struct Known {
    sure: Vec<i64>,
    possible: Vec<i64>,
}

/// A component on disks in folders.
struct Laboratory {
    component: Component,
    linker: Linker<Disk>,
}

impl Laboratory {
    fn new() -> Self {
        let engine = Engine::default();
        Self { component: compile(&engine, &component("sqlite")), linker: Disk::linker(&engine) }
    }

    fn open(&self, folder: &Path, fault: Fault, name: &str) -> Result<Database<Disk>, Refusal> {
        Database::open(&self.component, &self.linker, Disk::new(folder, fault), name)
    }

    /// Makes a database with a table, on a disk without fault.
    fn create(&self, folder: &Path, mode: &str) {
        let mut database = self.open(folder, Fault::None, NAME).unwrap();
        let table = "CREATE TABLE t (number INTEGER, row INTEGER, filling BLOB, PRIMARY KEY (number, row))";
        database
            .run(&format!("PRAGMA page_size = 1024; {mode}; {table}; CREATE INDEX i ON t (filling)"))
            .unwrap();
        database.close().unwrap();
    }

    /// Goes through the transactions on a disk with a fault. Returns what is known then, and the disk. `EXTRA` because
    /// with less a deleted journal may come back, and with it the state of before.
    fn work(&self, folder: &Path, mode: &str, fault: Fault) -> (Known, Disk) {
        let mut known = Known::default();
        let mut database = self.open(folder, fault, NAME).unwrap();
        let prepared = database.run(&format!("{mode}; PRAGMA synchronous = EXTRA; PRAGMA cache_size = 5"));
        let mut going = !matches!(prepared, Err(Refusal::Trapped(_)));
        for number in 1..=TRANSACTIONS {
            going = going && transaction(&mut database, number, &mut known);
        }
        (known, database.store.into_data())
    }

    /// Opens the database on a disk without fault, and looks at it. This host has no locks, so what was left behind is
    /// taken away, and recovered, as the cap's README says.
    fn check(&self, folder: &Path, known: &Known, what: &str) {
        if folder.join(LOCK).exists() {
            fs::remove_dir(folder.join(LOCK)).unwrap();
        }
        let mut database = self.open(folder, Fault::None, RECOVERING).unwrap();
        let integrity =
            database.run("PRAGMA integrity_check").unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(integrity, [[Value::Text("ok".into())]], "{what}");
        let rows = database.run("SELECT number, count(*) FROM t GROUP BY number").unwrap();
        let found: BTreeMap<i64, i64> = rows.iter().map(|row| (integer(&row[0]), integer(&row[1]))).collect();
        for number in &known.sure {
            assert!(found.contains_key(number), "{what}: transaction {number} is lost");
        }
        for (number, rows) in found {
            assert_eq!(rows, ROWS, "{what}: transaction {number} is there in part");
            let is_known = known.sure.contains(&number) || known.possible.contains(&number);
            assert!(is_known, "{what}: transaction {number} was rolled back");
        }
    }

    /// How many changes the whole work makes.
    fn changes(&self, mode: &str) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        self.create(folder.path(), mode);
        let (known, disk) = self.work(folder.path(), mode, Fault::None);
        assert_eq!(known.sure.len() as i64, TRANSACTIONS);
        disk.count
    }

    fn try_fault(&self, mode: &str, fault: Fault, chance: &mut Numbers) {
        let folder = tempfile::tempdir().unwrap();
        self.create(folder.path(), mode);
        let (known, mut disk) = self.work(folder.path(), mode, fault);
        if matches!(fault, Fault::PowerLoss(_)) {
            disk.lose_power(chance);
        }
        self.check(folder.path(), &known, &format!("{mode}, {fault:?}"));
    }
}

/// Inserts rows, and changes some of before. False when the machine has stopped.
fn transaction(database: &mut Database<Disk>, number: i64, known: &mut Known) -> bool {
    let rows: String =
        (0..ROWS).map(|row| format!("INSERT INTO t VALUES ({number}, {row}, randomblob(900)); ")).collect();
    let change = "UPDATE t SET filling = randomblob(800) WHERE number % 3 = 1";
    known.possible.push(number);
    match database.run(&format!("BEGIN; {rows} {change}; COMMIT")) {
        Ok(_) => known.sure.push(number),
        Err(Refusal::Trapped(_)) => return false,
        // Where it failed is not told here: it may have been committed.
        Err(Refusal::Failed(_)) => return !matches!(database.run("ROLLBACK"), Err(Refusal::Trapped(_))),
    }
    true
}

fn integer(value: &Value) -> i64 {
    match value {
        Value::Integer(value) => *value,
        other => panic!("{other:?}"),
    }
}

/// How many of the changes are left out for each that is made to go wrong.
fn stride(changes: u64) -> usize {
    if long() { 1 } else { (changes / 12).max(1) as usize }
}

fn each_fault(make: impl Fn(u64) -> Fault) {
    let laboratory = Laboratory::new();
    let mut chance = Numbers::new(20260);
    for mode in MODES {
        let changes = laboratory.changes(mode);
        for number in (1..=changes).step_by(stride(changes)) {
            laboratory.try_fault(mode, make(number), &mut chance);
        }
    }
}

#[test]
fn one_change_that_fails_breaks_nothing() {
    each_fault(Fault::Once);
}

#[test]
fn a_disk_that_fails_breaks_nothing() {
    each_fault(Fault::From);
}

#[test]
fn a_power_failure_breaks_nothing() {
    each_fault(Fault::PowerLoss);
}
