//! What happens to files between a look at them and the reading.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use types::Timestamp;

use super::{files::Files, memory::Document};

struct Site {
    place: tempfile::TempDir,
    files: Files,
}

impl Site {
    /// Follows `a.jsonl` alone.
    fn new() -> Self {
        Self::of("a.jsonl")
    }

    /// Follows all files.
    fn of_folder() -> Self {
        Self::of("")
    }

    fn of(name: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let files = Files::recall(Document::default(), vec![place.path().join(name)]);
        Self { place, files }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn append(&self, name: &str, tools: &[&str]) {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.at(name));
        let lines: String = tools.iter().map(|tool| line(tool)).collect();
        file.unwrap().write_all(lines.as_bytes()).unwrap();
    }

    fn cut_off(&self, name: &str) {
        fs::write(self.at(name), "").unwrap();
    }

    /// Another process goes on with what was remembered.
    fn restart(&mut self) {
        let remembered = serde_json::to_vec(&self.files.remembered()).unwrap();
        let remembered = serde_json::from_slice(&remembered).unwrap();
        self.files = Files::recall(remembered, self.files.paths.clone());
    }

    fn look(&mut self) {
        let listed = crate::commands::logs::files_at_present(&self.files.paths);
        self.files.recognise(&listed, None);
    }

    /// The tools of what is new, without looking at the names again.
    fn read(&mut self) -> Vec<String> {
        let mut tools = Vec::new();
        for file in self.files.followed.values_mut() {
            if file.is_missing() && !file.is_open() {
                continue;
            }
            while let Some(piece) = file.read(Timestamp::from_micros(0)).unwrap() {
                let tool = |one: observer::domain::formats::Parsed| one.operation.tool.unwrap();
                tools.extend(piece.parsed.into_iter().map(tool));
                file.note_reached(piece.reached);
                file.note_sent();
            }
        }
        tools
    }

    fn look_and_read(&mut self) -> Vec<String> {
        self.look();
        self.read()
    }
}

fn line(tool: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-10T14:00:00Z\",\"event_type\":\"tool_call\",\"agent\":\"a\",\
         \"tool\":\"{tool}\",\"success\":true}}\n"
    )
}

fn generation(site: &Site, name: &str) -> u64 {
    let file = &site.files.followed[Path::new(&site.at(name))];
    file.bookmark.generation
}

