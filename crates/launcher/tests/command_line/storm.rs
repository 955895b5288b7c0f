//! Rotations, truncations and kills in a seeded order: nothing is lost, nothing is doubled.

use std::fs;

use crate::{
    collect::{Site, append, lines, tool},
    program::Running,
};

/// How often something happens.
const ROUNDS: u32 = if cfg!(feature = "soak") { 1_000 } else { 40 };

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
}

/// A failure without a time: only where it stands tells it from another.
fn traceback(number: u32) -> String {
    format!(
        "agixt-1  | ERROR:{}:no\nagixt-1  | Traceback (most recent call last):\n\
         agixt-1  |   File \"a.py\", line 3\nagixt-1  | KeyError: 'x'\n",
        tool(number)
    )
}

struct Storm {
    site: Site,
    chance: Chance,
    follower: Option<Running>,
    target: &'static [&'static str],
    written: u32,
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
        }
    }

    /// Writes to one of two logs, with a pause in the middle of a line.
    fn write(&mut self, name: &str) {
        let count = 1 + u32::try_from(self.chance.below(30)).unwrap();
        let numbers = self.written..self.written + count;
        self.written += count;
        let text: String = match name {
            "a.jsonl" => lines(numbers),
            _ => numbers.map(traceback).collect(),
        };
        let cut = usize::try_from(self.chance.below(text.len() as u64)).unwrap();
        append(&self.site.log(name), &text[..cut]);
        append(&self.site.log(name), &text[cut..]);
    }

    fn happen(&mut self, round: u32) {
        let name = ["a.jsonl", "c.log"][usize::try_from(self.chance.below(2)).unwrap()];
        self.write(name);
        let log = self.site.log(name);
        match self.chance.below(100) {
            0..20 => fs::rename(&log, self.site.log(&format!("{name}.{round}"))).unwrap(),
            20..35 => {
                fs::copy(&log, self.site.log(&format!("{name}.{round}"))).unwrap();
                fs::write(&log, "").unwrap();
            }
            35..60 => {
                self.follower.take().unwrap().kill();
                self.follower = Some(self.site.follow_all(self.target));
            }
            60..63 => self.site.restart_services_by_force(),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_storm_of_rotations_and_kills_loses_and_doubles_nothing() {
    for (seed, target) in [
        (1, ["logs"].as_slice()),
        (2, &["logs/a.jsonl", "logs/c.log"]),
    ] {
        let mut storm = Storm::start(seed, target);
        // What was put aside before it was ever seen is nobody's.
        storm.write("a.jsonl");
        storm.write("c.log");
        storm.site.has(0..storm.written).await;
        for round in 0..ROUNDS {
            storm.happen(round);
            // Lets the follower look between some rounds, and not between others.
            tokio::time::sleep(std::time::Duration::from_millis(storm.chance.below(60))).await;
        }
        storm.site.has(0..storm.written).await;
        storm.follower.take().unwrap().stop().assert(0);
    }
}
