//! What becomes of the news that a window closed.

use service_kit::{
    caller::Reply,
    db::Tx,
    steps::{Receive, Receiving, Sent, Settlement},
};

/// Nothing hangs on the replies: a success ends the step, a refusal is set aside and logged.
pub(crate) struct Told;

impl Receive for Told {
    fn receive<'a>(&'a self, _: &'a mut Tx, _: &'a Sent, reply: &'a Reply) -> Receiving<'a> {
        let settlement = if reply.is_success() {
            Settlement::Done
        } else {
            Settlement::Dead(reply.refusal())
        };
        Box::pin(async move { Ok(settlement) })
    }
}
