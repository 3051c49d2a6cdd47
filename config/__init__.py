"""Settings, addresses and start-up checks: the one place that reads the environment."""
