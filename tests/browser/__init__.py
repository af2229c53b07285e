"""The product in a real browser: headless Chromium against a server of its own."""
