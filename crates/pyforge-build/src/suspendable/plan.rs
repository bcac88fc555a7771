//! Which functions are cloned: those that a suspension can pass through, on its way to a suspendable function.

use std::collections::{BTreeMap, BTreeSet};

use miette::{IntoDiagnostic, WrapErr, bail, ensure, miette};
use wasmparser::{
    ConstExpr, Element, ElementItems, ElementKind, FunctionBody, Import, Operator, RefType, TypeRef,
};

use super::module::Module;
use crate::Result;

/// The module that suspendable functions are imported from.
pub const SUSPENDABLE: &str = "suspendable";

/// The module that Asyncify's own functions are imported from.
pub const ASYNCIFY: &str = "asyncify";

/// What becomes of a module's functions.
pub struct Plan {
    /// Each import that is a suspendable function, with the function whose clone it becomes.
    pub roots: BTreeMap<u32, u32>,
    /// The functions to clone.
    pub clones: BTreeSet<u32>,
    /// Those that begin and end a suspension where it happens: Asyncify's run time at the top of the stack.
    pub suspending: BTreeSet<u32>,
    /// How long the table is before it is doubled.
    pub slots: u32,
}

/// What a function calls.
#[derive(Default)]
struct Calls {
    direct: BTreeSet<u32>,
    indirect: bool,
}

impl Plan {
    pub fn new(module: &Module<'_>, names: &[String]) -> Result<Self> {
        ensure!(
            module.memories.len() == 1,
            "the core module must have one memory, not {}",
            module.memories.len()
        );
        let slots = count_slots(module)?;
        let roots = find_roots(module, names)?;
        let calls = collect_calls(module, &roots)?;
        let suspending = callers(module, &calls, &["start_unwind", "stop_rewind"]);
        let driving = callers(module, &calls, &["stop_unwind", "start_rewind"]);
        if let Some(both) = suspending.intersection(&driving).next() {
            bail!(
                "{} both suspends and drives suspensions: keep `asyncify.start_unwind` and `asyncify.stop_rewind` \
                 in a function of their own that is not inlined",
                module.function_name(*both)
            );
        }
        let runtime: BTreeSet<_> = suspending.union(&driving).copied().collect();
        if let Some(root) = roots.values().find(|root| runtime.contains(root)) {
            bail!("{} calls Asyncify itself, so it cannot be suspendable", module.function_name(*root));
        }
        let passed = passed_through(&calls, &suspending, &driving);
        let reached = reachable(&calls, roots.values().copied(), &runtime, &in_table(module)?);
        let clones = reached
            .into_iter()
            .filter(|function| passed.contains(function) && !runtime.contains(function))
            .chain(roots.values().copied())
            .collect();
        Ok(Self { roots, clones, suspending, slots })
    }
}

/// The table's length, after making sure that its content is known and stays.
fn count_slots(module: &Module<'_>) -> Result<u32> {
    let imported = module.imports.iter().any(|import| matches!(import.ty, TypeRef::Table(_)));
    ensure!(!imported, "the core module's table is imported: its function pointers are not known");
    let table = match module.tables[..] {
        [] => return Ok(0),
        [table] => table,
        _ => bail!("the core module has more than one table"),
    };
    ensure!(
        table.element_type == RefType::FUNCREF && !table.table64,
        "the core module's table is not one of function pointers of 32 bits"
    );
    u32::try_from(table.initial).into_diagnostic().wrap_err("the core module's table is too long")
}

/// Each import from `suspendable`, with the function that is defined under the same name.
fn find_roots(module: &Module<'_>, names: &[String]) -> Result<BTreeMap<u32, u32>> {
    let mut roots = BTreeMap::new();
    for (index, import) in (0..).zip(module.imported_functions()) {
        if import.module == SUSPENDABLE {
            let root = find_root(module, import, names)?;
            let same_type = module.function_type(index) == module.function_type(root);
            ensure!(
                same_type,
                "the import `{SUSPENDABLE}.{0}` has another type than `{0}` itself",
                import.name
            );
            roots.insert(index, root);
        }
    }
    let imports: BTreeSet<_> = roots
        .keys()
        .filter_map(|&index| module.imported_functions().nth(index as usize))
        .map(|import| import.name)
        .collect();
    match names.iter().find(|name| !imports.contains(name.as_str())) {
        Some(name) => {
            Err(miette!("nothing imports the suspendable function `{name}`, as `{SUSPENDABLE}.{name}`"))
        }
        None => Ok(roots),
    }
}

fn find_root(module: &Module<'_>, import: &Import<'_>, names: &[String]) -> Result<u32> {
    let wanted = import.name;
    ensure!(
        names.iter().any(|name| name == wanted),
        "`{SUSPENDABLE}.{wanted}` is imported, but `suspendable` in Cargo.toml does not name it"
    );
    let defined = module.names.range(module.first_defined()..).filter(|(_, name)| **name == wanted);
    match defined.map(|(index, _)| *index).collect::<Vec<_>>()[..] {
        [root] => Ok(root),
        [] => Err(miette!("no function is called `{wanted}`, which is to be suspendable")),
        [..] => Err(miette!("more than one function is called `{wanted}`: which is to be suspendable?")),
    }
}

