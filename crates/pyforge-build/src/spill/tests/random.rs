//! Random functions over objects that a collector frees: none may be freed that is used later.

use std::fmt::Write as _;

use super::*;

const HEAP: &str = include_str!("heap.wat");
const FUNCTIONS: u32 = 4;
const LOCALS: u32 = 5;
const SEEDS: u64 = 16;

/// Writes random code; every `i32` on its operand stack is an object or zero.
struct Generator {
    state: u64,
    text: String,
    labels: Vec<Label>,
    next_label: u32,
}

#[derive(Clone, Copy)]
struct Label {
    number: u32,
    /// Whether a branch there takes an object.
    takes: bool,
    is_loop: bool,
}

impl Generator {
    fn below(&mut self, limit: u32) -> u32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as u32 % limit
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Adds text with a local in place of `LOCAL`.
    fn add_local(&mut self, text: &str) {
        let local = self.below(2 + LOCALS).to_string();
        self.add(&text.replace("LOCAL", &local));
    }

    fn function(&mut self, index: u32) {
        let locals = "i32 ".repeat(LOCALS as usize);
        writeln!(
            self.text,
            "(func $f{index} (param i32 i32) (result i32) (local {locals}) (local $saved i32)"
        )
        .unwrap();
        self.add("global.get $__stack_pointer local.set $saved");
        self.statements(5);
        self.object(5);
        self.add(")");
    }

    /// Adds a block; `takes` is for whoever branches to it.
    fn block(&mut self, head: &str, ty: &str, takes: bool, fill: impl FnOnce(&mut Self)) {
        let number = self.next_label;
        self.next_label += 1;
        writeln!(self.text, "{head} $l{number} {ty}").unwrap();
        self.labels.push(Label { number, takes, is_loop: head == "loop" });
        fill(self);
        self.labels.pop();
        self.add("end");
    }

    fn statements(&mut self, depth: u32) {
        for _ in 0..=self.below(3) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: u32) {
        let depth = depth.saturating_sub(1);
        let choice = if depth == 0 { self.below(4) } else { self.below(13) };
        match choice {
            0 => self.add("call $gc_collect"),
            1 => self.add_local("local.get LOCAL call $use drop"),
            2 => self.add_local("local.get LOCAL local.set LOCAL"),
            3 | 4 => {
                self.object(depth);
                self.add_local("local.set LOCAL");
            }
            5 => {
                self.object(depth);
                self.add("call $use drop");
            }
            6 => {
                self.add("call $chance");
                self.block("if", "", false, |this| {
                    this.statements(depth);
                    if this.below(2) == 0 {
                        this.add("else");
                        this.statements(depth);
                    }
                });
            }
            7 => self.block("block", "", false, |this| this.statements(depth)),
            8 => self.block("loop", "", false, |this| this.statements(depth)),
            9 | 10 => self.branch(depth),
            11 => self.try_table(depth),
            _ => self.leave(depth),
        }
    }

    /// Goes somewhere else, perhaps.
    fn branch(&mut self, depth: u32) {
        if self.labels.is_empty() {
            return;
        }
        let choice = self.below(self.labels.len() as u32) as usize;
        let Label { number, takes, is_loop } = self.labels[choice];
        let condition = if is_loop { "call $fuel" } else { "call $chance" };
        if takes {
            self.object(depth);
            writeln!(self.text, "{condition} br_if $l{number} drop").unwrap();
        } else if is_loop || self.below(2) == 0 {
            writeln!(self.text, "{condition} br_if $l{number}").unwrap();
        } else {
            self.block("block", "", false, |this| {
                let own = this.next_label - 1;
                writeln!(this.text, "call $chance br_table $l{own} $l{number} $l{own}").unwrap();
            });
        }
    }

    /// Leaves the function, perhaps.
    fn leave(&mut self, depth: u32) {
        self.add("call $chance i32.eqz if");
        self.object(depth);
        match self.below(3) {
            0 => self.add("throw $thrown"),
            1 => self.add("return"),
            _ => {
                let outermost = self.labels.len() + 1;
                writeln!(self.text, "br {outermost}").unwrap();
            }
        }
        self.add("end");
    }

