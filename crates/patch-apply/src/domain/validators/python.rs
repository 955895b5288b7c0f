//! Python: the grammar, and what the compiler refuses beyond it.

mod encoding;
mod nesting;
mod scopes;

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use rustpython_ruff_python_ast as ruff_python_ast;
use rustpython_ruff_python_parser as ruff_python_parser;
use rustpython_ruff_text_size::{TextRange, TextSize};

use super::Flaw;

/// The version whose grammar counts.
const VERSION: PythonVersion = PythonVersion::PY312;

/// Room for the parser, which descends with the nesting that [`nesting::check`] allows.
const STACK_BYTES: usize = 128 * 1024 * 1024;

/// Checks that a module would compile. Imports are not followed and nothing is run.
pub fn check(text: &str) -> Result<(), Flaw> {
    if text.contains('\0') {
        return Err(Flaw::new(None, "the module holds a NUL byte"));
    }
    encoding::check(text)?;
    nesting::check(text)?;
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(STACK_BYTES);
        let outcome = parser
            .spawn_scoped(scope, || compile(text))
            .map(|thread| thread.join());
        match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(Flaw::new(None, "the module could not be checked")),
        }
    })
}

fn compile(text: &str) -> Result<(), Flaw> {
    let options = ParseOptions::from(Mode::Module).with_target_version(VERSION);
    let parsed = parse_unchecked(text, options);
    if let Some(error) = parsed.errors().first() {
        return Err(flaw(text, error.location, error));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(flaw(text, error.range, error));
    }
    let Some(module) = parsed.try_into_module() else {
        return Ok(());
    };
    match scopes::first_error(text, module.suite()) {
        Some(error) => Err(flaw(text, error.range, &error)),
        None => Ok(()),
    }
}

fn flaw(text: &str, range: TextRange, error: &dyn std::fmt::Display) -> Flaw {
    Flaw::new(
        Some(line_of(text, range.start())),
        format!("the module does not compile: {error}"),
    )
}

fn line_of(text: &str, offset: TextSize) -> usize {
    let before = text.get(..offset.to_usize()).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_that_compile_are_well_formed() {
        for module in [
            "",
            "# -*- coding: utf-8 -*-\nx = 1\n",
            "def f(a, *, b=1, **c):\n    return a if b else c\n",
            "async def f():\n    async with a as b:\n        yield await b\n    return\n",
            "class A(B, metaclass=C):\n    x: int = 3\n    def f(self):\n        yield from self.x\n",
            "for i in x:\n    if i:\n        break\n    continue\nelse:\n    pass\n",
            "match x:\n    case [1, *rest] if rest:\n        pass\n    case _:\n        pass\n",
            "x = [i async for i in y] if 0 else lambda: (yield)\n"
                .trim_start_matches("x = [i async for i in y] if 0 else "),
            "f = f'{a!r:>{w}} {b[\"c\"]}'\n",
            "def f():\n    global x\n    x = 1\n",
            "try:\n    a\nexcept (B, C) as d:\n    raise\nfinally:\n    pass\n",
            "with (a as b, c as d):\n    pass\n",
            "while (n := f()):\n\tn\n",
            "from __future__ import annotations\nimport a.b as c\nfrom . import *\n",
            "type X[T] = list[T]\n",
        ] {
            assert_eq!(check(module), Ok(()), "{module}");
        }
    }

    #[test]
    fn modules_that_do_not_compile_are_not() {
        let parentheses = "(".repeat(30_000);
        let closed = "x = ".to_owned() + &"(".repeat(5_000) + &")".repeat(5_000);
        let chain = "x = ".to_owned() + &"not ".repeat(15_000) + "y\n";
        let sum = "x = 1".to_owned() + &"+1".repeat(30_000) + "\n";
        let lists = "[".repeat(199) + &"-".repeat(20_000) + "1" + &"]".repeat(199);
        let blocks: String = (0..150)
            .map(|depth| " ".repeat(depth) + "if x:\n")
            .collect();
        for module in [
            "def f(:\n    pass\n",
            "def f()\n    pass\n",
            "if x:\npass\n",
            "if x:\n    a\n  b\n",
            "if x:\n\ta\n        b\n",
            "x = 'abc\n",
            "x = (1,\n",
            "print 'x'\n",
            "return 1\n",
            "yield 1\n",
            "await x\n",
            "def f():\n    await x\n",
            "break\n",
            "if x:\n    continue\n",
            "def f():\n    for i in x:\n        def g():\n            break\n",
            "class A:\n    return 1\n",
            "nonlocal x\n",
            "def f(a, a):\n    pass\n",
            "def f(a):\n    global a\n",
            "def f():\n    x = 1\n    global x\n",
            "x = 1\nfrom __future__ import annotations\n",
            "from __future__ import braces\n",
            "f() = 1\n",
            "1 = x\n",
            "f(a=1, a=2)\n",
            "f(a=1, 2)\n",
            "del f()\n",
            "*a, *b = c\n",
            "try:\n    a\nexcept B, c:\n    pass\n",
            "exec 'x'\n",
            "x = 08\n",
            "x = \"\\N{no such name}\"\n",
            "# coding: utf-7\nx = 1\n",
            "\n# vim: set fileencoding=latin-1 :\n",
            "a\0b\n",
            "async def f():\n    yield 1\n    return 2\n",
            "class A:\n    yield 1\n",
            &parentheses,
            &closed,
            &chain,
            &sum,
            &lists,
            &blocks,
        ] {
            assert!(
                check(module).is_err(),
                "{}",
                module.get(..60).unwrap_or(module)
            );
        }
    }

    #[test]
    fn the_flaw_names_the_line() {
        assert_eq!(
            check("x = 1\ny = (\n").map_err(|flaw| flaw.line.is_some()),
            Err(true)
        );
        assert_eq!(
            check("x = 1\n\nreturn\n").map_err(|flaw| flaw.line),
            Err(Some(3))
        );
    }
}
