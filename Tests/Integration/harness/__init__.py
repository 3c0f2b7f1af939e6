"""Brokers, the simulated provider, workers and the judge: what the integration tests are made of."""