    fn try_table(&mut self, depth: u32) {
        let restore = "local.get $saved global.set $__stack_pointer";
        if self.below(2) == 0 {
            self.block("block", "(result i32)", true, |this| {
                let handler = this.next_label - 1;
                let ty = format!("(catch $thrown $l{handler})");
                this.block("try_table", &ty, false, |this| this.statements(depth));
                this.object(depth);
            });
            self.add_local(&format!("{restore} local.set LOCAL"));
        } else {
            self.block("block", "", false, |this| {
                let handler = this.next_label - 1;
                let ty = format!("(result i32) (catch_all $l{handler})");
                this.block("try_table", &ty, true, |this| this.object(depth));
                this.add_local("local.set LOCAL");
            });
            self.add(restore);
        }
    }

    /// Adds code that leaves an object on the stack.
    fn object(&mut self, depth: u32) {
        let depth = depth.saturating_sub(1);
        let choice = if depth == 0 { self.below(3) } else { self.below(13) };
        match choice {
            0 | 1 => self.add_local("local.get LOCAL"),
            2 | 3 => self.add("call $alloc"),
            4 => {
                self.object(depth);
                self.add_local("local.tee LOCAL");
            }
            5 | 6 => self.two("call $pick", depth),
            7 => self.two("call $chance select", depth),
            8 => self.block("block", "(result i32)", true, |this| {
                this.statements(depth);
                this.object(depth);
            }),
            9 => {
                self.object(depth);
                self.add("call $chance");
                self.block("if", "(param i32) (result i32)", true, |this| {
                    this.statements(depth);
                    this.add("else");
                    this.statements(depth);
                });
            }
            10 => {
                self.object(depth);
                self.block("loop", "(param i32) (result i32)", true, |this| this.statements(depth));
            }
            11 => {
                self.block("block", "(result i32 i64 i32)", true, |this| {
                    // No one branches here: that would take three values.
                    this.labels.pop();
                    this.object(0);
                    this.add("i64.const 0");
                    this.object(0);
                    this.labels.push(Label { number: 0, takes: true, is_loop: false });
                });
                self.add_local("local.set LOCAL drop");
            }
            _ => self.call(depth),
        }
    }

    fn two(&mut self, take: &str, depth: u32) {
        self.object(depth);
        self.object(depth);
        self.add(take);
    }

    fn call(&mut self, depth: u32) {
        let function = self.below(FUNCTIONS);
        self.object(depth);
        self.object(depth);
        self.add("call $fuel if (param i32 i32) (result i32)");
        if self.below(2) == 0 {
            writeln!(self.text, "call $f{function}").unwrap();
        } else {
            writeln!(self.text, "i32.const {function} call_indirect (type $function)").unwrap();
        }
        self.add("else call $pick end");
    }
}

fn random_module(seed: u64) -> Vec<u8> {
    let state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut generator = Generator { state, text: String::new(), labels: Vec::new(), next_label: 0 };
    (0..FUNCTIONS).for_each(|index| generator.function(index));
    let text = format!("(module {HEAP} {})", generator.text);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{seed}: {error}\n{text}"))
}

#[test]
fn nothing_is_freed_that_is_used_later() {
    let engine = engine();
    let mut freed_before = 0;
    for seed in 0..SEEDS {
        let bytes = random_module(seed);
        let after = spilled(&bytes);
        for chance in [1, 2, 3] {
            let mut before = Running::new(&engine, &bytes);
            let expected = before.call(chance).unwrap();
            freed_before += u32::from(before.global("found") > 0);

            let mut after = Running::new(&engine, &after);
            let top = after.global("sp");
            assert_eq!(after.call(chance).unwrap(), expected, "{seed}: another result");
            assert_eq!(after.global("calls"), before.global("calls"), "{seed}: another way");
            assert_eq!(after.global("found"), 0, "{seed}: freed, and used");
            assert_eq!(after.global("sp"), top, "{seed}: the stack is not released");
        }
    }
    assert!(freed_before > SEEDS as u32, "hardly anything would go wrong without: {freed_before}");
}
