"""The shell: puts the packages together into one web application. Nothing imports it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from app import (
    access,
    account_pages,
    admin,
    database,
    error_pages,
    health,
    security,
    settings,
    templating,
)

TEMPLATES = Path(__file__).parent.parent / "templates"


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Assemble the application; ``config`` overrides what the environment sets."""
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config.update(settings.read_settings())
    app.config.update(config or {})
    app.secret_key = settings.secret_key(app.config)
    database.connect_to(app)
    templating.prepare(app)
    error_pages.register(app)
    security.protect(app)
    access.guard(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(account_pages.blueprint)
    admin.assemble(app)
    return app
