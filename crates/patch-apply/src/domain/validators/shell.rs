//! Shell scripts: the syntax of bash, nothing run.

mod command;
mod compound;
mod lexer;
mod quoting;

use super::Flaw;
use command::Parser;

/// Checks that bash could read a script to its end.
///
/// Quotes, substitutions, compound commands, redirections and functions must be complete and in
/// place. What bash itself looks at only when it runs a command (arithmetic, backquotes, the
/// insides of `[[ ]]` beyond quoting) is not judged.
pub fn check(text: &str) -> Result<(), Flaw> {
    if text.contains('\0') {
        return Err(Flaw::new(None, "the script holds a NUL byte"));
    }
    Parser::check(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_bash_reads_are_well_formed() {
        for script in [
            "",
            "#!/bin/sh\n# comment with 'quote\ntrue\n",
            "a=1 b='2 3' c=\"$a ${b:-x} $(echo \")\")\" cmd arg # it's\n",
            "if a; then b; elif c; then d; else e; fi\n",
            "if a\nthen\n b\nfi && c || d &\n",
            "for x in a b $c; do echo \"$x\"; done\nfor x; do y; done\nfor x do y; done\n",
            "for ((i = 0; i < 3; i++)); do echo $((i * (2 + 1))); done\n",
            "for ((;;)) { x; }\n",
            "while read -r x; do y; done < <(cmd) 2>&1\nuntil a; do b; done > x\n",
            "case $x in\n a|b) one ;;\n (c) two ;&\n *) ;;\nesac\ncase x in esac\n",
            "case $x in a) b; esac\n",
            "f() { a; }\nfunction g { b; }\nfunction h() ( c )\nk ()\n{\n d\n}\n",
            "{ a; b; } | ( c; d ) |& e\n",
            "[[ $a == b* && ! ( -f $c || $d =~ ^(x|y)$ ) ]] && x\n",
            "cat <<EOF\nit's $(a\nEOF\ncat <<-'X' | y\n\tz \"\n\tX\n",
            "x=$(cat <<EOF\n)\nEOF\n)\n",
            "arr=(a 'b c' # note\n d)\narr+=(e)\ndeclare -A m=([x]=1 [y]=2)\n",
            "echo ${x#'}'} ${y//\\}/z} ${#x} ${x:-${y:-\"}\"}} $'it\\'s' $\"x\"\n",
            "a \\\n  b \\\n  c\n",
            "! a | b\ntime -p a\ntime { a; }\n",
            "echo if then else fi do done } ]] in\n",
            "echo `date +\"%s\"` \"`x`\" a#b\n",
            "> file\n2>&1 a &>b &>>c >|d <>e <<<\"f\" 3<&-\n",
            "((x = 1 << 2))\n((a)) && ((b))\n",
            "( (a); (b) )\n",
            "$( (a) ) $((1)) $(((1)))\n",
            "coproc x { a; }\nselect x in a; do b; done\n",
            "a & b & c\na;\n\n;\n".trim_end_matches(";\n"),
            "f() if a; then b; fi\n",
        ] {
            assert_eq!(check(script), Ok(()), "{script}");
        }
    }

    #[test]
    fn scripts_that_bash_cannot_read_are_not() {
        let deep = "( ".repeat(5000) + "a" + &" )".repeat(5000);
        let deep_substitutions = "$(".repeat(5000);
        for script in [
            "if a; then b\n",
            "if a; b; fi\n",
            "if; then b; fi\n",
            "if a; then fi\n",
            "if a then b; fi\n",
            "fi\n",
            "a; fi\n",
            "for x in a; echo; done\n",
            "for x in a; do b\n",
            "for 1+ in a; do\n",
            "while a; do done\n",
            "done\n",
            "case x in a) b ;;\n",
            "case x in a b) c;; esac\n",
            "case x a) b;; esac\n",
            "echo 'x\n",
            "echo \"x\n",
            "echo $(x\n",
            "echo ${x\n",
            "echo `x\n",
            "echo $((1\n",
            "f() {\n a\n",
            "f( { a; }\n",
            "f() a\n",
            "a )\n",
            "( a\n",
            "( )\n",
            "{ }\n",
            "{ a }\n",
            "}\n",
            "a &&\n",
            "a |\n",
            "| a\n",
            "&& a\n",
            "a && || b\n",
            "a ;; b\n",
            "; a\n",
            "a ; ; b\n",
            "a >\n",
            "a > | b\n",
            "a < ; b\n",
            "echo a (b)\n",
            "[[ a == b\n",
            "[[ ]]\n",
            "x=(a b\n",
            "then\n",
            "else a\n",
            "a & & b\n",
            &deep,
            &deep_substitutions,
        ] {
            assert!(check(script).is_err(), "{script}");
        }
    }

    #[test]
    fn the_flaw_names_the_line() {
        assert_eq!(check("a\nb\nfi\n").map_err(|flaw| flaw.line), Err(Some(3)));
    }
}
