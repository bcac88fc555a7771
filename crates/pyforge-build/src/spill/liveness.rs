//! What is known of variables at each operator of a function, from what is done with them elsewhere.

use super::bits::Bits;
use super::flow::Flow;

/// What an operator does with variables: first it uses some, then it assigns some.
#[derive(Clone, Default)]
pub struct Step {
    pub uses: Vec<u32>,
    pub assigns: Vec<u32>,
}

impl Step {
    fn back(&self, state: &mut Bits) {
        self.assigns.iter().for_each(|variable| state.remove(*variable));
        self.uses.iter().for_each(|variable| state.insert(*variable));
    }

    fn forth(&self, state: &mut Bits) {
        self.uses.iter().for_each(|variable| state.insert(*variable));
        self.assigns.iter().for_each(|variable| state.remove(*variable));
    }
}

/// Finds which variables are used later on some way, before they are assigned. Shows those after each operator, and
/// returns those at the beginning.
pub fn used_later(flow: &Flow, steps: &[Step], count: usize, mut show: impl FnMut(usize, &Bits)) -> Bits {
    let mut before = vec![Bits::none(count); flow.blocks.len()];
    let after = |block: usize, before: &[Bits]| {
        let mut state = Bits::none(count);
        flow.blocks[block].next.iter().for_each(|next| state.unite(&before[*next]));
        state
    };
    loop {
        let mut changed = false;
        for (index, block) in flow.blocks.iter().enumerate().rev() {
            let mut state = after(index, &before);
            steps[block.operators.clone()].iter().rev().for_each(|step| step.back(&mut state));
            changed |= state != before[index];
            before[index] = state;
        }
        if !changed {
            break;
        }
    }
    for (index, block) in flow.blocks.iter().enumerate() {
        let mut state = after(index, &before);
        for at in block.operators.clone().rev() {
            show(at, &state);
            steps[at].back(&mut state);
        }
    }
    before.swap_remove(0)
}

/// Finds which variables were used before on every way, and not assigned since. Shows those before each operator.
pub fn used_before(flow: &Flow, steps: &[Step], count: usize, mut show: impl FnMut(usize, &Bits)) {
    let mut previous = vec![Vec::new(); flow.blocks.len()];
    for (index, block) in flow.blocks.iter().enumerate() {
        block.next.iter().for_each(|next| previous[*next].push(index));
    }
    let mut after = vec![Bits::all(count); flow.blocks.len()];
    let before = |block: usize, after: &[Bits]| {
        // The function's beginning comes from elsewhere too.
        let mut state = if block == 0 { Bits::none(count) } else { Bits::all(count) };
        previous[block].iter().for_each(|previous| state.intersect(&after[*previous]));
        state
    };
    loop {
        let mut changed = false;
        for (index, block) in flow.blocks.iter().enumerate() {
            let mut state = before(index, &after);
            steps[block.operators.clone()].iter().for_each(|step| step.forth(&mut state));
            changed |= state != after[index];
            after[index] = state;
        }
        if !changed {
            break;
        }
    }
    for (index, block) in flow.blocks.iter().enumerate() {
        let mut state = before(index, &after);
        for at in block.operators.clone() {
            show(at, &state);
            steps[at].forth(&mut state);
        }
    }
}
