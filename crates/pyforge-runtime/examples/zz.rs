use pyforge_runtime::*;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut config = RuntimeConfig::for_process("/root/.cache/pyforge/compiled".into());
    if a[2] == "s" {
        config.snapshot = Some(["json", "re", "sqlite3", "ssl"].map(str::to_owned).to_vec());
    }
    let t = Instant::now();
    let rt = Runtime::new(config).unwrap();
    println!("runtime {:?}", t.elapsed());
    let t = Instant::now();
    let p = rt.load(&Source::file(&a[1]), &|_| {}).unwrap();
    println!("load {:?}", t.elapsed());
    let policy = Policy {
        args: ["python", "-c", &a[3]].map(str::to_owned).to_vec(),
        stdout: Output::Inherit,
        stderr: Output::Inherit,
        ..Policy::default()
    };
    let mut v = vec![];
    for _ in 0..40 {
        let t = Instant::now();
        let e = p.run(&policy, &Interrupt::new()).unwrap();
        v.push(t.elapsed().as_secs_f64() * 1e3);
        if v.len() == 1 {
            println!("{e:?}");
        }
    }
    println!("first {:.2}", v[0]);
    v.sort_by(f64::total_cmp);
    println!("min {:.2} med {:.2}", v[0], v[20]);
}
