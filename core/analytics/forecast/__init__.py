"""Forecasts with an issue time: features, baselines, models, calibration, scores, backtests."""
