//! `attune collect --follow`: reads on as files grow, until it is told to stop.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use observer::domain::formats::Format;
use service_kit::Clock;

use super::{
    CollectArgs, Summary, described,
    files::Files,
    followed::{Followed, SETTLED_LOOKS, is_absent},
    memory::{MEMORY_FILE, Memory},
    reading::Piece,
    sender::{Patience, Sender},
    signal::stop_is_asked_for,
};
use crate::{
    commands::logs::files_at_present, connection::Connection, failure::Failure, output::Output,
};

/// After so many looks without growth, a file that was put aside is left.
const LEFT_LOOKS: u32 = 600;
/// What was sent is remembered at least so often while there is much to read.
const REMEMBER_EVERY: Duration = Duration::from_secs(1);

/// Runs until a signal comes.
pub(super) async fn run(
    args: &CollectArgs,
    to: &Connection,
    output: Output,
) -> Result<(), Failure> {
    let mut follower = Follower::open(args, to)?;
    let ended = tokio::select! {
        ended = follower.run(Duration::from_secs_f64(args.every)) => ended,
        asked = stop_is_asked_for() => asked,
    };
    follower.bar.finish_and_clear();
    follower.remember()?;
    ended?;
    let summary = follower.summary();
    output.show(&summary, || described(&summary))
}

struct Follower<'to> {
    format: Option<Format>,
    files: Files,
    memory: Memory,
    sender: Sender<'to>,
    clock: Clock,
    bar: ProgressBar,
    remembered_at: Instant,
    has_news: bool,
    /// What could not be used in files that were closed.
    skipped: BTreeMap<&'static str, (u64, String)>,
}

impl<'to> Follower<'to> {
    fn open(args: &CollectArgs, to: &'to Connection) -> Result<Self, Failure> {
        let absolute = |path: &PathBuf| {
            std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
        };
        let paths = args
            .paths
            .iter()
            .map(absolute)
            .collect::<anyhow::Result<Vec<_>>>()?;
        let place = args
            .state
            .clone()
            .unwrap_or_else(|| to.folder.join(MEMORY_FILE));
        let memory = Memory::open(place)?;
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        Ok(Self {
            files: Files::recall(memory.recall()?, paths),
            format: args.format,
            memory,
            sender: Sender::new(to, super::redactor(args)?, Patience::Endless, bar.clone()),
            clock: Clock::system(),
            bar,
            remembered_at: Instant::now(),
            has_news: false,
            skipped: BTreeMap::new(),
        })
    }

    async fn run(&mut self, every: Duration) -> Result<(), Failure> {
        loop {
            self.pass().await?;
            self.show();
            tokio::time::sleep(every).await;
        }
    }

    /// Looks at every file once and reads what is new.
    async fn pass(&mut self) -> Result<(), Failure> {
        let listed = files_at_present(&self.files.paths);
        if self.files.recognise(&listed, self.format) {
            // Where it was first seen and which generation its lines are of must be known before
            // anything is sent.
            self.remember()?;
        }
        let keys: Vec<PathBuf> = self.files.followed.keys().cloned().collect();
        for key in keys {
            self.read(&key).await?;
        }
        self.send().await?;
        if self.has_news {
            self.remember()?;
        }
        Ok(())
    }

    /// Reads what is new in one file.
    async fn read(&mut self, key: &Path) -> Result<(), Failure> {
        let Some(file) = self.files.followed.get_mut(key) else {
            return Ok(());
        };
        let is_left = file.formerly.is_some() && LEFT_LOOKS < file.quiet_looks;
        if file.is_gone() || is_left {
            self.read_last(key).await
        } else if file.is_missing() && !file.is_open() {
            Ok(())
        } else if file.has_more() {
            self.read_on(key).await?;
            self.files.note_open(key);
            Ok(())
        } else if file.quiet_looks == SETTLED_LOOKS {
            let settled = file.settle();
            self.take(key, settled).await?;
            Ok(())
        } else {
            Ok(())
        }
    }

