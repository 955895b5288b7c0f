//! Our own cases after the themes of git's tests of `apply` (t4100 to t4141).
