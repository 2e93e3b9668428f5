"""The console: the page that `stepwell serve` shows, and what it reads beside the public API."""
