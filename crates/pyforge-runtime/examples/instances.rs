//! A host of many Pythons: compiled once, each run with its own rights, limits and output, and with functions of the
//! host's to call.
//!
//!     pyforge build --with host -o python.composed.wasm
//!     cargo run --release -p pyforge-runtime --example instances -- python.composed.wasm
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![allow(dead_code, reason = "a test runs all of this but `main`")]

use pyforge_runtime::{Capture, Functions, Interrupt, Output, Policy, Runtime, RuntimeConfig, Source};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let composed = std::env::args_os().nth(1).ok_or("name the composed file")?;
    for line in serve(composed.as_ref(), std::env::temp_dir().join("instances")).await? {
        println!("{line}");
    }
    Ok(())
}

/// Runs a Python for each of four tenants, all at once, and says what each came to.
pub async fn serve(composed: &Path, cache: PathBuf) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    // Room for 100 at a time. Compiled code is kept, so that only the first load ever takes long.
    let runtime = Runtime::new(RuntimeConfig::for_host(cache, 100))?;
    let source = Source::file(composed);
    // Taking a snapshot is not for async code.
    let python =
        tokio::task::spawn_blocking(move || runtime.load(&source, &|step| println!("{step:?}"))).await??;
    let functions = Functions::new()
        .with("price", |arguments| match arguments.get(0, "item").and_then(|item| item.as_str()) {
            Some("tea") => Ok(json!({"cents": 250})),
            _ => Err("not on the menu".to_owned()),
        })
        .with_async("wait", |_| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(json!("waited"))
        });
    let tenants = [
        "import pyforge_host as host; print(host.price('tea'), host.wait())",
        "import pyforge_host as host\ntry: host.price(item='gold')\nexcept host.HostError as no: print(no)",
        "while True: print('spam')",
        "while True: pass",
    ];
    let runs = tenants.map(|code| {
        let output = Capture::new(1 << 16);
        let policy = Policy {
            args: ["python", "-c", code].map(str::to_owned).to_vec(),
            functions: functions.clone(),
            stdout: Output::Capture(output.clone()),
            output: Some(1 << 16),
            memory: Some(64 << 20),
            timeout: Some(Duration::from_secs(2)),
            ..Policy::default()
        };
        let python = python.clone();
        // To drop or to abort such a task ends its guest.
        tokio::spawn(async move {
            match python.run_async(&policy, &Interrupt::new()).await {
                Ok(exit) => format!("{}: {}", exit.code, String::from_utf8_lossy(&output.bytes()).trim_end()),
                Err(error) => error.to_string(),
            }
        })
    });
    let mut lines = Vec::new();
    for run in runs {
        lines.push(run.await?);
    }
    Ok(lines)
}
