//! A parsed diff onto a base.

use std::collections::BTreeMap;

use crate::base::{Base, BaseFile};
use crate::digest::blob_id;
use crate::fault::{Code, Fault};
use crate::patch::{Change, FilePatch, Mode, Patch};
use crate::place::apply_hunks;
use crate::tree::{Names, read};

/// What a diff made of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileResult {
    /// The name.
    pub path: String,
    /// What was there; none for a new name.
    pub old: Option<BaseFile>,
    /// What is there now; none for a name that went away.
    pub new: Option<BaseFile>,
}

/// Applies a diff exactly and returns every name whose file differs afterwards, sorted.
///
/// A rename gives two results. Nothing is returned unless every hunk fits.
pub fn apply(patch: &Patch, base: &impl Base) -> Result<Vec<FileResult>, Box<Fault>> {
    let names = Names::collect(patch)?;
    let mut results = BTreeMap::new();
    for file in &patch.files {
        apply_file(file, &names, base, &mut results).map_err(|fault| fault.in_file(file.path()))?;
    }
    for file in &patch.files {
        names.check_folders(base, file)?;
    }
    let results: Vec<FileResult> = results.into_values().collect();
    match results.iter().find(|result| result.old == result.new) {
        None => Ok(results),
        Some(same) => Err(Fault::new(
            Code::NoChange,
            "the file is the same afterwards; leave it out",
        )
        .in_file(&same.path)),
    }
}

type Results = BTreeMap<String, FileResult>;

fn apply_file(
    file: &FilePatch,
    names: &Names<'_>,
    base: &impl Base,
    results: &mut Results,
) -> Result<(), Box<Fault>> {
    let old = match &file.old_path {
        None => None,
        Some(path) => Some(read_old(file, path, base)?),
    };
    let new = build_new(file, old.as_ref())?;
    if let (Some(path), Some(new)) = (&file.new_path, new) {
        let replaced = read(base, path)?;
        if replaced.is_some() && file.change != Change::Modify && !names.is_vacated(path) {
            return Err(
                Fault::new(Code::FileExists, "the base has this file already").at_line(file.line),
            );
        }
        entry(results, path).old = replaced;
        entry(results, path).new = Some(new);
    }
    if let (Some(path), Change::Delete | Change::Rename) = (&file.old_path, file.change) {
        entry(results, path).old = old;
    }
    Ok(())
}

fn entry<'a>(results: &'a mut Results, path: &str) -> &'a mut FileResult {
    let empty = || FileResult {
        path: path.to_owned(),
        old: None,
        new: None,
    };
    results.entry(path.to_owned()).or_insert_with(empty)
}

/// The file as it was, which must be what the header says it is.
fn read_old(file: &FilePatch, path: &str, base: &impl Base) -> Result<BaseFile, Box<Fault>> {
    let at_header = |fault: Box<Fault>| fault.in_file(path).at_line(file.line);
    let Some(old) = read(base, path)? else {
        return Err(at_header(Fault::new(
            Code::FileMissing,
            "the base has no such file; a new file is written as '--- /dev/null'",
        )));
    };
    if !old.mode.is_file() {
        return Err(at_header(
            Fault::new(Code::NotAFile, "a link or submodule cannot be changed")
                .found(old.mode.as_str()),
        ));
    }
    match file.old_mode {
        Some(stated) if stated != old.mode => Err(at_header(
            Fault::new(
                Code::ModeMismatch,
                "the base has another mode than the diff says",
            )
            .expected(stated.as_str())
            .found(old.mode.as_str()),
        )),
        _ => {
            check_old_id(file, &old.bytes)?;
            Ok(old)
        }
    }
}

fn check_old_id(file: &FilePatch, bytes: &[u8]) -> Result<(), Box<Fault>> {
    match &file.index {
        Some(index) => check_id(&index.old, Some(bytes), index.line, "the base"),
        None => Ok(()),
    }
}

fn build_new(file: &FilePatch, old: Option<&BaseFile>) -> Result<Option<BaseFile>, Box<Fault>> {
    let base = old.map(|old| old.bytes.as_slice()).unwrap_or_default();
    let bytes = apply_hunks(base, &file.hunks)?;
    if let Some(index) = &file.index {
        if old.is_none() {
            check_id(&index.old, None, index.line, "the base")?;
        }
        let result = file.new_path.is_some().then_some(bytes.as_slice());
        check_id(&index.new, result, index.line, "the result")?;
    }
    if file.new_path.is_none() {
        return if bytes.is_empty() {
            Ok(None)
        } else {
            Err(incomplete_deletion(file))
        };
    }
    let mode = file
        .new_mode
        .or(old.map(|old| old.mode))
        .unwrap_or(Mode::Regular);
    Ok(Some(BaseFile { mode, bytes }))
}

fn incomplete_deletion(file: &FilePatch) -> Box<Fault> {
    Fault::new(
        Code::IncompleteDeletion,
        "a deletion must remove every line of the file",
    )
    .at_line(file.line)
}

/// Compares a full id of the `index` line; an abbreviated one is not evidence of anything.
fn check_id(stated: &str, bytes: Option<&[u8]>, line: usize, side: &str) -> Result<(), Box<Fault>> {
    const FULL: usize = 40;
    if stated.len() != FULL {
        return Ok(());
    }
    let actual = bytes.map_or_else(|| "0".repeat(FULL), blob_id);
    if actual == stated {
        return Ok(());
    }
    Err(Fault::new(
        Code::IdMismatch,
        format!("the id on the index line is not that of {side}"),
    )
    .at_line(line)
    .expected(stated)
    .found(actual))
}