#[test]
fn what_was_cut_off_and_has_grown_again_after_the_look_does_not_count() {
    let mut site = Site::new();
    site.append("a.jsonl", &["1", "2"]);
    assert_eq!(site.look_and_read(), ["1", "2"]);
    site.append("a.jsonl", &["3"]);
    site.look();
    fs::copy(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.cut_off("a.jsonl");
    site.append("a.jsonl", &["4", "5", "6", "7"]);
    assert!(site.read().is_empty(), "it is not what was looked at");
    assert_eq!(site.look_and_read(), ["4", "5", "6", "7", "3"]);
}

#[test]
fn a_name_that_is_handed_on_after_the_look_is_not_read_for_the_file_that_had_it() {
    let mut site = Site::new();
    site.append("a.jsonl", &["1"]);
    assert_eq!(site.look_and_read(), ["1"]);
    site.restart();
    site.append("a.jsonl", &["2"]);
    site.look();
    fs::rename(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.append("a.jsonl", &["3", "4", "5"]);
    assert!(site.read().is_empty(), "nothing was open yet");
    assert_eq!(site.look_and_read(), ["3", "4", "5", "2"]);
}

#[test]
fn a_copy_that_is_not_cut_off_yet_is_not_another_file() {
    let mut site = Site::new();
    site.append("a.jsonl", &["1"]);
    site.look();
    fs::rename(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.append("a.jsonl", &["2", "3"]);
    fs::copy(site.at("a.jsonl"), site.at("a.jsonl.2")).unwrap();
    assert_eq!(site.look_and_read(), ["2", "3", "1"]);
    site.cut_off("a.jsonl");
    site.append("a.jsonl", &["4"]);
    assert_eq!(site.look_and_read(), ["4"]);
    assert_eq!(
        generation(&site, "a.jsonl.2"),
        generation(&site, "a.jsonl.1") + 1
    );
    assert_eq!(
        generation(&site, "a.jsonl"),
        generation(&site, "a.jsonl.1") + 2
    );
}

#[test]
fn what_an_empty_file_held_for_a_moment_is_read_in_its_copy() {
    let mut site = Site::new();
    site.append("a.jsonl", &[]);
    site.look();
    site.restart();
    site.append("a.jsonl", &["1"]);
    fs::copy(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.cut_off("a.jsonl");
    assert_eq!(site.look_and_read(), ["1"]);
    assert_ne!(generation(&site, "a.jsonl"), generation(&site, "a.jsonl.1"));
}

#[test]
fn several_rotations_between_two_looks_leave_nothing_behind() {
    let mut site = Site::new();
    site.append("a.jsonl", &["1"]);
    assert_eq!(site.look_and_read(), ["1"]);
    for tool in ["2", "3", "4"] {
        site.append("a.jsonl", &[tool]);
        for (from, to) in [("a.jsonl.2", "a.jsonl.3"), ("a.jsonl.1", "a.jsonl.2")] {
            // Not every number is taken yet.
            let _renamed = fs::rename(site.at(from), site.at(to));
        }
        fs::rename(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    }
    site.append("a.jsonl", &["5"]);
    let mut tools = site.look_and_read();
    tools.sort();
    assert_eq!(tools, ["2", "3", "4", "5"]);
}

#[test]
fn what_was_put_aside_before_anybody_followed_is_left_alone_also_later() {
    let mut site = Site::new();
    site.append("a.jsonl.1", &["0"]);
    site.append("a.jsonl", &["1"]);
    assert_eq!(site.look_and_read(), ["1"]);
    site.restart();
    fs::rename(site.at("a.jsonl.1"), site.at("a.jsonl.2")).unwrap();
    fs::rename(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.append("a.jsonl", &["2"]);
    assert_eq!(site.look_and_read(), ["2"]);
    assert!(site.look_and_read().is_empty());
}

#[test]
fn a_copy_that_holds_less_than_was_read_is_not_read_again() {
    let mut site = Site::new();
    let tools: Vec<String> = (10..40).map(|number| number.to_string()).collect();
    let mut tools: Vec<&str> = tools.iter().map(String::as_str).collect();
    site.append("a.jsonl", &tools);
    site.look();
    fs::copy(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
    site.append("a.jsonl", &["40"]);
    tools.push("40");
    assert_eq!(site.read(), tools);
    site.cut_off("a.jsonl");
    assert!(site.look_and_read().is_empty());
    site.append("a.jsonl", &["41"]);
    assert_eq!(site.look_and_read(), ["41"]);
}

#[test]
fn what_is_followed_no_longer_is_not_taken_in_again() {
    for mut site in [Site::new(), Site::of_folder()] {
        site.append("a.jsonl", &["1"]);
        assert_eq!(site.look_and_read(), ["1"]);
        fs::rename(site.at("a.jsonl"), site.at("a.jsonl.1")).unwrap();
        site.append("a.jsonl", &["2"]);
        assert_eq!(site.look_and_read(), ["2"]);
        let aside = site.at("a.jsonl.1");
        for _ in 0..3 {
            site.files.retire(&aside);
            assert!(site.look_and_read().is_empty(), "it is still there");
        }
        let remembered = site.files.remembered();
        let times = remembered.files.iter().chain(&remembered.left);
        assert_eq!(
            times.filter(|file| file.path == aside).count(),
            1,
            "it is remembered once"
        );
        site.restart();
        fs::rename(&aside, site.at("a.jsonl.2")).unwrap();
        assert!(site.look_and_read().is_empty(), "it has another name");
    }
}
