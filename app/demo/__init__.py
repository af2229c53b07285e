"""The demo region: invented providers and learners, delivered as files and taken in as any file."""
