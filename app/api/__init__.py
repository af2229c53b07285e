"""The API: ``/api/v1/``, for systems of providers and gemeenten."""
