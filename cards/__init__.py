"""Adaptive cards: functions of values to dicts, without I/O."""
