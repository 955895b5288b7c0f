//! Finds pending proposals whose base has moved on.

use service_kit::db::DbError;
use tracing::debug;

use crate::{app::App, store};

/// Compares pending proposals with the tip of the target branch, if there are any.
pub(crate) async fn tick(app: &App) -> Result<(), DbError> {
    if store::proposal::count_pending(&mut &app.db).await? == 0 {
        return Ok(());
    }
    match app.patch_apply.head(None).await {
        Ok(head) => app.find_stale(&head.commit).await.map(drop),
        Err(error) => {
            debug!(error = %error, "the tip of the target branch cannot be read: {error}");
            Ok(())
        }
    }
}
