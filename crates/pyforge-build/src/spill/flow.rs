//! The ways through a function.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use miette::miette;
use wasmparser::{Catch, Operator, TryTable};

use crate::Result;

/// A function as blocks of operators that are only gone through as a whole.
pub struct Flow {
    pub blocks: Vec<Block>,
    /// How many loops are around each operator.
    pub loops: Vec<u32>,
}

pub struct Block {
    pub operators: Range<usize>,
    /// The blocks that can be next.
    pub next: Vec<usize>,
}

impl Flow {
    pub fn of(operators: &[Operator<'_>]) -> Result<Self> {
        let (next, loops) = next_operators(operators)?;
        let mut starts = BTreeSet::from([0]);
        for (at, next) in next.iter().enumerate() {
            if *next != [at + 1] {
                starts.extend(next);
                starts.insert(at + 1);
            }
        }
        starts.remove(&operators.len());
        let index: BTreeMap<usize, usize> = starts.iter().copied().zip(0..).collect();
        let ends = starts.iter().copied().skip(1).chain([operators.len()]);
        let block = |(start, end): (usize, usize)| {
            let next = next[end - 1].iter().map(|next| index[next]).collect();
            Block { operators: start..end, next }
        };
        Ok(Self { blocks: starts.iter().copied().zip(ends).map(block).collect(), loops })
    }
}

/// The operators that can come after each, and how many loops are around it.
fn next_operators(operators: &[Operator<'_>]) -> Result<(Vec<Vec<usize>>, Vec<u32>)> {
    let mut ways = Ways { nesting: Nesting::of(operators), open: Vec::new(), last: operators.len() - 1 };
    let mut next = Vec::with_capacity(operators.len());
    let mut loops = Vec::with_capacity(operators.len());
    for (at, operator) in operators.iter().enumerate() {
        next.push(ways.step(at, operator)?);
        loops.push(ways.open.iter().filter(|frame| frame.is_loop).count() as u32);
    }
    Ok((next, loops))
}

/// Where blocks end.
struct Nesting {
    /// The `end` of each operator that has one.
    ends: BTreeMap<usize, usize>,
    /// The `else` of each `if` that has one.
    elses: BTreeMap<usize, usize>,
    /// The `end` of each `else`.
    else_ends: BTreeMap<usize, usize>,
}

impl Nesting {
    fn of(operators: &[Operator<'_>]) -> Self {
        let (mut ends, mut elses, mut else_ends) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut open = Vec::new();
        for (at, operator) in operators.iter().enumerate() {
            match operator {
                operator if opens(operator) => open.push(at),
                Operator::Else => drop(open.last().map(|start| elses.insert(*start, at))),
                Operator::End => {
                    if let Some(start) = open.pop() {
                        ends.insert(start, at);
                        elses.get(&start).map(|middle| else_ends.insert(*middle, at));
                    }
                }
                _ => {}
            }
        }
        Self { ends, elses, else_ends }
    }
}

/// A block that has begun and not ended.
struct Open {
    /// The operator that a branch to it goes to: a loop's own, or its `end`.
    target: usize,
    is_loop: bool,
    /// Where exceptions go that are thrown in it.
    handlers: Vec<usize>,
}

struct Ways {
    nesting: Nesting,
    open: Vec<Open>,
    /// The function's own `end`.
    last: usize,
}

impl Ways {
    fn step(&mut self, at: usize, operator: &Operator<'_>) -> Result<Vec<usize>> {
        use Operator::*;
        let mut next = match operator {
            End if at == self.last => vec![],
            Br { relative_depth } => vec![self.target(*relative_depth)],
            BrIf { relative_depth } => vec![self.after(at), self.target(*relative_depth)],
            BrTable { targets } => {
                let depths = targets.targets().filter_map(std::result::Result::ok).chain([targets.default()]);
                depths.map(|depth| self.target(depth)).collect()
            }
            Return => vec![self.last],
            Unreachable => vec![],
            Throw { .. } | ThrowRef => self.handlers(),
            Call { .. } | CallIndirect { .. } | CallRef { .. } => {
                [vec![self.after(at)], self.handlers()].concat()
            }
            If { .. } => {
                let other = self.nesting.elses.get(&at).unwrap_or(&self.nesting.ends[&at]);
                vec![self.after(at), *other]
            }
            operator if is_refused(operator) => {
                return Err(miette!("it contains what is not expected of C: {operator:?}"));
            }
            _ => vec![self.after(at)],
        };
        next.sort_unstable();
        next.dedup();
        self.nest(at, operator);
        Ok(next)
    }

    /// The operator behind one, or the `end` if the next begins what is done otherwise.
    fn after(&self, at: usize) -> usize {
        // The `else` itself stands for the beginning of what is done otherwise.
        self.nesting.else_ends.get(&(at + 1)).copied().unwrap_or(at + 1)
    }

    fn nest(&mut self, at: usize, operator: &Operator<'_>) {
        if opens(operator) {
            let is_loop = matches!(operator, Operator::Loop { .. });
            let target = if is_loop { at } else { self.nesting.ends[&at] };
            let handlers = match operator {
                Operator::TryTable { try_table } => self.catches(try_table),
                _ => vec![],
            };
            self.open.push(Open { target, is_loop, handlers });
        } else if matches!(operator, Operator::End) {
            self.open.pop();
        }
    }

    fn target(&self, depth: u32) -> usize {
        self.open.iter().rev().nth(depth as usize).map_or(self.last, |frame| frame.target)
    }

    fn catches(&self, try_table: &TryTable) -> Vec<usize> {
        let label = |catch: &Catch| match *catch {
            Catch::One { label, .. }
            | Catch::OneRef { label, .. }
            | Catch::All { label }
            | Catch::AllRef { label } => label,
        };
        try_table.catches.iter().map(|catch| self.target(label(catch))).collect()
    }

    /// Where an exception may go that is thrown now.
    fn handlers(&self) -> Vec<usize> {
        self.open.iter().flat_map(|frame| &frame.handlers).copied().collect()
    }
}

fn opens(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(operator, Block { .. } | Loop { .. } | If { .. } | TryTable { .. } | Try { .. })
}

/// Whether an operator goes ways that are not known here.
fn is_refused(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        Try { .. }
            | Catch { .. }
            | CatchAll
            | Delegate { .. }
            | Rethrow { .. }
            | ReturnCall { .. }
            | ReturnCallIndirect { .. }
            | ReturnCallRef { .. }
            | BrOnNull { .. }
            | BrOnNonNull { .. }
            | BrOnCast { .. }
            | BrOnCastFail { .. }
            | BrOnCastDescEq { .. }
            | BrOnCastDescEqFail { .. }
            | ContNew { .. }
            | ContBind { .. }
            | Suspend { .. }
            | Resume { .. }
            | ResumeThrow { .. }
            | ResumeThrowRef { .. }
            | Switch { .. }
    )
}
