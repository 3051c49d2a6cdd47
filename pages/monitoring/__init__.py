"""For machines that watch the platform: /healthz, /readyz and /metrics."""
