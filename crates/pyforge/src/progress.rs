//! Shows progress: a line that renews itself on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use pyforge_build::{Progress, Task};

use crate::terminal::say;

/// What ends quicker than this is not worth a line.
const WORTH_SAYING: Duration = Duration::from_millis(100);

/// Progress on standard error.
pub struct Shown;

impl Progress for Shown {
    fn start(&self, title: &str) -> Box<dyn Task> {
        let begun = Instant::now();
        if std::io::stderr().is_terminal() {
            return Box::new(Spinner { bar: spinner(title), title: title.to_owned(), begun });
        }
        say(format!("{title} …"));
        Box::new(Plain { title: title.to_owned(), begun })
    }

    fn note(&self, text: &str) {
        say(text);
    }
}

struct Spinner {
    bar: ProgressBar,
    title: String,
    begun: Instant,
}

fn spinner(title: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Task for Spinner {
    fn line(&mut self, text: &str) {
        self.bar.set_message(text.to_owned());
    }

    fn bytes(&mut self, done: u64, total: Option<u64>) {
        let total = total.map(|total| format!(" of {}", HumanBytes(total))).unwrap_or_default();
        self.bar.set_message(format!("{}{total}", HumanBytes(done)));
    }

    fn finish(self: Box<Self>) {
        self.bar.finish_and_clear();
        done(&self.title, self.begun.elapsed());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

struct Plain {
    title: String,
    begun: Instant,
}

impl Task for Plain {
    fn line(&mut self, _: &str) {}

    fn bytes(&mut self, _: u64, _: Option<u64>) {}

    fn finish(self: Box<Self>) {
        done(&self.title, self.begun.elapsed());
    }
}

fn done(title: &str, took: Duration) {
    if took >= Duration::from_secs(60) {
        say(format!("{title}: {}", HumanDuration(took)));
    } else if took >= WORTH_SAYING {
        say(format!("{title}: {:.1} s", took.as_secs_f64()));
    }
}
