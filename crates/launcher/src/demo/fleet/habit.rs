//! What a simulated agent makes a habit of, because its persona says so.

use super::{clause, cue};

/// A way of working that a persona can ask for or forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Asks for little at once: a specific query instead of a broad one.
    NarrowQuery,
    /// Tries a call that failed once more.
    RetryOnce,
    /// Gives a slow call more time.
    AllowTime,
    /// Makes sure that a file is there before using it.
    CheckExists,
    /// Reads a file before changing it.
    ReadBeforeEdit,
    /// Reads what an error says before going on.
    ReadError,
    /// Checks its result before handing it in.
    VerifyBeforeAnswer,
    /// Spaces its calls out.
    OneAtATime,
}

const HABITS: usize = 8;

/// Where an agent stands on a habit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stance {
    /// Nobody said anything: as it comes.
    #[default]
    Unsaid,
    /// Told to.
    Adopted,
    /// Told not to.
    Dropped,
}

impl Stance {
    fn reversed(self) -> Self {
        match self {
            Self::Unsaid => Self::Unsaid,
            Self::Adopted => Self::Dropped,
            Self::Dropped => Self::Adopted,
        }
    }

    pub(super) fn reversed_if(self, condition: bool) -> Self {
        if condition { self.reversed() } else { self }
    }
}

/// All the habits of one agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    stances: [Stance; HABITS],
}

impl Habits {
    /// The habits that this text gives an agent. What is said last counts.
    pub fn of(text: &str) -> Self {
        let mut habits = Self::default();
        for clause in clause::clauses(text) {
            for (habit, stance) in cue::mentions(&clause) {
                habits.stances[habit as usize] = stance;
            }
        }
        habits
    }

    /// Where the agent stands on this habit.
    pub fn stance(&self, habit: Habit) -> Stance {
        self.stances[habit as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Habit::*, Stance::*, *};

    #[test]
    fn guidance_is_understood_in_many_wordings() {
        let table: &[(&str, &[(Habit, Stance)])] = &[
            (
                "Narrow the query and retry once.",
                &[(NarrowQuery, Adopted), (RetryOnce, Adopted)],
            ),
            (
                "When web_search times out, retry once with a narrower query.",
                &[(NarrowQuery, Adopted), (RetryOnce, Adopted)],
            ),
            (
                "If a call times out, try it again once.",
                &[(RetryOnce, Adopted)],
            ),
            ("Keep search queries specific.", &[(NarrowQuery, Adopted)]),
            (
                "Split a broad question into smaller searches.",
                &[(NarrowQuery, Adopted)],
            ),
            (
                "Do not send broad queries.",
                &[(NarrowQuery, Dropped.reversed())],
            ),
            (
                "Allow slow searches a longer timeout.",
                &[(AllowTime, Adopted)],
            ),
            ("Increase the timeout to 60 s.", &[(AllowTime, Adopted)]),
            (
                "Check that a path exists before you open it.",
                &[(CheckExists, Adopted)],
            ),
            (
                "If the file does not exist, say so.",
                &[(CheckExists, Unsaid)],
            ),
            (
                "List the folder before opening a file in it.",
                &[(CheckExists, Adopted)],
            ),
            (
                "Read a file before you edit it.",
                &[(ReadBeforeEdit, Adopted)],
            ),
            (
                "Never edit a file without reading it first.",
                &[(ReadBeforeEdit, Adopted)],
            ),
            ("Edit without reading.", &[(ReadBeforeEdit, Dropped)]),
            (
                "Read the whole error and fix its cause.",
                &[(ReadError, Adopted)],
            ),
            (
                "Verify each claim before you answer.",
                &[(VerifyBeforeAnswer, Adopted)],
            ),
            (
                "Say so when you cannot verify a claim.",
                &[(VerifyBeforeAnswer, Unsaid)],
            ),
            (
                "Make calls one at a time and wait when told to.",
                &[(OneAtATime, Adopted)],
            ),
            (
                "On HTTP 429 back off and send fewer requests.",
                &[(OneAtATime, Adopted)],
            ),
        ];
        check(table);
    }

    #[test]
    fn negations_turn_guidance_around() {
        let table: &[(&str, &[(Habit, Stance)])] = &[
            (
                "Skip verification and never retry.",
                &[(VerifyBeforeAnswer, Dropped), (RetryOnce, Dropped)],
            ),
            ("Do not retry.", &[(RetryOnce, Dropped)]),
            ("Don’t retry.", &[(RetryOnce, Dropped)]),
            ("No retries, please.", &[(RetryOnce, Dropped)]),
            ("Skip verification and retries.", &[(RetryOnce, Dropped)]),
            (
                "Never verify or retry.",
                &[(VerifyBeforeAnswer, Dropped), (RetryOnce, Dropped)],
            ),
            ("Do not retry more than once.", &[(RetryOnce, Adopted)]),
            (
                "Do not retry the same query unchanged.",
                &[(RetryOnce, Unsaid)],
            ),
            ("Do not give up after one timeout.", &[(RetryOnce, Adopted)]),
            ("Never skip verification.", &[(VerifyBeforeAnswer, Adopted)]),
            ("Answer at once.", &[(VerifyBeforeAnswer, Dropped)]),
            (
                "Do not answer at once, verify first.",
                &[(VerifyBeforeAnswer, Adopted)],
            ),
            (
                "Prefer one broad search over several narrow ones.",
                &[(NarrowQuery, Dropped)],
            ),
            (
                "Use a specific query instead of a broad one.",
                &[(NarrowQuery, Adopted)],
            ),
            ("Retry once.\nNever retry.", &[(RetryOnce, Dropped)]),
            (
                "Never retry. Or rather: retry once.",
                &[(RetryOnce, Adopted)],
            ),
        ];
        check(table);
    }

    #[test]
    fn a_sentence_may_run_over_lines_and_a_list_item_ends_it() {
        let wrapped = Habits::of("When a call fails, do not\nretry it.");
        assert_eq!(wrapped.stance(RetryOnce), Dropped);
        let listed = Habits::of("- do not guess\n- retry once");
        assert_eq!(listed.stance(RetryOnce), Adopted);
    }

    #[test]
    fn other_text_gives_no_habits() {
        let texts = [
            "",
            "Retrieve the retrospective.",
            "You are a careful researcher.",
            "…",
        ];
        for text in texts {
            assert_eq!(Habits::of(text), Habits::default(), "{text}");
        }
    }

    fn check(table: &[(&str, &[(Habit, Stance)])]) {
        for (text, expected) in table {
            let habits = Habits::of(text);
            for (habit, stance) in *expected {
                assert_eq!(habits.stance(*habit), *stance, "{habit:?} in “{text}”");
            }
        }
    }
}
