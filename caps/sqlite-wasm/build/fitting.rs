//! Changes to SQLite's source that let a statement wait for a function of the consumer's at the instruction that calls
//! it, without unwinding the stack (see `src/suspension.rs`). They are exact, and the build fails where one does not
//! find its place.

/// How an instruction is given up, to be done again when the statement goes on: as after a row.
const LEAVE: &str = "p->pc = (int)(pOp - aOp); rc = SQLITE_ROW; goto vdbe_return;";

/// The source with the changes.
///
/// # Panics
/// When a place is not there, or not once.
pub fn fit(source: &str) -> String {
    changes().iter().fold(source.to_owned(), |source, (from, to)| {
        assert_eq!(
            source.matches(from).count(),
            1,
            "SQLite's source has another number of `{from}` than one"
        );
        source.replace(from, to)
    })
}

fn changes() -> [(&'static str, String); 3] {
    let function = "(*pCtx->pFunc->xSFunc)(pCtx, pCtx->argc, pCtx->argv);/* IMP: R-24505-23230 */";
    let step = "(pCtx->pFunc->xSFunc)(pCtx,pCtx->argc,pCtx->argv); /* IMP: R-24505-23230 */";
    let time = "  p->iCurrentTime = 0;";
    [
        (function, format!("{function} if( engine_take_asking(pCtx) ){{ {LEAVE} }}")),
        // An aggregate counts its rows before it takes them.
        (step, format!("{step} if( engine_take_asking(pCtx) ){{ pMem->n--; {LEAVE} }}")),
        // The time is the same until the next row.
        (time, "  if( engine_continues ) engine_continues = 0; else p->iCurrentTime = 0;".to_owned()),
    ]
}
