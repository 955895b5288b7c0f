//! What the grammar allows but the compiler refuses: `return` outside a function and the like.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{VERSION, ruff_python_ast, ruff_python_parser};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
};
use rustpython_ruff_text_size::TextRange;

/// The first error of a module that parses.
pub(super) fn first_error(text: &str, body: &[Stmt]) -> Option<SemanticSyntaxError> {
    let mut compiler = Compiler {
        text,
        checker: SemanticSyntaxChecker::new(),
        scopes: vec![Scope::new(Kind::Module)],
        errors: RefCell::default(),
    };
    compiler.visit_body(body);
    compiler.errors.into_inner().into_iter().next()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function { is_async: bool },
    Comprehension,
    Generator,
}

struct Scope {
    kind: Kind,
    loops: usize,
    parameters: BTreeSet<String>,
    globals: BTreeMap<String, TextRange>,
}

impl Scope {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            loops: 0,
            parameters: BTreeSet::new(),
            globals: BTreeMap::new(),
        }
    }
}

struct Compiler<'a> {
    text: &'a str,
    checker: SemanticSyntaxChecker,
    scopes: Vec<Scope>,
    errors: RefCell<Vec<SemanticSyntaxError>>,
}

impl Compiler<'_> {
    fn scope(&self) -> Option<&Scope> {
        self.scopes.last()
    }

    /// The function, class or module around this place; comprehensions are looked through.
    fn enclosing(&self) -> Kind {
        let kinds = self.scopes.iter().rev().map(|scope| scope.kind);
        kinds
            .into_iter()
            .find(|kind| !matches!(kind, Kind::Comprehension | Kind::Generator))
            .unwrap_or(Kind::Module)
    }

    fn is_in_function(&self) -> bool {
        matches!(self.enclosing(), Kind::Function { .. })
    }

    fn inside(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        visit(self);
        self.scopes.pop();
    }

    fn check(&mut self, judge: impl FnOnce(&mut SemanticSyntaxChecker, &Self)) {
        let mut checker = std::mem::take(&mut self.checker);
        judge(&mut checker, self);
        self.checker = checker;
    }

    fn visit_loop(&mut self, body: &[Stmt], after: &[Stmt]) {
        self.scopes
            .last_mut()
            .into_iter()
            .for_each(|scope| scope.loops += 1);
        self.visit_body(body);
        self.scopes
            .last_mut()
            .into_iter()
            .for_each(|scope| scope.loops -= 1);
        self.visit_body(after);
    }

    fn visit_function(&mut self, function: &ast::StmtFunctionDef) {
        function
            .decorator_list
            .iter()
            .for_each(|decorator| self.visit_decorator(decorator));
        let mut scope = Scope::new(Kind::Function {
            is_async: function.is_async,
        });
        let parameters = function
            .parameters
            .iter()
            .map(|parameter| parameter.name().to_string());
        scope.parameters = parameters.collect();
        scope.globals = Globals::of(&function.body);
        function
            .type_params
            .iter()
            .for_each(|parameters| self.visit_type_params(parameters));
        self.visit_parameters(&function.parameters);
        function
            .returns
            .iter()
            .for_each(|returns| self.visit_annotation(returns));
        self.inside(scope, |compiler| compiler.visit_body(&function.body));
    }

    fn visit_generators(&mut self, kind: Kind, generators: &[ast::Comprehension], parts: &[&Expr]) {
        // The first iterable belongs to the scope around.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.inside(Scope::new(kind), |compiler| {
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
                    compiler.visit_expr(&generator.iter);
                }
                compiler.visit_expr(&generator.target);
                generator
                    .ifs
                    .iter()
                    .for_each(|condition| compiler.visit_expr(condition));
            }
            parts.iter().for_each(|part| compiler.visit_expr(part));
        });
    }
}

impl<'a> Visitor<'a> for Compiler<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.check(|checker, context| checker.visit_stmt(statement, context));
        match statement {
            Stmt::FunctionDef(function) => self.visit_function(function),
            Stmt::ClassDef(class) => {
                class
                    .decorator_list
                    .iter()
                    .for_each(|decorator| self.visit_decorator(decorator));
                class
                    .type_params
                    .iter()
                    .for_each(|parameters| self.visit_type_params(parameters));
                class
                    .arguments
                    .iter()
                    .for_each(|arguments| self.visit_arguments(arguments));
                let mut scope = Scope::new(Kind::Class);
                scope.globals = Globals::of(&class.body);
                self.inside(scope, |compiler| compiler.visit_body(&class.body));
            }
            Stmt::For(repeated) => {
                self.visit_expr(&repeated.iter);
                self.visit_expr(&repeated.target);
                self.visit_loop(&repeated.body, &repeated.orelse);
            }
            Stmt::While(repeated) => {
                self.visit_expr(&repeated.test);
                self.visit_loop(&repeated.body, &repeated.orelse);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.check(|checker, context| checker.visit_expr(expression, context));
        match expression {
            Expr::Lambda(lambda) => {
                let scope = Scope::new(Kind::Function { is_async: false });
                lambda
                    .parameters
                    .iter()
                    .for_each(|parameters| self.visit_parameters(parameters));
                self.inside(scope, |compiler| compiler.visit_expr(&lambda.body));
            }
            Expr::ListComp(list) => {
                self.visit_generators(Kind::Comprehension, &list.generators, &[&list.elt]);
            }
            Expr::SetComp(set) => {
                self.visit_generators(Kind::Comprehension, &set.generators, &[&set.elt]);
            }
            Expr::Generator(generator) => {
                self.visit_generators(Kind::Generator, &generator.generators, &[&generator.elt]);
            }
            Expr::DictComp(dictionary) => {
                let parts = [dictionary.key.as_ref(), dictionary.value.as_ref()];
                self.visit_generators(Kind::Comprehension, &dictionary.generators, &parts);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

impl SemanticSyntaxContext for Compiler<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        false
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        VERSION
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scope()?.globals.get(name).copied()
    }

    fn has_nonlocal_binding(&self, _name: &str) -> bool {
        true
    }

    fn in_async_context(&self) -> bool {
        self.enclosing() == Kind::Function { is_async: true }
    }

    fn in_await_allowed_context(&self) -> bool {
        self.is_in_function()
    }

    fn in_yield_allowed_context(&self) -> bool {
        self.is_in_function()
    }

    fn in_sync_comprehension(&self) -> bool {
        false
    }

    fn in_module_scope(&self) -> bool {
        self.scopes.len() == 1
    }

    fn in_function_scope(&self) -> bool {
        self.is_in_function()
    }

    fn in_generator_context(&self) -> bool {
        self.scope()
            .is_some_and(|scope| scope.kind == Kind::Generator)
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.errors.borrow_mut().push(error);
    }

    fn in_loop_context(&self) -> bool {
        self.scope().is_some_and(|scope| scope.loops > 0)
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scope()
            .is_some_and(|scope| scope.parameters.contains(name))
    }
}

/// The names that a body declares global, nested functions and classes left out.
#[derive(Default)]
struct Globals(BTreeMap<String, TextRange>);

impl Globals {
    fn of(body: &[Stmt]) -> BTreeMap<String, TextRange> {
        let mut globals = Self::default();
        globals.visit_body(body);
        globals.0
    }
}

impl<'a> Visitor<'a> for Globals {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(declaration) => {
                for name in &declaration.names {
                    self.0.entry(name.to_string()).or_insert(declaration.range);
                }
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}
