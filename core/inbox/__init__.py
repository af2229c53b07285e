"""Things of the start page that somebody put off or dealt with."""
