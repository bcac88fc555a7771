//! What is stored where.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::Operator;

use super::bits::Bits;
use super::flow::Flow;
use super::liveness::{Step, used_before, used_later};
use super::operands::Operands;
use super::variables::Variables;

/// What is stored where.
pub struct Plan {
    pub variables: Variables,
    /// The number of each variable's slot.
    pub slots: BTreeMap<u32, u32>,
    /// The parameters that are stored when the function begins.
    pub at_entry: Vec<u32>,
    /// The variables that are stored before an operator, which calls.
    pub before: BTreeMap<usize, Vec<u32>>,
    /// Those that are stored after one, which assigns them.
    pub after: BTreeMap<usize, Vec<u32>>,
}

impl Plan {
    /// A plan, unless there is nothing to store.
    pub fn new(operands: &Operands, flow: &Flow, operators: &[Operator<'_>]) -> Option<Self> {
        let variables = Variables::of(operands, operators);
        let needed = needed_at_calls(&variables, flow, operators);
        let stored: BTreeSet<u32> = needed.values().flatten().copied().collect();
        if stored.is_empty() {
            return None;
        }
        let mut steps = variables.assignments(operators);
        for (call, needed) in needed {
            steps[call].uses = needed;
        }
        let count = variables.types.len();
        let lazy = before_calls(flow, &steps, count);
        let eager = when_assigned(flow, &steps, count, operands.params as u32);
        let (weight_lazy, weight_eager) = (lazy.weights(flow, count), eager.weights(flow, count));
        // Most ways through a function meet few of its calls, if any: an interpreter's loop has one for each instruction.
        let is_lazy =
            |variable: &u32| weight_lazy[*variable as usize] <= 4 * weight_eager[*variable as usize];
        Some(Self {
            variables,
            slots: stored.into_iter().zip(0..).collect(),
            at_entry: eager.at_entry.into_iter().filter(|variable| !is_lazy(variable)).collect(),
            before: only(lazy.at, is_lazy),
            after: only(eager.at, |variable| !is_lazy(variable)),
        })
    }
}

fn only(places: BTreeMap<usize, Vec<u32>>, keep: impl Fn(&u32) -> bool) -> BTreeMap<usize, Vec<u32>> {
    let kept = places.into_iter().map(|(at, variables)| (at, variables.into_iter().filter(&keep).collect()));
    kept.filter(|(_, variables): &(usize, Vec<u32>)| !variables.is_empty()).collect()
}

/// What has to be in its slot at each call that may reach the collector.
fn needed_at_calls(
    variables: &Variables,
    flow: &Flow,
    operators: &[Operator<'_>],
) -> BTreeMap<usize, Vec<u32>> {
    let steps = variables.steps(operators);
    let mut needed = BTreeMap::new();
    used_later(flow, &steps, variables.types.len(), |at, live| {
        let Some(beneath) = variables.beneath.get(&at) else { return };
        let mut live = live.clone();
        // The call's own results are not there yet.
        steps[at].assigns.iter().for_each(|variable| live.remove(*variable));
        beneath.iter().chain(&variables.kept).for_each(|variable| live.insert(*variable));
        needed.insert(at, live.iter().filter(|variable| variables.pointers.contains(variable)).collect());
    });
    needed
}

/// Places where variables can be stored.
#[derive(Default)]
struct Places {
    at_entry: Vec<u32>,
    at: BTreeMap<usize, Vec<u32>>,
}

impl Places {
    fn add(&mut self, at: usize, candidates: &[u32], keep: impl Fn(u32) -> bool) {
        let variables: Vec<_> = candidates.iter().copied().filter(|variable| keep(*variable)).collect();
        if !variables.is_empty() {
            self.at.insert(at, variables);
        }
    }

    /// How often each variable is stored, if every loop is gone through eight times.
    fn weights(&self, flow: &Flow, count: usize) -> Vec<u64> {
        let mut weights = vec![0; count];
        self.at_entry.iter().for_each(|variable| weights[*variable as usize] += 1);
        for (at, variables) in &self.at {
            for variable in variables {
                weights[*variable as usize] += 8_u64.pow(flow.loops[*at].min(8));
            }
        }
        weights
    }
}

/// Before each call what is needed and not stored yet.
fn before_calls(flow: &Flow, steps: &[Step], count: usize) -> Places {
    let mut places = Places::default();
    used_before(flow, steps, count, |at, stored: &Bits| {
        places.add(at, &steps[at].uses, |variable| !stored.contains(variable));
    });
    places
}

/// Wherever a variable gets a value that is needed at a call.
fn when_assigned(flow: &Flow, steps: &[Step], count: usize, params: u32) -> Places {
    let mut places = Places::default();
    let at_entry = used_later(flow, steps, count, |at, needed| {
        places.add(at, &steps[at].assigns, |variable| needed.contains(variable));
    });
    places.at_entry = (0..params).filter(|param| at_entry.contains(*param)).collect();
    places
}