    async fn read_on(&mut self, key: &Path) -> Result<(), Failure> {
        while let Some(file) = self.files.followed.get_mut(key) {
            let piece = file.read(self.clock.now());
            if !self.take(key, piece).await? {
                break;
            }
            // A signal is heeded between two pieces.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Reads what is left of a file that nobody will write to again.
    async fn read_last(&mut self, key: &Path) -> Result<(), Failure> {
        let Some(file) = self.files.followed.get_mut(key) else {
            return Ok(());
        };
        if file.is_open() {
            self.read_on(key).await?;
            if let Some(file) = self.files.followed.get_mut(key) {
                let end = file.finish();
                self.take(key, end).await?;
            }
        } else if 0 < file.unread_bytes() {
            let (place, bytes) = (file.path.display().to_string(), file.unread_bytes());
            self.sender.say(&format!(
                "{place} is gone before its last {bytes} bytes were read"
            ));
        }
        self.send().await?;
        if let Some(file) = self.files.followed.get(key) {
            note_skipped(file, &mut self.skipped);
        }
        self.files.retire(key);
        self.has_news = true;
        Ok(())
    }

    /// Takes what was read of a file; whether there was anything.
    async fn take(
        &mut self,
        key: &Path,
        piece: io::Result<Option<Piece>>,
    ) -> Result<bool, Failure> {
        let Some(file) = self.files.followed.get_mut(key) else {
            return Ok(false);
        };
        let path = Arc::clone(&file.path);
        let piece = match piece {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(false),
            Err(error) => {
                // What cannot be read now is read later; nothing is skipped.
                file.look_again();
                if !is_absent(&error) {
                    let place = path.display();
                    self.sender
                        .say(&format!("{place} cannot be read now: {error}"));
                }
                return Ok(false);
            }
        };
        for one in piece.parsed {
            if self.sender.add(&path, one) {
                self.send().await?;
            }
        }
        if let Some(file) = self.files.followed.get_mut(key) {
            file.note_reached(piece.reached);
        }
        Ok(true)
    }

    async fn send(&mut self) -> Result<(), Failure> {
        self.sender.send().await?;
        for file in self.files.followed.values_mut() {
            self.has_news |= file.note_sent();
        }
        if self.has_news && REMEMBER_EVERY < self.remembered_at.elapsed() {
            self.remember()?;
        }
        Ok(())
    }

    fn remember(&mut self) -> Result<(), Failure> {
        self.memory.remember(&self.files.remembered())?;
        (self.has_news, self.remembered_at) = (false, Instant::now());
        Ok(())
    }

    fn show(&self) {
        let sent = self.sender.sent;
        self.bar.set_message(format!(
            "following {} files: {} events, {} new, {} duplicates",
            self.files.followed.len(),
            sent.events,
            sent.new,
            sent.duplicates
        ));
        self.bar.tick();
    }

    fn summary(mut self) -> Summary {
        for file in self.files.followed.values() {
            note_skipped(file, &mut self.skipped);
        }
        let known = self
            .files
            .followed
            .values()
            .filter(|file| file.format.is_some());
        let unknown = self
            .files
            .followed
            .values()
            .filter(|file| file.format.is_none());
        let mut summary = Summary {
            files: known.count() as u64,
            unknown: unknown.map(|file| file.path.to_path_buf()).collect(),
            ..Summary::default()
        };
        summary.add_sent(self.sender.sent);
        for (reason, (count, place)) in self.skipped {
            summary.skipped.insert(reason, count);
            summary.skipped_first.insert(reason, place);
        }
        summary
    }
}

fn note_skipped(file: &Followed, skipped: &mut BTreeMap<&'static str, (u64, String)>) {
    for (reason, count, line) in file.skipped() {
        let first = || (0, format!("{}:{line}", file.path.display()));
        skipped.entry(reason).or_insert_with(first).0 += count;
    }
}
