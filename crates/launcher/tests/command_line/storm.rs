//! Rotations, truncations and kills in a seeded order: nothing is lost, nothing is doubled.

use std::{fs, time::Duration};

use crate::{
    collect::{Site, append, lines, tool},
    program::Running,
};

/// How many storms of each kind there are, and how often something happens in each.
const STORMS: u64 = if cfg!(feature = "soak") { 30 } else { 1 };
const ROUNDS: u32 = if cfg!(feature = "soak") { 40 } else { 15 };
/// Nothing happens for at most so long.
const LONGEST_PAUSE_MILLIS: u64 = 60;

const FOLDER: &[&str] = &["logs"];
const FILES: &[&str] = &["logs/a.jsonl", "logs/c.log"];

const RENAMES: &[Event] = &[Event::Rename, Event::Shift, Event::Nothing];
/// The rotator copies all and cuts off before more is written: what is written between the two is
/// lost by itself.
const COPIES: &[Event] = &[Event::CopyAndCut, Event::CopyAndCut, Event::Nothing];
const KILLS_OF_THE_FOLLOWER: &[Event] = &[
    Event::Rename,
    Event::Shift,
    Event::CopyAndCut,
    Event::KillFollower,
    Event::KillFollower,
    Event::KillFollower,
    Event::Nothing,
];
const KILLS_OF_THE_OBSERVER: &[Event] = &[
    Event::Rename,
    Event::Rename,
    Event::Shift,
    Event::CopyAndCut,
    Event::CopyAndCut,
    Event::KillFollower,
    Event::KillObserver,
    Event::Nothing,
];

/// What happens to a log after something was written to it.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// It gets a name of its own, and its writer goes on in it for a while.
    Rename,
    /// It becomes number one, and all that were put aside so move up.
    Shift,
    /// It is copied and cut off.
    CopyAndCut,
    KillFollower,
    KillObserver,
    Nothing,
}

/// Numbers that look like chance, the same for a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn pause(&mut self) -> Duration {
        // Lets the follower look between some events, and not between others.
        match self.below(2) {
            0 => Duration::ZERO,
            _ => Duration::from_millis(self.below(LONGEST_PAUSE_MILLIS)),
        }
    }
}

/// A failure without a time: only where it stands tells it from another.
fn traceback(number: u32) -> String {
    format!(
        "agixt-1  | ERROR:{}:no\nagixt-1  | Traceback (most recent call last):\n\
         agixt-1  |   File \"a.py\", line 3\nagixt-1  | KeyError: 'x'\n",
        tool(number)
    )
}

fn record(name: &str, number: u32) -> String {
    match name {
        "a.jsonl" => lines(number..number + 1),
        _ => traceback(number),
    }
}

struct Storm {
    site: Site,
    chance: Chance,
    follower: Option<Running>,
    target: &'static [&'static str],
    written: u32,
    shifted: [u32; 2],
}

impl Storm {
    fn start(seed: u64, target: &'static [&'static str]) -> Self {
        let site = Site::start();
        let follower = Some(site.follow_all(target));
        Self {
            site,
            chance: Chance(seed),
            follower,
            target,
            written: 0,
            shifted: [0; 2],
        }
    }

    /// Writes records, with a pause in the first line of one of them.
    fn write(&mut self, kind: &str, name: &str) {
        let count = 1 + u32::try_from(self.chance.below(30)).unwrap();
        let records: Vec<String> = (self.written..self.written + count)
            .map(|number| record(kind, number))
            .collect();
        self.written += count;
        let (first, last) =
            records.split_at(usize::try_from(self.chance.below(count.into())).unwrap());
        let (first, last) = (first.concat(), last.concat());
        let first_line = last.find('\n').unwrap() as u64;
        let cut = usize::try_from(self.chance.below(first_line)).unwrap();
        append(&self.site.log(name), &format!("{first}{}", &last[..cut]));
        append(&self.site.log(name), &last[cut..]);
    }

    fn happen(&mut self, round: u32, events: &[Event]) {
        let (log, name) = self.chance.one_of(&[(0, "a.jsonl"), (1, "c.log")]);
        self.write(name, name);
        match self.chance.one_of(events) {
            Event::Rename => {
                let aside = format!("{name}.{}", 1_000 + round);
                fs::rename(self.site.log(name), self.site.log(&aside)).unwrap();
                if self.chance.below(2) == 0 {
                    self.write(name, &aside);
                }
            }
            Event::Shift => self.shift(log, name),
            Event::CopyAndCut => {
                let aside = self.site.log(&format!("{name}.{}", 1_000 + round));
                fs::copy(self.site.log(name), aside).unwrap();
                fs::write(self.site.log(name), "").unwrap();
            }
            Event::KillFollower => {
                self.follower.take().unwrap().kill();
                self.follower = Some(self.site.follow_all(self.target));
            }
            Event::KillObserver => self.site.restart_services_by_force(),
            Event::Nothing => {}
        }
    }

    fn shift(&mut self, log: usize, name: &str) {
        let numbered = |number: u32| self.site.log(&format!("{name}.{number}"));
        for number in (1..=self.shifted[log]).rev() {
            fs::rename(numbered(number), numbered(number + 1)).unwrap();
        }
        fs::rename(self.site.log(name), numbered(1)).unwrap();
        self.shifted[log] += 1;
    }

    async fn rage(mut self, events: &[Event]) {
        // What was put aside before it was ever seen is nobody's.
        self.write("a.jsonl", "a.jsonl");
        self.write("c.log", "c.log");
        self.site.has(0..self.written).await;
        for round in 0..ROUNDS {
            self.happen(round, events);
            tokio::time::sleep(self.chance.pause()).await;
        }
        self.site.has(0..self.written).await;
        self.follower.take().unwrap().stop().assert(0);
    }
}

async fn storms(target: &'static [&'static str], events: &[Event]) {
    for seed in 1..=STORMS {
        eprintln!("storm {seed} of {events:?} over {target:?}");
        Storm::start(seed, target).rage(events).await;
    }
}

#[tokio::test]
async fn a_folder_is_followed_through_renames() {
    storms(FOLDER, RENAMES).await;
}

#[tokio::test]
async fn a_folder_is_followed_through_copies_that_cut_off() {
    storms(FOLDER, COPIES).await;
}

#[tokio::test]
async fn a_folder_is_followed_through_kills_of_the_follower() {
    storms(FOLDER, KILLS_OF_THE_FOLLOWER).await;
}

#[tokio::test]
async fn a_folder_is_followed_through_kills_of_the_observer() {
    storms(FOLDER, KILLS_OF_THE_OBSERVER).await;
}

#[tokio::test]
async fn files_are_followed_through_renames() {
    storms(FILES, RENAMES).await;
}

#[tokio::test]
async fn files_are_followed_through_copies_that_cut_off() {
    storms(FILES, COPIES).await;
}

#[tokio::test]
async fn files_are_followed_through_kills_of_the_follower() {
    storms(FILES, KILLS_OF_THE_FOLLOWER).await;
}

#[tokio::test]
async fn files_are_followed_through_kills_of_the_observer() {
    storms(FILES, KILLS_OF_THE_OBSERVER).await;
}
