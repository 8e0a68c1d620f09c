"""The service: events in, scores out, from the same definitions as the batch side. It needs numpy, not the training stack."""
