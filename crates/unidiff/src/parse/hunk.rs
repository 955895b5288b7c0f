//! The `@@` line and the body that it announces.

use super::Counting;
use crate::fault::{Code, Fault, excerpt};
use crate::lines::{Lines, RawLine};
use crate::patch::{Hunk, Line, LineKind};

/// Reads the hunks that follow a file's header.
pub(super) fn parse_hunks(
    lines: &mut Lines<'_>,
    counting: Counting,
) -> Result<Vec<Hunk>, Box<Fault>> {
    let mut hunks = Vec::new();
    while let Some(line) = lines.take_prefixed("@@ -") {
        let number = hunks.len() + 1;
        hunks.push(parse_hunk(lines, line, counting).map_err(|fault| fault.in_hunk(number))?);
    }
    Ok(hunks)
}

fn parse_hunk(
    lines: &mut Lines<'_>,
    head: RawLine<'_>,
    counting: Counting,
) -> Result<Hunk, Box<Fault>> {
    let mut hunk = parse_head(head).ok_or_else(|| {
        Fault::new(Code::BadHunk, "the line that opens the hunk is malformed")
            .at_line(head.number)
            .expected("@@ -start,count +start,count @@")
            .found(excerpt(head.text))
    })?;
    match counting {
        Counting::Stated => read_stated(lines, &mut hunk)?,
        Counting::FromBody => read_body(lines, &mut hunk)?,
    }
    check_changes(&hunk)?;
    check_ends(&hunk)?;
    Ok(hunk)
}

/// `@@ -1,2 +3 @@ section`; a missing count is 1. The line must end.
fn parse_head(head: RawLine<'_>) -> Option<Hunk> {
    let text = head.text.strip_prefix(b"@@ -").filter(|_| head.ended)?;
    let (old_start, old_count, text) = parse_range(text)?;
    let (new_start, new_count, text) = parse_range(text.strip_prefix(b" +")?)?;
    let section = text.strip_prefix(b" @@")?;
    let closes = section.is_empty() || section.starts_with(b" ");
    let starts_fit = (old_count == 0 || old_start > 0) && (new_count == 0 || new_start > 0);
    (closes && starts_fit).then_some(Hunk {
        old_start,
        old_count,
        new_start,
        new_count,
        lines: Vec::new(),
        line: head.number,
    })
}

fn parse_range(text: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (start, text) = parse_number(text)?;
    match text.strip_prefix(b",") {
        None => Some((start, 1, text)),
        Some(text) => {
            let (count, text) = parse_number(text)?;
            Some((start, count, text))
        }
    }
}