/// What each function calls; a call of an import that becomes a clone is one of the function cloned.
fn collect_calls(module: &Module<'_>, roots: &BTreeMap<u32, u32>) -> Result<BTreeMap<u32, Calls>> {
    let named = |(index, body)| {
        let calls =
            read_calls(body, roots).wrap_err_with(|| format!("in {}", module.function_name(index)))?;
        Ok((index, calls))
    };
    module.defined().map(named).collect()
}

fn read_calls(body: &FunctionBody<'_>, roots: &BTreeMap<u32, u32>) -> Result<Calls> {
    let mut calls = Calls::default();
    for operator in body.get_operators_reader().into_diagnostic()? {
        match operator.into_diagnostic()? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                calls.direct.insert(*roots.get(&function_index).unwrap_or(&function_index));
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => calls.indirect = true,
            operator @ (Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableSize { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }) => {
                bail!(
                    "{operator:?}: a table that is more than a fixed list of function pointers cannot be doubled"
                )
            }
            _ => {}
        }
    }
    Ok(calls)
}

/// The functions that call some of Asyncify's.
fn callers(module: &Module<'_>, calls: &BTreeMap<u32, Calls>, fields: &[&str]) -> BTreeSet<u32> {
    let is_wanted = |import: &Import<'_>| import.module == ASYNCIFY && fields.contains(&import.name);
    let imports = (0..).zip(module.imported_functions()).filter(|(_, import)| is_wanted(import));
    let wanted: BTreeSet<u32> = imports.map(|(index, _)| index).collect();
    calls.iter().filter(|(_, calls)| !calls.direct.is_disjoint(&wanted)).map(|(index, _)| *index).collect()
}

/// What contains indirect calls or suspends, and what calls that; but a driver ends every suspension.
fn passed_through(
    calls: &BTreeMap<u32, Calls>,
    suspending: &BTreeSet<u32>,
    driving: &BTreeSet<u32>,
) -> BTreeSet<u32> {
    let mut callers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (&caller, calls) in calls {
        calls.direct.iter().for_each(|&callee| callers.entry(callee).or_default().push(caller));
    }
    let indirect = calls.iter().filter(|(_, calls)| calls.indirect).map(|(index, _)| *index);
    let mut waiting: Vec<_> = indirect.chain(suspending.iter().copied()).collect();
    let mut passed = BTreeSet::new();
    while let Some(function) = waiting.pop() {
        if !driving.contains(&function) && passed.insert(function) {
            waiting.extend(callers.get(&function).into_iter().flatten());
        }
    }
    passed
}

/// What the roots call, and what that calls; an indirect call may be of any function of the table.
fn reachable(
    calls: &BTreeMap<u32, Calls>,
    roots: impl Iterator<Item = u32>,
    barriers: &BTreeSet<u32>,
    table: &BTreeSet<u32>,
) -> BTreeSet<u32> {
    let mut waiting: Vec<_> = roots.collect();
    let mut reached = BTreeSet::new();
    let mut table_reached = false;
    while let Some(function) = waiting.pop() {
        // What is imported calls nothing here.
        let Some(calls) = calls.get(&function) else { continue };
        if barriers.contains(&function) || !reached.insert(function) {
            continue;
        }
        waiting.extend(&calls.direct);
        if calls.indirect && !std::mem::replace(&mut table_reached, true) {
            waiting.extend(table);
        }
    }
    reached
}

/// The functions in the table.
fn in_table(module: &Module<'_>) -> Result<BTreeSet<u32>> {
    let mut functions = BTreeSet::new();
    for (index, element) in module.elements.iter().enumerate() {
        read_element(element, &mut functions).wrap_err_with(|| format!("in element segment {index}"))?;
    }
    Ok(functions)
}

fn read_element(element: &Element<'_>, functions: &mut BTreeSet<u32>) -> Result<()> {
    let ElementKind::Active { table_index: None | Some(0), offset_expr } = &element.kind else {
        bail!("it is not placed into the table when the module starts");
    };
    constant_offset(offset_expr)?;
    match element.items.clone() {
        ElementItems::Functions(indices) => {
            for index in indices {
                functions.insert(index.into_diagnostic()?);
            }
        }
        ElementItems::Expressions(_, expressions) => {
            for expression in expressions {
                let mut operators = expression.into_diagnostic()?.get_operators_reader();
                match operators.read().into_diagnostic()? {
                    Operator::RefFunc { function_index } => drop(functions.insert(function_index)),
                    Operator::RefNull { .. } => {}
                    operator => bail!("{operator:?}: what it holds is not known"),
                }
            }
        }
    }
    Ok(())
}

/// The slot where a segment begins.
pub fn constant_offset(offset: &ConstExpr<'_>) -> Result<u32> {
    let mut operators = offset.get_operators_reader();
    let first = operators.read().into_diagnostic()?;
    match (first, operators.read().into_diagnostic()?) {
        (Operator::I32Const { value }, Operator::End) => Ok(value.cast_unsigned()),
        (first, _) => Err(miette!("{first:?}: it is not placed at a fixed slot")),
    }
}
