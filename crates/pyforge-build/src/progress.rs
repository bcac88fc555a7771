//! How a build tells its caller what it is doing.

/// Where progress is shown: a terminal, a log, nowhere.
pub trait Progress: Sync {
    /// Something that may take long begins; it ends when the task is finished or dropped.
    fn start(&self, title: &str) -> Box<dyn Task>;

    /// One line for the user, such as which place served a download.
    fn note(&self, text: &str);
}

/// One thing under way.
pub trait Task {
    /// The newest line of a running program's output.
    fn line(&mut self, text: &str);

    /// Bytes done, out of a total when that is known.
    fn bytes(&mut self, done: u64, total: Option<u64>);

    /// It succeeded. A task dropped without this has failed.
    fn finish(self: Box<Self>);
}

/// Shows nothing.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str) -> Box<dyn Task> {
        Box::new(Self)
    }

    fn note(&self, _: &str) {}
}

impl Task for Silent {
    fn line(&mut self, _: &str) {}

    fn bytes(&mut self, _: u64, _: Option<u64>) {}

    fn finish(self: Box<Self>) {}
}
