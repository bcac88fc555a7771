//! Which runs can begin with a snapshot: those for which Python would have been brought up just as it was.

use crate::Policy;

/// What the interpreter was called when it was brought up; `sys.executable` comes from it.
pub(crate) const PROGRAM: &str = "python";

/// Variables that Python asks for when it needs them, not when it comes up.
const ASKED_LATER: [&str; 3] = ["PYTHON_BASIC_REPL", "PYTHON_COLORS", "PYTHON_HISTORY"];

/// Variables that choose the locale; the first that is there counts.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// Whether this run can: its arguments begin with no option for the interpreter, its environment has none.
pub(crate) fn fits(policy: &Policy) -> bool {
    let mut args = policy.args.iter().map(String::as_str);
    let program = args.next() == Some(PROGRAM);
    let first = args.next().unwrap_or("-");
    let no_option = !first.starts_with('-') || matches!(first, "-" | "-c" | "-m");
    program && no_option && policy.env.iter().all(|(name, value)| leaves_as_it_is(name, value))
}

fn leaves_as_it_is(name: &str, value: &str) -> bool {
    if LOCALE.contains(&name) {
        // In these Python comes up in its UTF-8 mode.
        return !matches!(value, "C" | "POSIX");
    }
    !name.starts_with("PYTHON") || ASKED_LATER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(args: &str, env: &[(&str, &str)]) -> Policy {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Policy { args: args.split(' ').map(str::to_owned).collect(), env, ..Policy::default() }
    }

    #[test]
    fn options_of_the_interpreter_need_another_one() {
        for args in ["python", "python -", "python -c pass -I", "python -m json.tool", "python a.py -X dev"] {
            assert!(
                fits(&policy(args, &[("HOME", "/"), ("LANG", "C.UTF-8"), ("PYTHON_COLORS", "0")])),
                "{args}"
            );
        }
        for args in
            ["python -I -c pass", "python -Xdev a.py", "python -R", "python3 -c pass", "python --help"]
        {
            assert!(!fits(&policy(args, &[])), "{args}");
        }
        for env in [("PYTHONHASHSEED", "1"), ("PYTHONPATH", "/lib"), ("LC_ALL", "C")] {
            assert!(!fits(&policy("python -c pass", &[env])), "{env:?}");
        }
    }
}
