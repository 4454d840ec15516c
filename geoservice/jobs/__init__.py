"""Long work with progress and outcome: imports, exports, bakes, what is finished behind them; queued or at once."""
