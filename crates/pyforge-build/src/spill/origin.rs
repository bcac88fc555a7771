//! Where values come from: which of them cannot be pointers to what a collector frees.

use wasmparser::Operator;

use super::operands::Value;

/// Where a value on the operand stack comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    Constant(i32),
    /// A truth value, or what was loaded from less than 32 bits.
    Small,
    /// The C stack's pointer.
    Stack,
    Local(u32),
    /// Another value, moved by a constant.
    Moved(usize),
    /// One of two values.
    Either(usize, usize),
    Unknown,
}

/// What a value can be; what is later in order includes what is earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Nothing,
    /// A pointer to the C stack, which stays one if moved.
    Stack,
    /// No pointer to what is collected.
    Harmless,
    Any,
}

impl Origin {
    /// Where the result of an operator comes from, that took these values.
    pub fn of(operator: &Operator<'_>, taken: &[usize], values: &[Value], stack_pointer: u32) -> Self {
        let constant = |index: usize| match values[taken[index]].origin {
            Self::Constant(constant) => Some(constant),
            _ => None,
        };
        match operator {
            Operator::I32Const { value } => Self::Constant(*value),
            Operator::LocalGet { local_index } | Operator::LocalTee { local_index } => {
                Self::Local(*local_index)
            }
            Operator::GlobalGet { global_index } if *global_index == stack_pointer => Self::Stack,
            Operator::I32Add | Operator::I32Sub if constant(1).is_some() => Self::Moved(taken[0]),
            Operator::I32Add if constant(0).is_some() => Self::Moved(taken[1]),
            Operator::I32And if [0, 1].into_iter().filter_map(constant).any(is_small) => Self::Small,
            Operator::Select => Self::Either(taken[0], taken[1]),
            operator if gives_small(operator) => Self::Small,
            _ => Self::Unknown,
        }
    }

    /// What the value can be, if that is known of other values and of locals.
    pub fn kind(self, values: &[Value], locals: &[Kind]) -> Kind {
        match self {
            Self::Constant(_) | Self::Small => Kind::Harmless,
            Self::Stack => Kind::Stack,
            Self::Local(local) => locals[local as usize],
            Self::Moved(value) => match values[value].origin.kind(values, locals) {
                Kind::Harmless => Kind::Any,
                kind => kind,
            },
            Self::Either(one, other) => {
                let kind = |value: usize| values[value].origin.kind(values, locals);
                kind(one).max(kind(other))
            }
            Self::Unknown => Kind::Any,
        }
    }
}

/// What every local can be, from what they are set to.
pub fn kinds_of_locals(params: usize, count: usize, sources: &[(u32, usize)], values: &[Value]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Nothing; count];
    kinds[..params].fill(Kind::Any);
    loop {
        let mut changed = false;
        for &(local, source) in sources {
            let kind = values[source].origin.kind(values, &kinds);
            let known = &mut kinds[local as usize];
            changed |= kind > *known;
            *known = kind.max(*known);
        }
        if !changed {
            return kinds;
        }
    }
}

/// Whether a mask leaves less than an address.
fn is_small(mask: i32) -> bool {
    (0..1024).contains(&mask)
}

/// Whether the results are never pointers, whatever they are made from.
fn gives_small(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        I32Eqz
            | I32Eq
            | I32Ne
            | I32LtS
            | I32LtU
            | I32GtS
            | I32GtU
            | I32LeS
            | I32LeU
            | I32GeS
            | I32GeU
            | I32Load8S { .. }
            | I32Load8U { .. }
            | I32Load16S { .. }
            | I32Load16U { .. }
    )
}
