//! Operations by filter, a page at a time.

use service_kit::{
    args,
    db::{Arg, DbError, FromRow, Row},
};

use super::{Numbered, Store};

/// So many operations that fit one filter are looked through for the others in one page. More
/// would make the page late where hardly any operation fits them all.
const LOOKED_THROUGH: i64 = 5_000;

/// Which operations.
#[derive(Clone, Debug, Default)]
pub(crate) struct OperationQuery {
    pub(crate) event_id: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) tool: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) success: Option<bool>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: i64,
}

/// Operations, the newest first by arrival.
pub(crate) struct Page {
    pub(crate) operations: Vec<Numbered>,
    /// Where to go on: nothing before this number has been looked at.
    pub(crate) next: Option<i64>,
}

/// What is asked of operations.
struct Conditions {
    /// What an index by arrival finds; the one that fits the fewest, as a rule.
    first: String,
    /// What those that it finds are looked through for.
    others: Vec<String>,
}

impl OperationQuery {
    /// The conditions; their parameters are added to `args`, that of the first one first.
    fn conditions(&self, args: &mut Vec<Arg>) -> Conditions {
        let columns = [
            ("event_id", &self.event_id),
            ("session_id", &self.session_id),
            ("tool", &self.tool),
            ("agent", &self.agent),
            ("source", &self.source),
        ];
        let mut all = Vec::new();
        for (column, value) in columns {
            if let Some(value) = value {
                args.push(Arg::from(value));
                all.push(format!("{column} = ${}", args.len()));
            }
        }
        // Failures have an index. Where all fail, none would find the few others any faster.
        if all.is_empty() && self.success == Some(true) {
            all.push("1 = 1".to_owned());
        }
        all.extend(
            self.success
                .map(|success| format!("success = {}", i64::from(success))),
        );
        let mut all = all.into_iter();
        Conditions {
            first: all.next().unwrap_or_else(|| "1 = 1".to_owned()),
            others: all.collect(),
        }
    }
}

/// How far operations were looked through.
struct Looked {
    count: i64,
    lowest: Option<i64>,
}

impl FromRow for Looked {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            count: row.get("looked_at")?,
            lowest: row.get("lowest")?,
        })
    }
}

impl Store {
    /// A page of operations. It may hold fewer than asked for although more are left.
    pub(crate) async fn page(&self, query: &OperationQuery) -> Result<Page, DbError> {
        let mut args = args![query.before.unwrap_or(i64::MAX)];
        let conditions = query.conditions(&mut args);
        let range = format!("sequence < $1 AND {}", conditions.first);
        let range_args = args[..args.len().min(2)].to_vec();
        args.push(Arg::from(query.limit));
        let limit = args.len();
        let sql = match conditions.others.as_slice() {
            [] => format!(
                "SELECT sequence, body FROM operation WHERE {range}
                 ORDER BY sequence DESC LIMIT ${limit}"
            ),
            others => format!(
                "SELECT sequence, body FROM (
                   SELECT sequence, body, session_id, tool, agent, source, success
                   FROM operation
                   WHERE {range} ORDER BY sequence DESC LIMIT {LOOKED_THROUGH}
                 ) AS looked WHERE {} ORDER BY sequence DESC LIMIT ${limit}",
                others.join(" AND ")
            ),
        };
        let operations: Vec<Numbered> = self.db.fetch_all_built(sql, args).await?;
        let next = if i64::try_from(operations.len()) == Ok(query.limit) {
            operations.last().map(|row| row.sequence)
        } else if conditions.others.is_empty() {
            None
        } else {
            self.end_of_look(&range, range_args).await?
        };
        Ok(Page { operations, next })
    }

    /// The number down to which operations were looked through, unless those were the last ones.
    async fn end_of_look(&self, range: &str, args: Vec<Arg>) -> Result<Option<i64>, DbError> {
        let sql = format!(
            "SELECT COUNT(*) AS looked_at, MIN(sequence) AS lowest FROM (
               SELECT sequence FROM operation WHERE {range}
               ORDER BY sequence DESC LIMIT {LOOKED_THROUGH}
             ) AS looked"
        );
        let looked: Vec<Looked> = self.db.fetch_all_built(sql, args).await?;
        Ok(looked
            .into_iter()
            .find(|looked| looked.count == LOOKED_THROUGH)
            .and_then(|looked| looked.lowest))
    }
}
