//! Template mining on labelled logs.

use std::collections::HashMap;

use observer::domain::templates::mine;

use super::shared;

const SYSTEMS: [&str; 8] = [
    "HDFS",
    "Hadoop",
    "Zookeeper",
    "BGL",
    "Linux",
    "Proxifier",
    "OpenSSH",
    "Android",
];

/// The means over all systems that the miner must keep.
const MIN_GROUPING_ACCURACY: f64 = 0.95;
const MIN_GROUPING_F1: f64 = 0.93;

/// The lines of each group.
fn groups<T: std::hash::Hash + Eq>(labels: &[T]) -> HashMap<&T, Vec<usize>> {
    let mut groups: HashMap<&T, Vec<usize>> = HashMap::new();
    for (line, label) in labels.iter().enumerate() {
        groups.entry(label).or_default().push(line);
    }
    groups
}

#[test]
fn groups_of_lines_are_those_of_the_labels() {
    let (mut accuracy_sum, mut f1_sum) = (0.0, 0.0);
    for system in SYSTEMS {
        let path = shared(&format!(
            "logs/{system}/{system}_2k.log_structured_corrected.csv"
        ));
        let mut reader = csv::Reader::from_path(path).expect("the labels can be read");
        let headers = reader.headers().expect("a header").clone();
        let column = |name| {
            headers
                .iter()
                .position(|it| it == name)
                .expect("the column")
        };
        let (content, label) = (column("Content"), column("EventTemplate"));
        let records: Vec<_> = reader
            .records()
            .map(|record| record.expect("a record"))
            .collect();

        let mined = mine(records.iter().map(|record| &record[content]));

        let labels: Vec<_> = records.iter().map(|record| &record[label]).collect();
        let ids: Vec<_> = mined.iter().map(|one| &one.template_id).collect();
        let truth = groups(&labels);
        let predicted = groups(&ids);
        let is_right = |lines: &&Vec<usize>| truth[&labels[lines[0]]] == **lines;
        let right: Vec<_> = predicted.values().filter(is_right).collect();
        let lines: usize = right.iter().map(|lines| lines.len()).sum();
        let accuracy = lines as f64 / labels.len() as f64;
        let f1 = 2.0 * right.len() as f64 / (predicted.len() + truth.len()) as f64;
        println!("{system}: GA {accuracy:.3} FGA {f1:.3}");
        accuracy_sum += accuracy;
        f1_sum += f1;
    }
    let count = SYSTEMS.len() as f64;
    let (accuracy, f1) = (accuracy_sum / count, f1_sum / count);
    println!("mean: GA {accuracy:.4} FGA {f1:.4}");
    assert!(MIN_GROUPING_ACCURACY <= accuracy, "GA {accuracy}");
    assert!(MIN_GROUPING_F1 <= f1, "FGA {f1}");
}
