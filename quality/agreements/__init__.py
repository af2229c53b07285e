"""Talks, agreements, improvement plans and complaints."""
