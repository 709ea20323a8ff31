"""Side by side, in one run: ratios and medians, for the machines are noisy."""
