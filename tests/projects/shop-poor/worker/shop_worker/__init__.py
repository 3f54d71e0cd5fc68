"""The shop's worker: takes events out of the outbox and acts on them."""
