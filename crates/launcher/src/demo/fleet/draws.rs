//! Random numbers that are the same on every machine and in every release, given a seed.

/// A stream of random numbers (SplitMix64: a Weyl sequence through a mixing function).
#[derive(Clone, Debug)]
pub(super) struct Draws {
    state: u64,
}

const WEYL_STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Draws {
    /// The stream that belongs to these keys; other keys give an independent one.
    pub(super) fn keyed(keys: &[u64]) -> Self {
        let state = keys.iter().fold(
            0,
            |state: u64, key| mix(state.wrapping_add(WEYL_STEP) ^ key),
        );
        Self { state }
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(WEYL_STEP);
        mix(self.state)
    }

    /// A number from 0 up to, not including, 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something with this chance happens.
    pub(super) fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + (self.share() * (high - low + 1) as f64) as u64
    }

    /// One of the choices.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[self.between(0, N as u64 - 1) as usize]
    }

    /// The time until the next event of a Poisson process, in units of its mean.
    pub(super) fn waiting_time(&mut self) -> f64 {
        -(1.0 - self.share()).ln()
    }

    /// A latency around a median: log-normal, one in twenty beyond two and a quarter times it.
    pub(super) fn latency(&mut self, median: f64) -> f64 {
        const SPREAD: f64 = 0.5;
        let radius = (2.0 * self.waiting_time()).sqrt();
        let angle = std::f64::consts::TAU * self.share();
        (median * (SPREAD * radius * angle.cos()).exp()).round()
    }

    /// This many letters and digits.
    pub(super) fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .map(|_| char::from(ALPHABET[self.between(0, ALPHABET.len() as u64 - 1) as usize]))
            .collect()
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_give_the_same_numbers_and_other_keys_do_not() {
        let first: Vec<u64> = (0..4).map(|_| Draws::keyed(&[1, 2]).bits()).collect();
        assert!(first.windows(2).all(|pair| pair[0] == pair[1]));
        assert_ne!(Draws::keyed(&[1, 2]).bits(), Draws::keyed(&[2, 1]).bits());
    }

    #[test]
    fn numbers_have_the_means_they_should_have() {
        let mut draws = Draws::keyed(&[7]);
        let count = 100_000;
        let mean = |sum: f64| sum / f64::from(count);
        let shares = mean((0..count).map(|_| draws.share()).sum());
        let waits = mean((0..count).map(|_| draws.waiting_time()).sum());
        let rolls = mean((0..count).map(|_| draws.between(1, 6) as f64).sum());
        assert!((shares - 0.5).abs() < 0.01, "{shares}");
        assert!((waits - 1.0).abs() < 0.02, "{waits}");
        assert!((rolls - 3.5).abs() < 0.05, "{rolls}");
    }
}
