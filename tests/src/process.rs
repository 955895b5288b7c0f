//! What a process uses, as the kernel tells (proc_pid_stat(5), proc_pid_status(5)).

use std::fs;

/// The kernel counts the time of processes in hundredths of a second (`CLK_TCK`).
const TICKS_A_SECOND: f64 = 100.0;

/// How much time it has spent on a processor, in seconds.
pub fn cpu_seconds(process_id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process_id}/stat")).unwrap();
    // The second field is the name in parentheses, which may hold blanks.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .map(|field| field.parse::<f64>().unwrap())
        .sum();
    ticks / TICKS_A_SECOND
}

/// How much memory it holds now, and the most that it held, in MiB.
pub fn memory_mib(process_id: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{process_id}/status")).unwrap();
    let value = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        let kib = line.split_whitespace().nth(1).unwrap();
        kib.parse::<f64>().unwrap() / 1024.0
    };
    (value("VmRSS:"), value("VmHWM:"))
}
