"""The shell of the site: sign-in, security, error pages, jobs and the tables of administration."""
