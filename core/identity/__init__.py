"""Who somebody is: accounts, the second step at sign-in, and tokens of the API."""