/// A plain decimal number that cannot overflow anything later.
fn parse_number(text: &[u8]) -> Option<(usize, &[u8])> {
    const MOST_DIGITS: usize = 9;
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let padded = digits.len() > 1 && digits.starts_with(b"0");
    if padded || digits.len() > MOST_DIGITS {
        return None;
    }
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

/// Takes exactly as many lines as the counts say.
fn read_stated(lines: &mut Lines<'_>, hunk: &mut Hunk) -> Result<(), Box<Fault>> {
    let (mut old_left, mut new_left) = (hunk.old_count, hunk.new_count);
    while old_left > 0 || new_left > 0 {
        let raw = lines
            .peek()
            .ok_or_else(|| too_short(hunk, lines.number()))?;
        if take_marker(lines, hunk)? {
            continue;
        }
        let kind =
            kind_of(raw).ok_or_else(|| too_short(hunk, raw.number).found(excerpt(raw.text)))?;
        let on_old = usize::from(kind != LineKind::Added);
        let on_new = usize::from(kind != LineKind::Removed);
        if on_old > old_left || on_new > new_left {
            return Err(too_long(hunk, raw));
        }
        push(lines, hunk, raw, kind)?;
        old_left -= on_old;
        new_left -= on_new;
    }
    take_marker(lines, hunk)?;
    Ok(())
}

/// Takes every line that looks like the body and sets the counts from it.
fn read_body(lines: &mut Lines<'_>, hunk: &mut Hunk) -> Result<(), Box<Fault>> {
    while let Some(raw) = lines.peek() {
        if opens_file(lines) || ends_in_blanks(lines) {
            break;
        }
        if take_marker(lines, hunk)? {
            continue;
        }
        let Some(kind) = kind_of(raw) else { break };
        push(lines, hunk, raw, kind)?;
    }
    hunk.old_count = hunk.old_lines().count();
    hunk.new_count = hunk.new_lines().count();
    Ok(())
}

fn opens_file(lines: &Lines<'_>) -> bool {
    let starts = |ahead, prefix: &[u8]| {
        lines
            .peek_at(ahead)
            .is_some_and(|line| line.text.starts_with(prefix))
    };
    starts(0, b"--- ") && starts(1, b"+++ ") && starts(2, b"@@ -")
}

fn ends_in_blanks(lines: &Lines<'_>) -> bool {
    let mut rest = (0..).map_while(|ahead| lines.peek_at(ahead));
    let next = rest.find(|line| !line.text.is_empty());
    next.is_none_or(|line| line.text.starts_with(b"diff --git "))
        && lines.peek().is_some_and(|line| line.text.is_empty())
}

/// A blank line is context whose space was trimmed away.
fn kind_of(raw: RawLine<'_>) -> Option<LineKind> {
    match raw.text.first() {
        None | Some(b' ') => Some(LineKind::Context),
        Some(b'-') => Some(LineKind::Removed),
        Some(b'+') => Some(LineKind::Added),
        Some(_) => None,
    }
}

fn push(
    lines: &mut Lines<'_>,
    hunk: &mut Hunk,
    raw: RawLine<'_>,
    kind: LineKind,
) -> Result<(), Box<Fault>> {
    if !raw.ended {
        return Err(Fault::new(
            Code::BadHunk,
            "the diff ends inside a line; it is cut short",
        )
        .at_line(raw.number)
        .expected("a line feed"));
    }
    let mut bytes = raw.text.get(1..).unwrap_or_default().to_vec();
    bytes.push(b'\n');
    hunk.lines.push(Line {
        kind,
        bytes,
        line: raw.number,
    });
    lines.skip();
    Ok(())
}

/// Takes `\ No newline at end of file`, in whatever language, and cuts the line before it.
fn take_marker(lines: &mut Lines<'_>, hunk: &mut Hunk) -> Result<bool, Box<Fault>> {
    const SHORTEST: usize = 12;
    let Some(raw) = lines.peek().filter(|raw| raw.text.starts_with(b"\\")) else {
        return Ok(false);
    };
    let is_marker = raw.text.starts_with(b"\\ ") && raw.text.len() >= SHORTEST;
    let last = hunk
        .lines
        .last_mut()
        .filter(|line| is_marker && line.bytes.ends_with(b"\n"));
    let Some(last) = last else {
        return Err(Fault::new(
            Code::BadHunk,
            "a newline marker is out of place or malformed",
        )
        .at_line(raw.number)
        .expected("\\ No newline at end of file")
        .found(excerpt(raw.text)));
    };
    last.bytes.pop();
    lines.skip();
    Ok(true)
}

fn check_changes(hunk: &Hunk) -> Result<(), Box<Fault>> {
    if hunk.lines.iter().any(|line| line.kind != LineKind::Context) {
        return Ok(());
    }
    Err(Fault::new(
        Code::BadHunk,
        "the hunk neither adds nor removes a line; leave it out",
    )
    .at_line(hunk.line))
}

/// A side that ends without a line feed has no line after that.
fn check_ends(hunk: &Hunk) -> Result<(), Box<Fault>> {
    let sides: [Vec<&Line>; 2] = [hunk.old_lines().collect(), hunk.new_lines().collect()];
    for side in sides {
        let all_but_last = side
            .split_last()
            .map(|(_, before)| before)
            .unwrap_or_default();
        if let Some(line) = all_but_last
            .iter()
            .find(|line| !line.bytes.ends_with(b"\n"))
        {
            return Err(Fault::new(
                Code::BadHunk,
                "a line is marked as the last of its file but others follow it",
            )
            .at_line(line.line)
            .found(excerpt(&line.bytes)));
        }
    }
    Ok(())
}

fn too_short(hunk: &Hunk, line: usize) -> Box<Fault> {
    Fault::new(
        Code::WrongCount,
        "the hunk is shorter than its counts say; correct the counts",
    )
    .at_line(line)
    .expected(format!(
        "{} old and {} new lines",
        hunk.old_count, hunk.new_count
    ))
}

fn too_long(hunk: &Hunk, raw: RawLine<'_>) -> Box<Fault> {
    Fault::new(
        Code::WrongCount,
        "the hunk is longer than its counts say; correct the counts",
    )
    .at_line(raw.number)
    .expected(format!(
        "{} old and {} new lines",
        hunk.old_count, hunk.new_count
    ))
    .found(excerpt(raw.text))
}
