//! Shows notices when their time has come.

use service_kit::db::DbError;
use types::analysis::Severity;

use crate::{app::App, store};

/// Shows what is due; with too much waiting for review, a summary takes the place of the single
/// notices. What is critical is always shown by itself.
pub(crate) async fn tick(app: &App) -> Result<(), DbError> {
    if !store::notice::any_due(&app.db, app.clock.now()).await? {
        return Ok(());
    }
    let mut tx = app.db.begin(&app.own_act()).await?;
    let shown = store::notice::show_due(&mut tx).await?;
    let pending = store::proposal::count_pending(&mut tx).await?;
    let reviews: Vec<_> = shown
        .iter()
        .filter(|due| due.kind == "review" && due.severity != Severity::Critical)
        .collect();
    if u64::from(app.settings.summary_above) < pending && !reviews.is_empty() {
        for due in &reviews {
            store::notice::summarise(&mut tx, &due.id).await?;
        }
        let severity = reviews
            .iter()
            .map(|due| due.severity)
            .max()
            .unwrap_or(Severity::Medium);
        let text = format!(
            "{pending} proposals wait for review, {} of these notices are new; \
             proposals/index.md lists them",
            reviews.len()
        );
        let id = app.clock.ordered_id().to_string();
        store::notice::insert_summary(&mut tx, id, severity, &text).await?;
    }
    tx.commit().await
}
