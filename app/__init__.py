"""The shell: puts the packages together into one web application. Nothing imports it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Assemble the application; ``config`` overrides what the environment sets."""
    # Imported here: the command line is in this package too, and must start without Flask.
    from pathlib import Path  # noqa: PLC0415

    from flask import Flask  # noqa: PLC0415

    from app import admin, settings  # noqa: PLC0415
    from app.api import routes as api  # noqa: PLC0415
    from app.web import (  # noqa: PLC0415
        access,
        account,
        errors,
        oidc,
        public,
        requests,
        second_step,
        security,
        templating,
    )
    from core import log_chain, municipalities  # noqa: PLC0415
    from core.charts import pictures  # noqa: PLC0415
    from core.dates import today  # noqa: PLC0415
    from procurement.admin.files import blueprint as calendars  # noqa: PLC0415

    app = Flask(__name__, template_folder="../templates")
    app.config.update(settings.read_settings())
    app.config.update(config or {})
    key = app.secret_key = settings.secret_key(app.config)
    log_chain.use_key(lambda: key, folder=Path(app.config["TAALINKOOP_DATA_DIR"]))
    municipalities.use(
        app.config["TAALINKOOP_MUNICIPALITIES"], today, region=app.config["TAALINKOOP_REGION"]
    )
    requests.register(app)
    requests.connect_to(app)
    pictures.keep_in(Path(app.config["TAALINKOOP_DATA_DIR"]) / "pictures")
    templating.prepare(app)
    errors.register(app)
    security.protect(app)
    access.guard(app)
    app.register_blueprint(public.health)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(account.blueprint)
    app.register_blueprint(second_step.blueprint)
    app.register_blueprint(oidc.blueprint)
    app.register_blueprint(calendars)
    api.register(app)
    admin.assemble(app)
    return app
