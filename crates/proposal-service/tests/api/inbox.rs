//! The inbox.

use std::time::Duration;

use proposal_service::{Inbox, NoticeKind};
use serde_json::json;
use testkit::Backend;

use crate::helpers::{World, plain, with};

impl World {
    async fn inbox(&self) -> Inbox {
        self.owner.get("/inbox").await.expect(200)
    }

    /// Waits until so many notices are shown.
    async fn until_shown(&self, count: usize) -> Inbox {
        for _ in 0..400 {
            let inbox = self.inbox().await;
            if inbox.data.len() == count {
                return inbox;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the inbox stays at {:#?}", self.inbox().await);
    }
}

#[tokio::test]
async fn severity_decides_when_a_notice_is_shown() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        for severity in ["critical", "high", "low"] {
            world
                .propose(&with(&json!({ "severity": severity, "title": severity })))
                .await;
        }
        let inbox = world.inbox().await;
        assert_eq!((inbox.data.len(), inbox.waiting), (1, 2));
        assert!(inbox.data[0].text.starts_with("New proposal: critical ("));
        assert_eq!(inbox.next_at.unwrap().to_string(), "2026-01-10T13:00:00Z");
        world.place.clock.advance(Duration::from_secs(3_600));
        let inbox = world.until_shown(2).await;
        assert!(inbox.data[0].text.contains("high"));
        assert_eq!(inbox.next_at.unwrap().to_string(), "2026-01-11T09:00:00Z");
        world.place.clock.advance(Duration::from_secs(20 * 3_600));
        assert_eq!(world.until_shown(3).await.waiting, 0);
        world.end().await;
    }
}

#[tokio::test]
async fn with_more_than_five_waiting_a_summary_is_shown() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        for _ in 0..6 {
            world.propose(&plain()).await;
        }
        assert_eq!(world.inbox().await.waiting, 6);
        world.place.clock.advance(Duration::from_secs(21 * 3_600));
        let inbox = world.until_shown(1).await;
        assert_eq!(
            (inbox.data[0].kind, inbox.waiting),
            (NoticeKind::Summary, 0)
        );
        assert!(
            inbox.data[0]
                .text
                .starts_with("6 proposals wait for review")
        );
        world.end().await;
    }
}
