//! The clock of one installation: the system's, or for trials a faster one that a restart
//! continues.

use serde::{Deserialize, Serialize};
use service_kit::{Clock, main_loop, settings::ClockSettings};
use types::Timestamp;

use super::Folder;
use crate::failure::Failure;

const CLOCK_FILE: &str = "clock.json";

/// The trial clock that a folder's data was made by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrialClock {
    scale: f64,
    origin: Timestamp,
}

/// The clock that fits the data in the folder, or a refusal: time never runs backwards, and
/// simulated time never gets into real data.
pub(crate) fn clock(
    folder: &Folder,
    settings: &ClockSettings,
    asked: Option<f64>,
) -> Result<Clock, Failure> {
    let stored: Option<TrialClock> = folder.read_json(CLOCK_FILE)?;
    let refusal = |why: String| {
        let folder = folder.path().display();
        Err(Failure::Refused(format!("the data in {folder} {why}")))
    };
    let origin = match (stored, asked) {
        (Some(stored), Some(scale)) if (stored.scale - scale).abs() < f64::EPSILON => {
            Some(stored.origin)
        }
        (Some(stored), _) => {
            return refusal(format!(
                "were made by a trial clock; start with --test-clock {}, or choose another \
                 folder with --data DIR",
                stored.scale
            ));
        }
        (None, Some(_)) if folder.has_data() => {
            return refusal(
                "were made in real time; choose another folder for a trial clock with --data DIR"
                    .to_owned(),
            );
        }
        (None, _) => settings.origin,
    };
    let now = Clock::system().now();
    let begins = ClockSettings {
        origin: asked.map_or(origin, |_| origin.or(Some(now))),
        scale: settings.scale,
    };
    let clock = main_loop::clock(&begins, asked).map_err(Failure::Usage)?;
    if let (Some(scale), Some(origin)) = (asked, begins.origin) {
        folder.write_json(CLOCK_FILE, &TrialClock { scale, origin })?;
    }
    Ok(clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::hold(place.path()).unwrap();
        (place, folder)
    }

    #[test]
    fn a_restart_continues_the_trial() {
        let (_place, folder) = place();
        let settings = ClockSettings::default();
        let first = clock(&folder, &settings, Some(100.0)).unwrap().now();
        let second = clock(&folder, &settings, Some(100.0)).unwrap();
        assert!(first <= second.now());
        assert!((second.scale() - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn real_and_simulated_time_never_mix() {
        let settings = ClockSettings::default();
        let (_place, folder) = place();
        clock(&folder, &settings, Some(100.0)).unwrap();
        for asked in [None, Some(50.0)] {
            assert_eq!(clock(&folder, &settings, asked).unwrap_err().exit_code(), 3);
        }

        let (_place, folder) = place();
        assert!(!clock(&folder, &settings, None).unwrap().is_for_trials());
        std::fs::write(folder.path().join("observer.db"), "").unwrap();
        assert_eq!(
            clock(&folder, &settings, Some(2.0))
                .unwrap_err()
                .exit_code(),
            3
        );
    }

    #[test]
    fn a_clock_that_cannot_be_is_a_wrong_argument() {
        let (_place, folder) = place();
        for scale in [0.0, -3.0, f64::NAN, 1e9] {
            let refused = clock(&folder, &ClockSettings::default(), Some(scale));
            assert_eq!(refused.unwrap_err().exit_code(), 2, "{scale}");
        }
    }
}
