//! Standard streams: limits, and hosts that take part while the guest runs.

mod common;

use common::{GUEST, command, run};
use pyforge_runtime::{Capture, Feed, Input, Interrupt, Output, Policy, RunError, Sink};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn too_much_output_ends_the_run_and_what_fits_is_kept() {
    let (policy, capture) = command(&["flood"]);
    let error = run(&Policy { output: Some(10_000), ..policy }).unwrap_err();
    assert!(matches!(error, RunError::Output { limit: 10_000 }), "{error:?}");
    assert_eq!(error.to_string(), "stopped after 10000 bytes of output");
    assert_eq!(capture.bytes(), vec![b'x'; 10_000]);
}

#[test]
fn the_limit_is_on_both_streams_together_and_may_be_reached() {
    let (policy, capture) = command(&["both", "abcde"]);
    let errors = Capture::new(100);
    let policy = Policy { stderr: Output::Capture(errors.clone()), ..policy };
    assert_eq!(run(&Policy { output: Some(10), ..policy.clone() }).unwrap().code, 0);
    assert_eq!((capture.bytes(), errors.bytes()), (b"abcde".to_vec(), b"abcde".to_vec()));
    let error = run(&Policy { output: Some(9), ..policy }).unwrap_err();
    assert!(matches!(error, RunError::Output { limit: 9 }), "{error:?}");
    assert_eq!((capture.bytes(), errors.bytes()), (b"abcdeabcde".to_vec(), b"abcdeabcd".to_vec()));
}

#[test]
fn output_that_goes_nowhere_counts_as_nothing() {
    let policy = Policy { stdout: Output::Null, output: Some(1), ..command(&["args", "abc"]).0 };
    assert_eq!(run(&policy).unwrap().code, 0);
}

#[test]
fn a_function_is_told_of_output_as_it_comes() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let pieces = taken.clone();
    let sink = Sink::function(move |piece| pieces.lock().unwrap().push(piece.to_vec()));
    let policy = Policy {
        stdout: Output::Stream(sink.clone()),
        stderr: Output::Stream(sink),
        ..command(&["both", "abc"]).0
    };
    assert_eq!(run(&policy).unwrap().code, 0);
    assert_eq!(*taken.lock().unwrap(), [b"abc", b"abc"]);
}

#[test]
fn a_limit_holds_for_streams_too() {
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    let sink = Sink::function(move |piece| *counted.lock().unwrap() += piece.len());
    let stdout = Output::Stream(sink);
    let error = run(&Policy { stdout, output: Some(100_000), ..command(&["flood"]).0 }).unwrap_err();
    assert!(matches!(error, RunError::Output { .. }), "{error:?}");
    assert!(*count.lock().unwrap() <= 100_000);
}

#[tokio::test]
async fn a_host_and_its_guest_converse() {
    let (ours, theirs) = tokio::io::duplex(16);
    let (their_input, their_output) = tokio::io::split(theirs);
    let (mut answers, mut questions) = tokio::io::split(ours);
    let policy = Policy {
        stdin: Input::Stream(Feed::reader(their_input)),
        stdout: Output::Stream(Sink::writer(their_output)),
        ..command(&["echo"]).0
    };
    let guest = tokio::spawn(async move { GUEST.run_async(&policy, &Interrupt::new()).await });
    for line in [&b"a line\n"[..], b"another one, longer than the pipe is wide\n"] {
        questions.write_all(line).await.unwrap();
        let mut answer = vec![0; line.len()];
        answers.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, line);
    }
    questions.shutdown().await.unwrap();
    assert_eq!(guest.await.unwrap().unwrap().code, 0);
    assert_eq!(answers.read(&mut [0]).await.unwrap(), 0, "dropped with the policy");
}

#[test]
fn a_guest_waits_for_a_reader_and_can_be_stopped_there() {
    let (ours, theirs) = tokio::io::duplex(16);
    let policy = Policy {
        stdout: Output::Stream(Sink::writer(theirs)),
        timeout: Some(Duration::from_millis(50)),
        ..command(&["flood"]).0
    };
    let error = run(&policy).unwrap_err();
    assert!(matches!(error, RunError::Timeout { .. }), "{error:?}");
    drop(ours);
}
