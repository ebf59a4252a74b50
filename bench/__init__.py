"""Benchmarks, each beside something simple that runs in the same breath: these machines are noisy, ratios are not."""
