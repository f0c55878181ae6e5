"""Runs main.py on CPython with what MicroPython has and CPython has not."""

import signal
import sys
import time
from types import SimpleNamespace

TICKS = 1 << 30  # they start again from 0

time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000 % TICKS
time.ticks_us = lambda: time.monotonic_ns() // 1_000 % TICKS
time.ticks_diff = lambda new, old: (new - old + TICKS // 2) % TICKS - TICKS // 2
time.sleep_ms = lambda ms: time.sleep(ms / 1000)
sys.stdin = SimpleNamespace(buffer=open(0, "rb", 0))
sys.stdout = SimpleNamespace(buffer=open(1, "wb", 0))

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts the tests may have it ignored

import main
